"""What a user gives: a scan that can be looked at, or one line that says why it cannot."""

from __future__ import annotations

import numpy as np
import torch

from mindscan.core.errors import SettingsError
from mindscan.core.volume import Volume
from mindscan.learn.clothes import signal

SMALLEST_MM, LARGEST_MM = 60.0, 700.0
"""Extents of a field of view that may hold a human brain (choices of this project)."""
FEWEST = 8
"""Slices that are needed along every axis."""
THICKEST_MM = 12.0
LEAST_ML = 100.0
"""Tissue and fluid that must be seen, so that it may be a brain (a choice of this project)."""


def accepted(scan: Volume) -> Volume:
    """The signal of a scan as networks look at it: finite, at least 0, float32.

    Args:
        scan: of any unit, contrast and orientation.

    Raises:
        SettingsError: it is not 3-D, empty, constant, or not of the size of a human head.
    """
    if scan.data.dim() != 3:
        shape = " x ".join(map(str, scan.data.shape))
        raise SettingsError(f"a scan of {shape} voxels", "a 3-D picture", "give one volume of the series")
    if min(scan.data.shape) < FEWEST:
        shape = " x ".join(map(str, scan.data.shape))
        raise SettingsError(
            f"a scan of {shape} voxels", f"at least {FEWEST} along each axis", "give the whole scan"
        )
    edges, extent = scan.grid.voxel_mm, np.multiply(scan.data.shape, scan.grid.voxel_mm)
    if abs(np.linalg.det(scan.affine[:3, :3])) < 1e-9 or not np.isfinite(scan.affine).all():
        raise SettingsError("an affine that cannot be inverted", "voxels of some size", "mend the header")
    if extent.min() < SMALLEST_MM or extent.max() > LARGEST_MM or max(edges) > THICKEST_MM:
        shown = " x ".join(f"{mm:.3g}" for mm in extent)
        raise SettingsError(
            f"a field of view of {shown} mm in voxels of {' x '.join(f'{mm:.3g}' for mm in edges)} mm",
            f"a human head in {SMALLEST_MM:g} to {LARGEST_MM:g} mm, in voxels of at most {THICKEST_MM:g} mm",
            "check the voxel size in the header: its unit is millimetres",
        )
    data = torch.nan_to_num(scan.data.float(), 0.0, 0.0, 0.0)
    if float(data.min()) == float(data.max()):
        raise SettingsError(
            f"a scan that is {float(data.max()):g} everywhere", "a picture", "give another file"
        )
    given = signal(data)
    seen_ml = float((given > 0).sum()) * scan.grid.voxel_ml
    if seen_ml < LEAST_ML:
        raise SettingsError(
            f"a scan in which {seen_ml:.3g} mL show anything", "a human brain", "give a scan that shows one"
        )
    return Volume(given, scan.affine)
