"""The deep grey structures: thalamus, basal ganglia, hippocampus, amygdala, accumbens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy import norms
from mindscan.anatomy.fit import fit_sides
from mindscan.anatomy.structure import Frame, Layer, Painter, Place
from mindscan.anatomy.surface import sided_layer
from mindscan.anatomy.template import Template
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

_KEEPS_OFF = {
    "caudate": ("Pallidum",),
    "putamen": ("Caudate", "Hippocampus"),
    "thalamus": ("Pallidum", "Putamen"),
}
"""Between these runs white matter (the internal capsule): what is painted later stays off the others."""
_CAPSULE_MM = 1.5

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
        shifts: dict[str, tuple[float, float]] = {}
        for field, name in FRONT_TO_BACK.items():
            off = {other: shifts[other] for other in _KEEPS_OFF.get(field, ())}
            free = frame.free * _allowed(off, frame.template, frame.probe)
            shifts[name] = fit_sides(name, getattr(params, field), replace(frame, free=free))
            frame = frame.after(_layer(name, shifts[name], off, frame.template, frame.probe))

        def layers(place: Place) -> Iterator[Layer]:
            for field, name in FRONT_TO_BACK.items():
                off = {other: shifts[other] for other in _KEEPS_OFF.get(field, ())}
                yield _layer(name, shifts[name], off, frame.template, place)

        return layers


def _layer(
    name: str,
    shift: tuple[float, float],
    off: dict[str, tuple[float, float]],
    template: Template,
    place: Place,
) -> Layer:
    layer = sided_layer("GM", name, shift, template, place)
    if layer.index is None:
        return layer
    return replace(layer, cover=layer.cover * _allowed(off, template, place.pick(layer.index)))


def _allowed(off: dict[str, tuple[float, float]], template: Template, place: Place) -> Tensor:
    """Share of each point that lies beyond the capsule around the structures to keep off."""
    share = torch.ones_like(place.xyz[:, 0])
    for name, shift in off.items():
        field = template.fields[name]
        index, here = place.within(field)
        gap = here.look(field)[0] - here.per_side(*shift) - _CAPSULE_MM / place.scale
        share[index] = share[index] * (1 - here.cover(gap))
    return share
