"""A zipper: radio interference of one frequency, seen as a noisy line across the phase-encoding axis."""

from __future__ import annotations

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.prior import Rounded
from mindscan.core.record import Record


class Zipper(Record):
    """Interference that leaks into the scanner room.

    Args:
        strength: standard deviation of the interference, relative to the brighter of cerebral grey and
            white matter, 0 to 10.
        offset_hz: frequency from the middle of the readout, which with the bandwidth of a voxel gives
            the place of the line.

    Reference:
        Heiland 2008, Clinical Neuroradiology 18:25-36.
    """

    strength: Annotated[Rounded, Field(ge=0, le=10)] = 0.0
    offset_hz: Annotated[Rounded, Field(ge=-1e6, le=1e6)] = 5000.0


def add_zipper(
    image: Tensor, zipper: Zipper, sd: float, readout: int, bandwidth_hz: float, key: Key
) -> Tensor:
    """The image with a zipper.

    Args:
        image: signal, real or complex, shape (i, j, k); left as it is.
        zipper: the settings.
        sd: standard deviation of either channel of the line, in units of the signal.
        readout: axis of the readout.
        bandwidth_hz: of one voxel.
        key: the random stream.

    Returns:
        complex64.

    Raises:
        SettingsError: the frequency lies outside the readout.
    """
    count = image.shape[readout]
    place = count // 2 + round(zipper.offset_hz / bandwidth_hz)
    if not 0 <= place < count:
        reach = count // 2 * bandwidth_hz
        raise SettingsError(
            f"a zipper at offset_hz = {zipper.offset_hz:g}",
            f"a frequency within the readout, {-reach:g} to {reach:g} Hz",
            "move it, or raise bandwidth_hz",
        )
    result = image.to(torch.complex64, copy=True)
    line = result.narrow(readout, place, 1)
    draws = torch.randn((2, *line.shape), generator=key.generator(image.device), device=image.device)
    line += torch.complex(draws[0], draws[1]) * sd
    return result
