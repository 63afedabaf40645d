"""Priors in the place of numbers."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from mindscan.cohort.override import check, ends, replaced
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.prior import Prior
from mindscan.core.record import Record

Size = Annotated[float, Field(ge=1, le=9)]


class Round(Record):
    kind: Literal["round"] = "round"
    radius_mm: Size


class Square(Record):
    kind: Literal["square"] = "square"
    edge_mm: Size
    turns: Annotated[int, Field(ge=0)]


class Toy(Record):
    name: str
    sides: tuple[Size, Size]
    shape: Annotated[Round | Square, Field(discriminator="kind")]
    spread: dict[str, tuple[Size, Size]]


USUAL = Toy.parse(
    {"name": "a", "sides": [2, 3], "shape": {"kind": "round", "radius_mm": 4}, "spread": {"x": [1, 2]}}
).model_dump()


def checked(wanted: dict[str, Any]) -> None:
    check(wanted, Toy, USUAL, "toy", fixed=("name",))


@pytest.mark.parametrize(
    ("wanted", "result"),
    [
        ({"sides": 5}, {"sides": [5.0, 5.0]}),
        ({"sides": [[4, 4], 7]}, {"sides": [4.0, 7.0]}),
        ({"sides": [{"fixed": 2.5}, 3]}, {"sides": [2.5, 3.0]}),
        ({"shape": {"radius_mm": 6}}, {"shape": {"kind": "round", "radius_mm": 6.0}}),
        ({"spread": {"x": 3}}, {"spread": {"x": [3.0, 3.0]}}),
        (
            {"shape": {"kind": "square", "edge_mm": 2, "turns": 1}},
            {"shape": {"kind": "square", "edge_mm": 2.0, "turns": 1.0}},
        ),
    ],
)
def test_what_is_wanted_replaces_what_is_usual_and_nothing_else(
    wanted: dict[str, Any], result: dict[str, Any]
) -> None:
    checked(wanted)
    assert replaced(USUAL, wanted, Key(1)) == {**USUAL, **result}


def test_a_range_for_a_pair_is_drawn_for_each_side() -> None:
    left, right = replaced(USUAL, {"sides": [1, 9]}, Key(1))["sides"]
    assert left != right
    assert replaced(USUAL, {"sides": [1, 9], "spread": {"x": 3}}, Key(1))["sides"] == [left, right]


def test_whole_numbers_stay_whole() -> None:
    drawn = replaced({"turns": 3, "edge_mm": 2.0}, {"turns": [4, 9], "edge_mm": [4, 9]}, Key(1))
    assert isinstance(drawn["turns"], int)
    assert isinstance(drawn["edge_mm"], float)
    check({"turns": [0.2, 5]}, Square, {}, "square")


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"sids": 3}, "unknown field 'toy.sids'; expected one of shape, sides, spread; did you mean 'sides'"),
        ({"name": "b"}, "unknown field 'toy.name'; expected one of shape, sides, spread; remove it"),
        ({"sides": 10}, "toy.sides = 10; expected less than or equal to 9; change it"),
        ({"sides": [2, 10]}, r"toy.sides = \[2, 10\] can give 10; expected less than or equal to 9"),
        ({"sides": {"normal": [5, 2]}}, r"toy.sides = .* can give -1; expected greater than or equal to 1"),
        ({"sides": [[3, 2], 4]}, r"toy.sides = \[\[3, 2\], 4\]; expected a range \[low, high\] with low at"),
        ({"sides": {"choice": [2, "x"]}}, r'toy.sides = .* can give "x"; expected a valid number'),
        ({"sides": {}}, r"toy.sides = {}; expected a number, \[low, high\], {normal"),
        ({"sides": [1, 2, 3]}, r"toy.sides = \[1, 2, 3\]; expected a number, \[low, high\]"),
        ({"sides": None}, r"toy.sides = null; expected a number"),
        ({"shape": 3}, "toy.shape = 3; expected"),
        ({"shape": {"edge_mm": 2}}, "unknown field 'toy.shape.edge_mm'; expected one of kind, radius_mm"),
        ({"shape": {"kind": "oval"}}, 'toy.shape.kind = "oval"; expected one of round, square'),
        ({"shape": {"kind": "square", "edge_mm": 0}}, "toy.shape.edge_mm = 0; expected greater than"),
        ({"spread": {"y": 2}}, "unknown field 'toy.spread.y'; expected one of x; remove it"),
        ({"spread": {"x": 0}}, "toy.spread.x = 0; expected greater than or equal to 1"),
    ],
)
def test_mistakes_are_named(wanted: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message) as caught:
        checked(wanted)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("prior", "outermost"),
    [
        (3, [3]),
        ([2, 4], [2, 4]),
        ({"normal": [10, 1]}, [7, 13]),
        ({"choice": [5, 6, 7]}, [5, 6, 7]),
        (False, [False]),
    ],
)
def test_outermost_values(prior: object, outermost: list[object]) -> None:
    assert list(ends(Prior.parse(prior))) == outermost
