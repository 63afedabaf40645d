"""Numbers of lesions stay, and what has become of them is told."""

from dataclasses import replace

import torch

from mindscan.anatomy import conditions, progress
from mindscan.anatomy.field import Field
from mindscan.anatomy.lesions import Lesion
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME
from mindscan.core.lesions import LesionRow
from mindscan.core.person import Person
from surveys import survey

PLAQUE, HOLE = BY_NAME["MS-Plaque"].id, BY_NAME["MS-Black-Hole"].id
LEVEL = Field(torch.zeros(1, 2, 2, 2), (0.0, 0.0, 0.0), 1.0)


def lesion(name: str, ml: float, n: int = 0, label: int = PLAQUE) -> Lesion:
    return Lesion("made-up", label, LEVEL, (2,), ml, name=name, id=n)


def rows(lesions) -> list[LesionRow]:
    ordered = sorted(lesions, key=lambda one: one.id)
    return [LesionRow(one.id, "made-up", "", (0, 0, 0), one.ml * 1.001, "", "", "") for one in ordered]


def test_numbers_stay_new_ones_follow_and_none_is_given_twice() -> None:
    first = (lesion("a", 1.0, 1), lesion("b", 1.0, 2))
    second = progress.numbered([lesion("new-0", 0.2, 1), lesion("b", 1.0, 2)], first)
    assert [(one.name, one.id, one.ml) for one in second] == [("new-0", 3, 0.2), ("b", 2, 1.0), ("a", 1, 0.0)]
    third = progress.numbered([lesion("b", 1.0), lesion("new-0", 0.2), lesion("new-1", 0.1)], second)
    assert {one.name: one.id for one in third} == {"a": 1, "b": 2, "new-0": 3, "new-1": 4}


def test_changes_are_told_in_words_by_what_is_prescribed() -> None:
    first = [lesion("a", 1.0, 1), lesion("b", 1.0, 2), lesion("c", 1.0, 3), lesion("d", 1.0, 4)]
    now = [
        lesion("new-0", 0.2, 5),
        lesion("a", 1.5, 1),
        lesion("b", 0.5, 2, HOLE),
        lesion("c", 1.001, 3),
        replace(first[3], ml=0.0),
    ]
    found = progress.changes(first, now, rows(first), rows(now))
    assert [(one.id, one.change) for one in found] == [
        (1, "grown"),
        (2, "shrunk"),
        (3, "same"),
        (4, "gone"),
        (5, "appeared"),
    ]
    assert (found[1].first_label, found[1].label) == ("MS-Plaque", "MS-Black-Hole")
    assert (found[3].first_label, found[3].label, found[3].volume_ml) == ("MS-Plaque", "", 0.0)
    assert (found[4].first_label, found[4].first_ml) == ("", 0.0)
    assert found[0].asked_ml == 1.5
    assert found[0].volume_ml == 1.5 * 1.001


def test_lesions_of_conditions_without_a_progression_stay_as_they_are() -> None:
    person = Person(age_years=60, sex="F")
    ill = conditions.draw("metastases", Key(2), person, 0.3)
    ways = conditions.progressions(Key(3), (ill,))
    still = progress.later((ill,), (), 1.0, Key(1), survey())
    grown = progress.later((ill,), ways, 1.0, Key(1), survey())
    first = conditions.find("metastases").lesions(ill, Key(1) / "metastases", survey())
    assert [one.ml for one in still] == [one.ml for one in first if one.ml > 0]
    assert sum(one.ml for one in grown) > 2 * sum(one.ml for one in still)
