import json

import pytest

from mindscan.core.errors import SettingsError
from mindscan.imaging.acquisition import Acquisition


def test_what_does_not_happen_is_not_written() -> None:
    assert Acquisition().model_dump() == {}
    asked = Acquisition.parse({"motion": {"translation_mm": 2}, "slices": {"thickness_mm": 3}})
    assert set(asked.model_dump()) == {"motion", "slices"}
    assert Acquisition.parse(json.loads(asked.json_text())) == asked


@pytest.mark.parametrize(
    ("asked", "axes"),
    [
        ({}, (2, 1, 0)),
        ({"phase": "k"}, (1, 2, 0)),
        ({"readout": "i"}, (0, 1, 2)),
        ({"slices": {"orientation": "axial"}}, (1, 0, 2)),
        ({"slices": {"orientation": "coronal"}}, (2, 0, 1)),
        ({"slices": {"orientation": "sagittal"}}, (2, 1, 0)),
        ({"slices": {"orientation": "axial"}, "phase": "j"}, (0, 1, 2)),
    ],
)
def test_axes_follow_from_the_slices(asked: dict[str, object], axes: tuple[int, ...]) -> None:
    assert Acquisition.parse(asked).encoding() == axes


@pytest.mark.parametrize(
    "asked",
    [
        {"readout": "i", "phase": "i"},
        {"readout": "k", "slices": {"orientation": "axial"}},
        {"sampling": {"slice_mm": 3}, "slices": {"thickness_mm": 3}},
        {"bandwidth_hz": 0},
        {"motion": {"translation": 3}},
    ],
)
def test_impossible_settings_are_refused_in_one_line(asked: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match="expected") as caught:
        Acquisition.parse(asked)
    assert "\n" not in str(caught.value)


def test_the_sidecar_says_it_in_bids_names() -> None:
    asked = Acquisition.parse(
        {
            "slices": {"thickness_mm": 4, "gap_mm": 1},
            "coils": {"acceleration": 2, "combine": "sense"},
            "sampling": {"partial_fourier": 0.75},
            "chemical_shift": {},
        }
    )
    assert Acquisition().bids() == {}
    assert asked.bids() == {
        "MRAcquisitionType": "2D",
        "SliceThickness": 4,
        "SpacingBetweenSlices": 5,
        "PartialFourier": 0.75,
        "ParallelReductionFactorInPlane": 2,
        "ParallelAcquisitionTechnique": "SENSE",
        "PixelBandwidth": 200,
    }
