"""The ventricles and the cavum septi pellucidi: the lateral ones push when they widen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy import fit, norms
from mindscan.anatomy.callosum import CLEFT
from mindscan.anatomy.field import Field
from mindscan.anatomy.push import push
from mindscan.anatomy.structure import Frame, Layer, Painter, Place
from mindscan.anatomy.template import Template
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME, both_sides
from mindscan.core.person import Person
from mindscan.core.prior import Rounded
from mindscan.core.record import Record

_REACH_MM = 12.0
_PAIRS = ("Lateral-Ventricle", "Inf-Lat-Vent")
_CAVUM, _SEPTUM = "5th-Ventricle", "Cerebral-White-Matter"
_BESIDE_CLEFT, _APART_MM = ("Lateral-Ventricle", _CAVUM), 6.0
"""What keeps this far from a cleft between the hemispheres, for cortex and bundles of Probst: own choice."""
_LARGE_CAVUM, _SMALL_CAVUM = 0.03, 0.558
"""Shares of healthy people with a large and with a small cavum; Nopoulos 1997,
doi:10.1016/S0006-3223(96)00209-0."""
_LARGE_ML, _SMALL_ML = (0.15, 0.8), (0.005, 0.05)
"""Volumes taken for them: 6 mm long or more by a few mm across, and slits."""


class VentricleSize(Record):
    """Volumes in mL.

    Args:
        lateral_left_ml, lateral_right_ml: lateral ventricles, 1 to 120 mL each.
        horn_left_ml, horn_right_ml: temporal horns, which FreeSurfer counts apart, 0.02 to 30 mL each.
        third_ml: third ventricle.
        fourth_ml: fourth ventricle.
        cavum_ml: cavum septi pellucidi, the "5th ventricle", 0 (none, as in most people) to 5 mL.
        leaflet_mm: thickness of the leaflets of the septum around the cavum, 0 (not seen) to 3 mm.
    """

    lateral_left_ml: Annotated[Rounded, Limits(ge=1, le=120)]
    lateral_right_ml: Annotated[Rounded, Limits(ge=1, le=120)]
    horn_left_ml: Annotated[Rounded, Limits(ge=0.02, le=30)]
    horn_right_ml: Annotated[Rounded, Limits(ge=0.02, le=30)]
    third_ml: Annotated[Rounded, Limits(ge=0.1, le=10)]
    fourth_ml: Annotated[Rounded, Limits(ge=0.1, le=10)]
    cavum_ml: Annotated[Rounded, Limits(ge=0, le=5)]
    leaflet_mm: Annotated[Rounded, Limits(ge=0, le=3)] = 0.0


class Ventricles:
    """Fluid in the middle; widening pushes white matter and deep grey outwards."""

    name = "ventricles"
    labels = (
        *(label for name in _PAIRS for label in both_sides(name)),
        *(BY_NAME[f"{n}-Ventricle"].id for n in ("3rd", "4th", "5th")),
        *both_sides(_SEPTUM),
    )
    in_skull = True

    def draw(self, key: Key, person: Person, icv_ml: float) -> VentricleSize:
        """Published sizes for age and sex."""
        left, right = norms.pair("Lateral-Ventricle", key / "lateral", person, icv_ml)
        horn_left, horn_right = norms.pair("Inf-Lat-Vent", key / "horn", person, icv_ml)
        return VentricleSize(
            lateral_left_ml=left,
            lateral_right_ml=right,
            horn_left_ml=horn_left,
            horn_right_ml=horn_right,
            third_ml=norms.value("3rd-Ventricle", key / "third", person, icv_ml),
            fourth_ml=norms.value("4th-Ventricle", key / "fourth", person, icv_ml),
            cavum_ml=_cavum_ml(key / "cavum"),
        )

    def move(self, params: VentricleSize, key: Key, frame: Frame) -> Tensor:
        """Push along the distance gradient of the lateral ventricles, fading with distance."""
        volume = frame.scale**3
        asked = params.lateral_left_ml / volume, params.lateral_right_ml / volume
        left, right = frame.template.shifts_for("Lateral-Ventricle", asked)
        return push(frame.template.fields["Lateral-Ventricle"], frame, left, right, _REACH_MM)

    def paint(self, params: VentricleSize, key: Key, frame: Frame) -> Painter:
        """Fluid; what the push has not done of the volume, a shift of the surface does."""
        sides = {
            _CAVUM: (params.cavum_ml / 2, params.cavum_ml / 2),
            "Lateral-Ventricle": (params.lateral_left_ml, params.lateral_right_ml),
            "Inf-Lat-Vent": (params.horn_left_ml, params.horn_right_ml),
            "3rd-Ventricle": (params.third_ml / 2, params.third_ml / 2),
            "4th-Ventricle": (params.fourth_ml / 2, params.fourth_ml / 2),
        }
        cleft, shifts = frame.shared.get(CLEFT), {}
        for name, asked in sides.items():
            index, probe, wall = _wall(name, cleft, frame.template, frame.probe)
            shifts[name] = fit.shifts(wall, probe, frame.free[index], asked)
            for layer in _layers(name, cleft, shifts[name], params.leaflet_mm, frame.template, frame.probe):
                frame = frame.after(layer)

        def layers(place: Place) -> Iterator[Layer]:
            for name, shift in shifts.items():
                yield from _layers(name, cleft, shift, params.leaflet_mm, frame.template, place)

        return layers


def _wall(name: str, cleft: Field | None, template: Template, place: Place) -> tuple[Tensor, Place, Tensor]:
    """Where a ventricle may be: an index, the place, and the signed distance to its wall, template mm."""
    index, here = place.within(template.fields[name])
    wall = here.look(template.fields[name])[0]
    if cleft is not None and name in _BESIDE_CLEFT:
        wall = torch.maximum(wall, _APART_MM / here.scale - here.look(cleft)[0])
    return index, here, wall


def _layers(
    name: str,
    cleft: Field | None,
    shift: tuple[float, float],
    leaflet_mm: float,
    template: Template,
    place: Place,
) -> Iterator[Layer]:
    """A ventricle; behind the cavum its leaflets, where they are seen."""
    index, here, wall = _wall(name, cleft, template, place)
    owner = here.sided(*both_sides(name)) if name in _PAIRS else here.all(name)
    yield Layer("CSF", owner, here.cover(wall - here.per_side(*shift)), index)
    if name == _CAVUM and leaflet_mm:
        thick = here.per_side(*shift) + leaflet_mm / here.scale
        yield Layer("WM", here.sided(*both_sides(_SEPTUM)), here.cover(wall - thick), index)


def _cavum_ml(key: Key) -> float:
    rng = key.rng()
    kind, size = rng.random(2)
    if kind < _LARGE_CAVUM:
        return float(_LARGE_ML[0] + size * (_LARGE_ML[1] - _LARGE_ML[0]))
    if kind < _LARGE_CAVUM + _SMALL_CAVUM:
        return float(_SMALL_ML[0] + size * (_SMALL_ML[1] - _SMALL_ML[0]))
    return 0.0
