"""The deep grey structures: thalamus, basal ganglia, hippocampus, amygdala, accumbens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy import norms
from mindscan.anatomy.fit import fit_sides
from mindscan.anatomy.structure import Frame, Layer, Painter, Place
from mindscan.anatomy.surface import sided_layer
from mindscan.core.key import Key
from mindscan.core.labels import both_sides
from mindscan.core.person import Person
from mindscan.core.prior import Rounded
from mindscan.core.record import Record

FRONT_TO_BACK = {
    "accumbens": "Accumbens-area",
    "pallidum": "Pallidum",
    "amygdala": "Amygdala",
    "hippocampus": "Hippocampus",
    "caudate": "Caudate",
    "putamen": "Putamen",
    "thalamus": "Thalamus",
}
"""Field of `DeepGreySize` to FreeSurfer name, in painting order."""

Millilitres = Annotated[Rounded, Limits(gt=0, le=30)]
Pair = tuple[Millilitres, Millilitres]


class DeepGreySize(Record):
    """Volumes (left, right) in mL, each above 0 and at most 30."""

    accumbens: Pair
    pallidum: Pair
    amygdala: Pair
    hippocampus: Pair
    caudate: Pair
    putamen: Pair
    thalamus: Pair


class DeepGrey:
    """Seven grey structures a side, each with its own volume."""

    name = "deep_grey_ml"
    labels = tuple(label for name in FRONT_TO_BACK.values() for label in both_sides(name))
    in_skull = True

    def draw(self, key: Key, person: Person, icv_ml: float) -> DeepGreySize:
        """Published sizes for age and sex."""
        return DeepGreySize(
            **{field: norms.pair(name, key / field, person, icv_ml) for field, name in FRONT_TO_BACK.items()}
        )

    def move(self, params: DeepGreySize, key: Key, frame: Frame) -> Tensor | None:
        """They grow and shrink in place."""
        return None

    def paint(self, params: DeepGreySize, key: Key, frame: Frame) -> Painter:
        """Each surface shifted until the volume is as asked."""
        shifts = {}
        for field, name in FRONT_TO_BACK.items():
            shifts[name] = fit_sides(name, getattr(params, field), frame)
            frame = frame.after(sided_layer("GM", name, shifts[name], frame.template, frame.probe))

        def layers(place: Place) -> Iterator[Layer]:
            for name, shift in shifts.items():
                yield sided_layer("GM", name, shift, frame.template, place)

        return layers
