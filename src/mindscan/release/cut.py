"""Parallel planes cut out of a volume, one after the other, as fast as the volume allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from mindscan.core.volume import Volume
from mindscan.learn.pose import moved, seen
from mindscan.report.plane import Plane

Array = npt.NDArray[Any]

_EXACT = 1e-3
"""Voxels that an index may be off by before axes count as turned."""


def cuts(volume: Volume, planes: Sequence[Plane], nearest: bool = False) -> Iterator[Array]:
    """What a volume holds in each of some planes, in turn.

    Where the axes of the voxels run along those of the world, a plane is a mean of two slices that is then
    stretched, rows and columns apart; else every pixel is looked up in space. Both give the same picture.

    Args:
        volume: shape (i, j, k), finite.
        planes: of one view and one field of view, at different heights.
        nearest: take the nearest voxel, and 0 outside, instead of a trilinear mean that falls to the least
            value outside.

    Yields:
        Shape (height, width), of the volume's own type if `nearest`, else float32.
    """
    if not planes:
        return
    to_voxel = np.linalg.inv(volume.affine)
    axes = _along(to_voxel, volume, planes[0])
    if axes is None:
        yield from _turned(volume, planes, to_voxel, nearest)
    else:
        yield from _straight(volume, planes, to_voxel, axes, nearest)


def _along(to_voxel: Array, volume: Volume, plane: Plane) -> list[int] | None:
    """The axis of the voxels that runs along each axis of the world; None where they are turned."""
    order = [int(axis) for axis in np.abs(to_voxel[:3, :3]).argmax(0)]
    rest = np.abs(to_voxel[:3, :3].copy())
    rest[order, range(3)] = 0
    reach = max(high - low for low, high in plane.box)
    return order if sorted(order) == [0, 1, 2] and rest.max() * reach < _EXACT else None


def _straight(
    volume: Volume, planes: Sequence[Plane], to_voxel: Array, axes: Sequence[int], nearest: bool
) -> Iterator[Array]:
    first, (across, up) = planes[0], planes[0].axes
    data = volume.numpy().transpose(axes[first.normal], axes[up], axes[across])
    points = first.points()
    # Along one axis of the world only one index changes, so the others may stand where they do.
    rows = _index(points[:, 0], to_voxel, axes[up])
    columns = _index(points[0], to_voxel, axes[across])
    step, base = (
        to_voxel[axes[first.normal], first.normal],
        _index(points[0, 0], to_voxel, axes[first.normal]),
    )
    heights = np.array([base + step * (plane.at_mm - first.at_mm) for plane in planes])
    if nearest:
        yield from _nearest(data, heights, rows, columns)
        return
    least = data.min()
    through, down, over = (
        _shares(index, size) for index, size in zip((heights, rows, columns), data.shape, strict=True)
    )
    for n in range(len(heights)):
        part = _mean([(data[layer[n]] - least, share[n]) for layer, share in through])
        part = _mean([(part[row], share[:, None]) for row, share in down])
        yield _mean([(part[:, column], share) for column, share in over]) + least


def _nearest(data: Array, heights: Array, rows: Array, columns: Array) -> Iterator[Array]:
    """Whole indices; those outside point at a border of zeros."""
    down, over = (
        np.where((whole >= 0) & (whole < size), whole, size).astype(np.intp)
        for whole, size in ((np.rint(rows), data.shape[1]), (np.rint(columns), data.shape[2]))
    )
    framed = np.zeros((data.shape[1] + 1, data.shape[2] + 1), data.dtype)
    nothing = np.zeros((len(rows), len(columns)), data.dtype)
    for height in heights:
        layer = int(np.rint(height))
        if 0 <= layer < len(data):
            framed[:-1, :-1] = data[layer]
            yield framed[down][:, over]
        else:
            yield nothing


def _index(points: Array, to_voxel: Array, axis: int) -> Array:
    index: Array = points @ to_voxel[axis, :3] + to_voxel[axis, 3]
    return index


def _shares(index: Array, size: int) -> list[tuple[Array, Array]]:
    """The voxels on either side of each index, and their shares; what lies outside has no share."""
    low = np.floor(index).astype(np.intp)
    return [
        (np.clip(voxel, 0, size - 1), np.where((voxel >= 0) & (voxel < size), share, 0).astype(np.float32))
        for voxel, share in ((low, 1 - (index - low)), (low + 1, index - low))
    ]


def _mean(parts: Sequence[tuple[Array, Array]]) -> Array:
    (one, share), (other, rest) = parts
    mean: Array = one * share
    mean += other * rest
    return mean


def _turned(volume: Volume, planes: Sequence[Plane], to_voxel: Array, nearest: bool) -> Iterator[Array]:
    data = volume.data.float()
    least = torch.zeros(()) if nearest else data.min()
    raised = (data - least)[None]
    first = planes[0]
    base = moved(torch.from_numpy(first.points()), to_voxel).float()
    step = torch.from_numpy(to_voxel[:3, first.normal].copy()).float()
    for plane in planes:
        index = base + step * (plane.at_mm - first.at_mm)
        found = (seen(raised, index[None], nearest)[0, 0] + least).numpy()
        yield found.astype(volume.numpy().dtype) if nearest else found
