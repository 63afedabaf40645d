from functools import cache
from typing import Any

import numpy as np
import pytest

from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.report.norms import Sex, expected
from mindscan.validate import evidence, overlap
from mindscan.validate.evidence import Sizes
from mindscan.validate.measures import MEASURES
from mindscan.validate.people import Found


def person(number: int, factor: float = 1.0, spread: float = 1.0) -> dict[str, Any]:
    """Somebody at the norm, but for the scatter that the norm has."""
    age, sex = 30.0 + number * 7 % 40, "FM"[number % 2]
    score = float((Key(number) / "score").rng().standard_normal())
    sizes = {}
    for measure in MEASURES:
        middle, reach = norm(measure.norm, sex, age)
        sizes[measure.name] = middle * measure.sides * float(np.exp(spread * reach * score))
    found = {name: size * factor for name, size in sizes.items()}
    return {"person": {"age_years": age, "sex": sex}, "asked": sizes, "found": found}


@cache
def norm(name: str, sex: Sex, age: float) -> tuple[float, float]:
    middle, low, high = expected(name, sex, np.array([age]))
    return float(middle[0]), float(np.log(high / low)[0] / 2 / 1.96)


def verdicts(rows: list[dict[str, Any]], name: str) -> set[bool | None]:
    return {row["holds"] for row in rows if row["measure"] == name}


def test_medians_at_the_norm_hold_and_others_do_not() -> None:
    drawn = Sizes.of(person(n) for n in range(3000))
    for factor, holds in ((1.0, True), (1.09, False), (0.91, False)):
        rows = evidence.medians(Sizes.of(person(n, factor) for n in range(100)), drawn)
        assert verdicts(rows, "hippocampus_ml") == {holds}
    rows = evidence.medians(Sizes.of(person(n, 1.09) for n in range(100)), drawn)
    assert verdicts(rows, "ventricles_ml") >= {True}


def test_ages_without_a_norm_have_no_verdict() -> None:
    old = [{**person(n), "person": {"age_years": 92.0, "sex": "F"}} for n in range(20)]
    rows = evidence.medians(Sizes.of(old), Sizes.of(old))
    assert {row["holds"] for row in rows} == {None}
    assert {row["people"] for row in rows} == {20}


@pytest.mark.parametrize(("spread", "holds"), [(1.0, True), (0.6, False), (1.5, False)])
def test_spreads(spread: float, holds: bool) -> None:
    rows = evidence.spreads(Sizes.of(person(n, spread=spread) for n in range(3000)))
    assert {row["holds"] for row in rows if row["measure"] == "ventricles_ml"} == {holds}


def test_nobody_is_an_error() -> None:
    with pytest.raises(SettingsError, match="nobody was measured"):
        Sizes.of([])


def found(number: int, share: float = 0.6, **offences: Any) -> Found:
    rng = (Key(number) / "bits").rng()
    bits = {name: np.packbits(rng.random(4000) < share) for name in overlap.REAL_DICE}
    numbers = {"subject": f"{number:04d}", "folding": [2.0, 2.1], "impossible": {}, "pieces": {}, "astray": 0}
    return Found({**numbers, **offences}, bits)


def test_variety_finds_the_two_most_alike() -> None:
    people = [found(n) for n in range(5)]
    variety = evidence.variety([*people, Found({**people[2].numbers, "subject": "0099"}, people[2].bits)])
    assert variety["nearest"]["dice"] == 1
    assert variety["nearest"]["subjects"] == ["0002", "0099"]
    rows = {row["name"]: row for row in variety["overlap"]}
    assert rows["Left-Cerebral-White-Matter"]["holds"]
    assert not rows["Brain-Stem"]["holds"]
    assert rows["Brain-Stem"]["count"] == 15
    assert variety["folding"]["holds"]


def test_plausibility_names_the_worst() -> None:
    people = [
        found(1, impossible={"CSF | Putamen": 3}, astray=0),
        found(2, impossible={"CSF | Putamen": 9, "A | B": 1}, pieces={"Left-Thalamus": (2, 7)}, astray=4),
        found(3),
    ]
    plausibility = evidence.plausibility(people)
    assert plausibility["contacts"]["people_with_any"] == 2
    first = plausibility["contacts"]["kinds"][0]
    assert first == {"name": "CSF | Putamen", "people": 2, "total": 12, "worst": "0002", "most": 9}
    assert plausibility["pieces"]["kinds"][0]["most"] == 7
    assert plausibility["astray"]["people_with_any"] == 1
    assert evidence.plausibility(people[2:])["contacts"] == {"people_with_any": 0, "kinds": []}


def test_claims_follow_the_numbers() -> None:
    sizes = Sizes.of(person(n) for n in range(3000))
    numbers = {
        "medians": evidence.medians(sizes, sizes),
        "spreads": evidence.spreads(sizes),
        "spreads_drawn": evidence.spreads(sizes),
        "variety": evidence.variety([found(n, 0.5) for n in range(4)]),
        "plausibility": evidence.plausibility([found(1), found(2, astray=1)]),
    }
    held = {claim.name: claim.holds for claim in evidence.claims(numbers)}
    assert held["No impossible contact"]
    assert not held["Left never on the right"]
    assert held["No two nearer to each other than two real people"]
    assert not held["Overlap between people as in real people"]
