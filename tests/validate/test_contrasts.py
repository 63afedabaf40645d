"""The ratios of presets: what they are made of, and that all that can be compared hold."""

import functools
from collections.abc import Mapping
from typing import Any

import pytest
import torch

from mindscan.imaging.mri import Relaxation
from mindscan.imaging.presets import MRI_PRESETS, find
from mindscan.imaging.tissues import SUBSTANCES, relaxation
from mindscan.validate import contrasts
from mindscan.validate.claims import Row
from mindscan.validate.contrasts import FLUID, GREY, NULLED, REFERENCES, rows
from mindscan.validate.published import BY_TABLES


@functools.cache
def found() -> list[Row]:
    return rows()


def test_every_ratio_lies_inside_its_range() -> None:
    assert [row["name"] for row in found() if not row["holds"]] == []
    assert len(found()) == 80


def test_a_row_is_the_signal_of_its_preset() -> None:
    preset = find("T2w-TSE-3T", MRI_PRESETS)
    signal = preset.settings["sequence"].signal(relaxation(3.0, 40, {})).tolist()
    seen = dict(zip(SUBSTANCES, signal, strict=True))
    (row,) = [row for row in found() if row["name"] == "T2w-TSE-3T, GM/WM"]
    assert row["measured"] == pytest.approx(seen["grey"] / seen["white"], abs=1e-3)


def test_every_preset_with_a_contrast_of_tissues_has_both_ratios() -> None:
    named = {row["name"].rsplit(", ", 1)[0].split(" at ")[0] for row in found()}
    expected = {preset.name for preset in MRI_PRESETS} - {"random", "SWI-3T-phase"} | {"CT"}
    assert named == expected
    assert {row["name"].rsplit(", ", 1)[1] for row in found()} == {GREY, FLUID, *NULLED}
    assert len({row["name"] for row in found()}) == len(found())


def test_a_preset_that_nulls_white_matter_is_measured_over_grey() -> None:
    names = [row["name"] for row in found() if row["name"].startswith("DIR")]
    assert names == [f"DIR-3T, {ratio}" for ratio in NULLED]


def test_real_scans_come_before_tables_of_constants() -> None:
    sources = {row["name"]: row["source"] for row in found()}
    assert sources["FLAIR-3T, GM/WM"] == REFERENCES["FLAIR-3T"][GREY].source
    assert sources["T1map-3T, GM/WM"] == REFERENCES["T1map-3T"][GREY].source
    assert sources["T1map-3T, CSF/WM"].startswith(BY_TABLES)
    assert "Marques" in sources["T1map-3T, CSF/WM"]


def test_a_wrong_constant_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def short(field_tesla: float, age_years: float, deviations: Mapping[str, Any]) -> Relaxation:
        tissue = relaxation(field_tesla, age_years, deviations)
        white = torch.tensor([name == "white" for name in SUBSTANCES])
        return tissue._replace(t2_ms=torch.where(white, 0.75 * tissue.t2_ms, tissue.t2_ms))

    monkeypatch.setattr(contrasts, "relaxation", short)
    fails = {row["name"] for row in contrasts.rows() if not row["holds"]}
    assert {"T2w-TSE-7T, CSF/WM", "T2w-TSE-0.55T, CSF/WM", "STIR-3T, CSF/WM"} <= fails
    assert "T1w-MPRAGE-7T, GM/WM" not in fails


def test_references_are_of_presets_and_in_order() -> None:
    assert set(REFERENCES) <= {preset.name for preset in MRI_PRESETS} | {"CT"}
    for known in REFERENCES.values():
        assert all(0 <= found.low < found.high and found.source for found in known.values())
