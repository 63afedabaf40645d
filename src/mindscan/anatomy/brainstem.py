"""Midbrain, pons, medulla and the upper cord."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy import norms
from mindscan.anatomy.fit import fit_shift
from mindscan.anatomy.structure import Frame, Layer, Painter, Place
from mindscan.anatomy.template import Template
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME
from mindscan.core.person import Person
from mindscan.core.prior import Rounded
from mindscan.core.record import Record

_CORD_BELOW_MM = -66.0
_TAPER_MM = 10.0
"""Over this length below the brainstem its surface passes into that of the cord, which is of one width."""


class BrainstemSize(Record):
    """Size of the brainstem.

    Args:
        volume_ml: midbrain, pons and medulla, 5 to 60 mL.
    """

    volume_ml: Annotated[Rounded, Limits(ge=5, le=60)]


class Brainstem:
    """One stem from under the thalamus down into the neck."""

    name = "brainstem"
    labels = (BY_NAME["Brain-Stem"].id, BY_NAME["Spinal-Cord"].id)
    in_skull = True

    def draw(self, key: Key, person: Person, icv_ml: float) -> BrainstemSize:
        """Published volume for age and sex."""
        return BrainstemSize(volume_ml=norms.value("Brain-Stem", key, person, icv_ml))

    def move(self, params: BrainstemSize, key: Key, frame: Frame) -> Tensor | None:
        """It takes the room that it is given."""
        return None

    def paint(self, params: BrainstemSize, key: Key, frame: Frame) -> Painter:
        """The template's tissue in the stem's solid; its surface, not the cord's, shifted to the volume."""
        surface = frame.template.fields["stem"]
        counted = in_brainstem(frame.template, frame.probe) & (frame.probe.xyz[:, 2] > _CORD_BELOW_MM)
        index = counted.nonzero()[:, 0]
        probe = frame.probe.pick(index)
        shift = fit_shift(probe.look(surface)[0], probe, frame.free[index], params.volume_ml)

        def layers(place: Place) -> Iterator[Layer]:
            index = in_brainstem(frame.template, place).nonzero()[:, 0]
            here = place.pick(index)
            cord = here.xyz[:, 2] < _CORD_BELOW_MM
            swollen = shift * (1 + (here.xyz[:, 2] - _CORD_BELOW_MM) / _TAPER_MM).clamp(0, 1)
            owner = torch.where(cord, here.all("Spinal-Cord"), here.all("Brain-Stem"))
            yield Layer("WM", owner, here.cover(here.look(surface)[0] - swollen), index)

        return layers


def in_brainstem(template: Template, place: Place) -> Tensor:
    """Which points lie within the solid that bounds the brainstem."""
    return place.look(template.fields["brainstem"])[0] < 0
