"""What all structures push together, and how much room it gives to every place."""

from __future__ import annotations

import torch
from torch import Tensor

from mindscan.anatomy.anatomy import STRUCTURES, Anatomy
from mindscan.anatomy.field import Field
from mindscan.anatomy.structure import Frame
from mindscan.core.key import Key

Moves = dict[str, tuple[object, Tensor | None]]
"""By structure: its parameters, and the velocity that they lead to."""


def velocity_of(anatomy: Anatomy, key: Key, frame: Frame, known: Moves) -> Tensor:
    """The sum of what all structures push; what is known already is not found again."""
    velocity = frame.lattice.data
    for structure in STRUCTURES:
        params = getattr(anatomy, structure.name)
        if known.get(structure.name, (None, None))[0] != params:
            known[structure.name] = params, structure.move(params, key / structure.name, frame)
        moved = known[structure.name][1]
        velocity = velocity if moved is None else velocity + moved
    return velocity


def growth(displacement: Field) -> Field:
    """How much larger the head is than the template in every place: one over the warp's determinant."""
    rows = [torch.stack(torch.gradient(d, spacing=displacement.step_mm)) for d in displacement.data]
    jacobian = torch.stack(rows).flatten(2).permute(2, 0, 1) + torch.eye(3, device=rows[0].device)
    a, b, c = jacobian.unbind(1)
    determinant = (a * torch.linalg.cross(b, c)).sum(1).clamp(0.1, 10)
    shape = displacement.data.shape[1:]
    return Field((1 / determinant).reshape(1, *shape), displacement.origin_mm, displacement.step_mm)
