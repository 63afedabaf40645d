"""Cavum septi pellucidi: fluid between the leaflets of the septum, which it pushes apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy.anatomy import Anatomy
from mindscan.anatomy.conditions.condition import Calm, Illness, Trial
from mindscan.anatomy.distance import Point
from mindscan.anatomy.fit import rising_root
from mindscan.anatomy.head import to_template
from mindscan.anatomy.structure import Frame
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

_FIELD = "5th-Ventricle"
_NARROW, _WIDE = 2.0, 11.0
"""Widths in mm drawn at severity 0 and 1: own choice, from what is common to what is called a cyst."""
_LEAFLET_MM = 1.2
"""Thickness of each leaflet: own choice, so that it shows on voxels of 1 mm."""
_MOST_ML = 5.0
_AXIS: tuple[Point, Point] = (0, 19, 6), (0, 3, 12)
"""Ends of the line in the septum from which all is pushed away, template mm."""
_PUSH, _CORE_MM, _REACH_MM = 0.45, 5.0, 12.0
"""How far the walls are pushed for each mm of width, how far from the line the push is strongest, and over
which distance it then falls to 1/e: own choice."""
_BOX = ((-16, 16), (-12, 36), (-10, 32))
_STEP_MM = 1.0


class CavumSize(Illness):
    """How wide it is.

    Args:
        severity: from just above 0 to 1.
        width_mm: largest width from side to side, 1 to 14 mm.
    """

    condition: Literal["cavum-septi-pellucidi"] = "cavum-septi-pellucidi"
    width_mm: Annotated[Rounded, Limits(ge=1, le=14)]


class Cavum(Calm):
    """A small one is common in healthy people, a large one is not; it has the label 5th-Ventricle."""

    name = "cavum-septi-pellucidi"
    about = "Fluid between the leaflets of the septum pellucidum, by width"
    sources = (
        "Nopoulos et al. 1997, doi:10.1016/S0006-3223(96)00209-0 (how often)",
        "Born et al. 2004, doi:10.1007/s00406-004-0496-z (variants of the septum)",
    )
    record = CavumSize

    def draw(self, key: Key, person: Person, severity: float) -> CavumSize:
        """The width goes with the severity."""
        spread = 0.4 * float(np.clip(key.rng().normal(), -2, 2))
        return CavumSize(severity=severity, width_mm=_NARROW + (_WIDE - _NARROW) * severity + spread)

    def shape(self, params: CavumSize, anatomy: Anatomy, trial: Trial) -> Anatomy:
        """The volume that has the width in this very head."""
        displacement, scale = trial.displaced(anatomy, self.push(params, Key(0), trial.frame, torch.empty(0)))
        field = trial.frame.template.fields[_FIELD]
        axes = [torch.arange(low, high, _STEP_MM, device=field.data.device) for low, high in _BOX]
        xyz = torch.stack([axis.flatten() for axis in torch.meshgrid(*axes, indexing="ij")], 1)
        level = field.at(xyz + displacement.at(xyz).T)[0].reshape([len(axis) for axis in axes])
        stretch = np.linalg.inv(to_template(anatomy.head, scale / anatomy.head.scale))[:3, 0]
        across = _STEP_MM * float(np.linalg.norm(stretch))

        def cover(shift: float) -> Tensor:
            return (0.5 - (level - shift) * scale).clamp(0, 1)

        shift = rising_root(lambda by: float(cover(by).sum(0).max()) * across, params.width_mm)
        ml = float(cover(shift).sum()) * (_STEP_MM * scale) ** 3 / 1000
        values = {"cavum_ml": min(ml, _MOST_ML), "leaflet_mm": _LEAFLET_MM}
        ventricles = type(anatomy.ventricles).parse(anatomy.ventricles.model_dump() | values, "ventricles")
        return anatomy.model_copy(update={"ventricles": ventricles})

    def push(self, params: CavumSize, key: Key, frame: Frame, velocity: Tensor) -> Tensor:
        """Frontal horns and callosum give way."""
        return _PUSH * params.width_mm / frame.scale * _inwards(frame)

    def columns(self, params: CavumSize) -> Mapping[str, Any]:
        """The width."""
        return {"cavum_width_mm": params.width_mm}


def _inwards(frame: Frame) -> Tensor:
    """The velocity that carries all away from the septum by up to 1 mm, shape (3, i, j, k)."""
    nodes = frame.lattice.nodes()
    start, end = (torch.tensor(point, device=nodes.device, dtype=torch.float32) for point in _AXIS)
    along = ((nodes - start) @ (end - start) / (end - start).square().sum()).clamp(0, 1)[:, None]
    gap = start + along * (end - start) - nodes
    far = gap.norm(dim=1, keepdim=True)
    fade = torch.exp(-(far - _CORE_MM).clamp(min=0) / _REACH_MM)
    inwards: Tensor = (gap / far.clamp(min=_CORE_MM) * fade).T.reshape(frame.lattice.data.shape)
    return inwards
