"""What a cohort will cost."""

import math
from pathlib import Path

import pytest

from mindscan.cohort import estimate as estimates
from mindscan.cohort.estimate import Estimate, check_memory, default_workers, estimate, free_memory_bytes
from mindscan.cohort.plan import Plan
from mindscan.cohort.run import make_cohort
from mindscan.core.errors import SettingsError

GRID = Plan().grid.grid()


def test_what_is_said() -> None:
    assert (
        str(Estimate(100, 2**31, 3 * 2**20, 1))
        == "about 100 s with 1 worker, 2.0 GiB of memory, 3 MiB of disk"
    )
    long = str(Estimate(7500, 2**31, 3 * 2**30, 2))
    assert long == "about 2 h with 2 workers, 2.0 GiB of memory, 3.0 GiB of disk"
    assert str(Estimate(600, 0, 0, 2)).startswith("about 10 min with 2 workers")


def test_workers_share_the_time_and_add_up_memory() -> None:
    one, two = estimate(Plan(), 100, 1), estimate(Plan(), 100, 2)
    assert one.seconds / 2 < two.seconds < one.seconds
    assert two.memory_bytes > 1.5 * one.memory_bytes
    assert two.disk_bytes == one.disk_bytes
    assert estimate(Plan(), 1, 8).workers == 1
    assert estimate(Plan(), 0, 8).disk_bytes == 0


def test_more_costs_more() -> None:
    base = estimate(Plan(), 10, 1)
    fine = estimate(Plan.parse({"grid": {"voxel_mm": 0.7}}), 10, 1)
    scans = estimate(Plan.parse({"scans": [{"preset": "T1w"}] * 4}), 10, 1)
    surfaced = estimate(Plan(surfaces=True), 10, 1)
    alone, seen = (
        estimate(Plan.parse({"scans": [{"preset": name} for name in names]}), 10, 1)
        for names in (["T1w"], ["T1w", "XR-AP", "XR-lateral"])
    )
    assert 30 < seen.seconds - alone.seconds < 100
    for dear in (fine, scans, surfaced):
        assert dear.seconds > base.seconds
        assert dear.disk_bytes > base.disk_bytes
    assert fine.memory_bytes > base.memory_bytes
    thick, thin = (
        estimate(Plan.parse({"scans": [{"preset": "CT", "settings": {"slice_mm": edge}}]}), 10, 1)
        for edge in (5, 0.6)
    )
    assert thin.memory_bytes > 1.5 * thick.memory_bytes


def test_workers_fit_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimates.os, "sched_getaffinity", lambda who: range(8))
    monkeypatch.setattr(estimates, "free_memory_bytes", lambda: math.inf)
    assert default_workers(GRID) == 8
    monkeypatch.setattr(estimates, "free_memory_bytes", lambda: 4e9)
    assert 1 < default_workers(GRID) < 8
    monkeypatch.setattr(estimates, "free_memory_bytes", lambda: 1e6)
    assert default_workers(GRID) == 1


def test_a_grid_that_no_memory_holds_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    huge = Plan.parse({"grid": {"voxel_mm": 0.3, "field_of_view_mm": 512}})
    monkeypatch.setattr(estimates, "free_memory_bytes", lambda: 16e9)
    check_memory(GRID, 4)
    with pytest.raises(SettingsError, match=r"1707 x 1707 x 1707 voxels .* no more than the 14.9 GiB"):
        next(make_cohort(tmp_path / "out", huge, 1, 1))
    assert not (tmp_path / "out").exists()


def test_free_memory_is_known_or_without_bound() -> None:
    assert free_memory_bytes() > 1e8


def test_scans_with_voxels_of_their_own_count_with_those() -> None:
    grid = {"voxel_mm": 2}
    plain = estimate(Plan.parse({"grid": grid, "scans": [{"preset": "FLAIR-3T"}]}), 10, 1)
    fine = estimate(Plan.parse({"grid": grid, "scans": [{"preset": "FLAIR-3T-axial-5mm"}]}), 10, 1)
    assert fine.disk_bytes > 1.8 * plain.disk_bytes
    assert fine.seconds > 1.2 * plain.seconds
    assert fine.memory_bytes > plain.memory_bytes
