"""A folding pattern of one's own: sulci that grow on the mantle, generation after generation.

Turing's mechanism on the smooth hemisphere: a random field is band-passed to the spacing of the sulci and
pushed towards its two extremes, again and again, until it has settled into a labyrinth of even width; the
lines between the extremes are the sulci. Earlier sulci hold the field at zero, so that later ones find
their place between them: first the sulci that everybody has, where the average shows them, then those
that many have, then secondary folds, then shallow dimples.

Reference: Lefevre and Mangin 2010, doi:10.1371/journal.pcbi.1000749 (reaction-diffusion with fixed roots).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from mindscan.anatomy import sphere
from mindscan.anatomy.field import Field
from mindscan.anatomy.mantle import STEP_MM, Hemisphere
from mindscan.core.key import Key

WAVELENGTH_MM, DEPTH_MM = 27.0, 13.0
"""Wavelength (twice the distance between sulci) and usual depth of the person's own sulci, template mm."""

_ORDER = 3
"""Steepness of the band-pass below its band."""
SETTLING = 6
_GAIN = 3.0
_GENTLE = 0.5
"""Slope of a wavering sheet's distance below which it is no distance any more."""
_RINGS, _HOLD = 1, 1.5
_FADED_MM = 6.0
"""How far the average's own sulci close where this person has none."""


def grow(hemisphere: Hemisphere, key: Key, spacing: float = 1.0, waver: Field | None = None) -> Field:
    """The sulci of one hemisphere, at every point below the mantle.

    Args:
        hemisphere: the mantle.
        key: the stream of this side.
        spacing: distance between sulci relative to the usual one, 0.5 to 2.
        waver: how far the walls of sulci are carried sideways at every point, template mm.

    Returns:
        Four channels in template mm: distance from the nearest sulcal sheet, signed; its usual depth; how far
        the average's own sulci have closed; how deep a sulcus can be here.
    """
    common = _smooth(key / "common", 25, hemisphere)
    kept = torch.maximum(hemisphere.primary, common.clamp(0, 1))
    there = ((hemisphere.recurring - 3) / 5).clamp(0, 1) * kept
    near = _average(there, _RINGS)
    free = 1 - (_HOLD * near / near.max().clamp(min=1e-6)).clamp(0, 1)

    own = _labyrinth(key / "own", WAVELENGTH_MM * spacing, free, hemisphere)
    uneven = 1 + 0.35 * _smooth(key / "depth", 6, hemisphere) + 0.25 * _smooth(key / "depths", 20, hemisphere)
    deep = DEPTH_MM * uneven.clamp(0.1, 1.5)

    lifted = hemisphere.lift(torch.stack([own, deep, _FADED_MM * (1 - kept), hemisphere.room]))
    sheet = _sheet_distance(lifted.data[0], WAVELENGTH_MM * spacing)
    if waver is not None:
        moved = sheet + waver.at(lifted.nodes())[0].reshape(sheet.shape)
        sheet = moved / _slope(moved).clamp(min=_GENTLE)
    return Field(torch.stack([sheet, *lifted.data[1:]]), lifted.origin_mm, lifted.step_mm)


def _labyrinth(key: Key, wavelength_mm: float, free: Tensor, hemisphere: Hemisphere) -> Tensor:
    """A field of standard deviation 1 that has settled into bands; zero where `free` is zero."""
    field = _white_noise(key, hemisphere)
    steps = _high_steps(wavelength_mm, hemisphere)
    field = _band(field, steps)
    for _ in range(SETTLING):
        field = _band(torch.tanh(_GAIN * field) * free, steps)
    return field


def _high_steps(wavelength_mm: float, hemisphere: Hemisphere) -> int:
    """How often to average so that the band lies at a wavelength.

    A wave of wave number k on a triangular mesh of edge h is multiplied by 1 - x, x = (k h)^2 / 4, when
    each vertex takes the mean of its neighbours; x^m (1 - x / 2)^n is largest at x = 2 m / (m + n).
    """
    ends = hemisphere.vertices[sphere.icosphere(sphere.COARSE)[1]]
    edge = float((ends[:, 0] - ends[:, 1]).norm(dim=1).mean())
    x = min((2 * math.pi * edge / wavelength_mm) ** 2 / 4, 1.0)
    return max(1, round(_ORDER * (2 - x) / x))


def _band(field: Tensor, steps: int) -> Tensor:
    columns = _columns(field)
    for _ in range(_ORDER):
        field = field - _around(field, columns)
    for _ in range(steps):
        field = (field + _around(field, columns)) / 2
    return field / field.std()


def _average(field: Tensor, times: int) -> Tensor:
    columns = _columns(field)
    for _ in range(times):
        field = _around(field, columns)
    return field


def _columns(field: Tensor) -> list[Tensor]:
    """First, second, ... neighbour of every coarse vertex."""
    return list(torch.from_numpy(sphere.neighbours(sphere.COARSE)).to(field.device).T.contiguous())


def _around(field: Tensor, columns: list[Tensor]) -> Tensor:
    """Mean over the neighbours; six sums are quicker than one table."""
    total = field.index_select(0, columns[0])
    for column in columns[1:]:
        total = total + field.index_select(0, column)
    return total / len(columns)


def _smooth(key: Key, times: int, hemisphere: Hemisphere) -> Tensor:
    """A smooth random field of standard deviation 1 at the coarse vertices."""
    field = _average(_white_noise(key, hemisphere), times)
    return field / field.std()


def _white_noise(key: Key, hemisphere: Hemisphere) -> Tensor:
    noise = torch.from_numpy(key.rng().standard_normal(len(hemisphere.room)))
    return noise.float().to(hemisphere.room.device)


def _sheet_distance(field: Tensor, wavelength_mm: float) -> Tensor:
    """Signed distance in mm from where a field is zero, as if it were a sine of its wavelength."""
    k = 2 * math.pi / wavelength_mm
    return torch.atan2(k * field, _slope(field)) / k


def _slope(field: Tensor) -> Tensor:
    return torch.stack(torch.gradient(field)).div(STEP_MM).square().sum(0).sqrt()
