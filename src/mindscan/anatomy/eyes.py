"""The eyes: globe, vitreous and lens; optic nerve, muscles and fat in an orbit of bone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated

import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy.distance import Point, rods
from mindscan.anatomy.landmarks import ORBIT_SIDED
from mindscan.anatomy.outside import both_sides, grown, last_crossings, solid
from mindscan.anatomy.structure import Frame, Layer, Painter, Place
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME
from mindscan.core.person import Person
from mindscan.core.prior import Rounded, truncated_normal
from mindscan.core.record import Record

CENTRE: Point = (33.0, 58.0, -45.0)
"""Middle of the right globe on the template: mean of ten label maps of real heads (33, 58, -47)."""
_APEX: Point = (13.0, 21.0, -37.0)
_CHIASM: Point = (4.5, 5.5, -20.0)
_SCLERA_MM, _LENS_RADIUS_MM, _MUSCLE_MM, _WALL_MM = 1.0, 4.6, 1.9, 1.8
_LENS_DEPTH_MM = 5.6
"""From the front of the globe to the middle of the lens."""


class EyesSize(Record):
    """Sizes of both eyes.

    Args:
        globe_mm: diameter of the globe, 12 to 30 mm.
        lens_mm: thickness of the lens, 2 to 7 mm.
        nerve_mm: width of the optic nerve in the orbit, 1 to 6 mm.
        protrusion_mm: how far the globe stands forward, -4 to 6 mm.
    """

    globe_mm: Annotated[Rounded, Limits(ge=12, le=30)]
    lens_mm: Annotated[Rounded, Limits(ge=2, le=7)]
    nerve_mm: Annotated[Rounded, Limits(ge=1, le=6)]
    protrusion_mm: Annotated[Rounded, Limits(ge=-4, le=6)] = 0.0


class Eyes:
    """What lies in the orbits, and their walls."""

    name = "eyes"
    labels = tuple(
        BY_NAME[name].id
        for name in ("Globe", "Vitreous-Humor", "Lens", "Nerve", "Muscle", "Orbital-Fat", "Skull")
    )
    in_skull = False

    def draw(self, key: Key, person: Person, icv_ml: float) -> EyesSize:
        """Globe 24.2 mm wide, 21 to 27 (Bekerman 2014, doi:10.1155/2014/503645), 70 % at birth.

        The lens thickens by 0.02 mm a year; nerve 3.5 ± 0.3 mm: the project's own choice.
        """
        rng = key.rng()
        return EyesSize(
            globe_mm=truncated_normal(rng, 24.0, 0.8) * grown(person.age_years, 0.7, 3),
            lens_mm=truncated_normal(rng, 3.6 + 0.02 * person.age_years, 0.2),
            nerve_mm=truncated_normal(rng, 3.5, 0.3) * grown(person.age_years, 0.7, 3),
            protrusion_mm=truncated_normal(rng, 0, 0.9),
        )

    def move(self, params: EyesSize, key: Key, frame: Frame) -> Tensor | None:
        """The orbit is wide enough for its eye."""
        return None

    def paint(self, params: EyesSize, key: Key, frame: Frame) -> Painter:
        """Lens, vitreous, sclera, nerve, muscles, fat and the wall of the orbit, front to back."""
        centre = _centre(params, frame)

        def layers(place: Place) -> Iterator[Layer]:
            index, here = place.within(frame.template.fields["cavities"])
            orbit = solid("orbit", here, frame)
            some = (orbit < 4).nonzero()[:, 0]
            index, part, orbit = index[some], here.pick(some), orbit[some]
            half = torch.cat([part.xyz[:, :1].abs(), part.xyz[:, 1:]], 1)
            globe = torch.linalg.vector_norm(half - half.new_tensor(centre), dim=1)
            globe = globe - params.globe_mm / 2 / frame.scale
            parts = {
                "Lens": _lens(half, centre, params, frame.scale),
                "Vitreous-Humor": globe + _SCLERA_MM / frame.scale,
                "Globe": globe,
                "Muscle": torch.maximum(_muscles(half, centre, globe, params, frame.scale), orbit + 0.5),
                "Nerve": rods(half, _nerve(centre, params.nerve_mm / 2 / frame.scale)),
                "Orbital-Fat": torch.maximum(orbit, _rim(half) - 6),
            }
            for name, distance in parts.items():
                tissue = BY_NAME[name].tissue
                yield Layer(tissue, part.all(name), part.cover(distance), index)
            wall = torch.maximum(orbit - _WALL_MM / frame.scale, _rim(half))
            yield Layer("bone", part.all("Skull"), part.cover(wall), index)

        return layers

    def landmarks(self, params: EyesSize, key: Key, frame: Frame) -> dict[str, Point]:
        """The middles of both globes, and the lower rims of the orbits."""
        x, y, z = _centre(params, frame)
        rims = last_crossings(partial(solid, "orbit", frame=frame), both_sides(ORBIT_SIDED), frame)
        return {"R eye": (x, y, z), "L eye": (-x, y, z), **rims}


class OpticNervesSize(Record):
    """The optic nerves inside the skull.

    Args:
        width_mm: from the orbit to the chiasm, 1 to 6 mm.
    """

    width_mm: Annotated[Rounded, Limits(ge=1, le=6)]


class OpticNerves:
    """From the orbit to the chiasm, in what the brain leaves free."""

    name = "optic_nerves"
    labels = (BY_NAME["Nerve"].id,)
    in_skull = True

    def draw(self, key: Key, person: Person, icv_ml: float) -> OpticNervesSize:
        """4.0 ± 0.4 mm (own choice)."""
        return OpticNervesSize(width_mm=truncated_normal(key.rng(), 4.0, 0.4))

    def move(self, params: OpticNervesSize, key: Key, frame: Frame) -> Tensor | None:
        """It pushes nothing."""
        return None

    def paint(self, params: OpticNervesSize, key: Key, frame: Frame) -> Painter:
        """One tube on each side."""
        radius = params.width_mm / 2 / frame.scale

        def layers(place: Place) -> Iterator[Layer]:
            x, y, z = place.xyz.unbind(1)
            index = ((x.abs() < 18) & (y > 0) & (y < 26) & (z < -12) & (z > -42)).nonzero()[:, 0]
            part = place.pick(index)
            half = torch.cat([part.xyz[:, :1].abs(), part.xyz[:, 1:]], 1)
            tube = rods(half, ((_APEX, radius), (_CHIASM, radius)))
            yield Layer("WM", part.all("Nerve"), part.cover(tube), index)

        return layers


def _centre(params: EyesSize, frame: Frame) -> Point:
    """Middle of the right globe; a small one lies as far forward as a large one."""
    x, y, z = CENTRE
    return x, y + (params.protrusion_mm + 12 - params.globe_mm / 2) / frame.scale, z


def _rim(half: Tensor) -> Tensor:
    """Distance in front of the plane of the orbit's rim, template mm."""
    return half[:, 1] + 0.57 * half[:, 0] - 80


