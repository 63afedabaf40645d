"""Mass effect: something grows and pushes all else away, until the midline has moved as far as asked."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from mindscan.anatomy.distance import Point
from mindscan.anatomy.field import Field
from mindscan.anatomy.fit import rising_root
from mindscan.anatomy.structure import Frame
from mindscan.anatomy.warp import exponential, inverse

MIDLINE_MM: Point = (0.0, 4.0, 10.0)
"""Where the shift is measured: the septum pellucidum above the foramen of Monro, template mm."""
_WALL_MM = 8.0
_TRIES = 4
_MOST_MM = 22.0
_FARTHEST_MM = 25.0


def mass_push(
    centre: Point, radius_mm: float, shift_mm: float, frame: Frame, velocity: Tensor
) -> Tensor | None:
    """The velocity of a mass that moves the midline away from itself.

    Outside of the mass the push falls with the square of the distance, so that tissue keeps its volume; it
    fades towards the skull.

    Args:
        centre: template mm.
        radius_mm: world mm.
        shift_mm: how far the midline moves, world mm; at most what a push of 22 mm at the surface gives.
        frame: gives template, lattice and scale.
        velocity: all other motion, shape (3, i, j, k).

    Returns:
        Template mm, shape (3, i, j, k); None where nothing moves.
    """
    if shift_mm <= 0:
        return None
    unit = _outwards(centre, radius_mm / frame.scale, frame)
    rest = inverse(exponential(velocity, frame.lattice).to("cpu"), torch.tensor([MIDLINE_MM])).float()
    asked = shift_mm / frame.scale
    low, high = 0.0, 2.0 * asked / max(float(_along(unit, frame)), 0.02)
    amount = min(high / 2, _MOST_MM)
    before = 0.0, 0.0
    for _ in range(_TRIES):
        if abs(amount - before[0]) < 1e-3:
            break
        pushed = exponential(velocity - amount * unit, frame.lattice).to("cpu")
        moved = aside(rest, lambda at, by=pushed: at + by.at(at).T)  # type: ignore[misc]
        slope = (moved - before[1]) / (amount - before[0])
        before = amount, moved
        amount = min(max(amount + (asked - moved) / max(slope, 1e-3), low), _MOST_MM)
    return -amount * unit


def _outwards(centre: Point, radius: float, frame: Frame) -> Tensor:
    """Where a mass pushes, 1 at its surface, shape (3, i, j, k), template mm."""
    nodes = frame.lattice.nodes()
    gap = nodes - torch.tensor(centre, device=nodes.device)
    far = torch.linalg.vector_norm(gap, dim=1).clamp(min=1e-3)
    strength = 2 * far * radius**2 / (far**3 + radius**3)
    depth = -frame.template.fields["hull"].at(nodes)[0]
    fade = 1 - torch.exp(-(depth.clamp(min=0) / _WALL_MM).square())
    away: Tensor = gap / far[:, None] * (strength * fade)[:, None]
    return away.T.reshape(frame.lattice.data.shape)


def _along(unit: Tensor, frame: Frame) -> Tensor:
    """How far a push of 1 moves the midline, to first order."""
    field = Field(unit, frame.lattice.origin_mm, frame.lattice.step_mm)
    there: Tensor = field.at(torch.tensor([MIDLINE_MM], device=unit.device))
    length: Tensor = torch.linalg.vector_norm(there)
    return length


def aside(rest: Tensor, to_template: Callable[[Tensor], Tensor]) -> float:
    """How far the midline lies from where it was, on the line from side to side through a place of it.

    So it is measured on scans: in a slice that stays, not along with what was there.

    Args:
        rest: where the midline was, shape (1, 3).
        to_template: takes places like it to where they lie on the template, whose midline is at x = 0.

    Returns:
        In the unit of `rest`, at least 0.
    """

    def side(x: float) -> float:
        at = rest.clone()
        at[0, 0] = x
        return float(to_template(at)[0, 0])

    x = float(rest[0, 0])
    return abs(rising_root(side, 0.0, x - _FARTHEST_MM, x + _FARTHEST_MM) - x)
