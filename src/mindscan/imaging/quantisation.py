"""Whole numbers: the intensities that a scanner stores."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from torch import Tensor

from mindscan.core.prior import Rounded, Whole
from mindscan.core.record import Record


class Quantisation(Record):
    """Intensities in equal steps, cut off at the largest.

    Args:
        bits: of a stored value, 1 to 16; 12 in most DICOM images.
        full_scale: largest value, relative to the brighter of cerebral grey and white matter.
    """

    bits: Annotated[Whole, Field(ge=1, le=16)] = 12
    full_scale: Annotated[Rounded, Field(gt=0, le=1000)] = 4.0


def quantise(image: Tensor, quantisation: Quantisation, bright: float) -> Tensor:
    """A magnitude image in steps, in its own units.

    Args:
        image: float32, at least 0.
        quantisation: the settings.
        bright: value that `full_scale` counts in.

    Example:
        >>> import torch
        >>> quantise(torch.tensor([0.0, 0.4, 0.6, 9.0]), Quantisation(bits=1, full_scale=1), 1.0).tolist()
        [0.0, 0.0, 1.0, 1.0]
    """
    step = quantisation.full_scale * bright / (2**quantisation.bits - 1)
    stored: Tensor = (image / step).round_().clamp_(max=2**quantisation.bits - 1)
    return stored.mul_(step)
