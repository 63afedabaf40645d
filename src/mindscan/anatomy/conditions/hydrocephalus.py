"""Hydrocephalus: ventricles widened until the Evans index is as asked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy.anatomy import Anatomy
from mindscan.anatomy.conditions.condition import Calm, Illness, Trial, scaled
from mindscan.anatomy.field import Field
from mindscan.anatomy.fit import rising_root
from mindscan.anatomy.head import to_template
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

_LOWEST, _HIGHEST = 0.31, 0.43
"""Indices drawn; more cannot be reached on every head with ventricles of at most 120 mL a side."""
_LATERAL = ("lateral_left_ml", "lateral_right_ml")
_MOST_ML = 118.0
_TRIES, _NEAR = 5, 0.001
_FRONT = ((-46.0, 46.0), (2.0, 56.0), (-8.0, 44.0))
_WHOLE = ((-56.0, 56.0), (-104.0, 62.0), (-40.0, 56.0))
_SLICE_MM, _NEAR_MM = 2.0, 2.0
_SKULL = ((-88.0, 88.0), (-70.0, 30.0), (-14.0, 44.0))


class HydrocephalusSize(Illness):
    """How wide the ventricles are.

    Args:
        severity: from just above 0 to 1.
        evans_index: largest width of the frontal horns over the largest inner width of the skull, 0.25 to
            0.6; above 0.3 ventricles are too wide.
        obstructed: where the way out is closed: at the aqueduct, so that the fourth ventricle stays as it
            was, or nowhere in the ventricles (communicating).
    """

    condition: Literal["hydrocephalus"] = "hydrocephalus"
    evans_index: Annotated[Rounded, Limits(ge=0.25, le=0.6)]
    obstructed: Literal["aqueduct", "communicating"]


class Hydrocephalus(Calm):
    """Too much fluid; the ventricles push the brain outwards."""

    name = "hydrocephalus"
    about = "Ventricles too wide for the brain, by Evans index"
    sources = (
        "Evans 1942, doi:10.1001/archneurpsyc.1942.02290060069004",
        "Relkin et al. 2005, doi:10.1227/01.NEU.0000168185.29659.C5 (index above 0.3)",
    )
    record = HydrocephalusSize

    def draw(self, key: Key, person: Person, severity: float) -> HydrocephalusSize:
        """The index goes with the severity."""
        rng = key.rng()
        index = _LOWEST + (_HIGHEST - _LOWEST) * severity + 0.004 * float(np.clip(rng.normal(), -2, 2))
        kind: Literal["aqueduct", "communicating"] = "aqueduct" if rng.random() < 0.3 else "communicating"
        return HydrocephalusSize(severity=severity, evans_index=index, obstructed=kind)

    def shape(self, params: HydrocephalusSize, anatomy: Anatomy, trial: Trial) -> Anatomy:
        """Volumes that give the index on this very head, found by trial; they never shrink."""
        usual = sum(getattr(anatomy.ventricles, name) for name in _LATERAL)
        low, high = 0.0, math.log(2 * _MOST_ML / usual)
        step, best = min(0.5 * high, 0.9), 0.0
        points: list[tuple[float, float]] = []
        for _ in range(_TRIES):
            wide = _widened(anatomy, math.exp(step), params.obstructed)
            points.append((step, evans_index(trial, wide) - params.evans_index))
            best = min(points, key=lambda point: abs(point[1]))[0]
            if abs(points[-1][1]) < _NEAR:
                break
            step = float(np.clip(_next(points), low, high))
        return _widened(anatomy, math.exp(best), params.obstructed)

    def columns(self, params: HydrocephalusSize) -> Mapping[str, Any]:
        """The index."""
        return {"evans_index": params.evans_index}


def _next(points: list[tuple[float, float]]) -> float:
    """Where the line through the last two points is zero; at first 0.11 for each factor e is taken."""
    x, y = points[-1]
    slope = 0.11
    if len(points) > 1 and abs(x - points[-2][0]) > 1e-6:
        slope = float(np.clip((y - points[-2][1]) / (x - points[-2][0]), 0.03, 0.4))
    return x - y / slope


def _widened(anatomy: Anatomy, factor: float, obstructed: str) -> Anatomy:
    """Ventricles wider by a factor, each as far as its limits go."""
    have = anatomy.ventricles
    most = {**dict.fromkeys(_LATERAL, _MOST_ML), "horn_left_ml": 20.0, "horn_right_ml": 20.0, "third_ml": 8.0}
    factors = dict.fromkeys(_LATERAL, factor) | {
        "horn_left_ml": factor**1.2,
        "horn_right_ml": factor**1.2,
        "third_ml": factor**0.6,
    }
    if obstructed == "communicating":
        factors["fourth_ml"], most["fourth_ml"] = factor**0.35, 6.0
    room = {
        f"ventricles.{name}": max(min(by, most[name] / getattr(have, name)), 1.0)
        for name, by in factors.items()
    }
    grown = sum(getattr(have, name) * (room[f"ventricles.{name}"] - 1) for name in _LATERAL)
    white = max(1 - 0.25 * grown / anatomy.cerebrum.white_ml, 0.8)
    cortex = max(1 - 0.10 * grown / anatomy.cerebrum.cortex_ml, 0.9)
    return scaled(anatomy, room | {"cerebrum.white_ml": white, "cerebrum.cortex_ml": cortex})


def evans_index(trial: Trial, anatomy: Anatomy) -> float:
    """The index that a head will have, by the surfaces that are painted in the end."""
    displacement, scale = trial.displaced(anatomy, None)
    template = trial.frame.template
    wall = template.fields["Lateral-Ventricle"]
    fluid, plexus = anatomy.ventricles, anatomy.choroid_plexus
    asked = fluid.lateral_left_ml + plexus.left_ml, fluid.lateral_right_ml + plexus.right_ml
    left, right = _shifts(wall, asked, displacement, scale)
    to_world = torch.from_numpy(np.linalg.inv(to_template(anatomy.head))).float()[:3, :3]
    front = _points(_FRONT, (1.0, 1.5, 1.5), displacement.data)
    moved = front + displacement.at(front).T
    gap = wall.at(moved)[0] - torch.where(moved[:, 0] > 0, right, left)
    inside = _near(gap) & (moved[:, 1] > 4)
    horns = _widest(front[inside] @ to_world.to(front).T, scale * gap[inside])
    box = _points(_SKULL, (1.0, 3.0, 2.0), displacement.data)
    gap = template.fields["hull"].at(box + displacement.at(box).T)[0]
    inside = _near(gap)
    return horns / _widest(box[inside] @ to_world.to(box).T, scale * gap[inside])


def _near(gap: Tensor) -> Tensor:
    """Where a wall is so near that its distance is as long in a head that is stretched."""
    return (gap < 0) & (gap > -_NEAR_MM)


def _widest(points: Tensor, gap: Tensor) -> float:
    """Largest extent from side to side, in one axial slice, of what encloses points `gap` mm from its wall.

    Args:
        points: world mm but for where the origin lies, shape (n, 3).
        gap: negative, shape (n,).
    """
    if not len(points):
        return 0.0
    _, level = torch.unique((points[:, 2] / _SLICE_MM).round(), return_inverse=True)
    ends = points.new_full((2, int(level.max()) + 1), -torch.inf)
    for end, sign in zip(ends, (1, -1), strict=True):
        end.scatter_reduce_(0, level, sign * points[:, 0] - gap, "amax")
    return float(ends.sum(0).max())


def _sides(points: Tensor) -> tuple[Tensor, Tensor]:
    return points[:, 0] > 0, points[:, 0] <= 0


def _shifts(
    wall: Field, asked_ml: tuple[float, float], displacement: Field, scale: float
) -> tuple[float, float]:
    """Outward shift of each side's surface that gives it the volume asked."""
    step = 2.5
    points = _points(_WHOLE, (step,) * 3, displacement.data)
    moved = points + displacement.at(points).T
    distance, ml = wall.at(moved)[0], (step * scale) ** 3 / 1000

    def shift(side: Tensor, volume_ml: float) -> float:
        def volume(by: float) -> float:
            return float((0.5 - (distance[side] - by) * scale).clamp(0, 1).sum()) * ml

        return rising_root(volume, volume_ml)

    right, left = _sides(moved)
    return shift(left, asked_ml[0]), shift(right, asked_ml[1])


def _points(box: tuple[tuple[float, float], ...], steps: tuple[float, float, float], like: Tensor) -> Tensor:
    axes = [
        torch.arange(low, high, step, device=like.device)
        for (low, high), step in zip(box, steps, strict=True)
    ]
    return torch.stack([axis.flatten() for axis in torch.meshgrid(*axes, indexing="ij")], 1)
