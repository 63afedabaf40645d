"""B0 off-resonance: air and bone bend the field (`susceptibility.py`), and the image with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional

from mindscan.core.brain import Brain
from mindscan.core.labels import BY_ID, TABLE_SIZE, in_skull
from mindscan.core.prior import Rounded, Whole
from mindscan.core.record import Record
from mindscan.imaging.susceptibility import field_of, susceptibility, upwards

_COARSE_MM = 2.0


class OffResonance(Record):
    """What the head's own susceptibility does to the field.

    Args:
        strength: of the field, relative to what air, bone and tissue give, 0 to 5.
        shim_order: order of the fields that are shimmed away over the brain, 0 (mean), 1 or 2.
    """

    strength: Annotated[Rounded, Field(ge=0, le=5)] = 1.0
    shim_order: Annotated[Whole, Field(ge=0, le=2)] = 2


def field_ppm(brain: Brain, off: OffResonance, chi_ppm: Mapping[str, float]) -> Tensor:
    """Off-resonance of every voxel of a head after shimming, in ppm, float32, shape (i, j, k).

    The main field points upwards in the world. The neck goes on below the grid.

    Args:
        brain: the head.
        off: the settings.
        chi_ppm: susceptibility of every substance relative to muscle.
    """
    grid = brain.labels.grid
    factors = [max(1, round(_COARSE_MM / voxel)) for voxel in grid.voxel_mm]
    chi, within = (
        _pooled(volume, factors) for volume in (susceptibility(brain, chi_ppm), _brain_mask(brain))
    )
    coarse_mm = [factor * voxel for factor, voxel in zip(factors, grid.voxel_mm, strict=True)]
    field = field_of(chi, coarse_mm, upwards(brain.labels.affine))
    field = _shimmed(field, within, off.shim_order) * off.strength
    whole = [n * factor for n, factor in zip(field.shape, factors, strict=True)]
    fine = functional.interpolate(field[None, None], size=whole, mode="trilinear")[0, 0]
    return fine[tuple(slice(0, n) for n in grid.shape)].contiguous()


def displaced(image: Tensor, voxels: Tensor, axis: int) -> Tensor:
    """An image in which everything lies where the readout sees it; the sum of every line is kept.

    Args:
        image: shape (i, j, k).
        voxels: how far each voxel is displaced along the axis; where that folds the image over, signal
            piles up.
        axis: of the readout.
    """
    image, voxels = (volume.movedim(axis, 2).contiguous() for volume in (image, voxels))
    edges = _edges(voxels)
    total = functional.pad(image.double().cumsum(2), (1, 0))
    count = image.shape[2]
    borders = torch.arange(count + 1, dtype=torch.float32, device=image.device)
    wanted = borders.expand(edges.shape).contiguous()
    right = torch.searchsorted(edges, wanted).clamp_(1, count)
    low, high = edges.gather(2, right - 1), edges.gather(2, right)
    part = ((wanted - low) / (high - low).clamp(min=1e-6)).clamp_(0, 1)
    below = total.gather(2, right - 1)
    reached = below + part * (total.gather(2, right) - below)
    return reached.diff(dim=2).float().movedim(2, axis).contiguous()


def displaced_labels(labels: Tensor, voxels: Tensor, axis: int) -> Tensor:
    """Labels in the same way: each voxel carries what is seen in its middle; 0 where nothing is."""
    labels, voxels = (volume.movedim(axis, 2).contiguous() for volume in (labels, voxels))
    edges = _edges(voxels)
    count = labels.shape[2]
    middle = torch.arange(count, dtype=torch.float32, device=labels.device) + 0.5
    source = torch.searchsorted(edges, middle.expand(labels.shape).contiguous(), right=True) - 1
    seen = labels.gather(2, source.clamp(0, count - 1))
    seen[(source < 0) | (source >= count)] = 0
    return seen.movedim(2, axis).contiguous()


def dephasing(field_hz: Tensor, echo_ms: float, extents: Sequence[float]) -> Tensor:
    """Share of a gradient echo's signal that is left where the field changes across a voxel.

    Args:
        field_hz: off-resonance, shape (i, j, k).
        echo_ms: echo time.
        extents: size of an imaged voxel along each axis in voxels of the field.

    Reference:
        Reichenbach 1997, Journal of Magnetic Resonance Imaging 7:266-279 (a linear field across a voxel).
    """
    left = torch.ones_like(field_hz)
    for axis, extent in enumerate(extents):
        if field_hz.shape[axis] > 1:
            slope = torch.gradient(field_hz, dim=axis)[0]
            left *= torch.sinc(slope.mul_(extent * echo_ms / 1000)).abs_()
    return left


def _edges(voxels: Tensor) -> Tensor:
    """Where the borders of the voxels of every line are seen, in order."""
    between = (voxels[..., 1:] + voxels[..., :-1]) / 2
    shift = torch.cat([voxels[..., :1], between, voxels[..., -1:]], 2)
    place = torch.arange(shift.shape[2], dtype=torch.float32, device=voxels.device)
    return (place + shift).cummax(2).values


def _brain_mask(brain: Brain) -> Tensor:
    table = torch.zeros(TABLE_SIZE)
    for i, label in BY_ID.items():
        table[i] = float(in_skull(label))
    return table.to(brain.labels.data.device)[brain.labels.data.int()]


def _pooled(volume: Tensor, factors: Sequence[int]) -> Tensor:
    extra = [-n % factor for n, factor in zip(volume.shape, factors, strict=True)]
    grown = functional.pad(volume[None, None], (0, extra[2], 0, extra[1], 0, extra[0]), mode="replicate")
    return functional.avg_pool3d(grown, list(factors))[0, 0]


def _shimmed(field: Tensor, within: Tensor, order: int) -> Tensor:
    """The field less the polynomial that fits it best inside a mask."""
    if not bool(within.any()):
        return field
    x, y, z = (torch.linspace(-1, 1, n, device=field.device, dtype=torch.float64) for n in field.shape)
    x, y, z = x[:, None, None].expand(field.shape), y[:, None].expand(field.shape), z.expand(field.shape)
    terms = [torch.ones_like(x), x, y, z, x * x, y * y, z * z, x * y, y * z, x * z]
    basis = torch.stack(terms[: (1, 4, 10)[order]])
    mask = within > 0.5
    inside = basis[:, mask].T
    fit = torch.linalg.lstsq(inside, field[mask].double()[:, None]).solution[:, 0]
    return field - torch.einsum("tijk,t->ijk", basis, fit).float()
