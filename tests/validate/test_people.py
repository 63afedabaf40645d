from pathlib import Path

import numpy as np
import pytest

from mindscan.cohort.plan import GridPlan
from mindscan.validate import overlap, people


def test_ages_are_evenly_spread_however_many_there_are() -> None:
    for count in (60, 300):
        ages = np.array([people.wanted(n, 0).person.age_years for n in range(1, count + 1)])
        cells = np.histogram(ages, bins=9, range=(5, 95))[0]
        assert cells.min() > 0.7 * count / 9
    assert [people.wanted(n, 0).person.sex for n in (1, 2, 3, 4)] == ["F", "M", "F", "M"]
    assert people.wanted(1, 0).person.age_years == people.wanted(2, 0).person.age_years


def test_a_person_drawn_is_the_person_made() -> None:
    recipe = people.wanted(3, 5)
    assert people.drawn(3, 5) == (recipe.person, recipe.anatomy)


def test_a_person_is_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "GRID", GridPlan(voxel_mm=(3, 3, 3)))
    monkeypatch.setattr(people, "_folder", lambda seed: tmp_path / str(seed))
    monkeypatch.setattr(people, "FOLDED", 1)
    orders = [people.wanted(n, 7) for n in (1, 2)]
    (tmp_path / "7").mkdir()
    assert people.keep(tmp_path / "7", orders[0]) == "0001"
    path = tmp_path / "7" / "0001.npz"
    before = path.stat().st_mtime_ns
    assert sorted(people.measure_all(orders, 7, 2)) == ["0001", "0002"]
    assert path.stat().st_mtime_ns == before
    one, other = (people.kept(order.subject, 7) for order in orders)
    assert one.numbers["person"]["sex"] == "F"
    assert one.numbers["found"]["icv_ml"] == pytest.approx(one.numbers["asked"]["icv_ml"], rel=0.05)
    assert set(one.bits) == set(overlap.REAL_DICE)
    assert len(one.numbers["folding"]) == 2
    assert 0.2 < overlap.pair_dice([one.bits, other.bits], "Left-Cerebral-White-Matter")[0, 1] < 0.95
    again = people.measure(orders[1])
    assert again.numbers["found"] == other.numbers["found"]
    assert again.numbers["folding"] == []


def test_results_of_other_code_are_not_mixed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = people._folder(1)
    assert usual != people._folder(2)
    monkeypatch.setattr(people, "_CODE", ("core",))
    assert people._folder(1) != usual


def test_results_outlast_a_change_of_the_page() -> None:
    assert {"page", "pictures", "anatomy", "evidence"}.isdisjoint(people._YARDSTICKS)
