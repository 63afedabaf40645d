"""Lateral, third and fourth ventricles: they push when they widen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy import norms
from mindscan.anatomy.fit import fit_sides
from mindscan.anatomy.push import push
from mindscan.anatomy.structure import Frame, Layer, Painter, Place
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME, both_sides
from mindscan.core.person import Person
from mindscan.core.prior import Rounded
from mindscan.core.record import Record

_REACH_MM = 12.0


class VentricleSize(Record):
    """Volumes in mL.

    Args:
        lateral_left_ml, lateral_right_ml: lateral ventricles, 1 to 120 mL each.
        third_ml: third ventricle.
        fourth_ml: fourth ventricle.
    """

    lateral_left_ml: Annotated[Rounded, Limits(ge=1, le=120)]
    lateral_right_ml: Annotated[Rounded, Limits(ge=1, le=120)]
    third_ml: Annotated[Rounded, Limits(ge=0.1, le=10)]
    fourth_ml: Annotated[Rounded, Limits(ge=0.1, le=10)]


class Ventricles:
    """Fluid in the middle; widening pushes white matter and deep grey outwards."""

    name = "ventricles"
    labels = (*both_sides("Lateral-Ventricle"), BY_NAME["3rd-Ventricle"].id, BY_NAME["4th-Ventricle"].id)
    in_skull = True

    def draw(self, key: Key, person: Person, icv_ml: float) -> VentricleSize:
        """Published sizes for age and sex."""
        left, right = norms.pair("Lateral-Ventricle", key / "lateral", person, icv_ml)
        return VentricleSize(
            lateral_left_ml=left,
            lateral_right_ml=right,
            third_ml=norms.value("3rd-Ventricle", key / "third", person, icv_ml),
            fourth_ml=norms.value("4th-Ventricle", key / "fourth", person, icv_ml),
        )

    def move(self, params: VentricleSize, key: Key, frame: Frame) -> Tensor:
        """Push along the distance gradient of the lateral ventricles, fading with distance."""
        left, right = (
            frame.template.shift_for("Lateral-Ventricle", ml / frame.scale**3)
            for ml in (params.lateral_left_ml, params.lateral_right_ml)
        )
        return push(frame.template.fields["Lateral-Ventricle"], frame, left, right, _REACH_MM)

    def paint(self, params: VentricleSize, key: Key, frame: Frame) -> Painter:
        """Fluid; what the push has not done of the volume, a shift of the surface does."""
        lateral = params.lateral_left_ml, params.lateral_right_ml
        shifts = {
            "Lateral-Ventricle": fit_sides("Lateral-Ventricle", lateral, frame),
            "3rd-Ventricle": fit_sides("3rd-Ventricle", (params.third_ml / 2, params.third_ml / 2), frame),
            "4th-Ventricle": fit_sides("4th-Ventricle", (params.fourth_ml / 2, params.fourth_ml / 2), frame),
        }

        def layers(place: Place) -> Iterator[Layer]:
            for name, shift in shifts.items():
                field = frame.template.fields[name]
                index = field.near(place.xyz)
                here = place.pick(index)
                cover = here.cover(field.at(here.xyz)[0] - here.per_side(*shift))
                owner = here.sided(*both_sides(name)) if name == "Lateral-Ventricle" else here.all(name)
                yield Layer("CSF", owner, cover, index)

        return layers
