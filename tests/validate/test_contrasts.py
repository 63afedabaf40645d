"""The ratios of presets: what they are made of, and that all that can be compared hold."""

import pytest

from mindscan.imaging.presets import MRI_PRESETS, find
from mindscan.imaging.tissues import SUBSTANCES, relaxation
from mindscan.validate.contrasts import FLUID, GREY, REFERENCES, rows

ROWS = rows()


def test_every_ratio_with_a_reference_lies_inside_it() -> None:
    assert [row for row in ROWS if row["holds"] is False] == []
    assert sum(row["holds"] is True for row in ROWS) >= 39


def test_a_row_is_the_signal_of_its_preset() -> None:
    preset = find("T2w-TSE-3T", MRI_PRESETS)
    signal = preset.settings["sequence"].signal(relaxation(3.0, 40, {})).tolist()
    seen = dict(zip(SUBSTANCES, signal, strict=True))
    (row,) = [row for row in ROWS if row["name"] == "T2w-TSE-3T, GM/WM"]
    assert row["measured"] == pytest.approx(seen["grey"] / seen["white"], abs=1e-3)


def test_every_preset_with_a_contrast_of_tissues_has_both_ratios() -> None:
    named = {row["name"].rsplit(", ", 1)[0].split(" at ")[0] for row in ROWS}
    expected = {preset.name for preset in MRI_PRESETS} - {"random", "SWI-3T-phase"} | {"CT"}
    assert named == expected
    assert {row["name"].rsplit(", ", 1)[1] for row in ROWS} == {GREY, FLUID}
    assert len({row["name"] for row in ROWS}) == len(ROWS)


def test_what_has_no_reference_says_so() -> None:
    for row in ROWS:
        missing = [row[key] is None for key in ("low", "high", "source", "holds")]
        assert all(missing) or not any(missing)
    (row,) = [row for row in ROWS if row["name"] == "DIR-3T, GM/WM"]
    assert row["holds"] is None


def test_references_are_of_presets_and_in_order() -> None:
    assert set(REFERENCES) <= {preset.name for preset in MRI_PRESETS} | {"CT"}
    for known in REFERENCES.values():
        assert all(0 <= found.low < found.high and found.source for found in known.values())
