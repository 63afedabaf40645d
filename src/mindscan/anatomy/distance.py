"""Signed distances: from probability maps with sub-voxel accuracy, and of simple solids."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from torch import Tensor

Array = npt.NDArray[np.float32]
Point = tuple[float, float, float]
Points = Sequence[Array]


def signed_distance(share: Array, level: float = 0.5, smooth_mm: float = 0.4) -> Array:
    """Distance in voxels to the surface where `share` crosses `level`; negative inside (above it).

    Surface points are placed between voxels by the gradient of `share`; every voxel measures to the
    surface point of its nearest boundary voxel (exact feature transform).

    Args:
        share: soft membership from 0 to 1, shape (i, j, k), isotropic voxels.
        level: where the surface lies.
        smooth_mm: standard deviation, in voxels, of a last smoothing against voxel noise.

    Returns:
        float32, same shape.
    """
    inside = share > level
    boundary = ndimage.binary_dilation(inside) & ~ndimage.binary_erosion(inside, border_value=1)
    gradient = np.stack([_steepest(share, axis) for axis in range(3)])
    steep = np.maximum(np.linalg.norm(gradient, axis=0), 0.05)
    offset = np.clip((share - level) / steep, -0.9, 0.9) / steep
    places = np.indices(share.shape, np.float32)
    feet = places - offset * gradient
    nearest = ndimage.distance_transform_edt(~boundary, return_distances=False, return_indices=True)
    gap = places
    for axis in range(3):
        gap[axis] -= feet[axis][tuple(nearest)]
    distance = np.linalg.norm(gap, axis=0) * np.where(inside, -1, 1)
    return np.asarray(ndimage.gaussian_filter(distance, smooth_mm), np.float32)


def _steepest(share: Array, axis: int) -> Array:
    """The steeper of the differences to both neighbours, which sees a ramp one voxel wide."""
    step = np.diff(share, axis=axis)
    edge = [(0, 0)] * 3
    edge[axis] = (1, 0)
    before = np.pad(step, edge)
    edge[axis] = (0, 1)
    after = np.pad(step, edge)
    return np.where(np.abs(before) > np.abs(after), before, after)


def ellipsoid(points: Sequence[Array], centre: Point, semi_mm: Point, turn_deg: Point = (0, 0, 0)) -> Array:
    """Approximate signed distance in mm to an ellipsoid, turned by `turn_deg` about x, then y, then z."""
    x, y, z = (p - c for p, c in zip(points, centre, strict=True))
    for axis, degrees in enumerate(turn_deg):
        c, s = float(np.cos(np.deg2rad(degrees))), float(np.sin(np.deg2rad(degrees)))
        if axis == 0:
            y, z = c * y + s * z, c * z - s * y
        elif axis == 1:
            x, z = c * x - s * z, c * z + s * x
        else:
            x, y = c * x + s * y, c * y - s * x
    a, b, d = semi_mm
    k0 = np.sqrt((x / a) ** 2 + (y / b) ** 2 + (z / d) ** 2)
    k1 = np.sqrt((x / a**2) ** 2 + (y / b**2) ** 2 + (z / d**2) ** 2)
    return np.asarray(k0 * (k0 - 1) / np.maximum(k1, 1e-6), np.float32)


def tube(points: Sequence[Array], path: Sequence[tuple[Point, float]]) -> Array:
    """Signed distance in mm to a tube through `path`, a row of (centre, radius in mm)."""
    best = np.full(points[0].shape, np.inf, np.float32)
    for (start, r0), (end, r1) in itertools.pairwise(path):
        axis = np.subtract(end, start)
        along = sum((p - c) * a for p, c, a in zip(points, start, axis, strict=True)) / float(axis @ axis)
        t = np.clip(along, 0, 1)
        gap = np.sqrt(sum((p - c - t * a) ** 2 for p, c, a in zip(points, start, axis, strict=True)))
        best = np.minimum(best, gap - (r0 + t * (r1 - r0)))
    return best.astype(np.float32)


Section = tuple[float, float, float, float, float, float]
"""Of a loft, where a coronal plane cuts it: y; centre x, z; semi-axes, the longer first; tilt from x to z."""


def loft(points: Sequence[Array], sections: Sequence[Section]) -> Array:
    """Approximate signed distance in mm to a solid with elliptic coronal sections.

    Args:
        points: x, y, z in mm, each broadcastable to the result.
        sections: rows of (y, x, z, semi-axis, semi-axis, tilt in degrees), y rising; lengths in mm.
    """
    rows = np.asarray(sections, np.float32).T
    x0, z0, a, b, tilt = (np.interp(points[1], rows[0], row).astype(np.float32) for row in rows[1:])
    c, s = np.cos(np.deg2rad(tilt)), np.sin(np.deg2rad(tilt))
    along = c * (points[0] - x0) + s * (points[2] - z0)
    across = c * (points[2] - z0) - s * (points[0] - x0)
    k0 = np.hypot(along / a, across / b)
    k1 = np.hypot(along / a**2, across / b**2)
    flat = k0 * (k0 - 1) / np.maximum(k1, 1e-6)
    beyond = np.maximum(rows[0, 0] - points[1], points[1] - rows[0, -1])
    capped = np.where(beyond > 0, np.hypot(np.maximum(flat, 0), beyond), np.maximum(flat, beyond))
    return np.asarray(capped, np.float32)


def rods(xyz: Tensor, path: Sequence[tuple[Point, float]]) -> Tensor:
    """`tube` at points of shape (n, 3) in mm; returns shape (n,)."""
    gaps = []
    for (start, r0), (end, r1) in itertools.pairwise(path):
        first, axis = xyz.new_tensor(start), xyz.new_tensor(end) - xyz.new_tensor(start)
        t = ((xyz - first) @ axis / axis.square().sum()).clamp(0, 1)
        gap = torch.linalg.vector_norm(xyz - first - t[:, None] * axis, dim=1)
        gaps.append(gap - r0 - t * (r1 - r0))
    return torch.stack(gaps).amin(0)


def joined(a: Tensor, b: Tensor, blend_mm: float) -> Tensor:
    """Union of two solids with a rounded seam `blend_mm` wide (polynomial smooth minimum)."""
    overlap = (blend_mm - (a - b).abs()).clamp(min=0) / blend_mm
    return torch.minimum(a, b) - overlap.square() * blend_mm / 4
