"""Structures that are of one piece lose the crumbs that greys like theirs have left elsewhere."""

from __future__ import annotations

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor

from mindscan.learn.classes import CLASSES, SIDED

LOOSE = (
    "Unknown",
    "CSF",
    "Lateral-Ventricle",
    "Inf-Lat-Vent",
    *(f"{part}-{kind}" for part in ("Cerebral", "Cerebellum") for kind in ("White-Matter", "Cortex")),
)
"""All else is of one piece on each side. Thin horns of ventricles may close, and white matter and cortex come
apart where they are thinner than a voxel."""
_STRAY = 0.01
"""Share of the largest piece of all inside the skull, below which another piece is none: what was taken for
brain in an orbit, say. A choice of this project; a cerebellum cut off would have a tenth."""


def in_one_piece(chance: Tensor) -> Tensor:
    """Probabilities in which what is drawn of a structure hangs together; in place.

    Where a structure is the most probable, yet not in its largest piece (of voxels that share a face), it is
    ruled out and the others share what it had. Small pieces of all inside the skull go outside.

    Args:
        chance: shape (classes + 1, i, j, k), the first class the outside, the last channel the right side.
    """
    stray = islands(chance[:-1].argmax(0) > 0)
    chance[1:-1, stray], chance[0, stray] = 0.0, 1.0
    winner, right = chance[:-1].argmax(0), chance[-1] > 0.5
    for n, name in enumerate(CLASSES):
        if name in LOOSE:
            continue
        drawn = winner == n
        for side in (right, ~right) if name in SIDED else (torch.ones_like(right),):
            chance[n][_crumbs(drawn & side)] = 0
    within, total = 1 - chance[0], chance[1:-1].sum(0)
    chance[1:-1] *= torch.where(total > 0, within / total.clamp(min=1e-30), 0.0)
    return chance


def islands(inside: Tensor) -> Tensor:
    """Pieces of all inside the skull that are too small to be a part of it, bool, of the shape given."""
    return _crumbs(inside, _STRAY)


def _crumbs(mask: Tensor, share: float = 1.0) -> Tensor:
    """Pieces of a mask that are smaller than a share of the largest one, of equal ones the first."""
    pieces, count = ndimage.label(mask.numpy())
    if count < 2:
        return torch.zeros_like(mask)
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    sizes[sizes.argmax()] += 1
    return mask & torch.from_numpy((sizes < share * sizes.max())[pieces])
