"""Brains side by side: a label map carried onto the template by the affine map that fits it best."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Sequence
from pathlib import Path

import nibabel as nib
import numpy as np
import numpy.typing as npt
from scipy import ndimage, optimize

from mindscan.core.errors import PackageError
from mindscan.core.labels import LABELS, both_sides
from mindscan.core.volume import Affine, Grid, Volume

Array = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int16]
Points = npt.NDArray[np.float64]

STEP_MM = 7.0
"""Grid on which the fit is judged."""
_COARSE = 3
"""Voxels that are averaged along each axis before the fit."""
_BLUR_MM = 3.0
_BOX_MM = ((-91, 91), (-126, 91), (-70, 98))
_LEFT_MM = ((-84, 4), (-116, 84), (-74, 90))
_MARGIN = 12

GREY = tuple(label.id for label in LABELS if label.tissue == "GM")
WHITE = tuple(label.id for label in LABELS if label.tissue == "WM" and not label.extracranial)
CEREBRUM = (*both_sides("Cerebral-Cortex"), *both_sides("Cerebral-White-Matter"))


def to_template(labels: Volume) -> Affine:
    """4 x 4 map from template millimetres (MNI152) to the world millimetres of a brain.

    Twelve parameters, fitted by least squares to the grey and white matter maps of the template on a
    grid of 7 mm. Size, shape and pose of the brain as a whole are so taken out.

    Args:
        labels: FreeSurfer ids, any affine, voxels of about 1 mm.

    Reference: template of Fonov et al. 2011, doi:10.1016/j.neuroimage.2010.07.033.
    """
    maps, affine = _tissue_maps(labels)
    points, wanted = _template_maps()
    grade = [[np.asarray(part, np.float32) for part in np.gradient(one)] for one in maps]
    inverse = np.linalg.inv(affine)
    ones = np.concatenate([points, np.ones((len(points), 1))], 1)

    def places(flat: Points) -> Points:
        index: Points = inverse[:3] @ np.vstack([flat.reshape(3, 4), [0, 0, 0, 1]]) @ ones.T
        return index

    def rest(flat: Points) -> Points:
        return np.concatenate([_at(one, places(flat)) for one in maps]) - wanted

    def slopes(flat: Points) -> Points:
        where, rows = places(flat), []
        for one in grade:
            by_world = np.stack([_at(part, where) for part in one], 1) @ inverse[:3, :3]
            rows.append((by_world[:, :, None] * ones[:, None, :]).reshape(len(ones), 12))
        return np.concatenate(rows)

    start = _start(maps, affine, points, wanted)
    found = optimize.least_squares(rest, start.ravel(), slopes, x_scale=np.tile([0.01, 0.01, 0.01, 1], 3))
    return np.vstack([found.x.reshape(3, 4), [0, 0, 0, 1]])


def left_half(labels: Volume, carry: Affine) -> Ids:
    """The left half of a label map on the template's grid of 1 mm, nearest voxel, shape (88, 200, 164)."""
    grid = _grid(_LEFT_MM, 1.0)
    matrix = np.linalg.inv(labels.affine) @ carry @ grid.affine
    data = labels.data.cpu().numpy().astype(np.int16)
    found = ndimage.affine_transform(data, matrix[:3, :3], matrix[:3, 3], grid.shape, order=0)
    return np.asarray(found, np.int16)


def _tissue_maps(labels: Volume) -> tuple[list[Array], Affine]:
    """Smooth shares of grey and white matter on coarse voxels around the brain, and their affine."""
    data = labels.data.cpu().numpy()
    box = ndimage.find_objects(np.isin(data, (*GREY, *WHITE)).astype(np.uint8))[0]
    low = np.array([max(0, side.start - _MARGIN) for side in box])
    high = np.array([min(n, side.stop + _MARGIN) for side, n in zip(box, data.shape, strict=True)])
    data = data[tuple(slice(a, b) for a, b in zip(low, low + (high - low) // _COARSE * _COARSE, strict=True))]
    affine = labels.affine @ np.diag([_COARSE, _COARSE, _COARSE, 1.0])
    affine[:3, 3] = labels.affine[:3, :3] @ (low + (_COARSE - 1) / 2) + labels.affine[:3, 3]
    blur = _BLUR_MM / (_COARSE * np.linalg.norm(labels.affine[:3, :3], axis=0))
    return [ndimage.gaussian_filter(_averaged(np.isin(data, ids)), blur) for ids in (GREY, WHITE)], affine


def _averaged(mask: npt.NDArray[np.bool_]) -> Array:
    i, j, k = (n // _COARSE for n in mask.shape)
    cells = mask.reshape(i, _COARSE, j, _COARSE, k, _COARSE)
    return np.asarray(cells.mean((1, 3, 5), dtype=np.float32), np.float32)


@functools.cache
def _template_maps() -> tuple[Points, Points]:
    """Points on the grid of the fit, shape (n, 3), and the template's grey then white matter there."""
    points = np.stack(np.meshgrid(*(np.arange(a, b, STEP_MM) for a, b in _BOX_MM), indexing="ij"), -1)
    flat = points.reshape(-1, 3).astype(np.float64)
    found = [_at(ndimage.gaussian_filter(one, _BLUR_MM), places.T) for one, places in _template_tissue(flat)]
    return flat, np.concatenate(found)


def _template_tissue(points: Points) -> list[tuple[Array, Points]]:
    """Grey and white matter of the template, and the voxel index of world points in them."""
    return [
        (data / np.float32(255), (points - affine[:3, 3]) @ np.linalg.inv(affine[:3, :3]).T)
        for data, affine in (shipped(kind) for kind in ("gm", "wm"))
    ]


def shipped(kind: str) -> tuple[Array, Affine]:
    """A map of the average as nilearn ships it, and its affine."""
    found = importlib.util.find_spec("nilearn")
    if found is None or found.origin is None:
        raise PackageError("nilearn is not installed", "the MNI152 maps that it ships", "pip install nilearn")
    folder = Path(found.origin).parent / "datasets" / "data"
    image = nib.Nifti1Image.from_filename(folder / f"mni_icbm152_{kind}_tal_nlin_sym_09a_converted.nii.gz")
    return np.asarray(image.dataobj, np.float32), np.asarray(image.affine, np.float64)


def _start(
    maps: Sequence[Array],
    affine: Affine,
    points: Points,
    wanted: Points,
) -> Affine:
    """A first guess, shape (3, 4): the same middle and the same spread along every axis."""
    brain = maps[0] + maps[1]
    index = np.indices(brain.shape).reshape(3, -1).T
    own, own_sd = _moments(index @ affine[:3, :3].T + affine[:3, 3], brain.ravel())
    aim, aim_sd = _moments(points, wanted.reshape(2, -1).sum(0))
    size = own_sd / aim_sd
    return np.concatenate([np.diag(size), (own - size * aim)[:, None]], 1)


def _moments(points: Points, weight: npt.NDArray[np.floating]) -> tuple[Points, Points]:
    mean = np.average(points, 0, weight)
    return mean, np.sqrt(np.average((points - mean) ** 2, 0, weight))


def _at(image: Array, index: Points) -> Points:
    """Linear look-up at voxel indices of shape (3, n); 0 outside."""
    return np.asarray(ndimage.map_coordinates(image, index, order=1), np.float64)


def _grid(box: Sequence[tuple[float, float]], step: float) -> Grid:
    shape = [round((b - a) / step) for a, b in box]
    return Grid.centred(shape, (step,) * 3, [(a + b - step) / 2 for a, b in box])
