"""Where a network looks: boxes of voxels, poses that vary, and volumes seen through them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from mindscan.core.key import Key
from mindscan.core.volume import Affine, Grid, Volume

_SLAB = 24
"""Voxels along the first axis that are looked at together."""


@dataclass(frozen=True)
class Channels:
    """Several values for every voxel: float32, shape (channels, i, j, k), and the affine to mm."""

    data: Tensor
    affine: Affine

    @property
    def grid(self) -> Grid:
        """The grid that the voxels lie on."""
        _, i, j, k = self.data.shape
        return Grid((i, j, k), self.affine)


def turned(key: Key, turn_deg: float, stretch: float, shift_mm: float, centre_mm: Affine) -> Affine:
    """A random affine map of world mm, 4 x 4: turned, stretched and shifted about a point.

    Args:
        key: the random stream.
        turn_deg: standard deviation of the rotation about each axis, degrees.
        stretch: standard deviation of the logarithm of the scale along each axis.
        shift_mm: standard deviation of the shift along each axis.
        centre_mm: the point, shape (3,).
    """
    rng = key.rng()
    matrix = np.eye(3)
    for axis, angle in enumerate(np.radians(rng.normal(0, turn_deg, 3))):
        c, s = math.cos(angle), math.sin(angle)
        turn = np.eye(3)
        a, b = (axis + 1) % 3, (axis + 2) % 3
        turn[a, a], turn[a, b], turn[b, a], turn[b, b] = c, -s, s, c
        matrix = turn @ matrix
    matrix = matrix @ np.diag(np.exp(rng.normal(0, stretch, 3)))
    pose = np.eye(4)
    pose[:3, :3] = matrix
    pose[:3, 3] = centre_mm - matrix @ centre_mm + rng.normal(0, shift_mm, 3)
    return pose


def places(box: Grid, device: torch.device | str = "cpu") -> Tensor:
    """World mm of the middle of every voxel of a box, float32, shape (i, j, k, 3)."""
    axes = [torch.arange(n, dtype=torch.float32, device=device) for n in box.shape]
    index = torch.stack(torch.meshgrid(*axes, indexing="ij"), -1)
    return moved(index, box.affine)


def part(box: Grid, low: Sequence[int], shape: tuple[int, int, int]) -> Grid:
    """The part of a box that begins at voxel `low`."""
    affine = box.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ np.asarray(low)
    return Grid(shape, affine)


def moved(points: Tensor, matrix: npt.NDArray[np.floating[Any]]) -> Tensor:
    """Points, shape (..., 3), carried by a 4 x 4 map."""
    m = torch.from_numpy(np.asarray(matrix)).to(points)
    return points @ m[:3, :3].T + m[:3, 3]


def bent(box: Grid, key: Key, sd_mm: float, spacing_mm: float, device: torch.device | str) -> Tensor:
    """A smooth random displacement in mm, shape (i, j, k, 3)."""
    knots = [max(2, round(n * v / spacing_mm) + 1) for n, v in zip(box.shape, box.voxel_mm, strict=True)]
    lattice = torch.randn((1, 3, *knots), generator=key.generator(device), device=device) * sd_mm
    return functional.interpolate(lattice, box.shape, mode="trilinear", align_corners=True)[0].movedim(0, -1)


def seen(data: Tensor, index: Tensor, nearest: bool = False) -> Tensor:
    """Channels of a volume at fractional voxel indices; 0 outside.

    Args:
        data: shape (channels, i, j, k), float.
        index: voxel indices, shape (..., 3) of three axes.
        nearest: take the nearest voxel instead of a trilinear mean.

    Returns:
        Shape (channels, ...).
    """
    size = torch.tensor(data.shape[1:], dtype=index.dtype, device=index.device)
    unit = (index * 2 + 1) / size - 1
    mode = "nearest" if nearest else "bilinear"
    return functional.grid_sample(data[None], unit.flip(-1)[None], mode, "zeros", align_corners=False)[0]


def slabs(grid: Grid) -> Iterator[Grid]:
    """A grid in slabs along its first axis, so that little memory is needed at a time."""
    for low in range(0, grid.shape[0], _SLAB):
        count = min(_SLAB, grid.shape[0] - low)
        yield part(grid, (low, 0, 0), (count, *grid.shape[1:]))


def onto(channels: Channels, grid: Grid, pose: Affine) -> Tensor:
    """Channels on the voxels of a grid, shape (channels, i, j, k); 0 where they do not reach.

    Args:
        channels: in a space of their own, such as the template's.
        grid: in another.
        pose: 4 x 4, from mm of the grid to mm of the channels.
    """
    to_voxel = np.linalg.inv(channels.affine) @ pose
    return torch.cat([seen(channels.data, moved(places(slab), to_voxel)) for slab in slabs(grid)], 1)


def shrunk(volume: Volume, edge_mm: float) -> Volume:
    """A volume averaged over whole voxels, so that none is much smaller than `edge_mm`."""
    blocks = [max(1, round(edge_mm / edge)) for edge in volume.grid.voxel_mm]
    if max(blocks) == 1:
        return volume
    data = functional.avg_pool3d(volume.data[None], blocks, ceil_mode=True, count_include_pad=False)[0]
    affine = volume.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ ((np.array(blocks) - 1) / 2)
    affine[:3, :3] *= blocks
    return Volume(data, affine)
