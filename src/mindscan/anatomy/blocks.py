"""A grid cut into blocks of voxels, and thick voxels into points."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

from torch import Tensor

from mindscan.core.volume import Grid

BLOCK_POINTS = 76
"""Edge of the blocks that are painted at a time: small, so that most structures are far from most blocks,
and large, so that there are few of them."""
_FINEST_MM, _PART_MM = 1.05, 1.5
"""Voxels with longer edges are divided into parts of so many mm at most and averaged, so that volumes do not
depend on the grid."""


def divisions(grid: Grid) -> list[int]:
    """Into how many parts the voxels of a grid are divided along each axis."""
    return [max(2, math.ceil(edge / _PART_MM)) if edge > _FINEST_MM else 1 for edge in grid.voxel_mm]


def blocks(filled: Tensor, parts: Sequence[int]) -> Iterator[Tensor]:
    """Flat indices of the filled voxels of a grid, block by block.

    Args:
        filled: which voxels, bool, shape (i, j, k).
        parts: into how many each is divided along each axis.
    """
    edges = [max(1, BLOCK_POINTS // n) for n in parts]
    _, nj, nk = filled.shape
    for corner in itertools.product(*map(range, (0, 0, 0), filled.shape, edges)):
        part = filled[tuple(slice(low, low + edge) for low, edge in zip(corner, edges, strict=True))]
        i, j, k = (index + low for index, low in zip(part.nonzero(as_tuple=True), corner, strict=True))
        if len(i):
            yield (i * nj + j) * nk + k


def unravel(flat: Tensor, shape: Sequence[int]) -> tuple[Tensor, Tensor, Tensor]:
    """Voxel indices (i, j, k) of flat ones."""
    rows = flat // shape[2]
    return rows // shape[1], rows % shape[1], flat % shape[2]
