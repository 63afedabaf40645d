"""Faces and ears taken out of scans, where the template's head has them; the brain stays as it is.

Everything in front of a depth below the skin of the template's face, and around and beside its ears, is set
to the level of the air, as far out as the picture goes. Two things are never touched: what is near the inside
of the template's skull, and what is near the brain that was found in this very scan.
"""

from __future__ import annotations

import functools
import gzip
import io
import zlib
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from torch import Tensor

from mindscan.anatomy import template
from mindscan.anatomy.distance import tube
from mindscan.anatomy.field import Field
from mindscan.anatomy.solids import EARS
from mindscan.core.volume import Affine, Grid, Volume
from mindscan.learn.pose import moved, part, places
from mindscan.report.tone import head_mask

Raw = npt.NDArray[Any]

DEPTH_MM = 32.0
"""How deep below the skin a face is taken away: eyes, nose and lips whole (a choice, as are the next)."""
BROW_MM, CHIN_MM = -14.0, -185.0
"""Height of the template's face: from the upper edge of the brows down below the chin."""
BEHIND_MM = 8.0
"""Nothing behind this place, seen from the front, belongs to the face."""
NOSE_MM = 22.0
"""Half the width of the nose, which stands out: between there the depth counts from the skin beside it."""
EAR_MM = 10.0
"""What is nearer to an ear, or to the line from it straight outwards, goes with it."""
SKULL_MM, BRAIN_MM = 7.0, 5.0
"""Distance from the inside of the template's skull, and from the brain of the scan, that is left alone."""
_STEP_MM = 2.0
_LOW_MM, _HIGH_MM = (0.0, -134.0, -190.0), (104.0, 130.0, 30.0)
_EAR_OUT_MM = 78.0
_SLAB = 24


@functools.cache
def field() -> Field:
    """Where faces and ears lie on the template's right half: above 0.5 is taken away; shape (1, i, j, k)."""
    axes = [np.arange(a, b + 1, _STEP_MM).astype(np.float32) for a, b in zip(_LOW_MM, _HIGH_MM, strict=True)]
    x, y, z = np.meshgrid(*axes, indexing="ij")
    spot = torch.from_numpy(np.stack([x, y, z], -1).reshape(-1, 3))
    made = template.load().fields
    skin = made["outer"].at(spot)[0].numpy().reshape(x.shape)
    skull = made["hull"].at(spot)[0].numpy().reshape(x.shape)
    front = np.where(skin < 0, y, -np.inf).max(1)
    front = _filled(front)
    beside = round(NOSE_MM / _STEP_MM)
    front = np.minimum(front, np.where(x[:, 0] < NOSE_MM, front[beside], np.inf))[:, None, :]
    face = (y > np.maximum(front - DEPTH_MM, BEHIND_MM)) & (z < BROW_MM) & (z > CHIN_MM)
    near = np.min([tube([np.minimum(x, _EAR_OUT_MM), y, z], path) for path in EARS], axis=0)
    taken = (face | ((near < EAR_MM) & (x > 50))) & (skull > SKULL_MM)
    return Field(torch.from_numpy(taken.astype(np.float32))[None], _LOW_MM, _STEP_MM)


def _filled(front: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """How far forward the skin reaches at every (x, z); where there is none, as at the nearest place."""
    where = ndimage.distance_transform_edt(~np.isfinite(front), return_distances=False, return_indices=True)
    return np.asarray(front[tuple(where)])


def face(grid: Grid, to_template: Affine, brain: Volume) -> Tensor:
    """Voxels that are to be taken away, bool, shape of the grid.

    Args:
        grid: of the scan.
        to_template: 4 x 4, from world mm of the scan to template mm.
        brain: the inside of the skull on the same grid, bool.
    """
    known, slabs = field(), []
    for i in range(0, grid.shape[0], _SLAB):
        count = min(_SLAB, grid.shape[0] - i)
        spot = moved(places(part(grid, (i, 0, 0), (count, *grid.shape[1:]))), to_template)
        spot[..., 0] = spot[..., 0].abs()
        slabs.append(known.at(spot.reshape(-1, 3))[0].reshape(count, *grid.shape[1:]) > 0.5)
    away = ndimage.distance_transform_edt(~brain.data.numpy(), grid.voxel_mm)
    return torch.cat(slabs) & torch.from_numpy(away > BRAIN_MM)


def defaced_bytes(path: Path, taken: Tensor) -> bytes:
    """A NIfTI file with some voxels at the level of the air and all others as they are stored, bit for bit.

    What the header says besides geometry and units (names, comments) is left out.

    Args:
        path: a `.nii` or `.nii.gz` file of a 3-D picture that can be read.
        taken: bool, shape (i, j, k).
    """
    packed = path.read_bytes()
    content = gzip.decompress(packed) if path.name.endswith(".gz") else packed
    image: Any = nib.Nifti1Image.from_bytes(content)
    raw: Raw = np.array(image.dataobj.get_unscaled())
    raw[taken.numpy()] = air_level(raw)
    return packed_bytes(image, raw)


def air_level(values: Raw) -> float:
    """A value that the air around the head has in a scan, the middle one; the least where there is no air."""
    air = values[~head_mask(np.nan_to_num(values.astype(np.float32)))]
    return float(np.sort(air)[len(air) // 2] if len(air) else values.min())


def packed_bytes(image: Any, raw: Raw) -> bytes:
    """Stored values with geometry, units, type and scale of an image of nibabel, and none of its words."""
    old = image.header
    header: Any = nib.Nifti1Header(endianness=old.endianness)
    header.set_data_shape(raw.shape)
    header.set_data_dtype(raw.dtype)
    kept: tuple[str, ...] = ("pixdim", "xyzt_units", "cal_max", "cal_min")
    kept += ("qform_code", "sform_code", "quatern_b", "quatern_c", "quatern_d")
    kept += ("qoffset_x", "qoffset_y", "qoffset_z", "srow_x", "srow_y", "srow_z")
    for name in kept:
        header[name] = old[name]
    header.set_slope_inter(image.dataobj.slope, image.dataobj.inter)
    start = io.BytesIO()
    header.write_to(start)
    squeeze = zlib.compressobj(1, zlib.DEFLATED, 31)
    stored = np.ascontiguousarray(raw.astype(header.get_data_dtype(), copy=False).T)
    return squeeze.compress(start.getvalue()) + squeeze.compress(stored.data) + squeeze.flush()
