import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mindscan.anatomy.conditions import CONDITIONS
from mindscan.core.errors import SettingsError
from mindscan.validate import conditions
from mindscan.validate.claims import near, row

TABLES = (
    "volumes",
    "evans",
    "shift",
    "fazekas",
    "locality",
    "identity",
    "regions",
    "effects",
    "spreads",
    "groups",
    "signs",
    "seconds",
)


def answer(name: str) -> dict[str, Any]:
    """What a step might find."""
    shown = [{"text": f"picture of {name}", "source": "data:,"}] if " 1 " in name else []
    return {**{table: [row(f"{table} of {name}", 0.9, 0, 1)] for table in TABLES}, "pictures": shown}


@pytest.mark.parametrize(("subjects", "workers", "name"), [(0, 1, "subjects"), (1, 0, "workers")])
def test_impossible_numbers_are_refused(tmp_path: Path, subjects: int, workers: int, name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} = 0; expected at least 1"):
        next(conditions.validate(tmp_path, subjects, 0, workers))


def test_every_condition_is_made_for_everybody_and_shown_three_times() -> None:
    words = [step.split() for step in conditions.steps(3, 0)]
    for condition in CONDITIONS:
        persons = [person for name, person, _, _ in words if name == condition.name]
        assert persons == ["1", "1", "1", "2", "3"]
    assert all(0 <= float(severity) <= 1 for _, _, severity, _ in words)


def test_somebody_sick_is_the_same_as_without() -> None:
    well, sick = conditions.recipe(2, 5), conditions.recipe(2, 5, "glioma", 0.4)
    assert well.anatomy == sick.anatomy
    assert not well.conditions
    assert sick.conditions[0].severity == 0.4


def test_effects_are_held_against_the_source() -> None:
    rows = conditions.drawn_effects(0)
    assert [one["holds"] for one in rows] == [True, True, True, True]
    mci, alzheimers, frontotemporal, vascular = (one["measured"] for one in rows)
    assert mci < vascular < frontotemporal < alzheimers


def test_spreads_are_held_against_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditions, "DRAWN_WHOLE", 60)
    rows = conditions.drawn_spreads(0)
    assert [one["holds"] for one in rows] == [True, True]
    assert rows[0]["measured"] < rows[1]["measured"]
    assert "mci" in rows[0]["name"]


def test_groups_are_held_against_the_source() -> None:
    healthy = {"hippocampus": 8.0, "ventricles": 30.0, "cortex": 500.0}
    left = {"": (1, 1, 1), "mci": (0.88, 1.3, 0.97), "frontotemporal-dementia": (0.83, 1.5, 0.9)}
    left |= {"alzheimers-disease": (0.76, 1.8, 0.93), "vascular-dementia": (0.86, 1.8, 0.94)}
    people = [
        {
            name: dict(zip(healthy, np.multiply(kept, list(healthy.values())), strict=True))
            for name, kept in left.items()
        }
    ]
    rows = conditions.compared(people)
    assert all(one["holds"] for table in rows.values() for one in table)
    people[0]["mci"]["hippocampus"], people[0]["mci"]["ventricles"] = 7.8, 29.0
    assert [one["holds"] for one in conditions.compared(people)["groups"]] == [False, True, True, True]
    assert [one["holds"] for one in conditions.compared(people)["signs"]] == [False, True]
    assert conditions.compared([]) == {}


def test_all_is_gathered_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def all_done(task: object, orders: list[str], workers: int) -> list[str]:
        return [json.dumps([name, answer(name)]) for name in reversed(orders)]

    monkeypatch.setattr(conditions, "do_all", all_done)
    monkeypatch.setattr(conditions.template, "load", lambda: None)
    *_, last = conditions.validate(tmp_path / "out", 2, 0, 2)
    assert last.page is not None
    html = last.page.read_text("utf-8")
    assert all(claim.holds and claim.name in html for claim in last.claims)
    assert len(last.claims) == len(TABLES)
    assert html.index("picture of white-matter") < html.index("picture of glioma")
    numbers = json.loads((tmp_path / "out" / "conditions.json").read_text("utf-8"))
    assert "pictures" not in numbers
    assert numbers["people"] == 2


def test_a_grade_that_is_off_is_forgiven_once_in_twenty() -> None:
    found = {table: [row("one", 0.5, 0, 1)] for table in TABLES}
    found["fazekas"] = [near("grade", 1, 1, 0)] * 19 + [near("grade", 2, 1, 0)]
    assert all(claim.holds for claim in conditions.conditions_page(found, 1)[0].claims)
    found["fazekas"] += [near("grade", 2, 1, 0)]
    assert [c.name[:7] for c in conditions.conditions_page(found, 1)[0].claims if not c.holds] == ["Fazekas"]
