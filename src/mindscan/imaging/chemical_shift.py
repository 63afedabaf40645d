"""Chemical shift: fat is seen a little beside its place along the readout."""

from __future__ import annotations

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from mindscan.core.prior import Rounded
from mindscan.core.record import Record
from mindscan.imaging.tissues import GAMMA_MHZ


class ChemicalShift(Record):
    """Fat in a magnet.

    Args:
        ppm: how far the frequency of fat lies below that of water, 0 to 10 parts per million.

    Reference:
        Weinreb 1985, American Journal of Roentgenology 145:1183-1185 (3.5 ppm, along the readout).
    """

    ppm: Annotated[Rounded, Field(ge=0, le=10)] = 3.5


def shift_voxels(shift: ChemicalShift, field_tesla: float, bandwidth_hz: float) -> float:
    """How far fat is displaced along the readout, in voxels.

    Args:
        shift: the settings.
        field_tesla: field strength.
        bandwidth_hz: of one voxel.

    Example:
        >>> round(shift_voxels(ChemicalShift(), 1.5, 112.0), 2)
        -2.0
    """
    return -shift.ppm * GAMMA_MHZ * field_tesla / bandwidth_hz


def shifted(image: Tensor, voxels: float, axis: int) -> Tensor:
    """An image moved by a distance along an axis, between voxels by linear interpolation.

    Args:
        image: shape (i, j, k); what leaves the field of view is gone.
        voxels: how far towards higher indices.
        axis: 0, 1 or 2.

    Example:
        >>> shifted(torch.tensor([[[0.0, 4.0, 0.0, 0.0]]]), 1.25, 2).tolist()
        [[[0.0, 0.0, 3.0, 1.0]]]
    """
    whole = int(voxels // 1)
    part = voxels - whole
    result = torch.zeros_like(image)
    size = image.shape[axis]
    for steps, weight in ((whole, 1 - part), (whole + 1, part)):
        kept = size - abs(steps)
        if weight and kept > 0:
            result.narrow(axis, max(steps, 0), kept).add_(
                image.narrow(axis, max(-steps, 0), kept), alpha=weight
            )
    return result
