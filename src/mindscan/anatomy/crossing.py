"""Whether a triangle mesh crosses itself, and where: every pair of triangles that come near is looked at."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.spatial import cKDTree

Index = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Corners = npt.NDArray[np.float64]

_CLASSES = (0.0, 0.3, 0.6, 0.8, 0.93, 0.985, 0.9995, 1.0)
"""Limits of classes of triangles by size, as shares of them; classes are compared two by two."""
_MOST_CELLS = 100
"""Cells along an axis."""


def crossing_faces(vertices: npt.NDArray[np.floating], faces: Index, changed: Index | None = None) -> Index:
    """Triangles that another triangle of the same mesh runs through.

    Two triangles cross where an edge of one pierces the other; edges that meet a corner of the other
    triangle do not count.

    Args:
        vertices: shape (v, 3).
        faces: shape (f, 3).
        changed: look only at triangles that have one of these vertices; all when None.

    Returns:
        Indices into `faces`, sorted, without repeats.

    Example:
        >>> corners = np.array([[0, 0, 0], [2, 0, 0], [0, 2, 0], [0.5, 0.5, -1], [0.5, 0.5, 1], [9, 9, 1]])
        >>> crossing_faces(corners, np.array([[0, 1, 2], [3, 4, 5]]))
        array([0, 1])
    """
    corners = vertices.astype(np.float64)[faces]
    wanted = _touched(faces, changed)
    nearby = np.flatnonzero(_neighbourhood(corners, wanted))
    corners, faces, wanted = corners[nearby], faces[nearby], wanted[nearby]
    first, second = _near(corners, wanted)
    first, second = _worth_a_look(corners, faces, first, second)
    hit = _pierced(corners, faces, first, second) | _pierced(corners, faces, second, first)
    return np.asarray(nearby[np.unique(np.concatenate([first[hit], second[hit]]))])


def _touched(faces: Index, changed: Index | None) -> Mask:
    if changed is None:
        return np.ones(len(faces), bool)
    vertex = np.zeros(int(faces.max()) + 1, bool)
    vertex[changed] = True
    return np.asarray(vertex[faces].any(1))


def _neighbourhood(corners: Corners, wanted: Mask) -> Mask:
    """Triangles in the same cell as one that is wanted, or next to it; no triangle is larger than a cell."""
    low = corners.min(1)
    edge = max(float((corners.max(1) - low).max()), float(np.ptp(low)) / _MOST_CELLS, 1e-9)
    cell = tuple(((low - low.min(0)) / edge).astype(np.int64).T)
    asked = np.zeros([int(axis.max()) + 1 for axis in cell], bool)
    asked[tuple(axis[wanted] for axis in cell)] = True
    return np.asarray(ndimage.binary_dilation(asked, np.ones((3, 3, 3), bool))[cell])


def _near(corners: Corners, wanted: Mask) -> tuple[Index, Index]:
    """Pairs of triangles whose circumscribed balls may meet, at least one of them wanted; each pair once."""
    middle = corners.mean(1)
    reach = np.linalg.norm(corners - middle[:, None], axis=2).max(1)
    ends = [round(share * len(reach)) for share in _CLASSES]
    order = np.argsort(reach, kind="stable")
    every = [order[low:high] for low, high in itertools.pairwise(ends) if high > low]
    asked = every if wanted.all() else [group[wanted[group]] for group in every]
    trees = [(group, cKDTree(middle[group]), reach[group[-1]]) for group in every]
    askers = [(group, cKDTree(middle[group]), reach[group[-1]]) for group in asked if len(group)]
    first, second = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for (a, tree, far), (b, other, further) in itertools.product(askers, trees):
        if wanted.all() and far < further:
            continue
        found = tree.sparse_distance_matrix(other, far + further, output_type="ndarray")
        i, j = a[found["i"]], b[found["j"]]
        close = (found["v"] <= reach[i] + reach[j]) & ((i < j) | ~(wanted[i] & wanted[j]) | (far != further))
        first.append(i[close])
        second.append(j[close])
    return np.concatenate(first), np.concatenate(second)


def _worth_a_look(corners: Corners, faces: Index, first: Index, second: Index) -> tuple[Index, Index]:
    """Only pairs whose boxes meet, without a common edge, each on both sides of the plane of the other."""
    low, high = (np.ascontiguousarray(ends.T) for ends in (corners.min(1), corners.max(1)))
    for start, end in zip(low, high, strict=True):
        meet = (start[first] <= end[second]) & (start[second] <= end[first])
        first, second = first[meet], second[meet]
    ours, theirs = ([corner[side] for corner in faces.T.copy()] for side in (first, second))
    common = np.sum([n == m for n, m in itertools.product(ours, theirs)], 0)
    first, second = first[common < 2], second[common < 2]
    for _ in range(2):
        heights = _heights(corners, faces, first, second)
        through = (np.min(heights, 0) < 0) & (np.max(heights, 0) > 0)
        first, second = second[through], first[through]
    return first, second


def _heights(corners: Corners, faces: Index, first: Index, second: Index) -> list[Corners]:
    """Height of each corner of the first triangles over the plane of the second; 0 where they share it."""
    a, b, c = np.moveaxis(corners, 1, 0)
    across = np.cross(b - a, c - a)
    x, y, z, base = (row[second] for row in (*across.T.copy(), (across * a).sum(1)))
    others = [corner[second] for corner in faces.T.copy()]
    heights = []
    for corner, points in zip(faces.T.copy(), corners.transpose(1, 2, 0).copy(), strict=True):
        u, v, w = (row[first] for row in points)
        shared = np.any([corner[first] == other for other in others], 0)
        heights.append(np.where(shared, 0.0, u * x + v * y + w * z - base))
    return heights


def _pierced(corners: Corners, faces: Index, first: Index, second: Index) -> Mask:
    """Whether an edge of the first triangle pierces the second."""
    height = _heights(corners, faces, first, second)
    hit = np.zeros(len(first), bool)
    for i, j in ((0, 1), (1, 2), (2, 0)):
        pair = np.flatnonzero(height[i] * height[j] < 0)
        p, q = corners[first[pair], i], corners[first[pair], j]
        u, v, w = np.moveaxis(corners[second[pair]] - p[:, None], 1, 0)
        volumes = [((q - p) * np.cross(*ends)).sum(1) for ends in ((u, v), (v, w), (w, u))]
        hit[pair] |= np.abs(np.sign(volumes).sum(0)) == 3
    return hit
