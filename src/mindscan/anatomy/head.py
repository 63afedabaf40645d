"""The head around the brain: its size and pose, cerebrospinal fluid, skull and scalp."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

import numpy as np
import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy.field import Field
from mindscan.anatomy.noise import smooth_noise
from mindscan.anatomy.structure import Frame, Layer, Painter, Place
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME
from mindscan.core.person import Person
from mindscan.core.prior import Rounded, truncated_normal
from mindscan.core.record import Record
from mindscan.core.volume import Affine

TEMPLATE_ICV_ML = 1893.0
"""Volume inside the hull of the template."""
_SKIN_MM = 1.5
_TURNS = tuple[Rounded, Rounded, Rounded]


class HeadSize(Record):
    """Size, shape and pose of the head.

    Args:
        icv_ml: intracranial volume, 700 to 2500 mL.
        breadth, height: width and height of the skull relative to its length, 0.8 to 1.25 (1 is average).
        skull_mm: mean thickness of the skull, 2 to 14 mm.
        scalp_mm: mean thickness of the soft tissue over it, 2 to 16 mm.
        fat_mm: thickness of the fat under the skin of head and neck, 0 to 15 mm.
        turn_deg: rotation about x, y and z (right-hand rule), -180 to 180 degrees.
        shift_mm: where the anterior commissure region lies in the scanner, mm.
    """

    icv_ml: Annotated[Rounded, Limits(ge=700, le=2500)]
    breadth: Annotated[Rounded, Limits(ge=0.8, le=1.25)] = 1.0
    height: Annotated[Rounded, Limits(ge=0.8, le=1.25)] = 1.0
    skull_mm: Annotated[Rounded, Limits(ge=2, le=14)] = 6.0
    scalp_mm: Annotated[Rounded, Limits(ge=2, le=16)] = 6.0
    fat_mm: Annotated[Rounded, Limits(ge=0, le=15)] = 3.0
    turn_deg: _TURNS = (0.0, 0.0, 0.0)
    shift_mm: _TURNS = (0.0, 0.0, 0.0)

    @property
    def scale(self) -> float:
        """World millimetres per template millimetre, averaged over directions."""
        return math.cbrt(self.icv_ml / TEMPLATE_ICV_ML)


class Head:
    """Everything outside the brain; painted last, behind all else."""

    name = "head"
    labels = tuple(BY_NAME[name].id for name in ("CSF", "Skull", "Adipose", "Head-ExtraCerebral"))
    in_skull = False

    def draw(self, key: Key, person: Person, icv_ml: float) -> HeadSize:
        """Skull thickness 5.97 ± 1.19 mm (Antonakakis et al. 2020); a few degrees of pose."""
        shape, pose = (key / "shape").rng(), (key / "pose").rng()
        turns = [float(pose.normal(0, 3)) for _ in range(3)]
        shifts = [float(pose.normal(0, 3)) for _ in range(3)]
        return HeadSize(
            icv_ml=icv_ml,
            breadth=math.exp(truncated_normal(shape, 0, 0.035)),
            height=math.exp(truncated_normal(shape, 0, 0.03)),
            skull_mm=max(truncated_normal(shape, 5.97, 1.19), 2.5),
            scalp_mm=max(truncated_normal(shape, 6.0, 1.2), 3.0),
            fat_mm=max(truncated_normal(shape, 3.2, 0.8), 1.0),
            turn_deg=(turns[0], turns[1], turns[2]),
            shift_mm=(shifts[0], shifts[1], shifts[2]),
        )

    def move(self, params: HeadSize, key: Key, frame: Frame) -> Tensor | None:
        """Size and pose are an affine map, see `to_template`."""
        return None

    def paint(self, params: HeadSize, key: Key, frame: Frame) -> Painter:
        """Fluid inside the hull, then skull, scalp, and air around."""
        bone = _thickness(key / "skull", params.skull_mm, 0.12, frame)
        skin = _thickness(key / "scalp", params.scalp_mm, 0.1, frame)
        hull = frame.template.fields["hull"]

        def layers(place: Place) -> Iterator[Layer]:
            inner = hull.at(place.xyz)[0]
            yield Layer("CSF", place.all("CSF"), place.cover(inner))
            index = (inner > -2).nonzero()[:, 0]
            outside = place.pick(index)
            skull = inner[index] - bone.at(outside.xyz)[0]
            yield Layer("bone", outside.all("Skull"), outside.cover(skull), index)
            scalp = _with_face_and_neck(skull - skin.at(outside.xyz)[0], outside)
            depth = -scalp * frame.scale - _SKIN_MM
            owner = torch.where(
                (depth > 0) & (depth < params.fat_mm),
                outside.all("Adipose"),
                outside.all("Head-ExtraCerebral"),
            )
            yield Layer("soft", owner, outside.cover(scalp), index)

        return layers


def to_template(size: HeadSize) -> Affine:
    """4 x 4 map from world millimetres to unwarped template millimetres."""
    stretch = np.array([size.breadth, 1.0, size.height])
    stretch *= size.scale / float(np.prod(stretch)) ** (1 / 3)
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


def _thickness(key: Key, mean_mm: float, spread: float, frame: Frame) -> Field:
    """A smoothly varying thickness in template mm."""
    lattice = frame.lattice
    bumps = smooth_noise(key, lattice.data.shape[1:], 60 / lattice.step_mm, lattice.data.device)
    values = mean_mm / frame.scale * (1 + spread * bumps).clamp(0.5, 1.6)
    return Field(values[None], lattice.origin_mm, lattice.step_mm)


def _with_face_and_neck(scalp: Tensor, place: Place) -> Tensor:
    """Signed distance to the whole head: the scalp joined with simple solids for face, nose and neck."""
    x, y, z = place.xyz.unbind(1)
    face = _ellipsoid(place, (0, 38, -62), (60, 52, 66))
    jaw = _ellipsoid(place, (0, 45, -105), (46, 42, 38))
    nose = _ellipsoid(place, (0, 84, -52), (13, 22, 19))
    neck = torch.hypot(x / 62, (y + 28) / 66) - 1
    neck = torch.maximum(neck * 62, z + 45)
    head = scalp
    for part, blend in ((face, 12.0), (jaw, 12.0), (neck, 25.0), (nose, 6.0)):
        head = _smooth_union(head, part, blend)
    return head


def _ellipsoid(place: Place, centre: tuple[float, float, float], semi: tuple[float, float, float]) -> Tensor:
    x, y, z = ((p - c) / s for p, c, s in zip(place.xyz.unbind(1), centre, semi, strict=True))
    return ((x.square() + y.square() + z.square()).sqrt() - 1) * min(semi)


def _smooth_union(a: Tensor, b: Tensor, blend: float) -> Tensor:
    """Union of two solids with a rounded seam `blend` mm wide (polynomial smooth minimum)."""
    overlap = (blend - (a - b).abs()).clamp(min=0) / blend
    return torch.minimum(a, b) - overlap.square() * blend / 4
