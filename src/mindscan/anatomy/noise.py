"""Smooth random fields with a known wavelength and strength."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from mindscan.core.key import Key


def smooth_noise(
    key: Key, shape: Sequence[int], wavelength_nodes: float, device: torch.device | str = "cpu"
) -> Tensor:
    """Band-limited Gaussian noise: zero mean, standard deviation 1, periodic.

    The power spectrum is a ring around `wavelength_nodes`, so that bumps have about that size.

    Args:
        key: the stream to draw from.
        shape: size (i, j, k) of the lattice.
        wavelength_nodes: dominant wavelength in lattice steps, at least 2.

    Returns:
        float32, shape (i, j, k).
    """
    white = torch.from_numpy(key.rng().standard_normal(tuple(shape), np.float32)).to(device)
    ring = _ring(tuple(shape), wavelength_nodes, white.device)
    field: Tensor = torch.fft.irfftn(torch.fft.rfftn(white) * ring, s=tuple(shape))
    scaled: Tensor = field / field.square().mean().sqrt()
    return scaled


@functools.lru_cache(maxsize=8)
def _ring(shape: tuple[int, ...], wavelength_nodes: float, device: torch.device) -> Tensor:
    """How much of every frequency there is."""
    radius2 = torch.zeros((), device=device)
    for axis, n in enumerate(shape):
        last = axis == len(shape) - 1
        f = torch.fft.rfftfreq(n, device=device) if last else torch.fft.fftfreq(n, device=device)
        radius2 = radius2 + (f * wavelength_nodes).square().reshape(
            [-1 if a == axis else 1 for a in range(3)]
        )
    return radius2 * torch.exp(1 - radius2)
