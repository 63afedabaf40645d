"""Voxels that a grid tears off or presses together, given to what they belong to.

Painting is exact at every point, but where a blade is thinner than a voxel its label comes and goes, and
where two surfaces run close a voxel hides what lies between. On the finished label grid every structure
becomes one piece, and structures that never touch in anybody are kept apart; the tissue shares follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from torch import Tensor

from mindscan.core.labels import BY_ID, BY_NAME, LABELS, TISSUES, both_sides, structure_of

Ids = npt.NDArray[np.int16]
Mask = npt.NDArray[np.bool_]
Box = tuple[slice, ...]
Boxes = Sequence[Box | None]

_SCATTERED = ("Unknown", "CSF", "Dura", "Vein", "vessel", "choroid-plexus", "5th-Ventricle")
"""Structures inside the skull that may have several pieces."""
APART: tuple[tuple[str, str, str], ...] = (
    ("Cerebral-Cortex", "Brain-Stem", "CSF"),
    ("Cerebral-Cortex", "Cerebellum-White-Matter", "CSF"),
    ("Cerebral-Cortex", "Thalamus", "Cerebral-White-Matter"),
    ("Cerebral-Cortex", "Lateral-Ventricle", "Cerebral-White-Matter"),
    ("Cerebral-Cortex", "Pallidum", "Cerebral-White-Matter"),
    ("Putamen", "Inf-Lat-Vent", "Cerebral-White-Matter"),
    ("Putamen", "CSF", "Cerebral-White-Matter"),
    ("Accumbens-area", "3rd-Ventricle", "Cerebral-White-Matter"),
    ("Accumbens-area", "Pallidum", "Cerebral-White-Matter"),
    ("Cerebral-White-Matter", "Optic-Chiasm", "CSF"),
)
"""(gives way, to what, becomes): faces between the first two are not seen in label maps of real people
(`mindscan validate anatomy`)."""

_ROUNDS = 2
"""Mending one thing may undo another, so it is done over."""
_NEAR = np.ones((3, 3, 3), bool)
_FACES = ndimage.generate_binary_structure(3, 1)


def mend(labels: Tensor, fractions: Tensor, owners: Tensor) -> Tensor:
    """Make structures whole and keep them apart; the tensors given are changed.

    Args:
        labels: label ids, int16, shape (i, j, k).
        fractions, owners: as in `Brain`, shape (6, i, j, k).

    Returns:
        How much each label has gained, in voxels, float64, indexed by label id.
    """
    gained = torch.zeros(1 + max(BY_ID), dtype=torch.float64)
    ids: Ids = labels.cpu().numpy().copy()
    for where, new in _changes(ids):
        old = ids[where]
        ids[where] = new
        _hand_over(fractions, owners, torch.from_numpy(np.stack(where)), old, new, gained)
    labels.copy_(torch.from_numpy(ids))
    return gained.to(fractions.device)


def _changes(ids: Ids) -> Iterator[tuple[tuple[npt.NDArray[np.int64], ...], Ids]]:
    """What is to be changed in `ids`, step by step; each step sees the changes before it."""
    boxes = ndimage.find_objects(ids.astype(np.int32))
    for _ in range(_ROUNDS):
        for first, second, third in APART:
            for loser, other, winner in zip(_both(first), _both(second), _both(third), strict=True):
                yield from _apart(ids, boxes, loser, other, winner)
        for label in LABELS:
            if not label.extracranial and structure_of(label) not in _SCATTERED:
                yield from _islands(ids, boxes, label.id)


def _both(name: str) -> tuple[int, int]:
    return (BY_NAME[name].id,) * 2 if name in BY_NAME else both_sides(name)


def _apart(
    ids: Ids, boxes: Boxes, loser: int, other: int, winner: int
) -> Iterator[tuple[tuple[npt.NDArray[np.int64], ...], Ids]]:
    smaller = min((b for b in (_box(boxes, loser), _box(boxes, other)) if b), key=_volume, default=None)
    if smaller is None or _box(boxes, loser) is None or _box(boxes, other) is None:
        return
    box = _grown(smaller, ids.shape)
    here = ids[box]
    touching = (here == loser) & ndimage.binary_dilation(here == other, _FACES)
    if touching.any():
        where = _whole(touching, box)
        yield where, np.full(len(where[0]), winner, np.int16)


def _islands(ids: Ids, boxes: Boxes, label: int) -> Iterator[tuple[tuple[npt.NDArray[np.int64], ...], Ids]]:
    """All but the largest piece of a structure go to what mostly lies around them."""
    box = _box(boxes, label)
    if box is None:
        return
    pieces, count = ndimage.label(ids[box] == label, _NEAR)
    if count < 2:
        return
    sizes = np.bincount(pieces.ravel())
    main = 1 + int(np.argmax(sizes[1:]))
    where = _whole((pieces > 0) & (pieces != main), box)
    yield where, _around(ids, where, label)


def _around(ids: Ids, where: tuple[npt.NDArray[np.int64], ...], label: int) -> Ids:
    """The commonest other label among the 26 neighbours of each voxel; fluid where there is none."""
    steps = np.argwhere(_NEAR) - 1
    near = [np.clip(w[:, None] + s, 0, n - 1) for w, s, n in zip(where, steps.T, ids.shape, strict=True)]
    found = ids[tuple(near)]
    votes = (found[:, :, None] == found[:, None]).sum(2) * (found != label)
    best = votes.argmax(1)[:, None]
    chosen = np.take_along_axis(found, best, 1)[:, 0]
    alone = np.take_along_axis(votes, best, 1)[:, 0] == 0
    return np.asarray(np.where(alone, BY_NAME["CSF"].id, chosen), np.int16)


def _hand_over(fractions: Tensor, owners: Tensor, where: Tensor, old: Ids, new: Ids, gained: Tensor) -> None:
    """Give the share of the old label to the new one, whose tissue then has the largest share."""
    at = where.to(fractions.device).unbind()
    rows = torch.tensor([TISSUES.index(label.tissue) for label in LABELS])
    table = torch.zeros(len(gained), dtype=torch.int64)
    table[torch.tensor([label.id for label in LABELS])] = rows
    before, after = torch.from_numpy(old).long(), torch.from_numpy(new).long()
    source, target = table[before].to(fractions.device), table[after].to(fractions.device)
    share = fractions[(source, *at)]
    fractions[(source, *at)] = 0
    owners[(source, *at)] = 0
    fractions[(target, *at)] += share
    owners[(target, *at)] = after.to(owners.dtype).to(owners.device)
    moved = share.double().cpu()
    gained.index_add_(0, before, -moved)
    gained.index_add_(0, after, moved)


def _box(boxes: Boxes, label: int) -> Box | None:
    return boxes[label - 1] if label <= len(boxes) else None


def _volume(box: Box) -> int:
    return int(np.prod([s.stop - s.start for s in box]))


def _grown(box: Box, shape: tuple[int, ...]) -> Box:
    return tuple(slice(max(s.start - 2, 0), min(s.stop + 2, n)) for s, n in zip(box, shape, strict=True))


def _whole(mask: Mask, box: Box) -> tuple[npt.NDArray[np.int64], ...]:
    """Indices into the whole grid of the voxels of a mask on a box."""
    return tuple(index + s.start for index, s in zip(np.nonzero(mask), box, strict=True))
