"""What may touch what: pairs of structures that share faces of voxels, and pairs that never do in people."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from mindscan.anatomy.touch import Pair, classes, never
from mindscan.core.volume import Volume


def contacts(labels: Volume) -> dict[Pair, int]:
    """Faces that voxels of two structures share, by pair of names in alphabetical order."""
    names, index = classes()
    folded = index[labels.data.cpu().numpy()]
    size = len(names)
    counts = np.zeros(size * size, np.int64)
    for axis in range(3):
        first, second = _neighbours(folded, axis)
        touch = first != second
        counts += np.bincount(first[touch].astype(np.int64) * size + second[touch], minlength=size * size)
    both = counts.reshape(size, size) + counts.reshape(size, size).T
    rows, columns = np.nonzero(np.triu(both))
    return {(names[a], names[b]): int(both[a, b]) for a, b in zip(rows, columns, strict=True)}


def impossible(found: Mapping[Pair, int]) -> dict[Pair, int]:
    """Those of the contacts found that real people do not have; pairs never looked at are left out."""
    return {pair: faces for pair, faces in found.items() if pair in never()}


def touching(labels: Volume, pair: Pair) -> npt.NDArray[np.bool_]:
    """Voxels of either structure that share a face with the other."""
    names, index = classes()
    folded = index[labels.data.cpu().numpy()]
    marked = np.zeros(folded.shape, bool)
    one, other = (names.index(name) for name in pair)
    for axis in range(3):
        first, second = _neighbours(folded, axis)
        touch = ((first == one) & (second == other)) | ((first == other) & (second == one))
        before, after = [(0, 0)] * 3, [(0, 0)] * 3
        before[axis], after[axis] = (0, 1), (1, 0)
        marked |= np.pad(touch, before) | np.pad(touch, after)
    return marked


def _neighbours(
    data: npt.NDArray[np.generic], axis: int
) -> tuple[npt.NDArray[np.generic], npt.NDArray[np.generic]]:
    """Views of every voxel that has a next one along an axis, and of that next one."""
    before, after = [slice(None)] * 3, [slice(None)] * 3
    before[axis], after[axis] = slice(None, -1), slice(1, None)
    return data[tuple(before)], data[tuple(after)]
