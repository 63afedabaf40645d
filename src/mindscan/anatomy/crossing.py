"""Whether a triangle mesh crosses itself, and where: every pair of triangles that come near is looked at."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import torch
from scipy.spatial import cKDTree
from torch import Tensor

Index = npt.NDArray[np.int64]

_CLASSES = (0.0, 0.3, 0.6, 0.8, 0.93, 0.985, 1.0)
"""Limits of classes of triangles by size, as shares of them; classes are compared two by two."""


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
    first, second = _near(corners, _touched(faces, changed))
    first, second = _worth_a_look(corners, faces, first, second)
    exact, triangles = torch.from_numpy(corners), torch.from_numpy(np.asarray(faces))
    i, j = torch.from_numpy(first), torch.from_numpy(second)
    hit = (_pierced(exact, triangles, i, j) | _pierced(exact, triangles, j, i)).numpy()
    return np.unique(np.concatenate([first[hit], second[hit]]))


def _touched(faces: Index, changed: Index | None) -> npt.NDArray[np.bool_]:
    if changed is None:
        return np.ones(len(faces), bool)
    vertex = np.zeros(int(faces.max()) + 1, bool)
    vertex[changed] = True
    return np.asarray(vertex[faces].any(1))


def _near(corners: npt.NDArray[np.float64], wanted: npt.NDArray[np.bool_]) -> tuple[Index, Index]:
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


def _worth_a_look(
    corners: npt.NDArray[np.float64], faces: Index, first: Index, second: Index
) -> tuple[Index, Index]:
    """Only pairs whose boxes meet and that have no edge in common."""
    low, high = corners.min(1), corners.max(1)
    for axis in range(3):
        start, end = low[:, axis], high[:, axis]
        meet = (start[first] <= end[second]) & (start[second] <= end[first])
        first, second = first[meet], second[meet]
    common = sum(faces[first, n] == faces[second, m] for n in range(3) for m in range(3))
    return first[common < 2], second[common < 2]


def _pierced(corners: Tensor, faces: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Whether an edge of the first triangle pierces the second."""
    a, b, c = corners[second].unbind(1)
    across = torch.linalg.cross(b - a, c - a)
    height = torch.linalg.vecdot(corners[first] - a[:, None], across[:, None])
    height[(faces[first][:, :, None] == faces[second][:, None, :]).any(2)] = 0
    hit = torch.zeros(len(first), dtype=torch.bool)
    for i, j in ((0, 1), (1, 2), (2, 0)):
        pair = (height[:, i] * height[:, j] < 0).nonzero()[:, 0]
        p, q = corners[first[pair], i], corners[first[pair], j]
        u, v, w = (ends[pair] - p for ends in (a, b, c))
        volumes = [torch.linalg.vecdot(q - p, torch.linalg.cross(*ends)) for ends in ((u, v), (v, w), (w, u))]
        hit[pair] |= torch.stack(volumes).sign().sum(0).abs() == 3
    return hit
