"""Line integrals from a point source through volumes: differentiable, on any device.

Joseph's method: a ray is sampled once in every slice across the axis that it runs along most, by bilinear
interpolation within the slice, and every sample counts with the length of the ray from slice to slice.
Reference: Joseph 1982, doi:10.1109/TMI.1982.4307572.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import grid_sample, pad
from torch.utils.checkpoint import checkpoint

from mindscan.core.volume import Affine

_BUNDLES = 16
"""Parts that the rays are marched in, side by side on several threads."""
_SLICES = 16
"""Slices that are marched again when gradients are taken, instead of being remembered."""


class _Rays(NamedTuple):
    """Where rays cross slice n: `base + n * slope`, in coordinates from -1 to 1; shape (bundle, 1, n, 2)."""

    base: Tensor
    slope: Tensor


def line_integrals(volumes: Tensor, affine: Affine, source: Tensor, targets: Tensor) -> Tensor:
    """Integral of each volume along straight rays, in units of the volumes times mm.

    Gradients flow to the volumes, the source and the targets. Rays are taken as endless lines, so nothing
    of the volumes may lie behind the source or the targets. Outside the volumes there is nothing.

    Args:
        volumes: shape (c, i, j, k), float; all are marched through at once.
        affine: from voxel index to world millimetres; may be oblique.
        source: where all rays start, world mm, shape (3,).
        targets: where they end, world mm, shape (..., 3).

    Returns:
        Shape (c, ...), of the type and on the device of `volumes`.

    Example:
        >>> import numpy as np
        >>> slab = torch.ones((1, 8, 8, 8))
        >>> start, end = torch.tensor([3.0, 3.0, -50.0]), torch.tensor([[3.0, 3.0, 90.0]])
        >>> line_integrals(slab, np.eye(4), start, end)
        tensor([[8.]])
    """
    inverse = torch.linalg.inv(torch.from_numpy(affine)).to(volumes.device)
    first = source.double() @ inverse[:3, :3].T + inverse[:3, 3]
    last = targets.reshape(-1, 3).double() @ inverse[:3, :3].T + inverse[:3, 3]
    along = (last - first).detach().abs().argmax(dim=-1)
    length = (targets.reshape(-1, 3) - source).double().norm(dim=-1)
    total = volumes.new_zeros((volumes.shape[0], len(last)))
    for axis in torch.unique(along).tolist():
        chosen = (along == axis).nonzero()[:, 0]
        part = _march(volumes.movedim(axis + 1, 1), axis, first, last[chosen])
        steps = (last[chosen, axis] - first[axis]).abs()
        weighted = part * (length[chosen] / steps).to(part)
        total = weighted if len(chosen) == len(last) else total.index_copy(1, chosen, weighted)
    return total.reshape(-1, *targets.shape[:-1])


def _march(volumes: Tensor, axis: int, first: Tensor, last: Tensor) -> Tensor:
    """Sum over all slices (c, n, a, b) of what rays meet in them; shape (c, rays)."""
    slices = volumes.shape[1]
    rays = _rays(volumes, axis, first, last)
    total = torch.zeros((), dtype=volumes.dtype, device=volumes.device)
    for start in range(0, slices, _SLICES):
        numbers = range(start, min(start + _SLICES, slices))
        if torch.is_grad_enabled():
            total = total + checkpoint(_slices, volumes, numbers, *rays, use_reentrant=False)
        else:
            total = total + _slices(volumes, numbers, *rays)
    return total.permute(1, 2, 0, 3).reshape(volumes.shape[0], -1)[:, : len(last)]


def _rays(volumes: Tensor, axis: int, first: Tensor, last: Tensor) -> _Rays:
    """Rays in the plane of the slices, bundled."""
    # grid_sample names the last axis of a picture first
    plane = [other for other in (2, 1, 0) if other != axis]
    sizes = torch.tensor([volumes.shape[3], volumes.shape[2]], dtype=torch.float64, device=volumes.device)
    way = last - first
    slope = way[:, plane] / way[:, axis : axis + 1]
    base = first[plane] - first[axis] * slope
    many = -(-len(last) // _BUNDLES) * _BUNDLES - len(last)
    bundled = (
        pad(lines, (0, 0, 0, many)).to(volumes).view(_BUNDLES, 1, -1, 2)
        for lines in ((2 * base + 1) / sizes - 1, 2 * slope / sizes)
    )
    return _Rays(*bundled)


def _slices(volumes: Tensor, numbers: range, base: Tensor, slope: Tensor) -> Tensor:
    """What rays meet in some slices; shape (bundle, c, 1, rays)."""
    total = base.new_zeros((len(base), volumes.shape[0], 1, base.shape[2]))
    for n in numbers:
        picture = volumes[:, n].contiguous()
        if picture.requires_grad or bool(picture.any()):
            grid = torch.add(base, slope, alpha=n)
            total += grid_sample(picture.expand(len(base), -1, -1, -1), grid, align_corners=False)
    return total
