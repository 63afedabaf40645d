"""A receiver that is set too high: the strongest signals, at the middle of k-space, are cut off."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from torch import Tensor

from mindscan.core.prior import Rounded
from mindscan.core.record import Record
from mindscan.imaging.lines import along, decode, encode, lines

_REACH = 16
# Lines either side of the middle that may be too strong; beyond, the k-space of a head is far below.


class Saturation(Record):
    """Data clipping.

    Args:
        clipped_db: how far below the largest point of k-space the receiver ends, 0 to 40 decibels;
            at 0 nothing is cut off.

    Reference:
        Heiland 2008, Clinical Neuroradiology 18:25-36 (data clipping).
    """

    clipped_db: Annotated[Rounded, Field(ge=0, le=40)] = 0.0


def clip(image: Tensor, saturation: Saturation) -> Tensor:
    """The image that is left when strong points of k-space lose what the receiver cannot hold.

    Args:
        image: signal, real or complex, shape (i, j, k); left as it is.
        saturation: the settings.

    Returns:
        complex64.
    """
    numbers = [lines(min(count, 2 * _REACH), image.device) for count in image.shape]
    middle = image
    for axis, (inside, count) in enumerate(zip(numbers, image.shape, strict=True)):
        middle = along(middle, encode(inside, count), axis)
    size = middle.abs()
    limit = float(size.max()) * 10 ** (-saturation.clipped_db / 20)
    excess = middle * (1 - limit / size.clamp(min=1e-30)).clamp(min=0)
    for axis, (inside, count) in enumerate(zip(numbers, image.shape, strict=True)):
        excess = along(excess, decode(inside, count), axis)
    return image - excess
