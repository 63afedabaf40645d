"""The size and the pose of the head: an affine map of everything."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy.structure import Frame, Painter
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded, truncated_normal
from mindscan.core.record import Record
from mindscan.core.volume import Affine

TEMPLATE_ICV_ML = 1893.0
"""Volume inside the hull of the template."""
_TURNS = tuple[Rounded, Rounded, Rounded]


class HeadSize(Record):
    """Size, shape and pose of the head.

    Args:
        icv_ml: intracranial volume, 700 to 2500 mL.
        breadth, height: width and height of the skull relative to its length, 0.8 to 1.25 (1 is average).
        turn_deg: rotation about x, y and z (right-hand rule), -180 to 180 degrees.
        shift_mm: where the anterior commissure region lies in the scanner, mm.
    """

    icv_ml: Annotated[Rounded, Limits(ge=700, le=2500)]
    breadth: Annotated[Rounded, Limits(ge=0.8, le=1.25)] = 1.0
    height: Annotated[Rounded, Limits(ge=0.8, le=1.25)] = 1.0
    turn_deg: _TURNS = (0.0, 0.0, 0.0)
    shift_mm: _TURNS = (0.0, 0.0, 0.0)

    @property
    def scale(self) -> float:
        """World millimetres per template millimetre, averaged over directions."""
        return math.cbrt(self.icv_ml / TEMPLATE_ICV_ML)


class Head:
    """Size and pose; it paints nothing."""

    name = "head"
    labels: tuple[int, ...] = ()
    in_skull = False

    def draw(self, key: Key, person: Person, icv_ml: float) -> HeadSize:
        """A few per cent of shape and a few degrees of pose."""
        shape, pose = (key / "shape").rng(), (key / "pose").rng()
        turns = [float(pose.normal(0, 3)) for _ in range(3)]
        shifts = [float(pose.normal(0, 3)) for _ in range(3)]
        return HeadSize(
            icv_ml=icv_ml,
            breadth=math.exp(truncated_normal(shape, 0, 0.035)),
            height=math.exp(truncated_normal(shape, 0, 0.03)),
            turn_deg=(turns[0], turns[1], turns[2]),
            shift_mm=(shifts[0], shifts[1], shifts[2]),
        )

    def move(self, params: HeadSize, key: Key, frame: Frame) -> Tensor | None:
        """Size and pose are an affine map, see `to_template`."""
        return None

    def paint(self, params: HeadSize, key: Key, frame: Frame) -> Painter:
        """Nothing."""
        return lambda place: iter(())


def to_template(size: HeadSize, factor: float = 1.0) -> Affine:
    """4 x 4 map from world millimetres to unwarped template millimetres, the head `factor` times as large."""
    stretch = np.array([size.breadth, 1.0, size.height])
    stretch *= factor * size.scale / float(np.prod(stretch)) ** (1 / 3)
    forward = np.eye(4)
    forward[:3, :3] = _rotation(size.turn_deg) * stretch
    forward[:3, 3] = size.shift_mm
    return np.asarray(np.linalg.inv(forward), np.float64)


def _rotation(turn_deg: tuple[float, float, float]) -> Affine:
    """Rotation about x, then y, then z."""
    total = np.eye(3)
    for axis, degrees in enumerate(turn_deg):
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        turn = np.eye(3)
        a, b = [(1, 2), (2, 0), (0, 1)][axis]
        turn[a, a], turn[a, b], turn[b, a], turn[b, b] = c, -s, s, c
        total = turn @ total
    return total
