"""Receive coils: several noisy channels in one image, and what parallel imaging does to their noise."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
from pydantic import Field, model_validator
from torch import Tensor
from torch.nn import functional

from mindscan.core.key import Key
from mindscan.core.prior import Rounded, Whole
from mindscan.core.record import Record
from mindscan.imaging.slabs import slabs

_COARSE = 32
# Samples along each axis on which sensitivities are computed; they are as smooth as that.


class Coils(Record):
    """An array of loops in a ring (two from nine on) around the axis of the head.

    The channels share the signal so that its root sum of squares is the signal itself: shading by
    sensitivity is the bias field's part.

    Args:
        channels: number of loops, 1 to 64.
        acceleration: only every so many phase-encoding lines is acquired, 1 to 8.
        combine: "sum_of_squares", whose noise is non-central chi, or "sense", whose noise is Rician.
        loop_mm: radius of a loop, 10 to 200 mm; small loops unfold better.

    Reference:
        Roemer 1990 (arrays), doi:10.1002/mrm.1910160203; Pruessmann 1999 (SENSE and its g-factor),
        doi:10.1002/(SICI)1522-2594(199911)42:5<952::AID-MRM16>3.0.CO;2-S; Aja-Fernández 2013 (what is
        left of the chi distribution), doi:10.1016/j.mri.2013.12.001.
    """

    channels: Annotated[Whole, Field(ge=1, le=64)] = 8
    acceleration: Annotated[Whole, Field(ge=1, le=8)] = 1
    combine: Literal["sum_of_squares", "sense"] = "sum_of_squares"
    loop_mm: Annotated[Rounded, Field(ge=10, le=200)] = 60.0

    @model_validator(mode="after")
    def _enough_channels(self) -> Coils:
        if self.acceleration > self.channels:
            raise ValueError(f"at least as many channels as acceleration ({self.acceleration})")
        return self

    @property
    def chi(self) -> int:
        """Channels whose noise adds up in the magnitude."""
        return self.channels if self.combine == "sum_of_squares" else 1


def sensitivities(coils: Coils, size_mm: tuple[float, float, float], shape: tuple[int, int, int]) -> Tensor:
    """Complex sensitivity of each loop, complex128, shape (channels, i, j, k), root sum of squares 1.

    Loops stand on an ellipse 15 % wider than the volume in (i, j); along the axis of a loop the field
    falls off as Biot and Savart say, and its phase is the direction in which the loop is seen.
    """
    i, j, k = (
        ((torch.arange(n, dtype=torch.float64) + 0.5) / n - 0.5) * size
        for n, size in zip(shape, size_mm, strict=True)
    )
    rings = 1 if coils.channels <= 8 else 2
    found = []
    for n in range(coils.channels):
        ring = n % rings
        angle = 2 * math.pi * (n // rings + 0.5 * ring) / math.ceil(coils.channels / rings)
        x = i[:, None, None] - 0.575 * size_mm[0] * math.cos(angle)
        y = j[:, None] - 0.575 * size_mm[1] * math.sin(angle)
        z = k - (ring - (rings - 1) / 2) * size_mm[2] / 2
        away = x.square() + y.square() + z.square()
        found.append((1 + away / coils.loop_mm**2).pow(-1.5) * torch.exp(1j * torch.atan2(y, x)))
    every = torch.stack(found)
    return every / every.abs().square().sum(0).sqrt()


def g_factor(coils: Coils, size_mm: tuple[float, float, float], head: Tensor, axis: int) -> Tensor:
    """By how much unfolding amplifies the noise, beyond the root of the acceleration; at least 1.

    Args:
        coils: the settings.
        size_mm: extent of the volume along each axis.
        head: where there is signal to unfold, bool, shape (i, j, k).
        axis: of phase encoding.

    Returns:
        float32, shape of `head`.

    Reference:
        Pruessmann 1999, doi:10.1002/(SICI)1522-2594(199911)42:5<952::AID-MRM16>3.0.CO;2-S.
    """
    factor = coils.acceleration
    if factor == 1:
        return torch.ones(head.shape, device=head.device)
    counts = [min(n, _COARSE) for n in head.shape]
    counts[axis] = factor * math.ceil(_COARSE / factor)
    shape = (counts[0], counts[1], counts[2])
    mask = functional.adaptive_max_pool3d(head[None, None].float(), shape)[0, 0].double()
    fields = sensitivities(coils, size_mm, shape).to(head.device) * mask
    # Folded together: samples that lie a whole share of the field of view apart.
    folded = _apart(fields.movedim(axis + 1, -1), factor)
    matrix = torch.einsum("cxypa,cxypb->xypab", folded.conj(), folded)
    alone = _apart(mask.movedim(axis, -1), factor)
    diagonal = matrix.diagonal(dim1=-2, dim2=-1).real + (1 - alone)
    inverse = torch.linalg.inv(matrix + torch.diag_embed(1 - alone + 1e-12))
    g = (inverse.diagonal(dim1=-2, dim2=-1).real * diagonal).clamp(min=1).sqrt()
    whole = g.movedim(-1, -2).flatten(-2).movedim(-1, axis).float()
    return functional.interpolate(whole[None, None], size=list(head.shape), mode="trilinear")[
        0, 0
    ].contiguous()


def _apart(samples: Tensor, factor: int) -> Tensor:
    """The last axis as two: place within a share of the field of view, and which share."""
    return samples.reshape(*samples.shape[:-1], factor, -1).movedim(-2, -1)


def add_channels(image: Tensor, sd: float | Tensor, others: int, key: Key) -> Tensor:
    """The root sum of squares with channels that hold nothing but noise.

    With a Rician image of one channel this is the non-central chi magnitude of `others` + 1 channels: the
    noise does not care how the channels share the signal.

    Args:
        image: magnitude, float32, at least 0; overwritten with the result.
        sd: standard deviation of the noise in the real or imaginary part of a channel; a number, or one
            for each voxel.
        others: number of channels to add.
        key: the random stream.

    Reference:
        Constantinides 1997, doi:10.1002/mrm.1910380524.
    """
    if not others:
        return image
    generator = key.generator(image.device)
    for rows in slabs(image):
        signal = image[rows]
        power = torch.zeros_like(signal)
        for _ in range(others):
            power -= torch.rand(signal.shape, generator=generator, device=image.device).neg_().log1p_()
        here = sd[rows] if isinstance(sd, Tensor) else sd
        signal.square_().add_(power.mul_(2 * here * here)).sqrt_()
    return image
