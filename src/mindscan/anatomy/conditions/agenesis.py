"""Agenesis of the corpus callosum: its back part, or all of it, has never formed."""

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
from mindscan.anatomy.distance import Point
from mindscan.anatomy.structure import Frame
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

_MISSING_AT, _COMPLETE_AT = 0.25, 0.8
"""Share of the length that is missing just above severity 0, and the severity from which all is: own
choice."""
_LATERAL, _HORN, _THIRD = 0.7, 0.4, 1.0
"""By how much ventricles are usually larger where all of it is missing: own choice."""
_LATERAL_SD = 0.4
"""Spread of the logarithm of the first between people: own choice."""
_MOST_ML = {"lateral_left_ml": 118.0, "lateral_right_ml": 118.0, "third_ml": 8.0}
_MOST_HORN_ML = 20.0
_APART_MM, _NARROW_MM = 7.0, 7.0
"""How far the bodies of the ventricles stand further from the middle, and over which distance from it that
comes about: own choice."""
_BODIES: tuple[tuple[float, float], tuple[float, float]] = ((-40.0, 30.0), (4.0, 30.0))
"""Where they are (y and z), template mm."""
_UP_MM = 5.0
"""How far the roof of the third ventricle rides up."""
_ROOF: Point = (0.0, -12.0, 8.0)
_ROOF_WIDTHS_MM: Point = (4.0, 14.0, 9.0)
_WIDE_MM, _CORE_MM = 5.0, 5.0
"""How far atrium and occipital horn are pushed open, and how far from their axis most."""
_AXIS: tuple[Point, Point] = ((27.0, -44.0, 10.0), (25.0, -72.0, 6.0))
"""The ends of this axis on the right, template mm."""
_FADE_MM = 9.0


class AgenesisSize(Illness):
    """How much has formed.

    Args:
        severity: from just above 0 to 1.
        missing: share of the length of the callosum, from the back, that has not formed: 0.1 to 1 (complete
            agenesis).
        widening: volume of each lateral ventricle over what it would be, 1 to 4; at most 118 mL a side.
    """

    condition: Literal["callosal-agenesis"] = "callosal-agenesis"
    missing: Annotated[Rounded, Limits(ge=0.1, le=1)]
    widening: Annotated[Rounded, Limits(ge=1, le=4)]


class Agenesis(Calm):
    """The ventricles stand apart and are wide behind, the third rides up, a cleft lined by cortex is between.

    The landmarks of genu and splenium stay where they would be.
    """

    name = "callosal-agenesis"
    about = "Agenesis of the corpus callosum, partial or complete, by the share that is missing"
    sources = (
        "Paul et al. 2007, doi:10.1038/nrn2107 (what it is)",
        "Barkovich and Norman 1988, doi:10.2214/ajr.151.1.171 (partial agenesis lacks the back)",
    )
    record = AgenesisSize

    def draw(self, key: Key, person: Person, severity: float) -> AgenesisSize:
        """The share rises with the severity; what is missing is at the back. Ventricles follow, loosely."""
        spread, more = np.clip(key.rng().normal(size=2), -2, 2).tolist()
        usual = _MISSING_AT + (1 - _MISSING_AT) * severity / _COMPLETE_AT
        missing = min(max(usual - 0.03 * spread, 0.1), 1.0)
        widening = 1 + _LATERAL * missing * math.exp(_LATERAL_SD * more)
        return AgenesisSize(severity=severity, missing=missing, widening=widening)

    def shape(self, params: AgenesisSize, anatomy: Anatomy, trial: Trial) -> Anatomy:
        """The callosum loses what is missing of it; ventricles grow."""
        missing, have = params.missing, anatomy.ventricles
        factors = dict.fromkeys(("lateral_left_ml", "lateral_right_ml"), params.widening)
        factors |= {"third_ml": 1 + _THIRD * missing}
        factors |= dict.fromkeys(("horn_left_ml", "horn_right_ml"), 1 + _HORN * missing)
        grown = {
            f"ventricles.{name}": max(min(by, _MOST_ML.get(name, _MOST_HORN_ML) / getattr(have, name)), 1.0)
            for name, by in factors.items()
        }
        anatomy = scaled(anatomy, grown | {"callosum.volume_ml": 1 - missing})
        callosum = anatomy.callosum.model_copy(update={"missing": missing})
        return anatomy.model_copy(update={"callosum": callosum})

    def push(self, params: AgenesisSize, key: Key, frame: Frame, velocity: Tensor) -> Tensor:
        """Bodies of the ventricles apart, their back ends open, the roof of the third ventricle up."""
        missing, nodes = params.missing, frame.lattice.nodes()
        outwards = _apart(nodes, missing) + _open(nodes) * missing + _up(nodes) * missing
        return -(outwards / frame.scale).T.reshape(frame.lattice.data.shape)

    def columns(self, params: AgenesisSize) -> Mapping[str, Any]:
        """Share and widening."""
        return {"callosum_missing": params.missing, "ventricle_widening": params.widening}


def _apart(nodes: Tensor, missing: float) -> Tensor:
    """Motion away from the middle where no callosum is, mm, shape (n, 3)."""
    (back, front), (low, high) = _BODIES
    x, y, z = nodes.unbind(1)
    ahead = (y - (back + missing * (front - back))).clamp(min=0) + (back - y).clamp(min=0)
    above = (z - high).clamp(min=0) + (low - z).clamp(min=0)
    aside = (x.abs() - 2 * _NARROW_MM).clamp(min=0) / 2
    fade = torch.exp(-(ahead.square() + above.square() + aside.square()) / (2 * _FADE_MM**2))
    return torch.stack([_APART_MM * (x / _NARROW_MM).tanh() * fade, 0 * x, 0 * x], 1)


def _up(nodes: Tensor) -> Tensor:
    """Motion upwards around the roof of the third ventricle, mm, shape (n, 3)."""
    middle, widths = (torch.tensor(each, device=nodes.device) for each in (_ROOF, _ROOF_WIDTHS_MM))
    amount = _UP_MM * torch.exp(-((nodes - middle) / widths).square().sum(1) / 2)
    return torch.stack([0 * amount, 0 * amount, amount], 1)


def _open(nodes: Tensor) -> Tensor:
    """Motion away from the axes of atrium and occipital horn, mm, shape (n, 3)."""
    mirror = torch.ones_like(nodes)
    mirror[:, 0] = torch.where(nodes[:, 0] < 0, -1.0, 1.0)
    at = nodes * mirror
    start, end = (torch.tensor(point, device=nodes.device) for point in _AXIS)
    along = ((at - start) @ (end - start) / (end - start).square().sum()).clamp(0, 1)[:, None]
    away = at - start - along * (end - start)
    far = away.norm(dim=1, keepdim=True)
    fade = torch.exp(-(far - _CORE_MM).clamp(min=0) / _FADE_MM)
    outwards: Tensor = _WIDE_MM * mirror * away / far.clamp(min=_CORE_MM) * fade
    return outwards
