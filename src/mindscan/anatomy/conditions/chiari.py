"""Chiari I malformation: the tonsils of the cerebellum hang through the foramen magnum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy.conditions.condition import Calm, Illness
from mindscan.anatomy.distance import Point
from mindscan.anatomy.field import Field
from mindscan.anatomy.structure import Frame
from mindscan.anatomy.warp import exponential, inverse
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

_LEAST_MM, _MOST_MM = 5.0, 8.0
"""Descents drawn at severity 0 and 1. From 5 mm on it is called Chiari I (Barkovich et al. 1986; Aboulezz et
al. 1985, doi:10.1097/00004728-198511000-00005, who found 10.3 mm, SD 4.6, in patients); more than the last
cannot be reached in every head."""
_FORAMEN: tuple[Point, Point] = (0, -35.8, -65), (0, -57.4, -65)
"""Basion and opisthion, template mm."""
_GATE, _ROOT = (3.5, -53.0, -68.0), (7.0, -55.5, -54.0)
"""Where the right tonsil passes the foramen, to hang straight down behind the cord, and where it comes from,
template mm."""
_NARROW_MM, _BROAD_MM = 4.0, 7.0
"""Width of the stream there (standard deviation)."""
_FADES_MM = (-112.0, -88.0, -60.0, -18.0)
"""Heights between which the stream comes up from nothing and ends, template mm."""
_WALL_MM = 2.0
"""Depth over which skull and canal hold it."""
_CORD_MM, _FORWARD = -48.0, 0.14
"""Where the cord lies (y), template mm, and how far it gives way for each mm of the stream: own choice."""
_CLEFT_MM = 4.0
"""The tonsils meet at the middle from this far."""
_BOX = ((-12, 12, 1.5), (-66, -42, 1.5), (-104, -56, 0.5))
_FLESH_MM = -1.1
"""How deep below its surface a tip counts, so that it fills most of a voxel: own choice. The descents of six
made heads are then 0.2 mm short on average, each within 1.2 mm."""
_TRIES, _NEAR_MM, _PACE, _FASTEST_MM = 5, 0.3, 3.0, 40.0
"""How the speed of the stream is searched: about this many mm of it for each mm of descent; a faster one than
the last would tear the lattice."""


class ChiariSize(Illness):
    """How far the tonsils hang down.

    Args:
        severity: from just above 0 to 1.
        descent_mm: distance of the lower tonsil's tip from the line between basion and opisthion, 3 to 9;
            no less than it is without.
    """

    condition: Literal["chiari"] = "chiari"
    descent_mm: Annotated[Rounded, Limits(ge=3, le=9)]


class Chiari(Calm):
    """The lower cerebellum is drawn out into two pegs behind the cord."""

    name = "chiari"
    about = "Chiari I malformation: tonsils of the cerebellum below the foramen magnum, by descent"
    sources = ("Aboulezz et al. 1985, doi:10.1097/00004728-198511000-00005 (descent)",)
    record = ChiariSize

    def draw(self, key: Key, person: Person, severity: float) -> ChiariSize:
        """The descent goes with the severity."""
        spread = 0.2 * float(np.clip(key.rng().normal(), -2, 2))
        descent = _LEAST_MM + (_MOST_MM - _LEAST_MM) * severity + spread
        return ChiariSize(severity=severity, descent_mm=min(max(descent, _LEAST_MM), _MOST_MM))

    def push(self, params: ChiariSize, key: Key, frame: Frame, velocity: Tensor) -> Tensor:
        """Down, as fast as it takes to reach the descent in this head."""
        rest, asked = exponential(velocity, frame.lattice), params.descent_mm
        unit = _upwards(rest, frame)
        at_rest = descent_mm(rest, frame)
        low, high = (0.0, at_rest), (_FASTEST_MM, at_rest + _FASTEST_MM / _PACE)
        best = low
        for _ in range(_TRIES):
            if abs(best[1] - asked) < _NEAR_MM or asked < at_rest:
                break
            share = (asked - low[1]) / max(high[1] - low[1], _NEAR_MM)
            speed = low[0] + min(max(share, 0.1), 1.0) * (high[0] - low[0])
            found = descent_mm(exponential(velocity + speed * unit, frame.lattice), frame)
            low, high = ((speed, found), high) if found < asked else (low, (speed, found))
            best = min(best, (speed, found), key=lambda each: abs(each[1] - asked))
        return best[0] * unit

    def columns(self, params: ChiariSize) -> Mapping[str, Any]:
        """The descent."""
        return {"tonsil_descent_mm": params.descent_mm}


def descent_mm(displacement: Field, frame: Frame) -> float:
    """How far the cerebellum of the template, once it is warped, reaches below the foramen; world mm."""
    axes = [torch.arange(*row, device=displacement.data.device) for row in _BOX]
    xyz = torch.stack([axis.flatten() for axis in torch.meshgrid(*axes, indexing="ij")], 1).float()
    moved = xyz + displacement.at(xyz).T
    fields = frame.template.fields
    inside = (fields["cerebellum"].at(moved)[0] < 0) & (fields["brainstem"].at(moved)[0] >= 0)
    y, z = xyz[inside & (fields["pial"].at(moved)[0] < _FLESH_MM), 1:].unbind(1)
    ends = inverse(displacement.to("cpu"), torch.tensor(_FORAMEN, dtype=torch.float64)).float().to(z)
    (front_y, front_z), (back_y, back_z) = ends[:, 1:].tolist()
    line = front_z + (y - front_y) * (back_z - front_z) / (back_y - front_y)
    return float((line - z).max()) * frame.scale


def _upwards(rest: Field, frame: Frame) -> Tensor:
    """The velocity that lets both tonsils down by up to 1 mm, shape (3, i, j, k).

    Args:
        rest: where all other motion leads, on the lattice; the stream lies half way.
        frame: gives the template.
    """
    nodes = rest.nodes() + rest.data.flatten(1).T / 2
    x, y, z = nodes.unbind(1)
    gate, root = (torch.tensor(point, device=x.device) for point in (_GATE, _ROOT))
    up = (z - gate[2]) / (root[2] - gate[2])
    lean = (root - gate)[:2] / (root[2] - gate[2])
    above, up = ((up > 0) & (up < 1)).float(), up.clamp(0, 1)
    off = torch.hypot(x.abs() - gate[0] - up * (root[0] - gate[0]), y - gate[1] - up * (root[1] - gate[1]))
    width = _NARROW_MM + up * (_BROAD_MM - _NARROW_MM)
    low, lower, upper, top = _FADES_MM
    ends = ((z - low) / (lower - low)).clamp(0, 1) * ((top - z) / (top - upper)).clamp(0, 1)
    depth = -frame.template.fields["hull"].at(nodes)[0]
    held = 1 - torch.exp(-(depth.clamp(min=0) / _WALL_MM).square())
    down = torch.exp(-((off / width) ** 2) / 2) * ends * held
    apart = lean[0] * above * (x / _CLEFT_MM).clamp(-1, 1) * down
    canal = torch.exp(-((torch.hypot(x, y - _CORD_MM) / _BROAD_MM) ** 2) / 2) * ends * held
    back = lean[1] * above * down - _FORWARD * canal
    return torch.stack([apart, back, down]).reshape(rest.data.shape)
