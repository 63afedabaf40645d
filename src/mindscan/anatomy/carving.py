"""Solids on a lattice that grow and shrink without changing their topology, a simple point at a time.

A point is simple if taking it away or adding it neither splits, joins, opens nor closes anything: among its
26 neighbours the solid is one piece, and so is the rest that touches its faces. Neighbours lie in the 27
bits of a number, so that many points are judged at once; points two apart do not disturb each other.

Reference: Bertrand and Malandain 1994 (simple points), doi:10.1016/0167-8655(94)90046-9.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import ndimage

Mask = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
Bits = npt.NDArray[np.int32]

_PLACES = np.indices((3, 3, 3)).reshape(3, -1).T - 1
_STRIDES = (9, 3, 1)
_REMOTE = np.abs(_PLACES).sum(1)


def _bits(chosen: Mask) -> int:
    return sum(1 << int(n) for n in np.flatnonzero(chosen))


_FACES, _NEAR = _bits(_REMOTE == 1), _bits((_REMOTE == 1) | (_REMOTE == 2))
_SHIFTS = [
    (stride, _bits(_PLACES[:, axis] < 1), _bits(_PLACES[:, axis] > -1))
    for axis, stride in enumerate(_STRIDES)
]
"""For each axis the shift of one step, and the bits that may go up and down."""


def carved(solid: Mask, where: Mask) -> Mask:
    """The solid without as much of `where` as can go with its topology unchanged; both of shape (i, j, k).

    Faces of voxels that are gone join them, corners join voxels of the solid. Nothing may lie on the border.
    """
    return _turned(solid, where, False)


def filled(solid: Mask, where: Mask) -> Mask:
    """The solid with as much of `where` as can be added with its topology unchanged; see `carved`."""
    return _turned(solid, where, True)


def _turned(solid: Mask, where: Mask, value: bool) -> Mask:
    state = solid.astype(np.int32)
    flat, wanted = state.reshape(-1), where.reshape(-1)
    steps = _PLACES @ [solid.shape[1] * solid.shape[2], solid.shape[2], 1]
    beside = ndimage.binary_dilation(solid == value)
    near = np.flatnonzero(wanted & (flat != value) & beside.reshape(-1))
    while len(near):
        done = []
        for part in _apart(near, solid.shape):
            simple = part[_simple(_around(flat, part, steps))]
            flat[simple] = value
            done.append(simple)
        fresh = np.zeros(len(flat), bool)
        fresh[np.concatenate(done)[:, None] + steps] = True
        near = np.flatnonzero(fresh & wanted)
        near = near[flat[near] != value]
    return state > 0


def _apart(points: Index, shape: tuple[int, ...]) -> Iterator[Index]:
    """Points in eight parts, in each of which no two touch."""
    i, j, k = np.unravel_index(points, shape)
    part = (i & 1) * 4 + (j & 1) * 2 + (k & 1)
    for n in range(8):
        chosen = points[part == n]
        if len(chosen):
            yield chosen


def _around(flat: Bits, points: Index, steps: Index) -> Bits:
    """The 26 neighbours of each point as bits."""
    around = np.zeros(len(points), np.int32)
    for bit, step in enumerate(steps):
        if step:
            around |= flat[points + step] << bit
    return around


def _simple(solid: Bits) -> Mask:
    """Whether points with these neighbours are simple."""
    whole = (_reached(solid & -solid, solid, corners=True) == solid) & (solid != 0)
    rest = ~solid & _NEAR
    faces = rest & _FACES
    joined = _reached(faces & -faces, rest, corners=False)
    return np.asarray(whole & (faces != 0) & (faces & ~joined == 0))


def _reached(start: Bits, within: Bits, corners: bool) -> Bits:
    """All that hangs together with the start within a mask, over corners too or over faces only."""
    while True:
        grown = start
        for stride, up, down in _SHIFTS:
            base = grown if corners else start
            grown = grown | (base & up) << stride | (base & down) >> stride
        grown = grown & within
        if (grown == start).all():
            return start
        start = grown
