"""The page on anatomy: what the numbers of many made people are shown as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mindscan.anatomy import touch
from mindscan.report import plots
from mindscan.report.plots import Point
from mindscan.report.sections import Section
from mindscan.validate import evidence, parts, people, shape
from mindscan.validate.evidence import OFFENCES
from mindscan.validate.measures import MEASURES
from mindscan.validate.page import Cells, Page, Picture, heading, note, pictures, table

_LEAD = (
    "{people_made} people of 5 to 95 years were made from seed {seed}, each on a grid of 1 mm, and their "
    "label volumes measured."
)
_COMMAND = "mindscan validate anatomy --subjects {people_made} --seed {seed}"
_NORMS = (
    "Each mark is one person, measured on the made label volume of 1 mm: voxels are counted, never the "
    "numbers that were drawn. Bands hold the middle 95 % of healthy people, lines are their medians: "
    "1000 Functional Connectomes measured with FreeSurfer (Biswal 2010, doi:10.1073/pnas.0911855107; "
    "Fischl 2012, doi:10.1016/j.neuroimage.2012.01.021; intracranial volume: Buckner 2004, "
    "doi:10.1016/j.neuroimage.2004.06.018). Thickness is twice the mean depth of cortex voxels over "
    "white matter, times {scale}: a factor set once on ten label maps of real people, so that they read "
    "as FreeSurfer's thickness of people with their volumes."
)
_MEDIANS = (
    "Medians are compared with the norm at each person's age. A median over few people scatters by "
    "chance, while what the making adds to the drawing hardly does. So the verdict rests on the last "
    "but one column: the median of {drawn} people who were drawn (not made) over the norm, times the "
    "median of found over asked. Ages that the norms do not reach have no verdict."
)
_SPREADS = "Ends of the middle 95 % of people, relative to the median."
_VARIETY = (
    "Every brain is carried onto the MNI152 average by the affine map of twelve parameters that fits "
    "its grey and white matter best; then every pair of people is compared by Dice overlap, structure "
    "by structure. The folding index is the area of the filled hemisphere over the area of its 12 mm "
    "closing, both by marching cubes; it is measured on the first {folded} people, who are spread over "
    "all ages. Real people: the 20 label maps that SynthSeg trains on (Billot 2023, "
    "doi:10.1016/j.media.2023.102789), and ten of them measured by this very code. A row holds when the "
    "mean lies within one standard deviation of that of the 20 people."
)
_PLAUSIBILITY = (
    "Impossible contacts are pairs of structures that share fewer than {rare} faces of voxels in all "
    "ten real maps together. Pieces are voxels of one label that touch by a corner at least; what may "
    "lie in several places in people too (fluid, vessels, choroid plexus) is not asked. A left voxel is "
    "on the wrong side when it lies more than {slack} mm to the right of a right one in the same row, "
    "and the other way round."
)
_WALL = (
    "Axial, coronal and sagittal slices in FreeSurfer's colours; the right of the person is on the left "
    "of axial and coronal slices."
)
_NEAREST = (
    "The two people most alike are sub-{} and sub-{}: Dice of the left cortex {:.3f}. Half of all people "
    "have a nearest neighbour below {:.3f}. The two most alike of 20 real people reach {}."
)


def anatomy_page(
    numbers: Mapping[str, Any],
    points: Mapping[str, Sequence[Point]],
    wall: Sequence[Picture],
    worst: Sequence[Picture],
) -> Page:
    """The page of all that was found.

    Args:
        numbers: every number, see `anatomy.all_numbers`.
        points: what was measured, by name of the measure.
        wall: made brains.
        worst: the worst offences against plausibility.
    """
    return Page(
        "anatomy",
        "Is the anatomy right?",
        _LEAD.format(**numbers),
        _COMMAND.format(**numbers),
        evidence.claims(numbers),
        [
            Section("norms", "Norms", "Norms", _norms(numbers, points)),
            Section("variety", "Variety", "Variety", _varied(numbers["variety"])),
            Section(
                "plausibility", "Plausibility", "Plausibility", _plausible(numbers["plausibility"], worst)
            ),
            Section("pictures", "Pictures", "Made brains at four ages", [note(_WALL), pictures(wall)]),
        ],
    )


def _norms(numbers: Mapping[str, Any], points: Mapping[str, Sequence[Point]]) -> list[str]:
    return [
        note(_NORMS.format(scale=shape.THICKNESS_SCALE)),
        f'<div class="plots">{"".join(_plots(points))}</div>',
        heading("Medians by decade and sex"),
        note(_MEDIANS.format(drawn=f"{numbers['people_drawn']:,}")),
        _medians(numbers["medians"]),
        heading("Spread between people"),
        note(_SPREADS),
        _spreads(numbers),
    ]


def _varied(variety: Mapping[str, Any]) -> list[str]:
    return [
        note(_VARIETY.format(folded=people.FOLDED)),
        _variety(variety),
        note(_nearest(variety["nearest"])),
    ]


def _plausible(plausibility: Mapping[str, Any], worst: Sequence[Picture]) -> list[str]:
    return [
        note(_PLAUSIBILITY.format(rare=touch.RARE, slack=f"{parts.SLACK_MM:g}")),
        _plausibility(plausibility),
        heading("The worst cases"),
        pictures(worst),
    ]


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