def _lens(half: Tensor, centre: Point, params: EyesSize, scale: float) -> Tensor:
    """Approximate signed distance to the lens."""
    x, y, z = centre
    middle = half.new_tensor((x, y + (params.globe_mm / 2 - _LENS_DEPTH_MM) / scale, z))
    semi = half.new_tensor((_LENS_RADIUS_MM, params.lens_mm / 2, _LENS_RADIUS_MM)) / scale
    distance: Tensor = (torch.linalg.vector_norm((half - middle) / semi, dim=1) - 1) * semi.min()
    return distance


def _nerve(centre: Point, radius: float) -> tuple[tuple[Point, float], ...]:
    """From the back of the globe with a slight bend to the apex of the orbit and on to the chiasm."""
    x, y, z = centre
    return (((x - 3, y - 11, z), radius), ((23, 36, -43), radius), (_APEX, radius), (_CHIASM, radius))


def _muscles(half: Tensor, centre: Point, globe: Tensor, params: EyesSize, scale: float) -> Tensor:
    """Signed distance to the four straight muscles, from the apex along the globe to its equator."""
    x, y, z = centre
    reach = params.globe_mm / 2 / scale + 1
    thick = _MUSCLE_MM / scale
    gaps = []
    for side, up in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        belly = (24 + 9.5 * side, 41, -42 + 9.5 * up)
        front = (x + reach * side, y + 1, z + reach * up)
        gaps.append(rods(half, ((_APEX, 1.0), (belly, thick), (front, 0.5 * thick))))
    return torch.maximum(torch.stack(gaps).amin(0), 0.3 - globe)
