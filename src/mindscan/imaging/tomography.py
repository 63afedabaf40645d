"""Slices from their shadows: parallel projections and filtered back-projection, many slices at once.

Reference: Kak and Slaney 1988, Principles of Computerized Tomographic Imaging, chapter 3,
doi:10.1137/1.9780898719277.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import grid_sample, pad


def shadows(slices: Tensor, pixel_mm: float, angles: int) -> Tensor:
    """Line integrals through slices along parallel rays, in units of the slices times mm.

    Args:
        slices: shape (n, side, side), float32.
        pixel_mm: edge of a pixel, and distance between rays.
        angles: directions, spread evenly over half a turn from 0.

    Returns:
        Shape (n, angles, side); ray t at angle a runs where x cos a + y sin a = t, with x along the last
        axis and y along the one before, from the middle.

    Example:
        >>> shadows(torch.ones(1, 8, 8), 2.0, 1)[0, 0].tolist()
        [16.0, 16.0, 16.0, 16.0, 16.0, 16.0, 16.0, 16.0]
    """
    side = slices.shape[-1]
    places = _places(side, slices)
    sums = []
    for n in range(angles):
        cos, sin = math.cos(math.pi * n / angles), math.sin(math.pi * n / angles)
        along, across = places[:, None], places[None, :]
        grid = torch.stack([across * cos - along * sin, across * sin + along * cos], dim=-1)
        sums.append(grid_sample(slices[None], grid[None], align_corners=False)[0].sum(dim=1))
    return torch.stack(sums, dim=1) * pixel_mm


def filtered(sinogram: Tensor, pixel_mm: float, gain: Tensor | None = None) -> Tensor:
    """Projections after the ramp filter, in 1/mm of what they were.

    Args:
        sinogram: shape (n, angles, side).
        pixel_mm: distance between rays.
        gain: factor by frequency, shape (side + 1,), as `torch.fft.rfftfreq(2 * side)` orders it.
    """
    side = sinogram.shape[-1]
    taps = torch.zeros(2 * side, dtype=torch.float64, device=sinogram.device)
    odd = torch.arange(1, side, 2, device=sinogram.device)
    taps[0] = 1 / 4
    taps[odd] = -1 / (math.pi * odd.double()).square()
    taps[-odd] = taps[odd]
    ramp = (torch.fft.rfft(taps).real / pixel_mm).to(sinogram)
    ramp = ramp if gain is None else ramp * gain.to(ramp)
    spectrum = torch.fft.rfft(pad(sinogram, (0, side)), dim=-1) * ramp
    lines: Tensor = torch.fft.irfft(spectrum, n=2 * side, dim=-1)
    return lines[..., :side]


def smeared(sinogram: Tensor) -> Tensor:
    """Back-projection: the sum over all directions of what each point casts, times pi over their number.

    Args:
        sinogram: shape (n, angles, side).

    Returns:
        Shape (n, side, side).
    """
    count, angles, side = sinogram.shape
    places = _places(side, sinogram)
    total = sinogram.new_zeros((count, side, side))
    for n in range(angles):
        cos, sin = math.cos(math.pi * n / angles), math.sin(math.pi * n / angles)
        ray = places[None, :] * cos + places[:, None] * sin
        grid = torch.stack([ray, torch.zeros_like(ray)], dim=-1)
        line = sinogram[:, n][None, :, None]
        total += grid_sample(line, grid[None], align_corners=False, padding_mode="border")[0]
    return total * (math.pi / angles)


def _places(side: int, like: Tensor) -> Tensor:
    """Middles of pixels from -1 to 1 across a slice."""
    return ((torch.arange(side, device=like.device) + 0.5) * 2 / side - 1).to(like)
