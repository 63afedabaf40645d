"""Air inside bone: frontal, maxillary, ethmoid and sphenoid sinuses and the cells of the mastoid."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy.fit import rising_root
from mindscan.anatomy.outside import solid
from mindscan.anatomy.solids import CAVITIES
from mindscan.anatomy.structure import Frame, Layer, Painter, Place
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME
from mindscan.core.person import Person
from mindscan.core.prior import Rounded, truncated_normal
from mindscan.core.record import Record

_GROWN = {
    "frontal": (3.46, 0.78),
    "maxillary": (14.83, 1.36),
    "ethmoid": (4.51, 0.92),
    "sphenoid": (3.47, 0.93),
}
_YEARS = {"frontal": (6.0, 19.0), "maxillary": (0.0, 15.0), "ethmoid": (0.0, 12.0), "sphenoid": (3.0, 15.0)}
_AT_START = {"frontal": 0.0, "maxillary": 0.05, "ethmoid": 0.15, "sphenoid": 0.0}
_CELLS = ("ethmoid", "mastoid")
_BESIDE = ("orbit", "nose", "sella", "airway")
_CELL_MM = 7.0
_LEAST_ML = 0.1
_BONE_MM = 1.6
"""Bone that stays between a sinus and orbit or nose."""
_MORE_MM = 0.7
"""And how much more beside the brain."""
_SEPTUM_MM = 1.5
"""Bone in the midline between left and right."""

Millilitres = Annotated[Rounded, Limits(ge=0, le=40)]


class SinusSize(Record):
    """Volume of each kind of sinus on one side, 0 to 40 mL, cell walls counted in."""

    frontal_ml: Millilitres
    maxillary_ml: Millilitres
    ethmoid_ml: Millilitres
    sphenoid_ml: Millilitres
    mastoid_ml: Millilitres


class Sinuses:
    """Painted before the bone around them, with a thin wall of their own."""

    name = "sinuses"
    labels = tuple(BY_NAME[name].id for name in ("Sinus", "Skull"))
    in_skull = False

    def draw(self, key: Key, person: Person, icv_ml: float) -> SinusSize:
        """Adult volumes and ages of growth: Park et al. 2010, doi:10.1016/j.ijporl.2010.08.018 (260 people).

        The frontal sinus is taken as absent before 6 years. The mastoid's cells (7 ± 2 mL, grown at
        16 years), and that volumes go with the size of the skull, are the project's own choice.
        """
        sizes = {}
        for name, (mean, sd) in (_GROWN | {"mastoid": (7.0, 2.0)}).items():
            first, last = _YEARS.get(name, (0.0, 16.0))
            ripe = min(max((person.age_years - first) / (last - first), 0.0), 1.0)
            start = _AT_START.get(name, 0.05)
            share = start + (1 - start) * ripe * ripe * (3 - 2 * ripe)
            adult = max(truncated_normal((key / name).rng(), mean, sd), 0.2 * mean)
            sizes[f"{name}_ml"] = adult * share * icv_ml / 1450
        return SinusSize(**sizes)

    def move(self, params: SinusSize, key: Key, frame: Frame) -> Tensor | None:
        """They fill bone and push nothing."""
        return None

    def paint(self, params: SinusSize, key: Key, frame: Frame) -> Painter:
        """Air, then a wall of bone around it."""
        shifts = {name: _shift(name, getattr(params, f"{name}_ml"), frame) for name in (*_GROWN, "mastoid")}
        bone = _BONE_MM / frame.scale

        def layers(place: Place) -> Iterator[Layer]:
            index, here = place.within(frame.template.fields["cavities"])
            air = torch.stack([solid(name, here, frame) - shift for name, shift in shifts.items()]).amin(0)
            some = (air < 3).nonzero()[:, 0]
            index, part = index[some], here.pick(some)
            room = [_room(name, part, frame, shift) for name, shift in shifts.items()]
            air = torch.stack(room).amin(0)
            cells = torch.stack([solid(name, part, frame) - shifts[name] for name in _CELLS]).amin(0)
            cells = torch.where(cells <= air + 0.5, torch.maximum(air, _cell_walls(part)), air)
            yield Layer("air", part.all("Sinus"), part.cover(cells), index)
            yield Layer("bone", part.all("Skull"), part.cover(air - bone), index)

        return layers


def _room(name: str, place: Place, frame: Frame, shift: float) -> Tensor:
    """Signed distance to one sinus, with bone kept around it; the frontal one stays inside the forehead."""
    room = torch.maximum(solid(name, place, frame) - shift, _kept(place, frame))
    if name != "frontal":
        return room
    vault = place.look(frame.template.fields["hull"])[0] - place.look(frame.shared["bone_mm"])[0]
    return torch.maximum(room, torch.minimum(vault, solid("bone", place, frame)) + _BONE_MM / frame.scale)


def _kept(place: Place, frame: Frame) -> Tensor:
    """Positive where bone must stay: beside brain and other cavities, in the midline, under the skin."""
    others = torch.stack([solid(name, place, frame) for name in _BESIDE]).amin(0)
    brain = place.look(frame.template.fields["hull"])[0] - _MORE_MM / frame.scale
    kept = torch.maximum(
        _BONE_MM / frame.scale - torch.minimum(others, brain), solid("skin", place, frame) + 5
    )
    return torch.maximum(kept, _SEPTUM_MM / 2 / frame.scale - place.xyz[:, 0].abs())


def _shift(name: str, volume_ml: float, frame: Frame) -> float:
    """How far the template's sinus must grow, in template mm, to hold a volume in this head."""
    if volume_ml < _LEAST_ML:
        return -math.inf
    field = frame.template.fields["cavities"]
    found = (field.data[CAVITIES.index(name)] < 8).nonzero()
    xyz = found[found[:, 0] >= field.data.shape[1] // 2] * field.step_mm + found.new_tensor(field.origin_mm)
    place = Place(xyz.float(), frame.scale, (field.step_mm * frame.scale) ** 3 / 1000)
    point_ml = place.point_ml * frame.shared["growth"].at(place.xyz)[0]

    def volume(shift: float) -> float:
        inside = 0.5 - _room(name, place, frame, shift) / field.step_mm
        return float((inside.clamp(0, 1) * point_ml).sum())

    return rising_root(volume, volume_ml)


def _cell_walls(place: Place) -> Tensor:
    """Positive in the walls between small cells, template mm."""
    waves = torch.cos(place.xyz * (2 * math.pi / _CELL_MM)).sum(1)
    return (waves - 0.9) * (_CELL_MM / (2 * math.pi))
