"""The icosphere: one triangulation for every hemisphere, so that vertices correspond between people."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

FINE, COARSE = 6, 5
"""Subdivisions for surfaces (40,962 vertices) and for folding patterns (10,242, the first of the fine)."""

_GOLDEN = (1 + 5**0.5) / 2
_CORNERS = [
    (-1, _GOLDEN, 0), (1, _GOLDEN, 0), (-1, -_GOLDEN, 0), (1, -_GOLDEN, 0),
    (0, -1, _GOLDEN), (0, 1, _GOLDEN), (0, -1, -_GOLDEN), (0, 1, -_GOLDEN),
    (_GOLDEN, 0, -1), (_GOLDEN, 0, 1), (-_GOLDEN, 0, -1), (-_GOLDEN, 0, 1),
]  # fmt: skip
_FACES = [
    (0, 11, 5), (0, 5, 1), (0, 1, 7), (0, 7, 10), (0, 10, 11), (1, 5, 9), (5, 11, 4), (11, 10, 2),
    (10, 7, 6), (7, 1, 8), (3, 9, 4), (3, 4, 2), (3, 2, 6), (3, 6, 8), (3, 8, 9), (4, 9, 5),
    (2, 4, 11), (6, 2, 10), (8, 6, 7), (9, 8, 1),
]  # fmt: skip


@functools.cache
def icosphere(order: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Unit vertices, shape (v, 3), and outward triangles, shape (f, 3), after `order` subdivisions.

    The vertices of every lower order come first, in the same order.

    Example:
        >>> vertices, faces = icosphere(2)
        >>> len(vertices), len(faces)
        (162, 320)
    """
    if order == 0:
        corners = np.array(_CORNERS, np.float64)
        return corners / np.linalg.norm(corners, axis=1)[:, None], np.array(_FACES)
    vertices, faces = icosphere(order - 1)
    edges, of_face = np.unique(_ends(faces), axis=0, return_inverse=True)
    middles = vertices[edges].sum(1)
    middles /= np.linalg.norm(middles, axis=1)[:, None]
    ab, bc, ca = of_face.reshape(3, -1) + len(vertices)
    a, b, c = faces.T
    split = ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))
    return np.concatenate([vertices, middles]), np.concatenate([np.stack(face, 1) for face in split])


@functools.cache
def neighbours(order: int) -> npt.NDArray[np.int64]:
    """The vertices next to each vertex, shape (v, 6); the twelve with only five name one of them twice."""
    vertices, _ = icosphere(order)
    both = np.concatenate([edges(order), edges(order)[:, ::-1]])
    both = both[np.argsort(both[:, 0], kind="stable")]
    start = np.searchsorted(both[:, 0], np.arange(len(vertices) + 1))
    column = np.minimum(start[:-1, None] + np.arange(6), start[1:, None] - 1)
    return np.asarray(both[column, 1])


@functools.cache
def edges(order: int) -> npt.NDArray[np.int64]:
    """Both ends of every edge, shape (e, 2): the next order adds their middles, one by one, in this order."""
    return np.unique(_ends(icosphere(order)[1]), axis=0)


def _ends(faces: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Both ends of every edge of every face, the lower first, shape (3 f, 2)."""
    pairs = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    return np.sort(pairs, axis=1)
