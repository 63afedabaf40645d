"""A label map carried into template space: affine fit, skull of the template's volume, straight midline."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from mindscan.anatomy import align, base
from mindscan.anatomy.schemes import UNKNOWN, Ids
from mindscan.anatomy.template import NECK_MM, Template
from mindscan.core.labels import LABELS
from mindscan.core.volume import Affine, Volume

_SIDES = {side: tuple(row.id for row in LABELS if row.side == side) for side in ("L", "R")}
_BEND_MM = 10.0
"""Over which the midline is smoothed before it is straightened (standard deviation)."""
_ENCLOSED = 0.6
"""An unknown region with more of its surface than this against the brain is part of it."""


def to_template(labels: Volume, average: Template) -> Ids:
    """Own label ids on the lattice of a base, shape `base.SHAPE`.

    Args:
        labels: own label ids, `UNKNOWN` for ids without a meaning; any affine.
        average: whose coordinates they are carried to.
    """
    data = adopted(labels.data.numpy().astype(np.int16))
    to_world = align.to_template(Volume(labels.data.new_tensor(data), labels.affine))
    for _ in range(2):
        found = _resampled(data, labels.affine, to_world)
        size = _skull_ml(base.hull(found, average)) / _skull_ml(average.fields["hull"].data[0].numpy())
        to_world = to_world @ np.diag([np.cbrt(size)] * 3 + [1.0])
    found = _resampled(data, labels.affine, to_world)
    return _resampled(data, labels.affine, to_world, _midline(found))


def adopted(ids: Ids) -> Ids:
    """Unknown regions inside the brain go to their nearest neighbours, all others to the background."""
    brain = ids > 0
    unknown = ids == UNKNOWN
    pieces, _ = ndimage.label(unknown & ndimage.binary_dilation(brain, iterations=3))
    shell = ndimage.binary_dilation(unknown) & ~unknown
    nearest = ndimage.distance_transform_edt(~(brain | shell), return_distances=False, return_indices=True)
    result = np.where(brain, ids, 0).astype(np.int16)
    for number, box in enumerate(ndimage.find_objects(pieces), 1):
        wide = tuple(slice(max(0, side.start - 1), side.stop + 1) for side in box)
        piece = pieces[wide] == number
        rim = ndimage.binary_dilation(piece) & ~piece
        if np.mean(brain[wide][rim]) > _ENCLOSED:
            at = (
                np.nonzero(pieces == number)
                if piece.size > 1e6
                else tuple(index + side.start for index, side in zip(np.nonzero(piece), wide, strict=True))
            )
            result[at] = np.maximum(ids[tuple(axis[at] for axis in nearest)], 0)
    return result


def _resampled(
    data: Ids, affine: Affine, to_world: Affine, bend: npt.NDArray[np.float64] | None = None
) -> Ids:
    """Nearest voxels on the lattice; `bend` says how far right the midline lies, shape (j, k)."""
    place = np.eye(4)
    place[:3, 3] = base.ORIGIN_MM
    matrix = np.linalg.inv(affine) @ to_world @ place
    if bend is None:
        carried = ndimage.affine_transform(data, matrix[:3, :3], matrix[:3, 3], base.SHAPE, order=0)
        return np.asarray(carried, np.int16)
    i, j, k = np.indices(base.SHAPE, np.float64)
    nodes = np.stack([i + bend, j, k]).reshape(3, -1)
    index = matrix[:3, :3] @ nodes + matrix[:3, 3:]
    return np.asarray(ndimage.map_coordinates(data, index, order=0).reshape(base.SHAPE), np.int16)


def _midline(ids: Ids) -> npt.NDArray[np.float64]:
    """How far right of the midplane left and right meet, in mm, for every (y, z)."""
    x = (np.arange(base.SHAPE[0]) + base.ORIGIN_MM[0])[:, None, None]
    middle = np.abs(x) < 12
    left, right = (np.isin(ids, _SIDES[side]) & middle for side in "LR")
    there = left.any(0) & right.any(0)
    last_left = np.where(left, x, -12.0).max(0)
    first_right = np.where(right, x, 12.0).min(0)
    met = np.where(there, (last_left + first_right) / 2, 0)
    met = np.where(np.abs(met) < 8, met, 0)
    weight = ndimage.gaussian_filter(there.astype(np.float64), _BEND_MM)
    return np.asarray(ndimage.gaussian_filter(met, _BEND_MM) / np.maximum(weight, 0.02))


def _skull_ml(hull: npt.NDArray[np.float32]) -> float:
    """Volume inside the skull above the neck, on the average's lattice of 2 mm."""
    above = (np.arange(hull.shape[2]) * 2 - 80) > NECK_MM + 6
    return float(np.clip(0.5 - hull / 2, 0, 1)[..., above].sum() * 8 / 1000)
