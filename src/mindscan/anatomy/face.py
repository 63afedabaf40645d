"""The shape of face and neck: how long, deep and wide they are beside the brain's skull."""

from __future__ import annotations

import math
from typing import Annotated

import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy.outside import grown
from mindscan.anatomy.structure import Frame, Painter
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded, truncated_normal
from mindscan.core.record import Record

_Relative = Annotated[Rounded, Limits(ge=0.8, le=1.2)]
_Bump = Annotated[Rounded, Limits(ge=-6, le=6)]

_BUMPS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "nose_mm": ((0, 98, -80), (13, 17, 20)),
    "lips_mm": ((0, 80, -110), (22, 14, 9)),
    "chin_mm": ((0, 76, -148), (20, 18, 13)),
    "brow_mm": ((0, 84, -22), (34, 14, 11)),
}
"""Middle on the template and reach of what stands forward."""


class FaceSize(Record):
    """Proportions relative to the average adult head of the same intracranial volume.

    Args:
        height, depth, breadth: of the face below the eyes, 0.8 to 1.2.
        neck: depth of the neck behind the spine, 0.8 to 1.2.
        nose_mm, lips_mm, chin_mm, brow_mm: how far they stand forward beyond the average, -6 to 6 mm.
    """

    height: _Relative = 1.0
    depth: _Relative = 1.0
    breadth: _Relative = 1.0
    neck: _Relative = 1.0
    nose_mm: _Bump = 0.0
    lips_mm: _Bump = 0.0
    chin_mm: _Bump = 0.0
    brow_mm: _Bump = 0.0


class Face:
    """It moves everything below the skull's floor and paints nothing itself."""

    name = "face"
    labels: tuple[int, ...] = ()
    in_skull = False

    def draw(self, key: Key, person: Person, icv_ml: float) -> FaceSize:
        """Small faces in children, somewhat longer and heavier ones in men.

        That the face grows long after the skull is known (Bastir et al. 2006,
        doi:10.1111/j.1469-7580.2006.00644.x); the curve, the differences between the sexes and the
        spreads are the project's own choice.
        """
        rng = key.rng()
        growth = grown(person.age_years, 0.66, 6.5)
        male = 1 if person.sex == "M" else -1
        adult = min(person.age_years / 18, 1)
        sizes = {"height": 1 + 0.012 * male, "depth": 1 + 0.005 * male, "breadth": 1 + 0.005 * male}
        sizes["neck"] = (1 + 0.03 * male * adult) * grown(person.age_years, 0.8, 8)
        drawn = {name: growth * size * truncated_normal(rng, 1, 0.03) for name, size in sizes.items()}
        limited = {name: min(max(size, 0.8), 1.2) for name, size in drawn.items()}
        spread = {"nose_mm": 1.6, "lips_mm": 0.8, "chin_mm": 1.4, "brow_mm": 0.6}
        forward = {name: adult * truncated_normal(rng, 0, sd) for name, sd in spread.items()}
        forward["brow_mm"] += 0.6 * male * adult
        return FaceSize(**limited, **forward)

    def move(self, params: FaceSize, key: Key, frame: Frame) -> Tensor:
        """A stretch of the face away from the spinal canal, and what stands forward."""
        nodes = frame.lattice.nodes()
        x, y, z = nodes.unbind(1)
        low = ((-60 - z) / 34).clamp(0, 1)
        low = low * low * (3 - 2 * low)
        along = torch.zeros_like(nodes)
        along[:, 0] = math.log(params.breadth) * low * (x.abs() - 14).clamp(0, 70) * x.sign()
        along[:, 1] = math.log(params.depth) * low * (y + 30).clamp(0, 120)
        along[:, 1] += math.log(params.neck) * low * (y + 62).clamp(-50, 0)
        along[:, 2] = math.log(params.height) * (z + 66).clamp(-90, 0)
        for name, (middle, reach) in _BUMPS.items():
            gap = (nodes - nodes.new_tensor(middle)) / nodes.new_tensor(reach)
            along[:, 1] += getattr(params, name) / frame.scale * torch.exp(-gap.square().sum(1))
        return -along.T.reshape(frame.lattice.data.shape)

    def paint(self, params: FaceSize, key: Key, frame: Frame) -> Painter:
        """Nothing."""
        return lambda place: iter(())
