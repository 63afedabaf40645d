"""Every scanner passes the same contract."""

import json

import pytest
import torch

from mindscan.core.brain import Brain
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.labels import TISSUES
from mindscan.core.person import Person
from mindscan.core.record import Record
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.scanner import PRESETS, SCANNERS, draw, scan

PERSON = Person(age_years=30, sex="M")
NAMES = [preset.name for preset in PRESETS]
# One of every kind of image: usual scans, an exact one, a part of a complex image, and a map.
SOME = [
    "T1w",
    "T2w",
    "PDw",
    "FLAIR",
    "random",
    "STIR-3T",
    "SWI-3T",
    "SWI-3T-phase",
    "T1map-3T",
    "CT",
    "XR-AP",
]


def ball(with_shares: bool) -> Brain:
    """White matter in CSF in soft tissue in air, anisotropic voxels."""
    grid = Grid.centred((20, 16, 12), (1.0, 1.25, 2.0))
    axes = [torch.arange(n) - (n - 1) / 2 for n in grid.shape]
    i, j, k = torch.meshgrid(*axes, indexing="ij")
    radius = ((i * 1.0) ** 2 + (j * 1.25) ** 2 + (k * 2.0) ** 2).sqrt()
    labels = torch.full(grid.shape, 0, dtype=torch.int16)
    for edge, label in ((9.0, 258), (7.0, 24), (5.0, 2)):
        labels[radius < edge] = label
    brain = Brain.from_labels(Volume(labels, grid.affine))
    if not with_shares:
        return brain
    fractions = torch.stack([brain.fraction(tissue).data for tissue in TISSUES])
    return Brain(brain.labels, fractions, labels.expand(len(TISSUES), *grid.shape), {})


def test_no_two_presets_share_a_name_and_every_scanner_has_some() -> None:
    assert len(NAMES) == len(set(NAMES))
    assert all(scanner.presets for scanner in SCANNERS)


@pytest.mark.parametrize("name", NAMES)
def test_settings_are_records_that_hang_on_their_key_alone(name: str) -> None:
    one, again, other = (draw(name, Key(seed) / "scan", PERSON) for seed in (1, 1, 2))
    assert isinstance(one, Record)
    assert one == again != other
    assert type(one).parse(json.loads(one.json_text())) == one


@pytest.mark.parametrize("with_shares", [False, True])
@pytest.mark.parametrize("name", SOME)
def test_images_fit_the_head_and_repeat(name: str, with_shares: bool) -> None:
    brain, settings = ball(with_shares), draw(name, Key(1), PERSON)
    before = brain.labels.data.clone()
    first, again, other = (scan(brain, settings, Key(seed)) for seed in (7, 7, 8))
    assert name == settings.preset
    assert first.volume.data.dtype == torch.float32
    if first.maps:
        assert all(part.grid.shape == first.volume.grid.shape for part in first.maps.values())
    else:
        assert first.volume.data.shape == brain.labels.data.shape
        assert (first.volume.affine == brain.labels.affine).all()
    assert float(first.volume.data.min()) >= {"SWI-3T-phase": -torch.pi, "CT": -1024}.get(name, 0)
    assert first.volume.data.equal(again.volume.data)
    assert first.volume.data.equal(other.volume.data) == (name == "T1map-3T")
    assert brain.labels.data.equal(before)


@pytest.mark.parametrize("name", NAMES)
def test_sidecars_are_json_and_own_up_to_being_made(name: str) -> None:
    settings = draw(name, Key(1), PERSON)
    said = json.loads(json.dumps(dict(scan(ball(False), settings, Key(7)).metadata)))
    assert said["Synthetic"] is True
    assert said["MindscanSettings"] == settings.model_dump(mode="json")


@pytest.mark.parametrize("suffix", SOME)
def test_every_tensor_is_made_on_the_device_of_the_head(suffix: str) -> None:
    """With another default device, a tensor made without naming one would not mix with the head."""
    settings, brain = draw(suffix, Key(1), PERSON), ball(True)
    expected = scan(brain, settings, Key(7)).volume.data
    with torch.device("meta"):
        found = scan(brain, draw(suffix, Key(1), PERSON), Key(7)).volume.data
    assert found.device == brain.labels.data.device
    assert found.equal(expected)


def test_an_unknown_preset_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"T1w, T2w, PDw, FLAIR, random.*did you mean") as caught:
        draw("T9w", Key(1), PERSON)
    assert "\n" not in str(caught.value)
