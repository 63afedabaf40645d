"""Matrices that act along one axis of an image: Fourier lines, band limits, resampling."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

Axis = Literal["i", "j", "k"]
"""An index axis of the image, as BIDS writes phase-encoding directions."""


def along(image: Tensor, matrix: Tensor, axis: int) -> Tensor:
    """A matrix applied along one axis of an image.

    Args:
        image: real or complex, shape (i, j, k).
        matrix: real or complex, shape (out, in); `in` is the size of the axis.
        axis: 0, 1 or 2.

    Example:
        >>> along(torch.ones(2, 3, 4), torch.ones(5, 3), 1).shape
        torch.Size([2, 5, 4])
    """
    if matrix.is_complex() and not image.is_complex():
        return torch.complex(along(image, matrix.real, axis), along(image, matrix.imag, axis))
    if image.is_complex() and not matrix.is_complex():
        return torch.complex(along(image.real, matrix, axis), along(image.imag, matrix, axis))
    if axis == 0:
        return (matrix @ image.reshape(image.shape[0], -1)).view(-1, *image.shape[1:])
    return torch.matmul(matrix, image) if axis == 1 else torch.matmul(image, matrix.T)


def lines(count: int, device: torch.device) -> Tensor:
    """Numbers of the Fourier lines of an axis, in cycles per field of view, lowest first, float64.

    Example:
        >>> lines(5, torch.device("cpu")).tolist()
        [-2.0, -1.0, 0.0, 1.0, 2.0]
    """
    return torch.arange(count, dtype=torch.float64, device=device) - count // 2


def encode(numbers: Tensor, count: int) -> Tensor:
    """Matrix from the voxels of an axis to Fourier lines, complex64, shape (lines, voxels)."""
    return _waves(numbers, count).conj().T.to(torch.complex64) / count


def decode(numbers: Tensor, count: int) -> Tensor:
    """Matrix from Fourier lines to the voxels of an axis, complex64, shape (voxels, lines)."""
    return _waves(numbers, count).to(torch.complex64)


def _waves(numbers: Tensor, count: int) -> Tensor:
    place = (torch.arange(count, dtype=torch.float64, device=numbers.device) + 0.5) / count
    turns = place[:, None] * numbers
    return torch.exp(2j * math.pi * (turns - turns.round()))


def band(out: int, given: int, weights: Tensor) -> Tensor:
    """Matrix that takes an axis to another number of voxels over the same field of view, through k-space.

    Args:
        out: voxels of the result.
        given: voxels of the image.
        weights: of the Fourier lines that pass, lowest first, as many as are acquired.

    Returns:
        float32, shape (out, given).
    """
    numbers = lines(len(weights), weights.device)
    passed = decode(numbers, out) * weights.to(torch.complex64)
    return (passed @ encode(numbers, given)).real.contiguous()
