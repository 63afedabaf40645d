"""Shape of the cortex in a label volume: how folded a hemisphere is, and how thick its ribbon."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from skimage import measure

from mindscan.core.labels import BY_NAME, both_sides
from mindscan.core.volume import Volume

Mask = npt.NDArray[np.bool_]
Side = Literal["Left", "Right"]

CLOSING_MM = 12.0
"""Radius of the closing that bridges the sulci."""

STEPS_MM = 0.6
"""Blur that takes the steps of the voxels off a surface before its area is measured. With it, ten maps of
real people give 2.05 ± 0.17 and 871 ± 99 cm² a hemisphere; without it 2.23 and 1,011 cm²."""

THICKNESS_SCALE = 0.865
"""From twice the mean depth of the cortex to what FreeSurfer calls its mean thickness.

Set on ten label maps of real people (`overlap.REAL_DICE`): their mean depth gives 2.81 mm, while FreeSurfer's
thickness of people with such volumes of cortex, white matter and ventricles is 2.43 mm (regression over the
1000 Functional Connectomes, residual 0.067 mm, doi:10.1073/pnas.0911855107). Over the ten the two correlate
with 0.91."""

REAL_FOLDING = (2.03, 0.17)
"""Folding index of real hemispheres, mean and SD: label maps of ten people, see `overlap.REAL_DICE`."""

TEN_FOLDING = (2.07, 0.17)
"""Folding index of ten of those people, measured by this very code."""

SIDES: tuple[Side, ...] = ("Left", "Right")

SIDED = (
    "Cerebral-White-Matter", "Cerebral-Cortex", "Lateral-Ventricle", "Inf-Lat-Vent", "Thalamus", "Caudate",
    "Putamen", "Pallidum", "Hippocampus", "Amygdala", "Accumbens-area", "VentralDC", "choroid-plexus",
)  # fmt: skip
"""What a hemisphere is made of, on each side."""


def hemisphere(labels: Volume, side: Side) -> Mask:
    """The filled hemisphere of one side: cortex, white matter, deep grey and ventricles, cropped."""
    ids = [BY_NAME[f"{side}-{name}"].id for name in SIDED]
    data = labels.data.cpu().numpy()
    mask = np.isin(data, ids)
    mask = mask[ndimage.find_objects(mask.astype(np.uint8))[0]]
    return np.asarray(ndimage.binary_fill_holes(_largest(mask)))


def folding_index(filled: Mask, voxel_mm: float = 1.0) -> float:
    """Area of a filled hemisphere over the area of its closing by 12 mm, a ball.

    Args:
        filled: the hemisphere, shape (i, j, k), on cubes.
        voxel_mm: their edge.

    Reference: marching cubes of Lewiner et al. 2003, doi:10.1080/10867651.2003.10487582.

    Example:
        >>> x, y, z = np.indices((30, 30, 30)) - 15
        >>> 0.95 < folding_index(x**2 + y**2 + z**2 < 12**2) < 1.05
        True
    """
    return area_mm2(filled, voxel_mm) / area_mm2(closed(filled, CLOSING_MM / voxel_mm), voxel_mm)


def thickness_mm(labels: Volume) -> float:
    """Mean thickness of the cerebral cortex, from its depth over the white matter.

    A sheet of thickness T on white matter is T/2 deep on average. Depth needs no outer surface, so banks
    that touch in a closed sulcus do no harm. Voxels are taken as cubes.

    Args:
        labels: FreeSurfer ids, voxels of about 1 mm.

    Returns:
        Millimetres, on the scale of FreeSurfer's mean thickness; see `THICKNESS_SCALE`.
    """
    data = labels.data.cpu().numpy()
    cortex = np.isin(data, both_sides("Cerebral-Cortex"))
    box = ndimage.find_objects(cortex.astype(np.uint8))[0]
    white = np.isin(data[box], both_sides("Cerebral-White-Matter"))
    voxel_mm = float(np.mean(labels.grid.voxel_mm))
    depth = ndimage.distance_transform_edt(~white)[cortex[box]] - 0.5
    return float(2 * depth.mean() * voxel_mm * THICKNESS_SCALE)


def closed(mask: Mask, radius: float) -> Mask:
    """Dilation then erosion by a ball of `radius` voxels; of the mask's own shape."""
    margin = int(np.ceil(radius)) + 2
    grown = ndimage.distance_transform_edt(~np.pad(mask, margin)) <= radius
    inner = (slice(margin, -margin),) * mask.ndim
    return np.asarray(ndimage.distance_transform_edt(grown)[inner] > radius)


def area_mm2(mask: Mask, voxel_mm: float = 1.0) -> float:
    """Area of the surface around a mask, by marching cubes on the mask blurred by 0.6 mm."""
    share = ndimage.gaussian_filter(np.pad(mask, 3).astype(np.float32), STEPS_MM / voxel_mm)
    corners, faces, _, _ = measure.marching_cubes(share, 0.5, spacing=(voxel_mm,) * 3)
    return float(measure.mesh_surface_area(corners, faces))


def _largest(mask: Mask) -> Mask:
    parts, count = ndimage.label(mask)
    return mask if count < 2 else np.asarray(parts == 1 + np.argmax(np.bincount(parts.ravel())[1:]))
