"""Make room: move everything around a surface outwards."""

from __future__ import annotations

import torch
from torch import Tensor

from mindscan.anatomy.field import Field
from mindscan.anatomy.structure import Frame

_FINE_STEP_MM = 2.0


def push(wall: Field, frame: Frame, left_mm: float, right_mm: float, reach_mm: float) -> Tensor:
    """The velocity that carries a surface outwards, fading with the distance from it.

    Args:
        wall: signed distance to the surface, template mm.
        frame: gives the lattice.
        left_mm, right_mm: how far each side is carried, template mm; negative draws it in.
        reach_mm: distance over which the push falls to 1/e.

    Returns:
        Template mm, shape (3, i, j, k); points are looked up along it, hence against the motion.
    """
    nodes = frame.lattice.nodes()
    ahead = torch.eye(3, device=nodes.device) * _FINE_STEP_MM / 2
    gradient = torch.cat([wall.at(nodes + step) - wall.at(nodes - step) for step in ahead]) / _FINE_STEP_MM
    fade = torch.exp(-wall.at(nodes)[0].clamp(min=0) / reach_mm)
    amount = torch.where(nodes[:, 0] > 0, right_mm, left_mm)
    return -(gradient * (fade * amount)).reshape(frame.lattice.data.shape)
