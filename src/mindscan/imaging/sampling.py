"""Finite sampling of k-space: the acquired matrix, Gibbs ringing, zero filling, partial Fourier."""

from __future__ import annotations

import math
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from mindscan.core.errors import SettingsError
from mindscan.core.prior import Rounded
from mindscan.core.record import Record
from mindscan.imaging.lines import lines

Edge = Annotated[Rounded, Field(gt=0, le=50)]


class Sampling(Record):
    """How much of k-space is acquired.

    An edge shows ripples (Gibbs), because only whole waves per field of view up to half the acquired
    matrix are there; over- and undershoot next to it are 8.95 % of its height.

    Args:
        readout_mm, phase_mm, slice_mm: acquired voxel along each axis, above 0 to 50 mm; that of the
            image where None or where the image's is larger.
        partial_fourier: share of the phase-encoding lines that is acquired, above 0.5 to 1; the others
            are zero.
        apodisation: share of k-space, from its edge inwards, that is faded by a cosine (Tukey), 0 to 1.
        zero_fill: whether the image keeps the voxels of the head by interpolation (zero filling); else
            its voxels are the acquired ones.

    Reference:
        Gibbs 1899, doi:10.1038/059606a0; zero filling and truncation: Bernstein 2001,
        doi:10.1002/jmri.1183.
    """

    readout_mm: Edge | None = None
    phase_mm: Edge | None = None
    slice_mm: Edge | None = None
    partial_fourier: Annotated[Rounded, Field(gt=0.5, le=1)] = 1.0
    apodisation: Annotated[Rounded, Field(ge=0, le=1)] = 0.0
    zero_fill: bool = True


def acquired(count: int, voxel_mm: float, acquired_mm: float | None) -> int:
    """Number of lines that an axis of `count` voxels is acquired with, at most `count`.

    Raises:
        SettingsError: fewer than two acquired voxels fit.

    Example:
        >>> acquired(100, 1.0, 2.0)
        50
    """
    if acquired_mm is None:
        return count
    wanted = round(count * voxel_mm / acquired_mm)
    if count > 1 and wanted < 2:
        raise SettingsError(
            f"an acquired voxel of {acquired_mm:g} mm in {count * voxel_mm:g} mm of image",
            "at least two acquired voxels",
            "make it smaller",
        )
    return min(count, wanted)


def weights(count: int, apodisation: float, partial_fourier: float, device: torch.device) -> Tensor:
    """Weights of the lines of an axis, lowest first, float32, shape (count,).

    Example:
        >>> weights(4, 0.0, 0.75, torch.device("cpu")).tolist()
        [0.0, 1.0, 1.0, 1.0]
    """
    numbers = lines(count, device)
    outer = (1 - numbers.abs() / (count / 2 + 1e-9)) / max(apodisation, 1e-9)
    window = torch.sin(outer.clamp(0, 1) * math.pi / 2).square() if apodisation else torch.ones_like(numbers)
    skipped = round(count * (1 - partial_fourier))
    window[:skipped] = 0
    return window.float()
