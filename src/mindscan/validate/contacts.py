"""What may touch what: pairs of structures that share faces of voxels, and pairs that never do in people."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from mindscan.core.labels import LABELS, TABLE_SIZE, in_skull
from mindscan.core.volume import Volume

Pair = tuple[str, str]

OUTSIDE = "Outside"
"""Everything that is neither brain nor fluid in and around it."""

_SAME = {"CC_": "Cerebral-White-Matter", "ctx-": "Cerebral-Cortex"}
"""Parts of a structure by the beginning of their names."""

_BESIDE = ("Dura", "Vein")

RARE = 10
"""A contact of fewer faces than this in all ten maps together counts as never seen."""


def structure(name: str) -> str:
    """What a label belongs to, both sides alike.

    Example:
        >>> structure("Left-Thalamus"), structure("CC_Central")
        ('Thalamus', 'Cerebral-White-Matter')
    """
    for start, whole in _SAME.items():
        if name.startswith(start):
            return whole
    return name.removeprefix("Left-").removeprefix("Right-")


def contacts(labels: Volume) -> dict[Pair, int]:
    """Faces that voxels of two structures share, by pair of names in alphabetical order."""
    names, index = _classes()
    folded = index[labels.data.cpu().numpy()]
    size = len(names)
    counts = np.zeros(size * size, np.int64)
    for axis in range(3):
        first, second = _neighbours(folded, axis)
        touch = first != second
        counts += np.bincount(first[touch].astype(np.int64) * size + second[touch], minlength=size * size)
    both = counts.reshape(size, size) + counts.reshape(size, size).T
    rows, columns = np.nonzero(np.triu(both))
    return {(names[a], names[b]): int(both[a, b]) for a, b in zip(rows, columns, strict=True)}


@cache
def known() -> dict[Pair, int]:
    """Faces of every contact in ten label maps of real people, all together; pairs that never touch have 0.

    Source: ten of the maps of `overlap.REAL_DICE`, counted by `scripts/contacts_table.py`.
    """
    text = files("mindscan.validate").joinpath("contacts.csv").read_text(encoding="utf-8")
    return {(row["one"], row["other"]): int(row["faces"]) for row in csv.DictReader(text.splitlines())}


def impossible(found: Mapping[Pair, int]) -> dict[Pair, int]:
    """Those of the contacts found that real people do not have; pairs never looked at are left out."""
    return {pair: faces for pair, faces in found.items() if pair in known() and known()[pair] < RARE}


def touching(labels: Volume, pair: Pair) -> npt.NDArray[np.bool_]:
    """Voxels of either structure that share a face with the other."""
    names, index = _classes()
    folded = index[labels.data.cpu().numpy()]
    marked = np.zeros(folded.shape, bool)
    one, other = (names.index(name) for name in pair)
    for axis in range(3):
        first, second = _neighbours(folded, axis)
        touch = ((first == one) & (second == other)) | ((first == other) & (second == one))
        before, after = [(0, 0)] * 3, [(0, 0)] * 3
        before[axis], after[axis] = (0, 1), (1, 0)
        marked |= np.pad(touch, before) | np.pad(touch, after)
    return marked


def _neighbours(
    data: npt.NDArray[np.generic], axis: int
) -> tuple[npt.NDArray[np.generic], npt.NDArray[np.generic]]:
    """Views of every voxel that has a next one along an axis, and of that next one."""
    before, after = [slice(None)] * 3, [slice(None)] * 3
    before[axis], after[axis] = slice(None, -1), slice(1, None)
    return data[tuple(before)], data[tuple(after)]


@cache
def _classes() -> tuple[tuple[str, ...], npt.NDArray[np.uint8]]:
    """Names of the structures in alphabetical order, and the index of each label's structure."""
    inside = {
        label.id: structure(label.name) for label in LABELS if in_skull(label) and label.name not in _BESIDE
    }
    names = tuple(sorted({*inside.values(), OUTSIDE}))
    index = np.full(TABLE_SIZE, names.index(OUTSIDE), np.uint8)
    for label_id, name in inside.items():
        index[label_id] = names.index(name)
    return names, index
