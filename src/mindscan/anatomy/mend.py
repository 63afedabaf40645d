"""Voxels that a grid tears off or presses together, given to what they belong to.

Painting is exact at every point, but where a blade is thinner than a voxel its label comes and goes, and
where two surfaces run close a voxel hides what lies between. On the finished label grid thin blades are knit
again, structures that never touch in anybody are kept apart and every structure becomes one piece.

A voxel only ever takes a label that may touch all its neighbours. So the last step, which gives loose pieces
away, brings no impossible contact back, and the result holds on any grid whatever was painted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from torch import Tensor

from mindscan.anatomy.touch import OUTSIDE, Pair, classes, never
from mindscan.core.labels import (
    BY_ID,
    BY_NAME,
    LABELS,
    TABLE_SIZE,
    TISSUES,
    both_sides,
    in_skull,
    structure_of,
)

Ids = npt.NDArray[np.int16]
Index = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint32]
Box = tuple[slice, ...]

_SCATTERED = ("CSF", "Dura", "Vein", "vessel", "choroid-plexus", "5th-Ventricle")
"""Structures inside the skull that may have several pieces."""

APART: tuple[Pair, ...] = (
    ("Cerebral-Cortex", "Lateral-Ventricle"),
    ("Cerebral-Cortex", "Inf-Lat-Vent"),
    ("Cerebral-Cortex", "Pallidum"),
    ("Caudate", "Cerebral-Cortex"),
    ("CSF", "Putamen"),
    ("CSF", "Pallidum"),
    ("CSF", "Caudate"),
    ("Cerebellum-Cortex", "Cerebral-White-Matter"),
)
"""Besides the pairs of `touch.never`, these are kept apart: label maps of real people show a few such faces,
where a wall is thinner than a voxel, but anatomy has white matter between them."""

_YIELDS = (
    "Cerebral-Cortex", "Cerebral-White-Matter", "Cerebellum-Cortex", "choroid-plexus", "Accumbens-area",
    "Putamen", "VentralDC", "Amygdala", "Cerebellum-White-Matter", "Caudate", "Pallidum", "Hippocampus",
    "Inf-Lat-Vent", "Lateral-Ventricle", "Thalamus", "Optic-Chiasm", "CSF", "3rd-Ventricle", "4th-Ventricle",
    "Brain-Stem", OUTSIDE,
)  # fmt: skip
"""Of two structures that are kept apart the one named first gives way, if it can."""
_WHITE = "Cerebral-White-Matter"
_BETWEEN = {
    "Brain-Stem": "CSF",
    "Cerebellum-White-Matter": "CSF",
    "Optic-Chiasm": "CSF",
    "Cerebellum-Cortex": "Cerebral-Cortex",
}
"""What lies between a structure and what gives way to it in anatomy; where none is named, white matter."""

_BLADES = {_WHITE: "Cerebral-Cortex", "Cerebellum-White-Matter": "Cerebellum-Cortex"}
"""What thins out into blades, and what takes its place in a voxel."""
_BLADE_VOXELS = 10
"""A smaller piece of a blade is given away rather than knit."""

_LARGE = ("Cerebral-Cortex", "Cerebral-White-Matter", "CSF", OUTSIDE)
"""Structures that may all touch each other: where there is nothing else, there is nothing to look for."""
_EDGE = TABLE_SIZE
"""Stands around the grid: belongs to nothing, touches nothing."""
_NEAR = np.ones((3, 3, 3), bool)
_CSF = BY_NAME["CSF"].id


def mend(labels: Tensor, fractions: Tensor, owners: Tensor) -> None:
    """Make structures whole and keep them apart; the tensors given are changed.

    Args:
        labels: label ids, int16, shape (i, j, k).
        fractions, owners: as in `Brain`, shape (6, i, j, k).
    """
    painted: Ids = labels.cpu().numpy()
    found = enumerate(ndimage.find_objects(painted), 1)
    boxes = {n: box for n, box in found if box and n in BY_ID and in_skull(BY_ID[n])}
    if not boxes:
        return
    crop = _around(boxes.values(), painted.shape)
    head = _Head(painted[crop], boxes, crop)
    head.knit()
    head.separate()
    head.gather()
    new = head.ids[1:-1, 1:-1, 1:-1]
    changed = new != painted[crop]
    where = [index + side.start for index, side in zip(np.nonzero(changed), crop, strict=True)]
    _hand_over(fractions, owners, where, painted[tuple(where)], new[changed])
    at = torch.from_numpy(np.stack(where)).to(labels.device).unbind()
    labels[at] = torch.from_numpy(new[changed]).to(labels.device)


class _Head:
    """Label ids with an edge around them, and the box of each structure, which grows as it gains voxels.

    Args:
        ids: label ids of part of a grid.
        boxes: where each structure lies in the grid.
        crop: where the part lies in the grid.
    """

    def __init__(self, ids: Ids, boxes: Mapping[int, Box], crop: Box) -> None:
        self.ids: Ids = np.ascontiguousarray(np.pad(ids, 1, constant_values=_EDGE))
        self.flat = self.ids.reshape(-1)
        self.boxes = {
            n: tuple(slice(s.start - c.start + 1, s.stop - c.start + 1) for s, c in zip(b, crop, strict=True))
            for n, b in boxes.items()
        }
        steps = np.argwhere(_NEAR) - 1
        steps = steps[steps.any(1)]
        self.strides: Index = np.array(self.ids.strides) // self.ids.itemsize
        self.near: Index = steps @ self.strides
        self.faces: Mask = np.abs(steps).sum(1) == 1

    def knit(self) -> None:
        """Close gaps of one voxel between the main piece of what has blades and other large pieces."""
        for name, beside in _BLADES.items():
            for label, filler in zip(both_sides(name), both_sides(beside), strict=True):
                if label in self.boxes:
                    self._knit(label, filler)

    def _knit(self, label: int, filler: int) -> None:
        pieces, main = self._pieces(label)
        if main[1:].all():
            return
        sizes = np.bincount(pieces.ravel())
        large = ~main & (sizes >= _BLADE_VOXELS)
        large[0] = False
        held, here = main[pieces], self.ids[self.boxes[label]]
        place = np.argwhere(large[pieces])
        piece_of = pieces[tuple(place.T)]
        for n in sorted(np.flatnonzero(large).tolist(), key=lambda n: -int(sizes[n])):
            room = _around([_box(place[piece_of == n])], pieces.shape, 2)
            piece = pieces[room] == n
            gap = _grown(piece) & _grown(held[room]) & (here[room] == filler)
            if gap.any():
                here[room][gap] = label
                held[room] |= piece | gap

    def separate(self) -> None:
        """Bring something between what never touches: the one that gives way becomes what lies between.

        A voxel with no such neighbour waits until what lies beside it has changed. Where that never comes, it
        becomes what may be there, else the other one does, and at last fluid, which may touch everything.
        """
        bits, never_bits = _bits()
        pairs = self._pressed()
        while len(pairs):
            here = self.flat[pairs]
            pairs = pairs[(bits[here[:, 0]] & never_bits[here[:, 1]]) > 0]
            weak, first = np.unique(pairs[:, 0], return_index=True)
            wanted = _between()[_sides()[self.flat[weak]], self.flat[pairs[first, 1]]]
            steps = ((weak, wanted), (weak, None), (np.unique(pairs[:, 1]), None))
            if any(self._give(at, label, pressed=True) for at, label in steps):
                continue
            without = (self.flat[pairs] != _CSF).all(1)
            self._set(np.unique(pairs[without, 0]), _CSF)
            return

    def _pressed(self) -> Index:
        """Pairs of voxels that share a face and must not, shape (n, 2); the one that gives way first."""
        names, index = classes()
        small = [box for label, box in self.boxes.items() if names[index[label]] not in _LARGE]
        if not small:
            return np.zeros((0, 2), np.int64)
        room = _around(small, self.ids.shape)
        bits, never_bits = _bits()
        own, other = bits[self.ids[room]], never_bits[self.ids[room]]
        found = []
        for axis, stride in enumerate(self.strides):
            first, second = [slice(None)] * 3, [slice(None)] * 3
            first[axis], second[axis] = slice(None, -1), slice(1, None)
            at = self._places(own[tuple(first)] & other[tuple(second)] > 0, room)
            found.append(np.stack([at, at + stride], 1))
        pairs = np.concatenate(found)
        order = np.argsort(_rank()[self.flat[pairs]], axis=1, kind="stable")
        return np.take_along_axis(pairs, order, 1)

    def gather(self) -> None:
        """Give all but the largest piece of a structure to what mostly lies around it, rim first."""
        whole = [label.id for label in LABELS if structure_of(label) not in _SCATTERED]
        for label in (label for label in whole if label in self.boxes):
            pieces, main = self._pieces(label)
            if main[1:].all():
                continue
            main[0] = True
            at = self._places(~main[pieces], self.boxes[label])
            while len(at):
                if not self._give(at):
                    self._set(at, _CSF)
                at = at[self.flat[at] == label]

    def _pieces(self, label: int) -> tuple[npt.NDArray[np.signedinteger[Any]], Mask]:
        """The pieces of a structure in its box, counted from 1, and which are main ones.

        Main are those that the edge of the grid cuts, which may hang together outside it; else the largest.
        """
        box = self.boxes[label]
        pieces, count = ndimage.label(self.ids[box] == label, _NEAR)
        main = np.zeros(count + 1, bool)
        for axis, (side, n) in enumerate(zip(box, self.ids.shape, strict=True)):
            if side.start == 1:
                main[np.take(pieces, 0, axis)] = True
            if side.stop == n - 1:
                main[np.take(pieces, -1, axis)] = True
        main[0] = False
        if not main.any() and count:
            main[1 if count == 1 else 1 + np.argmax(np.bincount(pieces.ravel())[1:])] = True
        return pieces, main

    def _give(self, at: Index, wanted: Ids | None = None, pressed: bool = False) -> bool:
        """Give voxels the commonest label around that may touch all their neighbours; whether any got one.

        Args:
            at: flat indices.
            wanted: the only label that each may get.
            pressed: leave those that touch only what they may.
        """
        bits, never_bits = _bits()
        sides, given = _sides(), False
        colours = [4, 2, 1] @ (np.stack(np.unravel_index(at, self.ids.shape)) % 2)
        for colour in range(8):
            turn = colours == colour
            part = at[turn]
            own, found = self.flat[part][:, None], self.flat[part[:, None] + self.near]
            beside = np.bitwise_or.reduce(bits[found[:, self.faces]], 1, keepdims=True)
            fits = (never_bits[found] & beside == 0) & (sides[found] & sides[own] > 0) & (found != own)
            fits &= (never_bits[own] & beside > 0) | (not pressed)
            if wanted is not None:
                fits &= found == wanted[turn][:, None]
            votes = (found[:, :, None] == found[:, None]).sum(2) * fits
            best = votes.argmax(1)[:, None]
            ok = np.take_along_axis(votes, best, 1)[:, 0] > 0
            self._set(part[ok], np.take_along_axis(found, best, 1)[ok, 0])
            given |= bool(ok.any())
        return given

    def _set(self, at: Index, new: Ids | int) -> None:
        """Change voxels, and let the boxes of the labels they get hold them."""
        self.flat[at] = new
        place = np.stack(np.unravel_index(at, self.ids.shape), 1)
        for label in np.unique(self.flat[at]).tolist():
            added = _box(place[self.flat[at] == label])
            self.boxes[label] = _around([added, self.boxes.get(label, added)], self.ids.shape, 0)

    def _places(self, mask: Mask, room: Box) -> Index:
        """Flat indices of the voxels of a mask on a box."""
        start = np.array([side.start for side in room])
        return np.asarray((np.argwhere(mask) + start) @ self.strides)


@cache
def _bits() -> tuple[Bits, Bits]:
    """By label: the bit of its structure, and the bits of all structures that it is kept apart from."""
    names, index = classes()
    own = np.append(np.uint32(1) << index.astype(np.uint32), np.uint32(0))
    apart = np.zeros(len(names), np.uint32)
    for one, other in (*never(), *APART):
        apart[names.index(one)] |= np.uint32(1) << np.uint32(names.index(other))
        apart[names.index(other)] |= np.uint32(1) << np.uint32(names.index(one))
    return own, np.append(apart[index], np.uint32(0))


@cache
def _rank() -> Index:
    """By label: its place in `_YIELDS`; what is not there gives way last."""
    names, index = classes()
    rank = np.array([_YIELDS.index(name) if name in _YIELDS else len(_YIELDS) for name in names])
    return np.append(rank[index], len(_YIELDS))


@cache
def _between() -> Ids:
    """What is to lie between two labels: by side of the one that gives way, see `_sides`, and the other."""
    names, index = classes()
    table = np.zeros((4, TABLE_SIZE + 1), np.int16)
    for label in range(TABLE_SIZE):
        name = _BETWEEN.get(names[index[label]], _WHITE)
        table[1:3, label] = BY_NAME[name].id if name in BY_NAME else both_sides(name)
    return table


@cache
def _sides() -> npt.NDArray[np.uint8]:
    """By label: on which sides it may lie, a bit each; none for what is not in the skull."""
    sides = np.zeros(TABLE_SIZE + 1, np.uint8)
    for label in LABELS:
        if in_skull(label):
            sides[label.id] = {"L": 1, "R": 2, "": 3}[label.side]
    return sides


def _hand_over(fractions: Tensor, owners: Tensor, where: Sequence[Index], old: Ids, new: Ids) -> None:
    """Give the share of the old label to the new one, whose tissue then has the largest share."""
    at = torch.from_numpy(np.stack(where)).to(fractions.device).unbind()
    table = torch.zeros(TABLE_SIZE, dtype=torch.int64)
    table[torch.tensor(list(BY_ID))] = torch.tensor([TISSUES.index(label.tissue) for label in BY_ID.values()])
    before, after = torch.from_numpy(old).long(), torch.from_numpy(new).long()
    source, target = table[before].to(fractions.device), table[after].to(fractions.device)
    share = fractions[(source, *at)]
    fractions[(source, *at)] = 0
    owners[(source, *at)] = 0
    fractions[(target, *at)] += share
    owners[(target, *at)] = after.to(owners.dtype).to(owners.device)


def _box(place: Index) -> Box:
    """The box of some voxels, shape (n, 3)."""
    return tuple(slice(int(low), int(high) + 1) for low, high in zip(place.min(0), place.max(0), strict=True))


def _around(boxes: Iterable[Box], shape: Sequence[int], margin: int = 1) -> Box:
    """The box around some boxes with a margin, as far as the grid goes."""
    sides = zip(*boxes, strict=True)
    return tuple(
        slice(max(min(s.start for s in side) - margin, 0), min(max(s.stop for s in side) + margin, n))
        for side, n in zip(sides, shape, strict=True)
    )


def _grown(mask: Mask) -> Mask:
    return np.asarray(ndimage.binary_dilation(mask, _NEAR))
