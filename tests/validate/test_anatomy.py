import json
from pathlib import Path

import pytest

from mindscan.cohort.plan import GridPlan
from mindscan.core.errors import SettingsError
from mindscan.validate import anatomy, people
from mindscan.validate.people import Found
from validate.test_evidence import found, person


@pytest.mark.parametrize(("subjects", "workers"), [(9, 1), (10, 0)])
def test_impossible_numbers(tmp_path: Path, subjects: int, workers: int) -> None:
    with pytest.raises(SettingsError, match=r"= \d; expected at least"):
        next(anatomy.validate(tmp_path, subjects, 0, workers))


def test_people_are_measured_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(subject: str, seed: int) -> Found:
        number = int(subject)
        one = found(number)
        return Found({**one.numbers, **person(number)}, one.bits)

    monkeypatch.setattr(people, "GRID", GridPlan(voxel_mm=(4, 4, 4)))
    monkeypatch.setattr(people, "measure_all", lambda orders, seed, workers: (o.subject for o in orders))
    monkeypatch.setattr(people, "kept", measured)
    for name, value in (("DRAWN", 60), ("WALL_AGES", (30,)), ("WALL_EACH", 1)):
        monkeypatch.setattr(anatomy, name, value)
    *steps, last = anatomy.validate(tmp_path / "out", 12, 3, 2)
    assert [step.done for step in steps] == list(range(14))
    assert {step.total for step in steps} == {13}
    assert last.page is not None
    numbers = json.loads((tmp_path / "out" / "anatomy.json").read_text("utf-8"))
    assert [one["claim"] for one in numbers["claims"]] == [claim.name for claim in last.claims]
    assert len(numbers["people"]) == numbers["people_made"] == 12
    html = last.page.read_text("utf-8")
    assert "30 years, F" in html
    assert all(claim.name in html for claim in last.claims)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["anatomy.html", "anatomy.json"]
