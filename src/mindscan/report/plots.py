"""Volume against age as inline SVG: every subject of a data set over the band of published norms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt

from mindscan.report.norms import Sex, ages_covered, expected

WIDTH, HEIGHT = 360, 250
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 12, 34
SEXES: tuple[Sex, ...] = ("F", "M")


@dataclass(frozen=True)
class Measure:
    """One plot: a column of the participants table and the norm it is held against.

    Args:
        column: column of the participants table.
        title: heading of the plot.
        norm: name in the norms table; its band is drawn.
        sides: how many of the norm make the column (norms of sided structures are for one side).
        also: name of a second norm, whose median is drawn dashed.
        note: a sentence below the heading.
        unit: of the column and the norm.
    """

    column: str
    title: str
    norm: str
    sides: int = 1
    also: str = ""
    note: str = ""
    unit: str = "mL"


MEASURES: tuple[Measure, ...] = (
    Measure(
        "icv_ml",
        "Intracranial volume",
        "icv",
        also="etiv",
        note="Band: all adults, spread within sites. Dashed: by age, all sites.",
    ),
    Measure("cortical_gm_ml", "Cortical grey matter", "cortical_gm"),
    Measure("cerebral_wm_ml", "Cerebral white matter", "cerebral_wm"),
    Measure("subcortical_gm_ml", "Subcortical grey matter", "deep_gm"),
    Measure("ventricles_ml", "Ventricles", "ventricles"),
    Measure("hippocampus_ml", "Hippocampus, both sides", "hippocampus", sides=2),
)


@dataclass(frozen=True)
class Point:
    """One subject in a plot: a size in the unit of its measure, age in years."""

    name: str
    sex: str
    age_years: float
    ml: float
    healthy: bool


def within_norm(measure: Measure, points: Sequence[Point]) -> tuple[int, int]:
    """How many healthy subjects lie inside the 95 % band, and how many have a norm for their age."""
    inside = known = 0
    for sex in SEXES:
        mine = [point for point in points if point.sex == sex and point.healthy]
        ages, values = np.array([p.age_years for p in mine]), np.array([p.ml for p in mine])
        _, low, high = (part * measure.sides for part in expected(measure.norm, sex, ages))
        known += int(np.isfinite(low).sum())
        inside += int(((values >= low) & (values <= high)).sum())
    return inside, known


def plot(measure: Measure, points: Sequence[Point]) -> str:
    """One SVG: bands hold the middle 95 % of healthy people, lines their median, marks the subjects.

    Women are circles and men squares; a mark is hollow where the subject is not healthy.

    Args:
        measure: what is plotted.
        points: one for each subject that has the value.
    """
    frame = _Frame.around(measure, points)
    shapes = [_band(measure, sex, frame) for sex in SEXES]
    shapes += [_line(measure, measure.also, sex, frame, "also") for sex in SEXES if measure.also]
    shapes += [_mark(point, frame, measure.unit) for point in points]
    label = f"{measure.title} in {measure.unit} against age in years for {len(points)} subjects"
    label += ", over the band that holds 95 % of healthy women and men"
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">'
        f"{frame.axes()}{''.join(shapes)}</svg>"
    )


@dataclass(frozen=True)
class _Frame:
    """From ages and millilitres to places in the picture."""

    ages: tuple[float, float]
    mls: tuple[float, float]

    @staticmethod
    def around(measure: Measure, points: Sequence[Point]) -> _Frame:
        """A frame that holds the norm and all points."""
        years, limits = [point.age_years for point in points], [point.ml for point in points]
        for sex in SEXES:
            ages, _, low, high = _curves(measure, measure.norm, sex)
            years += [float(ages[0]), float(ages[-1])]
            limits += [float(np.min(low)), float(np.max(high))]
        pad = 0.04 * (max(limits) - min(limits))
        return _Frame(
            (10 * math.floor(min(years) / 10), 10 * math.ceil(max(years) / 10)),
            (max(0.0, min(limits) - pad), max(limits) + pad),
        )

    def x(self, age: float) -> float:
        """Column of an age."""
        low, high = self.ages
        return round(LEFT + (age - low) / (high - low) * (WIDTH - LEFT - RIGHT), 1)

    def y(self, ml: float) -> float:
        """Row of a volume."""
        low, high = self.mls
        return round(HEIGHT - BOTTOM - (ml - low) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    def axes(self) -> str:
        """Grid lines and their numbers."""
        parts = []
        for ml in ticks(*self.mls):
            y = self.y(ml)
            parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
            parts.append(f'<text x="{LEFT - 7}" y="{y + 4}" text-anchor="end">{ml:,.10g}</text>')
        for age in ticks(*self.ages):
            parts.append(
                f'<text x="{self.x(age)}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{age:g}</text>'
            )
        place = f'x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 3}" text-anchor="middle"'
        parts.append(f'<text class="unit" {place}>age, years</text>')
        return "".join(parts)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers between two limits, about as many as asked for.

    Example:
        >>> ticks(0, 100)
        [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
    """
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = min((1, 2, 2.5, 5, 10), key=lambda factor: abs(factor * power - rough)) * power
    first = math.ceil(low / step - 1e-9)
    return [round(n * step, 10) for n in range(first, math.floor(high / step + 1e-9) + 1)]


def _curves(measure: Measure, norm: str, sex: Sex) -> tuple[npt.NDArray[np.float64], ...]:
    """Ages in steps of a year, and the norm's median and both ends of its band there."""
    youngest, oldest = ages_covered(norm, sex)
    ages = np.arange(youngest, oldest + 0.5)
    return ages, *(curve * measure.sides for curve in expected(norm, sex, ages))


def _places(ages: npt.NDArray[np.float64], mls: npt.NDArray[np.float64], frame: _Frame) -> list[str]:
    return [f"{frame.x(float(age))},{frame.y(float(ml))}" for age, ml in zip(ages, mls, strict=True)]


def _band(measure: Measure, sex: Sex, frame: _Frame) -> str:
    """The band and the median line of one sex."""
    ages, _, low, high = _curves(measure, measure.norm, sex)
    area = " ".join([*_places(ages, low, frame), *reversed(_places(ages, high, frame))])
    return f'<polygon class="band {sex}" points="{area}"/>' + _line(measure, measure.norm, sex, frame)


def _line(measure: Measure, norm: str, sex: Sex, frame: _Frame, kind: str = "") -> str:
    """The median of a norm."""
    ages, middle, *_ = _curves(measure, norm, sex)
    points = " ".join(_places(ages, middle, frame))
    return f'<polyline class="median {sex} {kind}" points="{points}"/>'


def _mark(point: Point, frame: _Frame, unit: str) -> str:
    """A circle for a woman, a square for a man, with a tooltip."""
    x, y = frame.x(point.age_years), frame.y(point.ml)
    kind = f'class="dot {point.sex}{"" if point.healthy else " ill"}"'
    note = f"<title>{escape(point.name)}, {point.age_years:.1f} y: {point.ml:,.4g} {unit}</title>"
    if point.sex == "M":
        return f'<rect {kind} x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6">{note}</rect>'
    return f'<circle {kind} cx="{x}" cy="{y}" r="3.4">{note}</circle>'
