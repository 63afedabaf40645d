"""Spikes: single bad points of k-space, seen as stripes over the whole image or slice."""

from __future__ import annotations

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from mindscan.core.key import Key
from mindscan.core.prior import Rounded, Whole
from mindscan.core.record import Record
from mindscan.imaging.lines import decode, lines
from mindscan.imaging.slabs import slabs


class Spikes(Record):
    """Discharges during the readout.

    Args:
        count: number of bad points, 0 to 64.
        share: size of each, relative to the largest point of k-space, 0 to 1.

    Reference:
        Heiland 2008, Clinical Neuroradiology 18:25-36 (what stripes come from).
    """

    count: Annotated[Whole, Field(ge=0, le=64)] = 1
    share: Annotated[Rounded, Field(ge=0, le=1)] = 0.0


def add_spikes(image: Tensor, spikes: Spikes, slice_axis: int | None, key: Key) -> Tensor:
    """The image with stripes.

    Args:
        image: signal, real or complex, shape (i, j, k); left as it is.
        spikes: the settings.
        slice_axis: of a scan slice by slice: each spike spoils one slice; None for a 3D scan.
        key: the random stream: where in k-space, and in which slice.

    Returns:
        complex64.
    """
    rng = key.rng()
    result = image.to(torch.complex64, copy=True)
    for _ in range(spikes.count):
        at = rng.uniform(0.05, 0.95, 3)
        turn = complex(torch.exp(torch.tensor(1j * rng.uniform(0, 6.283185307179586))))
        view = result
        if slice_axis is not None:
            n = int(at[slice_axis] * image.shape[slice_axis])
            view = result.narrow(slice_axis, n, 1)
        peak = float(view.sum().abs()) / view.numel()
        places = zip(view.shape, at.tolist(), strict=True)
        x, y, z = (_wave(count, place, image.device) for count, place in places)
        plane = y[:, None] * z
        for rows in slabs(view):
            view[rows] += x[rows, None, None] * (plane * (turn * spikes.share * peak))
    return result


def _wave(count: int, place: float, device: torch.device) -> Tensor:
    """The wave of a point of k-space at a share of its extent; flat along an axis of one voxel."""
    return decode(lines(count, device)[int(place * count)][None], count)[:, 0]
