"""The page on conditions: what was measured of people who have them, and how they look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mindscan.report.sections import Section
from mindscan.validate.claims import Claim, Row, all_hold, largest_off
from mindscan.validate.page import Page, Picture, heading, measured, note, pictures

_LEAD = (
    "People of 70 years were made without a condition and with each of them, and measured by routines "
    "that share nothing with what makes the conditions; the pictures below show the first of them at "
    "three severities."
)
_CLAIMS: Mapping[str, tuple[str, str, bool]] = {
    "volumes": ("Lesion tissue of 2 mL or more has the volume asked within 2 %", "{:.1%} off at most", True),
    "evans": ("Evans index, measured on the labels, is as asked within 0.01", "{:.4f} off at most", False),
    "shift": (
        "Midline shift, read off the labels, is as asked within 0.5 mm",
        "{:.2f} mm off at most",
        False,
    ),
    "locality": ("A lesion without mass effect changes no voxel outside", "{:.0f} voxels at most", False),
    "identity": ("Severity 0 is the healthy head bit for bit", "{:.0f} voxels at most", False),
    "regions": ("Regions change as prescribed within 1 percentage point", "{:.3f} off at most", False),
    "effects": ("Loss of hippocampus as in what is cited within 20 %", "{:.1%} off at most", True),
    "spreads": (
        "Hippocampi of people with MCI and Alzheimer differ as is cited within 20 %",
        "{:.1%} off at most",
        True,
    ),
    "groups": ("Groups of made people lose hippocampus as is cited within 20 %", "{:.1%} off at most", True),
    "signs": ("Ventricles and cortex of the group of MCI lie between healthy and Alzheimer", "", False),
    "seconds": ("At most 2 CPU-seconds more than the healthy head, glioma 20", "{:.1f} s at most", False),
}
# Table: what is claimed of it, how its largest deviation is said, and whether that is relative.
_GRADES, _SAME = "Fazekas grade, read off the labels, is as asked in 95 %", 0.95
_VOLUMES = (
    "Found: the shares of all voxels that a lesion's label owns, summed over the volume; asked: what the "
    "fitted lesions were drawn with."
)
_EVANS = (
    "Largest width of the frontal horns (in front of the anterior commissure) in an axial slice over the "
    "largest inner width of the skull; both end where half of a voxel is inside."
)
_SHIFT = (
    "Where left labels pass into right ones, above the anterior commissure by half of the way to the "
    "posterior one, beside the same head without the mass."
)
_FAZEKAS = (
    "Beside the ventricles by the thickness of what touches them (below 5 mm, 5 to 10, above), deep by "
    "the longest diameter of a focus in an axial slice (below 10 mm, 10 to 25, above): the scale in "
    "millimetres of Noh et al. 2014, doi:10.1016/j.jstrokecerebrovasdis.2013.06.002, which puts numbers "
    "to the words of Fazekas."
)
_REGIONS = (
    "Shares of voxels beside those of the same head without the condition, at severity 0.5, and"
    " in the first person at three. For widening of ventricles and thinning of the cortex the sources "
    "give the sign and the order, and no figure of a group that could be compared; so only what was "
    "prescribed is held against."
)
_GROUPS = (
    "Everybody is made without a condition and with each, at severity 0.5, in voxels of 2 mm; means of "
    "shares of voxels, one over the other. Of ventricles and cortex the sources say which way "
    "they go and in which group farther: MCI must lie between healthy and Alzheimer."
)
_SECONDS = (
    "Processor time of model and voxels of 1 mm, less that of the same head without; each is made twice, in "
    "turn, and the lesser time counts, as other work on a machine only adds to it."
)
_PICTURES = (
    "The person's right is on the left. Through the most of the lesion; without any, through the "
    "ventricles, in dementia through the hippocampi (coronal), through the cavum and where no "
    "callosum is (coronal), and from the side where tonsils descend."
)


def conditions_page(found: Mapping[str, Sequence[Any]], people: int) -> tuple[Page, dict[str, Any]]:
    """The page of all that was found, and its numbers.

    Args:
        found: rows by table, pictures in "pictures"; see `conditions.gathered`.
        people: how many were made.
    """
    shown = [
        Section("exact", "Exactness", "Parameters measured again", _exact(found)),
        Section("local", "Locality", "What is left alone", _local(found)),
        Section("effects", "Atrophy", "Atrophy in dementia", _effects(found)),
        Section("seconds", "Time", "Time", [note(_SECONDS), measured(_of(found, "seconds"))]),
        Section(
            "pictures",
            "Pictures",
            "Every condition at three severities",
            [note(_PICTURES), pictures([Picture(**one) for one in _of(found, "pictures")])],
        ),
    ]
    command = f"mindscan validate conditions --subjects {people}"
    page = Page("conditions", "Are the conditions right?", _LEAD, command, claims(found), shown)
    return page, {name: rows for name, rows in found.items() if name != "pictures"}


def claims(found: Mapping[str, Sequence[Any]]) -> list[Claim]:
    """What must be true, from all that was found."""
    made = [
        all_hold(name, _of(found, table), words.format(largest_off(_of(found, table), relative)))
        for table, (name, words, relative) in _CLAIMS.items()
    ]
    grades = _of(found, "fazekas")
    same = sum(one["holds"] for one in grades)
    return [*made, Claim(_GRADES, f"{same} of {len(grades)}", bool(grades) and same >= _SAME * len(grades))]


def _of(found: Mapping[str, Sequence[Any]], table: str) -> Sequence[Row]:
    return found.get(table, [])


def _exact(found: Mapping[str, Sequence[Any]]) -> list[str]:
    return [
        heading("Volumes"), note(_VOLUMES), measured(_of(found, "volumes")),
        heading("Evans index"), note(_EVANS), measured(_of(found, "evans")),
        heading("Midline shift, mm"), note(_SHIFT), measured(_of(found, "shift")),
        heading("Fazekas grades"), note(_FAZEKAS), measured(_of(found, "fazekas")),
    ]  # fmt: skip


def _local(found: Mapping[str, Sequence[Any]]) -> list[str]:
    return [
        heading("Without mass effect"), measured(_of(found, "locality")),
        heading("Severity 0"), measured(_of(found, "identity")),
    ]  # fmt: skip


def _effects(found: Mapping[str, Sequence[Any]]) -> list[str]:
    return [
        note(_REGIONS), measured(_of(found, "regions")),
        heading("Against the source"), measured([*_of(found, "effects"), *_of(found, "spreads")]),
        heading("Groups"), note(_GROUPS), measured([*_of(found, "groups"), *_of(found, "signs")]),
    ]  # fmt: skip
