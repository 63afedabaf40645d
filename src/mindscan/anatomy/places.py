"""Where the deep structures of a person lie: each a little off its usual place, and tilted a little."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np
import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy.structure import Frame, Painter
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import truncated_normal
from mindscan.core.record import Record

_REACH_MM = 5.5
"""Distance from a structure at which what surrounds it no longer goes along."""

_MOST_MM, _MOST_DEG = 10.0, 60.0
Offset = Annotated[float, Limits(ge=-_MOST_MM, le=_MOST_MM)]
Degrees = Annotated[float, Limits(ge=-_MOST_DEG, le=_MOST_DEG)]
Side = tuple[Offset, Offset, Offset, Degrees]
Sides = tuple[Side, Side]


class Spread(NamedTuple):
    """Standard deviations of the place of one structure, beyond what all of them share."""

    lateral_mm: float
    forward_mm: float
    up_mm: float
    pitch_deg: float


@dataclass(frozen=True)
class Usual:
    """One structure.

    Args:
        field: its field in the template.
        centre_mm: middle of the right one, about which it tilts (x, y, z).
        both: how the two sides vary together.
        apart: how far each side departs from that, in opposite directions.
    """

    field: str
    centre_mm: tuple[float, float, float]
    both: Spread
    apart: Spread


USUAL: dict[str, Usual] = {
    "thalamus": Usual(
        "Thalamus", (13.5, -17, 6), Spread(0.58, 0.64, 0.86, 6.0), Spread(0.79, 0.36, 0.20, 1.3)
    ),
    "caudate": Usual(
        "Caudate", (16.5, 10, 8.5), Spread(1.34, 1.48, 1.24, 5.1), Spread(0.54, 0.41, 0.25, 1.5)
    ),
    "putamen": Usual("Putamen", (28, 2, -1.5), Spread(0.52, 0.52, 0.40, 3.8), Spread(0.48, 0.31, 0.34, 2.4)),
    "pallidum": Usual("Pallidum", (22, -2, -3), Spread(0.44, 0.62, 0.67, 4.5), Spread(0.74, 0.36, 0.54, 2.2)),
    "hippocampus": Usual(
        "Hippocampus", (26.5, -21, -15.5), Spread(0.89, 1.90, 1.42, 2.6), Spread(0.52, 2.00, 1.40, 3.9)
    ),
    "amygdala": Usual(
        "Amygdala", (25, -3, -21.5), Spread(0.37, 0.73, 0.64, 3.3), Spread(0.60, 0.42, 0.57, 3.4)
    ),
    "accumbens": Usual(
        "Accumbens-area", (10, 12.5, -9.5), Spread(0.73, 1.28, 0.95, 9.7), Spread(0.52, 0.49, 0.26, 7.1)
    ),
    "ventral_dc": Usual(
        "VentralDC", (11.5, -14.5, -10.5), Spread(0.98, 0.86, 1.13, 4.5), Spread(0.54, 0.21, 0.31, 1.8)
    ),
}
"""Measured on ten label maps of real people (SynthSeg's training maps, doi:10.1016/j.media.2023.102789)
after an affine fit to the template: centroids, and the longest axis in the sagittal plane, once the mean
movement of all structures of a person is taken out (`scripts/places_table.py`)."""


class PlaceSize(Record):
    """How far each structure lies off its usual place: (left, right) of (lateral, forward, up in mm, pitch).

    Lateral is away from the midline, -10 to 10 mm like the others; pitch raises the front, -60 to 60 degrees.
    """

    thalamus: Sides
    caudate: Sides
    putamen: Sides
    pallidum: Sides
    hippocampus: Sides
    amygdala: Sides
    accumbens: Sides
    ventral_dc: Sides


class Places:
    """Carries the deep structures, and what lies around them, to where this person has them."""

    name = "places"
    labels: tuple[int, ...] = ()
    in_skull = True

    def draw(self, key: Key, person: Person, icv_ml: float) -> PlaceSize:
        """The measured spread, left and right alike but not equal."""
        return PlaceSize(**{name: _draw_sides(key / name, usual) for name, usual in USUAL.items()})

    def move(self, params: PlaceSize, key: Key, frame: Frame) -> Tensor:
        """Each structure goes as a whole; between two of them the movements blend."""
        nodes = frame.lattice.nodes()
        total, weight = torch.zeros_like(nodes), torch.zeros_like(nodes[:, :1])
        for name, usual in USUAL.items():
            field = frame.template.fields[usual.field]
            index = field.near(nodes)
            here = nodes[index]
            share = (1 - field.at(here)[0] / _REACH_MM).clamp(0, 1)[:, None]
            right = (here[:, :1] > 0).float()
            left_step, right_step = (
                _motion(here, usual.centre_mm, side, sign)
                for side, sign in zip(getattr(params, name), (-1, 1), strict=True)
            )
            total[index] += share * (right * right_step + (1 - right) * left_step)
            weight[index] += share
        velocity = -total / weight.clamp(min=1) / frame.scale
        return velocity.T.reshape(frame.lattice.data.shape)

    def paint(self, params: PlaceSize, key: Key, frame: Frame) -> Painter:
        """Nothing."""
        return lambda place: iter(())


def _draw_sides(key: Key, usual: Usual) -> Sides:
    rng = key.rng()
    both = np.array([truncated_normal(rng, 0, sd) for sd in usual.both])
    apart = np.array([truncated_normal(rng, 0, sd) for sd in usual.apart])
    most = np.array([_MOST_MM, _MOST_MM, _MOST_MM, _MOST_DEG])
    x, y, z, pitch = np.round(np.clip(both + apart, -most, most), 2).tolist()
    u, v, w, other = np.round(np.clip(both - apart, -most, most), 2).tolist()
    return (x, y, z, pitch), (u, v, w, other)


def _motion(points: Tensor, centre_mm: tuple[float, float, float], side: Side, sign: int) -> Tensor:
    """How far each point of one structure goes, in mm, shape (n, 3)."""
    lateral, forward, up, pitch = side
    turn = math.radians(pitch)
    y, z = points[:, 1] - centre_mm[1], points[:, 2] - centre_mm[2]
    return torch.stack([torch.full_like(y, sign * lateral), forward - turn * z, up + turn * y], 1)
