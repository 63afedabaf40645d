"""The point spread of a scanner: a separable Gaussian, given in millimetres."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from mindscan.imaging.slabs import slabs

FWHM_PER_SD = 2 * math.sqrt(2 * math.log(2))
"""Full width at half maximum of a Gaussian of standard deviation 1."""


def gaussian_taps(sd: float) -> list[float]:
    """One half of a Gaussian on whole numbers, from its middle outwards, that sums to 1 in full.

    Its second moment is exactly `sd` squared: a Gaussian merely read off at the voxels would be too
    narrow where `sd` is below 0.7 voxels.

    Args:
        sd: standard deviation in voxels, at least 0; the taps end at 4 standard deviations.

    Example:
        >>> [round(tap, 4) for tap in gaussian_taps(0.5)]
        [0.7532, 0.1229, 0.0005]
    """
    radius = int(4 * sd + 0.5)
    narrow, wide = 0.0, 2 * sd + 1
    for _ in range(50):
        width = (narrow + wide) / 2
        taps = _gaussian(width, radius)
        if 2 * sum(x * x * tap for x, tap in enumerate(taps)) < sd * sd:
            narrow = width
        else:
            wide = width
    return taps


def _gaussian(width: float, radius: int) -> list[float]:
    raw = [math.exp(-0.5 * (x / width) ** 2) for x in range(radius + 1)]
    total = raw[0] + 2 * sum(raw[1:])
    return [tap / total for tap in raw]


def point_spread(image: Tensor, fwhm_mm: float, voxel_mm: Sequence[float]) -> Tensor:
    """Blur an image; beyond its border it goes on as it ends.

    Args:
        image: float32, shape (i, j, k); left as it is.
        fwhm_mm: full width at half maximum in millimetres, at least 0.
        voxel_mm: edge lengths of a voxel in millimetres.

    Example:
        >>> point_spread(torch.ones(4, 4, 4), 2.0, (1.0, 1.0, 1.0)).allclose(torch.ones(4, 4, 4))
        True
    """
    ti, tj, tk = (gaussian_taps(fwhm_mm / FWHM_PER_SD / voxel) for voxel in voxel_mm)
    margin = len(ti) - 1
    padded = image.new_empty((image.shape[0] + 2 * margin, *image.shape[1:]))
    for rows in slabs(image):
        padded[margin + rows.start : margin + rows.stop] = _along(_along(image[rows], tk, 2), tj, 1)
    padded[:margin] = padded[margin : margin + 1]
    padded[margin + image.shape[0] :] = padded[margin + image.shape[0] - 1 : margin + image.shape[0]]
    blurred = torch.empty_like(image)
    for rows in slabs(image):
        count = rows.stop - rows.start
        torch.mul(padded[margin + rows.start : margin + rows.stop], ti[0], out=blurred[rows])
        for d, tap in enumerate(ti[1:], 1):
            for start in (margin + rows.start - d, margin + rows.start + d):
                blurred[rows].add_(padded[start : start + count], alpha=tap)
    return blurred


def _along(slab: Tensor, taps: list[float], axis: int) -> Tensor:
    """A slab blurred along one of its whole axes."""
    size = slab.shape[axis]
    out = slab * taps[0]
    for d, tap in enumerate(taps[1:], 1):
        inside, edge = max(size - d, 0), min(d, size)
        if inside:
            out.narrow(axis, d, inside).add_(slab.narrow(axis, 0, inside), alpha=tap)
            out.narrow(axis, 0, inside).add_(slab.narrow(axis, d, inside), alpha=tap)
        out.narrow(axis, 0, edge).add_(slab.narrow(axis, 0, 1), alpha=tap)
        out.narrow(axis, size - edge, edge).add_(slab.narrow(axis, size - 1, 1), alpha=tap)
    return out
