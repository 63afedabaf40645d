"""Volume-by-age plots."""

import itertools
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from mindscan.dataset.layout import PARTICIPANT_COLUMNS
from mindscan.report.norms import expected
from mindscan.report.plots import HEIGHT, MEASURES, WIDTH, Point, plot, ticks, within_norm

HIPPOCAMPUS = next(measure for measure in MEASURES if measure.norm == "hippocampus")


def typical(sex: str, age: float, factor: float = 1.0, healthy: bool = True) -> Point:
    """A person whose hippocampi have `factor` times the median volume."""
    middle = float(expected("hippocampus", sex, np.array([age]))[0][0])
    return Point(f"sub-{sex}{age:g}", sex, age, 2 * middle * factor, healthy)


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_is_a_column_of_the_participants_table(measure: object) -> None:
    assert measure.column in PARTICIPANT_COLUMNS


@pytest.mark.parametrize("measure", MEASURES)
def test_plots_are_well_formed_and_hold_every_subject(measure: object) -> None:
    points = [Point("sub-<1>", "F", 30.0, 1400.0, True), Point("sub-2", "M", 97.0, 3.0, False)]
    svg = ET.fromstring(plot(measure, points))
    assert "sub-<1>, 30.0 y: 1,400 mL" in "".join(svg.itertext())
    assert len(svg.findall("circle")) == len(svg.findall("rect")) == 1
    assert svg.find("rect").get("class") == "dot M ill"
    for mark, x, y in ((svg.find("circle"), "cx", "cy"), (svg.find("rect"), "x", "y")):
        assert 0 <= float(mark.get(x)) <= WIDTH
        assert 0 <= float(mark.get(y)) <= HEIGHT
    assert len(svg.findall("polygon")) == 2


def test_plots_work_without_subjects() -> None:
    assert len(ET.fromstring(plot(HIPPOCAMPUS, [])).findall("polygon")) == 2


def test_more_is_higher_and_older_is_further_right() -> None:
    svg = ET.fromstring(plot(HIPPOCAMPUS, [typical("F", 30), typical("F", 60, 1.2)]))
    first, second = svg.findall("circle")
    assert float(second.get("cx")) > float(first.get("cx"))
    assert float(second.get("cy")) < float(first.get("cy"))


def test_within_norm_counts_healthy_people_of_known_ages() -> None:
    points = [
        typical("F", 30),
        typical("M", 50),
        typical("F", 40, 0.5),
        typical("M", 30, 0.5, healthy=False),
        Point("sub-old", "F", 99.0, 7.0, True),
    ]
    assert within_norm(HIPPOCAMPUS, points) == (2, 3)
    assert within_norm(HIPPOCAMPUS, []) == (0, 0)


def test_both_sides_are_held_against_twice_the_norm() -> None:
    middle = expected("hippocampus", "F", np.array([30.0]))[0][0]
    assert within_norm(HIPPOCAMPUS, [Point("a", "F", 30.0, float(middle), True)]) == (0, 1)
    assert within_norm(HIPPOCAMPUS, [Point("a", "F", 30.0, 2 * float(middle), True)]) == (1, 1)


def test_numbers_stay_short() -> None:
    point = Point("sub-1", "F", 31.23456, 8.123456, True)
    assert not re.search(r"\d\.\d{4,}", plot(HIPPOCAMPUS, [point]))


@pytest.mark.parametrize(("low", "high"), [(0, 1), (1183.2, 1993.0), (2.3, 10.4), (10, 80)])
def test_ticks_are_round_and_inside(low: float, high: float) -> None:
    found = ticks(low, high)
    assert 3 <= len(found) <= 11
    assert low <= found[0] < found[-1] <= high
    assert len({round(b - a, 6) for a, b in itertools.pairwise(found)}) == 1
