"""The page of a validation: claims, tables, plots and pictures in one file that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from mindscan.anatomy import touch
from mindscan.report import plots
from mindscan.report.plots import Point
from mindscan.validate import parts, people, shape
from mindscan.validate.evidence import OFFENCES
from mindscan.validate.measures import MEASURES

_LEAD = (
    "{people_made} people of 5 to 95 years were made from seed {seed}, each on a grid of 1 mm, and their "
    "label volumes measured."
)
_NEAREST = (
    "The two people most alike are sub-{} and sub-{}: Dice of the left cortex {:.3f}. Half of all people "
    "have a nearest neighbour below {:.3f}. The two most alike of 20 real people reach {}."
)
Cells = Sequence[str | float | bool | None]


@dataclass(frozen=True)
class Picture:
    """A picture with what it shows; `source` is the address of an inline picture."""

    text: str
    source: str


def page_html(
    numbers: Mapping[str, Any],
    points: Mapping[str, Sequence[Point]],
    wall: Sequence[Picture],
    worst: Sequence[Picture],
) -> str:
    """The page as HTML.

    Args:
        numbers: every number, see `anatomy.all_numbers`.
        points: what was measured, by name of the measure.
        wall: made brains.
        worst: the worst offences against plausibility.
    """
    template = Template(files("mindscan.validate").joinpath("page.html").read_text(encoding="utf-8"))
    claims = numbers["claims"]
    held = sum(claim["holds"] for claim in claims)
    return template.substitute(
        version=escape(numbers["mindscan"]),
        style=files("mindscan.report").joinpath("page.css").read_text(encoding="utf-8"),
        mark=f"{held} of {len(claims)} claims hold",
        lead=escape(_LEAD.format(**numbers)),
        claims=table(("Claim", "Found", "Holds"), [[c["claim"], c["found"], c["holds"]] for c in claims]),
        scale=f"{shape.THICKNESS_SCALE}",
        plots="".join(_plots(points)),
        drawn=f"{numbers['people_drawn']:,}",
        medians=_medians(numbers["medians"]),
        spreads=_spreads(numbers),
        variety=_variety(numbers["variety"]),
        nearest=escape(_nearest(numbers["variety"]["nearest"])),
        folded=str(people.FOLDED),
        rare=str(touch.RARE),
        slack=f"{parts.SLACK_MM:g}",
        plausibility=_plausibility(numbers["plausibility"]),
        worst=_pictures(worst) or "<p>There are none.</p>",
        wall=_pictures(wall),
        people=str(numbers["people_made"]),
        seed=str(numbers["seed"]),
    )


def table(heads: Sequence[str], rows: Sequence[Cells]) -> str:
    """A table; numbers to three digits, verdicts as yes and no, None as a dash.

    Example:
        >>> "<td class=\\"yes\\">yes</td>" in table(("a", "b"), [["x", True]])
        True
    """
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in rows)
    return (
        '<div class="scroll tall" tabindex="0" role="region" aria-label="Table"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(cell: str | float | bool | None) -> str:
    if cell is None:
        return "<td>–</td>"
    if isinstance(cell, bool):
        return f'<td class="{"yes" if cell else "no"}">{"yes" if cell else "no"}</td>'
    if isinstance(cell, str):
        return f"<td>{escape(cell)}</td>"
    return f'<td class="num">{_short(cell)}</td>'


def _short(value: float) -> str:
    return f"{value:,.0f}" if isinstance(value, int) or abs(value) >= 100 else f"{value:.3g}"


def _plots(points: Mapping[str, Sequence[Point]]) -> list[str]:
    """A scatter for each measure over the band of its norm."""
    figures = []
    for measure in MEASURES:
        shown = plots.Measure(measure.name, measure.title, measure.norm, measure.sides, unit=measure.unit)
        figures.append(
            f'<figure class="plot"><h3>{measure.title} <small>{measure.unit}</small></h3>'
            f"{plots.plot(shown, points[measure.name])}</figure>"
        )
    return figures


def _title(name: str) -> str:
    return next(measure.title for measure in MEASURES if measure.name == name)


def _medians(rows: Sequence[Mapping[str, Any]]) -> str:
    heads = (
        "Size", "Sex", "Decade", "People", "Median", "Norm", "Found / norm", "Drawn / norm", "Found / asked",
        "Expected / norm", "Holds",
    )  # fmt: skip
    columns = (
        "people", "median", "norm", "found_over_norm", "drawn_over_norm", "found_over_asked",
        "expected_over_norm", "holds",
    )  # fmt: skip
    cells = [
        [_title(row["measure"]), row["sex"], f"{row['age_from']}–{row['age_from'] + 9}"]
        + [row[column] for column in columns]
        for row in rows
    ]
    return table(heads, cells)


def _spreads(numbers: Mapping[str, Any]) -> str:
    heads = (
        "Size",
        "Sex",
        "People",
        "2.5 %",
        "97.5 %",
        "Norm 2.5 %",
        "Norm 97.5 %",
        "Largest difference",
        "Holds",
    )
    columns = ("low", "high", "norm_low", "norm_high", "off", "holds")
    cells = [
        [_title(row["measure"]), row["sex"], f"{row['people']} {how}", *(row[column] for column in columns)]
        for how, rows in (("made", numbers["spreads"]), ("drawn", numbers["spreads_drawn"]))
        for row in rows
    ]
    return table(heads, cells)


def _variety(variety: Mapping[str, Any]) -> str:
    heads = (
        "Yardstick",
        "Pairs or sides",
        "Made people",
        "20 real people",
        "10 real people, this code",
        "Holds",
    )
    cells = [
        [
            row["name"],
            row["count"],
            None if row["mean"] is None else f"{row['mean']:.3f} ± {row['sd']:.3f}",
            f"{row['real_mean']:.3f} ± {row['real_sd']:.3f}",
            f"{row['ten_mean']:.3f} ± {row['ten_sd']:.3f}",
            row["holds"],
        ]
        for row in (variety["folding"], *variety["overlap"])
    ]
    return table(heads, cells)


def _nearest(nearest: Mapping[str, Any]) -> str:
    middle = sorted(nearest["each"])[len(nearest["each"]) // 2]
    return _NEAREST.format(*nearest["subjects"], nearest["dice"], middle, nearest["most_alike_real"])


def _plausibility(plausibility: Mapping[str, Any]) -> str:
    heads = ("Claim", "Offence", "People", "Faces or voxels", "Most in one person")
    cells: list[Cells] = []
    for kind, name in OFFENCES.items():
        rows = plausibility[kind]["kinds"]
        cells += [[name, row["name"], row["people"], row["total"], row["most"]] for row in rows]
        cells += [] if rows else [[name, "none", 0, 0, 0]]
    return table(heads, cells)


def _pictures(shown: Sequence[Picture]) -> str:
    return "".join(
        f'<figure><img src="{picture.source}" alt="{escape(picture.text)}" loading="lazy">'
        f"<figcaption>{escape(picture.text)}</figcaption></figure>"
        for picture in shown
    )
