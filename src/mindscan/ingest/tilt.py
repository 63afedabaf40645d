"""CT of a tilted gantry: slices that stand one above the other, though their planes lean."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path

import nibabel as nib
import numpy as np
import numpy.typing as npt

from mindscan.core.volume import Affine

_HEADER = 348
"""Bytes of a NIfTI-1 header."""

Position = tuple[float, float, float]


def step_mm(positions: Iterable[Position]) -> npt.NDArray[np.float64]:
    """From slice to slice in RAS millimetres, shape (3,); zeros of a single slice.

    Args:
        positions: Image Position (Patient) of every file of a series, LPS millimetres.

    Example:
        >>> step_mm([(2, 0, 10), (0, 2, 20), (1, 1, 15)]).tolist()
        [1.0, -1.0, 5.0]
    """
    places = np.unique(np.array([*positions], np.float64).reshape(-1, 3), axis=0)
    if len(places) < 2:
        return np.zeros(3)
    along = places[:, np.ptp(places, axis=0).argmax()]
    step: npt.NDArray[np.float64] = (places[along.argmax()] - places[along.argmin()]) / (len(places) - 1)
    return step * (-1, -1, 1)


def sheared(affine: Affine, step: npt.NDArray[np.float64]) -> Affine:
    """An affine whose third axis goes from slice to slice, in whichever direction it went before.

    Args:
        affine: 4 x 4, voxel to RAS millimetres.
        step: from slice to slice in RAS millimetres, in either direction.
    """
    leaning = np.array(affine, np.float64)
    leaning[:3, 2] = step if step @ leaning[:3, 2] > 0 else -step
    return leaning


def shear(picture: Path, step: npt.NDArray[np.float64]) -> None:
    """Let the slices of a picture stand where they were taken; no voxel changes its value.

    dcm2niix sets them straight above each other along their normal.

    Args:
        picture: `.nii.gz` file, changed in place; its qform, which cannot say this, is marked as unknown.
        step: from slice to slice in RAS millimetres, in either direction.
    """
    content = gzip.decompress(picture.read_bytes())
    header = nib.Nifti1Header(content[:_HEADER])
    header.set_sform(sheared(header.get_best_affine(), step), code=1)
    header.set_qform(None, code=0)
    picture.write_bytes(gzip.compress(header.binaryblock + content[_HEADER:], 1, mtime=0))
