"""Mass effect: something grows and pushes all else away, until the midline has moved as far as asked."""

from __future__ import annotations

import torch
from torch import Tensor

from mindscan.anatomy.distance import Point
from mindscan.anatomy.field import Field
from mindscan.anatomy.structure import Frame
from mindscan.anatomy.warp import exponential, inverse

MIDLINE_MM: Point = (0.0, 4.0, 10.0)
"""Where the shift is measured: the septum pellucidum above the foramen of Monro, template mm."""
_WALL_MM = 8.0
_TRIES = 4
_MOST_MM = 22.0


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
    at_rest = _midline(velocity, frame)
    asked = shift_mm / frame.scale
    low, high = 0.0, 2.0 * asked / max(float(_along(unit, frame)), 0.02)
    amount = min(high / 2, _MOST_MM)
    before = 0.0, 0.0
    for _ in range(_TRIES):
        if abs(amount - before[0]) < 1e-3:
            break
        moved = (_midline(velocity - amount * unit, frame) - at_rest).norm()
        slope = (float(moved) - before[1]) / (amount - before[0])
        before = amount, float(moved)
        amount = min(max(amount + (asked - float(moved)) / max(slope, 1e-3), low), _MOST_MM)
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


def _midline(velocity: Tensor, frame: Frame) -> Tensor:
    """Where the midline point lies from side to side in a head, template mm that no warp has moved."""
    displacement = exponential(velocity, frame.lattice)
    found: Tensor = inverse(displacement.to("cpu"), torch.tensor([MIDLINE_MM], dtype=torch.float64))
    return found[0, :1]
