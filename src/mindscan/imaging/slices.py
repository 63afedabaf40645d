"""Slices: how thick, how far apart, of what profile and how they lie in the head."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field
from scipy.special import sici
from torch import Tensor

from mindscan.core.errors import SettingsError
from mindscan.core.prior import Rounded
from mindscan.core.record import Record
from mindscan.core.volume import Affine
from mindscan.imaging.blur import FWHM_PER_SD

SLICE_AXIS = {"sagittal": 0, "coronal": 1, "axial": 2}
"""Axis of the image that is counted in slices."""

TIME_BANDWIDTH = 4.0
"""Time-bandwidth product of the truncated sinc pulse: two lobes on either side."""

_POINTS = 32

Floats = npt.NDArray[np.float64]


class Slices(Record):
    """A stack of slices; slices lie along an axis of the image, tilted as a whole where oblique.

    Args:
        orientation: "axial", "coronal" or "sagittal".
        thickness_mm: full width of the profile, above 0 to 50 mm.
        gap_mm: from slice to slice, 0 to 50 mm.
        profile: "boxcar"; "gaussian", whose full width at half maximum is the thickness; or
            "truncated_sinc", the small-angle profile of a sinc pulse cut off after two lobes.
        tilt_deg: angle of an oblique stack, -60 to 60 degrees: axial and coronal stacks turn about
            the axis from left to right, and positive angles lift the front; sagittal ones about the vertical.

    Reference:
        Pauly 1989 (profile of a small-angle pulse), doi:10.1016/0022-2364(89)90265-5.
    """

    orientation: Literal["axial", "coronal", "sagittal"] = "axial"
    thickness_mm: Annotated[Rounded, Field(gt=0, le=50)] = 5.0
    gap_mm: Annotated[Rounded, Field(ge=0, le=50)] = 0.0
    profile: Literal["boxcar", "gaussian", "truncated_sinc"] = "boxcar"
    tilt_deg: Annotated[Rounded, Field(ge=-60, le=60)] = 0.0


def slice_weights(slices: Slices, count: int, voxel_mm: float) -> Tensor:
    """How much each voxel along the slice axis counts in every slice.

    The stack is centred on the image; a slice's weights sum to 1 where it lies inside.

    Args:
        slices: the settings.
        count: voxels along the axis.
        voxel_mm: their edge.

    Returns:
        float32, shape (slices, voxels).

    Raises:
        SettingsError: not a single slice fits.

    Example:
        >>> slice_weights(Slices(thickness_mm=2), 6, 1.0).tolist()[0]
        [0.5, 0.5, 0.0, 0.0, 0.0, 0.0]
    """
    spacing = slices.thickness_mm + slices.gap_mm
    number = int((count * voxel_mm + slices.gap_mm) / spacing + 1e-6)
    if number < 1:
        raise SettingsError(
            f"slices of {slices.thickness_mm:g} mm in {count * voxel_mm:g} mm of image",
            "at least one slice that fits",
            "make them thinner or the field of view larger",
        )
    centres = (np.arange(number) - (number - 1) / 2) * spacing
    points = ((np.arange(count * _POINTS) + 0.5) / _POINTS - count / 2) * voxel_mm
    away = (points - centres[:, None]) / slices.thickness_mm
    height = _PROFILES[slices.profile](away) * voxel_mm / slices.thickness_mm
    return torch.from_numpy(height.reshape(number, count, _POINTS).mean(2)).float()


def _boxcar(away: Floats) -> Floats:
    inside: Floats = (np.abs(away) < 0.5).astype(np.float64)
    return inside


def _gaussian(away: Floats) -> Floats:
    density: Floats = FWHM_PER_SD * np.exp(-0.5 * (away * FWHM_PER_SD) ** 2) / math.sqrt(2 * math.pi)
    return density


def _truncated_sinc(away: Floats) -> Floats:
    """The Fourier transform of a sinc of finite length, 1 in the middle of a wide slice."""
    left, right = (sici(math.pi * TIME_BANDWIDTH * (0.5 + sign * away))[0] for sign in (-1, 1))
    profile: Floats = (left + right) / math.pi
    return profile


_PROFILES = {"boxcar": _boxcar, "gaussian": _gaussian, "truncated_sinc": _truncated_sinc}


def tilted(affine: Affine, shape: tuple[int, int, int], slices: Slices) -> Affine:
    """The affine of the same voxels after the stack is tilted about the middle of the volume."""
    about = 2 if slices.orientation == "sagittal" else 0
    angle = math.radians(slices.tilt_deg)
    turn = np.eye(3)
    one, two = (other for other in range(3) if other != about)
    turn[one, one] = turn[two, two] = math.cos(angle)
    turn[two, one], turn[one, two] = math.sin(angle), -math.sin(angle)
    middle = affine[:3, :3] @ ((np.array(shape) - 1) / 2) + affine[:3, 3]
    result = affine.copy()
    result[:3, :3] = turn @ affine[:3, :3]
    result[:3, 3] = middle - result[:3, :3] @ ((np.array(shape) - 1) / 2)
    return result
