"""Which structures touch in people, and which never do: faces counted in label maps of real people."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from mindscan.core.labels import BY_NAME, LABELS, TABLE_SIZE, in_skull, is_artery

Pair = tuple[str, str]

OUTSIDE = "Outside"
"""Everything that is neither brain nor fluid in and around it."""

RARE = 10
"""A contact of fewer faces than this in all ten maps together counts as never seen."""

_SAME = {
    "CC_": "Cerebral-White-Matter",
    "Left-Claustrum": "Cerebral-White-Matter",
    "Right-Claustrum": "Cerebral-White-Matter",
    "ctx-": "Cerebral-Cortex",
}
"""What maps count as part of another structure, by the beginning of its name."""

_BESIDE = ("Dura", "Vein")


def structure(name: str) -> str:
    """What a label belongs to, both sides alike; arteries to the fluid that they run in, as maps count them.

    Example:
        >>> structure("Left-Thalamus"), structure("CC_Central")
        ('Thalamus', 'Cerebral-White-Matter')
    """
    if name in BY_NAME and is_artery(BY_NAME[name]) and in_skull(BY_NAME[name]):
        return "CSF"
    for start, whole in _SAME.items():
        if name.startswith(start):
            return whole
    return name.removeprefix("Left-").removeprefix("Right-")


@cache
def known() -> dict[Pair, int]:
    """Faces of every contact in ten label maps of real people, all together; pairs that never touch have 0.

    Source: ten of the 20 label maps that SynthSeg trains on (Billot et al. 2023,
    doi:10.1016/j.media.2023.102789), counted by `scripts/contacts_table.py`.
    """
    text = files("mindscan.anatomy").joinpath("contacts.csv").read_text(encoding="utf-8")
    return {(row["one"], row["other"]): int(row["faces"]) for row in csv.DictReader(text.splitlines())}


@cache
def never() -> frozenset[Pair]:
    """Pairs, in alphabetical order, that do not touch in people; pairs never looked at are left out."""
    return frozenset(pair for pair, faces in known().items() if faces < RARE)


@cache
def classes() -> tuple[tuple[str, ...], npt.NDArray[np.uint8]]:
    """Names of the structures in alphabetical order, and the index of each label's structure."""
    inside = {
        label.id: structure(label.name)
        for label in LABELS
        if in_skull(label) and not (label.lesion or label.name in _BESIDE)
    }
    names = tuple(sorted({*inside.values(), OUTSIDE}))
    index = np.full(TABLE_SIZE, names.index(OUTSIDE), np.uint8)
    for label_id, name in inside.items():
        index[label_id] = names.index(name)
    return names, index
