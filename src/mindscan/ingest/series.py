"""DICOM files put in order: series of one person, without copies, with their gaps found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np

from mindscan.ingest.dicom import NO_PICTURES
from mindscan.ingest.find import Entry
from mindscan.ingest.header import Shot, years
from mindscan.ingest.item import Item, Row
from mindscan.ingest.loose import person_folders

_CAPTURES = "1.2.840.10008.5.1.4.1.1.7"
"""Secondary captures, of whatever kind: screens, often with names burned in."""

_GAP = 1.5
"""So many times the steps on both sides is a step over a missing slice; a choice."""

Member = tuple[Entry, Shot]


def series_items(members: Iterable[Member]) -> tuple[list[Item], list[Row]]:
    """Series as items, and rows of the files that are copies of others.

    A series is what shares a person, a study and a series identifier, whichever folder it lies in.
    """
    groups: dict[tuple[str, str, str], list[Member]] = {}
    for entry, shot in members:
        groups.setdefault((person_of(entry, shot), shot["study"], shot["series"]), []).append((entry, shot))
    items, rows = [], []
    for (person, study, series), group in sorted(groups.items(), key=lambda pair: pair[1][0][0].name):
        once: dict[str, Member] = {}
        for member in group:
            once.setdefault(member[1]["instance"] or member[0].name, member)
        kept = list(once.values())
        copies = {entry.name: entry for entry, _ in group}
        for entry, _ in kept:
            del copies[entry.name]
        rows += [
            Row(entry.name, "DICOM", "", "is a copy of another file of its series")
            for entry in copies.values()
        ]
        items.append(_item(person, study, series, _in_order(kept)))
    return items, rows


def person_of(entry: Entry, shot: Shot) -> str:
    """Whose a file is: by identifier, else by name and date of birth, else by folder."""
    if shot["patient"]:
        return str(shot["patient"])
    if shot["patient_name"]:
        return f"{shot['patient_name']} {shot['born']}"
    return "/".join(person_folders(PurePosixPath(entry.name))) or entry.name


def _in_order(members: list[Member]) -> list[Member]:
    return sorted(members, key=lambda member: (member[1]["number"].zfill(9), member[0].name))


def _item(person: str, study: str, series: str, members: Sequence[Member]) -> Item:
    shots = [shot for _, shot in members]
    first = shots[0]
    marks = {shot["mark"] for shot in shots} & {"YES", "NO"}
    places = [_place(shot) for shot in shots if shot["frames"] == 1]
    facts = {
        "age_years": years(first["age"], first["born"], first["date"]),
        "sex": first["sex"],
        "diagnosis": first["diagnosis"],
    }
    item = Item(
        identity=f"{person}\0{study}\0{series}",
        kind="DICOM",
        names=tuple(entry.name for entry, _ in members),
        paths=tuple(str(entry.path) for entry, _ in members),
        size=sum(entry.path.stat().st_size for entry, _ in members),
        person=person,
        session=study,
        date=first["date"] + first["time"],
        words=first["words"],
        modality=first["modality"],
        said=first["said"],
        facts={name: value for name, value in facts.items() if value},
        mark="YES" in marks if marks else None,
        repeats=max(Counter(place for place in places if place).values(), default=1) > 1,
    )
    return replace(item, unfit=_unfit(shots))


def _unfit(shots: Sequence[Shot]) -> str:
    modality = shots[0]["modality"]
    if modality in NO_PICTURES or any(shot["kind"].startswith(_CAPTURES) for shot in shots):
        return (
            f"holds no picture of anatomy: {modality if modality in NO_PICTURES else 'a capture of a screen'}"
        )
    if any(shot["burned"] == "YES" for shot in shots):
        return "has words burned into the picture, as its header says"
    short = sum(shot["short"] for shot in shots)
    if short:
        return f"is cut short: {short} of {len(shots)} files"
    if 0 in shots[0]["shape"]:
        return "has shape {} x {}".format(*shots[0]["shape"])
    missing = _missing(shots)
    return f"slices are missing at {missing} of {len(shots)} places" if missing else ""


def _missing(shots: Sequence[Shot]) -> int:
    """At how many places the step between slices is much larger than those on both sides of it."""
    turns = {tuple(shot["turn"]) for shot in shots}
    if (
        len(turns) != 1
        or len(shots) < 4
        or any(len(shot["place"]) != 3 or shot["frames"] > 1 for shot in shots)
    ):
        return 0
    turn = np.reshape(turns.pop() or np.eye(2, 3), (2, 3))
    along = np.unique(np.round(np.array([shot["place"] for shot in shots]) @ np.cross(*turn), 2))
    steps = np.diff(along)
    if len(steps) < 3:
        return 0
    before, after = np.r_[steps[1], steps[:-1]], np.r_[steps[1:], steps[-2]]
    return int((steps > _GAP * np.maximum(before, after)).sum())


def _place(shot: Shot) -> str:
    """Where a slice lies and what it shows; "" where it does not say."""
    return str([shot["place"], shot["turn"], shot["group"]]) if shot["place"] else ""
