"""What lesions between skull and brain share: the room that they fill, and ventricles that give way."""

from __future__ import annotations

import math

from mindscan.anatomy.anatomy import Anatomy
from mindscan.anatomy.conditions.condition import scaled
from mindscan.anatomy.gap import Gap
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.survey import PARENCHYMA, Survey, ids_of

HOSTS = ids_of("CSF", "Dura", *PARENCHYMA)
"""What may lie in the room: stretched fluid, the edge of the dura, crowns of gyri that touch it."""
_NEAR_MM, _FAR_MM, _FILLED_ML = 16.0, 60.0, 250.0
"""Shift at which the lateral ventricle of the same and of the other side has 1/e of its volume, and volume of
the lesion at which both have: own choices."""
_LEAST_ML = {"lateral": 1.5, "horn": 0.05}


def squeezed(anatomy: Anatomy, gap: Gap) -> Anatomy:
    """The anatomy with the lateral ventricles that are left once there is room between skull and brain."""
    near, far = ("right", "left") if gap.centre_mm[0] > 0 else ("left", "right")
    factors = {}
    for part, least in _LEAST_ML.items():
        for side, reach in ((near, _NEAR_MM), (far, _FAR_MM)):
            name = f"{part}_{side}_ml"
            factor = math.exp(-gap.shift_mm / reach - gap.ml / _FILLED_ML)
            floor = min(least / getattr(anatomy.ventricles, name), 1.0)
            factors[f"ventricles.{name}"] = max(factor, floor)
    return scaled(anatomy, factors)


def filling(condition: str, label: str, ml: float, grade: str, survey: Survey) -> Lesion:
    """What fills the room that a condition has made."""
    return Lesion(condition, ids_of(label)[0], survey.rooms[condition], HOSTS, ml, grade)
