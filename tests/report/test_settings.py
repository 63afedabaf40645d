"""Scan settings over all subjects."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mindscan.core.errors import FileError
from mindscan.dataset.shelf import read_dataset
from mindscan.report.settings import _flat, plain, scan_kinds, spread, voxel_text

Shelf = Callable[..., Path]


def test_kinds_come_in_order_with_values_and_ranges(make_shelf: Shelf) -> None:
    first, second = scan_kinds(read_dataset(make_shelf(3, ("T2w", "T1w"))))
    assert [(kind.name, kind.count) for kind in (first, second)] == [("T2w", 3), ("T1w", 3)]
    assert second.settings["MagneticFieldStrength"] == "3 T"
    assert second.settings["EchoTime"] == "0.0031 to 0.0033 s"
    assert second.values["EchoTime"] == [0.0031, 0.0032, 0.0033]
    assert second.settings["Matrix"] == "23 x 28 x 26"
    assert "RepetitionTime" not in first.settings


def test_settings_of_ours_are_unfolded_and_marks_left_out(make_shelf: Shelf) -> None:
    (kind,) = scan_kinds(read_dataset(make_shelf(2)))
    assert kind.settings["snr"] == "40"
    assert not {"Synthetic", "RecipeSHA256", "MindscanSettings", "field_tesla", "grey"} & set(kind.settings)


def test_runs_are_kept_apart(make_shelf: Shelf) -> None:
    kinds = scan_kinds(read_dataset(make_shelf(1, ("T1w", "T1w"))))
    assert [(kind.name, kind.suffix) for kind in kinds] == [("T1w, run 1", "T1w"), ("T1w, run 2", "T1w")]


def test_a_missing_sidecar_is_named(make_shelf: Shelf) -> None:
    root = make_shelf(1, ("T2w",))
    sidecar = root / "sub-001/anat/sub-001_T2w.json"
    content = sidecar.read_bytes()
    sidecar.unlink()
    with pytest.raises(FileError, match=r"sub-001_T2w\.json"):
        scan_kinds(read_dataset(root))
    sidecar.write_bytes(content)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([1.5, 3.0, 1.5], "1.5 or 3"),
        ([1, 2, 3], "1 to 3"),
        (["a", "b", "c", "d"], "4 values"),
        ([["GR", "IR"], ["GR", "IR"]], "GR, IR"),
        ([[1.0, 1.0, 3.0]], "1 x 1 x 3"),
        ([[1, 1, 1], [2, 1, 1]], "1 or 2 x 1 x 1"),
        ([True, True], "yes"),
        ([0.0029, 0.00291], "0.0029 or 0.00291"),
    ],
)
def test_spread(values: list[object], text: str) -> None:
    assert spread(values) == text


def test_plain_rounds_without_exponents() -> None:
    assert [plain(x) for x in (2000.4, 0.627123, 12345.6, 7, {"a": 1})] == [
        "2000",
        "0.627",
        "12346",
        "7",
        "a 1",
    ]


def test_voxel_text() -> None:
    assert voxel_text([[0.8, 0.8, 0.8]] * 3) == "0.8 mm"
    assert voxel_text([[1, 1, 4], [1, 1, 5], [1, 1, 6]]) == "1 x 1 x 4 to 6 mm"


def test_steps_of_the_acquisition_are_named_by_what_they_belong_to() -> None:
    motion = {"translation_mm": 3.0, "moves": 4}
    told = {"MindscanSettings": {"snr": 30.0, "acquisition": {"motion": motion, "readout": "i"}}}
    assert dict(_flat(told)) == {"snr": 30.0, "motion.translation_mm": 3.0, "motion.moves": 4}
