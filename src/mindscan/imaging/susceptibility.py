"""How a head bends the main field, and what of it is seen: magnitude and phase of a complex gradient echo.

Venous blood, iron, bone and air bend the field; its change is a convolution of the susceptibility with
the field of a dipole, done in Fourier space: Marques and Bowtell 2005, doi:10.1002/cmr.b.20034;
Salomir 2003, doi:10.1002/cmr.b.10083. Susceptibility-weighted imaging: Haacke 2004, doi:10.1002/mrm.20198.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.volume import Affine
from mindscan.imaging.blur import point_spread
from mindscan.imaging.parameters import spread_out
from mindscan.imaging.tissues import GAMMA_MHZ, SUBSTANCES

AIR_PPM = 9.2
"""Susceptibility of air relative to muscle in ppm: Marques 2021, doi:10.1002/mrm.28716."""

_PADDING = 0.15
"""Share of its extent by which a head goes on beyond each border of the grid."""


class ComplexEcho(NamedTuple):
    """A gradient echo whose phase is kept.

    Args:
        field_tesla: field strength.
        te_ms: echo time.
        psf_fwhm_mm: point spread.
        noise_sd: of either part of the complex signal.
    """

    field_tesla: float
    te_ms: float
    psf_fwhm_mm: float
    noise_sd: float


def part_of(
    part: str, signal: Tensor, brain: Brain, chi_ppm: Mapping[str, float], echo: ComplexEcho, key: Key
) -> Tensor:
    """Magnitude or phase of a complex image.

    Args:
        part: "mag" or "phase".
        signal: real signal of the head, float32, shape (i, j, k).
        brain: the head.
        chi_ppm: susceptibility of every substance relative to muscle.
        echo: the echo.
        key: stream of the image; the noise is the stream "noise" below it.

    Returns:
        float32: the magnitude, or the phase in radians from -pi to pi, wrapped, as it leaves the scanner.
    """
    angle = phase(brain, chi_ppm, echo)
    voxel_mm = brain.labels.grid.voxel_mm
    real, imaginary = (
        point_spread(signal * wave(angle), echo.psf_fwhm_mm, voxel_mm) for wave in (torch.cos, torch.sin)
    )
    generator = (key / "noise").generator(signal.device)
    for channel in (real, imaginary):
        noise = torch.randn(signal.shape, generator=generator, device=signal.device)
        channel.add_(noise, alpha=echo.noise_sd)
    return torch.atan2(imaginary, real) if part == "phase" else torch.hypot(real, imaginary)


def phase(brain: Brain, chi_ppm: Mapping[str, float], echo: ComplexEcho) -> Tensor:
    """Phase at the echo time in radians, not wrapped; the mean over the head is 0. Main field upwards."""
    chi = susceptibility(brain, chi_ppm)
    field = field_of(chi, brain.labels.grid.voxel_mm, upwards(brain.labels.affine))
    head = chi != 0
    if bool(head.any()):
        field = field - field[head].mean()
    return field * (2 * math.pi * GAMMA_MHZ * echo.field_tesla * echo.te_ms / 1000)


def susceptibility(brain: Brain, chi_ppm: Mapping[str, float]) -> Tensor:
    """Susceptibility of every voxel of a head relative to air in ppm; float32, shape (i, j, k).

    Args:
        brain: the head.
        chi_ppm: of every substance relative to muscle; see `tissues.susceptibility_ppm`.
    """
    given = torch.tensor([chi_ppm[name] - AIR_PPM for name in SUBSTANCES], dtype=torch.float64, device="cpu")
    return spread_out(brain, given)


def field_of(chi_ppm: Tensor, voxel_mm: Sequence[float], towards: Sequence[float]) -> Tensor:
    """The field of a head that goes on beyond the borders of its grid; as `dipole_field`, same shape."""
    margins = [math.ceil(_PADDING * n) for n in chi_ppm.shape]
    around = [m for margin in reversed(margins) for m in (margin, margin)]
    padded = pad(chi_ppm[None, None], around, mode="replicate")[0, 0]
    field = dipole_field(padded, voxel_mm, towards)
    return field[tuple(slice(m, m + n) for m, n in zip(margins, chi_ppm.shape, strict=True))]


def dipole_field(chi_ppm: Tensor, voxel_mm: Sequence[float], towards: Sequence[float]) -> Tensor:
    """Change of the field inside and around a body, in parts per million of the main field.

    Each voxel sits in a sphere of Lorentz, so that an even body is off by nothing but its mean.

    Args:
        chi_ppm: susceptibility, float32, shape (i, j, k); beyond its border it goes on periodically.
        voxel_mm: edges of a voxel.
        towards: direction of the main field along the axes of the volume, of length 1.
    """
    device = chi_ppm.device
    i, j = (torch.fft.fftfreq(chi_ppm.shape[n], voxel_mm[n], device=device) for n in (0, 1))
    k = torch.fft.rfftfreq(chi_ppm.shape[2], voxel_mm[2], device=device)
    length = i[:, None, None] ** 2 + j[:, None] ** 2 + k**2
    length[0, 0, 0] = 1
    kernel = 1 / 3 - (i[:, None, None] * towards[0] + j[:, None] * towards[1] + k * towards[2]) ** 2 / length
    kernel[0, 0, 0] = 0
    field: Tensor = torch.fft.irfftn(torch.fft.rfftn(chi_ppm) * kernel, chi_ppm.shape)
    return field


def upwards(affine: Affine) -> list[float]:
    """The world's z axis along the axes of a volume."""
    axes = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    return [float(value) for value in np.linalg.solve(axes, [0.0, 0.0, 1.0])]
