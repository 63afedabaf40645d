"""Wrap-around: what lies beyond the field of view along the phase-encoding axis folds into it."""

from __future__ import annotations

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from mindscan.core.prior import Rounded
from mindscan.core.record import Record


class Wrap(Record):
    """A field of view that is too small along the phase-encoding axis.

    Args:
        phase_share: its extent, relative to that of the head's grid, 0.1 to 1.
    """

    phase_share: Annotated[Rounded, Field(ge=0.1, le=1)] = 1.0


def kept(wrap: Wrap, count: int) -> slice:
    """The voxels of an axis that stay, in its middle.

    Example:
        >>> kept(Wrap(phase_share=0.5), 8)
        slice(2, 6, None)
    """
    inside = max(1, round(count * wrap.phase_share))
    start = (count - inside) // 2
    return slice(start, start + inside)


def fold(image: Tensor, inside: slice, axis: int) -> Tensor:
    """The image inside, with everything outside added where it folds to.

    Example:
        >>> fold(torch.tensor([[[1.0, 2.0, 4.0, 8.0]]]), slice(1, 3), 2).tolist()
        [[[10.0, 5.0]]]
    """
    shape = list(image.shape)
    shape[axis] = inside.stop - inside.start
    place = (torch.arange(image.shape[axis], device=image.device) - inside.start) % shape[axis]
    return image.new_zeros(shape).index_add_(axis, place, image)
