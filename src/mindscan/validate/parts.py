"""Whether every structure is in one piece and on its own side."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from mindscan.core.labels import BY_ID, LABELS, TABLE_SIZE, Side, in_skull
from mindscan.core.volume import Volume

Mask = npt.NDArray[np.bool_]

MANY_PIECES = ("CSF", "Dura", "Vein", "vessel", "choroid-plexus", "5th-Ventricle", "Artery", "Arteries")
"""Ends of the names of structures that lie in several places in people too, or are thinner than a voxel;
everything else is one piece, both sides apart."""

SLACK_MM = 3.0
"""How far a structure may reach past one of the other side in the same row of voxels."""

_AROUND = np.ones((3, 3, 3), bool)


def pieces(labels: Volume) -> dict[str, tuple[int, int]]:
    """Structures in more than one piece: how many, and how many voxels lie outside the largest.

    Voxels that share a corner belong together. Structures of `MANY_PIECES` are not asked.
    """
    data = labels.data.cpu().numpy()
    broken = {}
    for label_id, box in enumerate(ndimage.find_objects(data), 1):
        label = BY_ID.get(label_id)
        if box is None or label is None or not in_skull(label) or label.name.endswith(MANY_PIECES):
            continue
        mask = data[box] == label_id
        parts, count = ndimage.label(mask, _AROUND)
        if count > 1:
            sizes = np.bincount(parts[mask])
            broken[label.name] = (count, int(sizes.sum() - sizes.max()))
    return broken


def islands(labels: Volume, name: str) -> Mask:
    """Voxels of one structure outside its largest piece."""
    data = labels.data.cpu().numpy()
    parts, _ = ndimage.label(data == next(label.id for label in LABELS if label.name == name), _AROUND)
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return np.asarray((parts > 0) & (parts != sizes.argmax()))


def astray(labels: Volume) -> Mask:
    """Left voxels that lie right of a right one in the same row, and the other way round.

    A row runs along the first axis of voxels, which is taken as right-left. Reaching over by up to
    `SLACK_MM` is fine, since the plane between the sides is bent and heads are turned.

    Args:
        labels: label ids whose first axis runs from left to right (or back).
    """
    data = labels.data.cpu().numpy()
    if labels.affine[0, 0] < 0:
        data = data[::-1]
    left, right = (_of_side(side)[data] for side in ("L", "R"))
    slack = SLACK_MM / labels.grid.voxel_mm[0]
    index = np.arange(data.shape[0])[:, None, None]
    first_right = np.where(right, index, data.shape[0]).min(0)
    last_left = np.where(left, index, -1).max(0)
    found = (left & (index > first_right + slack)) | (right & (index < last_left - slack))
    return np.asarray(found[::-1] if labels.affine[0, 0] < 0 else found)


def _of_side(side: Side) -> Mask:
    table = np.zeros(TABLE_SIZE, bool)
    table[[label.id for label in LABELS if label.side == side and in_skull(label)]] = True
    return table
