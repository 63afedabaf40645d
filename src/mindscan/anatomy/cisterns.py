"""The cisterns around brainstem, ventral DC and thalamus: fluid that keeps the cortex away from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy.structure import Frame, Layer, Painter, Place
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME
from mindscan.core.person import Person
from mindscan.core.record import Record


class CisternSize(Record):
    """Width of the cisterns.

    Args:
        wider_mm: how much wider than on the template, -1 to 3 mm on each side.
    """

    wider_mm: Annotated[float, Limits(ge=-1, le=3)]


class Cisterns:
    """Ambient, interpeduncular and quadrigeminal cistern, and the fluid over the thalamus."""

    name = "cisterns"
    labels = (BY_NAME["CSF"].id,)
    in_skull = True

    def draw(self, key: Key, person: Person, icv_ml: float) -> CisternSize:
        """As wide as on the template, a little more or less."""
        return CisternSize(wider_mm=round(float(key.rng().uniform(-0.2, 0.4)), 3))

    def move(self, params: CisternSize, key: Key, frame: Frame) -> Tensor | None:
        """They move nothing."""
        return None

    def paint(self, params: CisternSize, key: Key, frame: Frame) -> Painter:
        """Fluid behind the deep structures and before the cortex."""
        field, hull = frame.template.fields["cisterns"], frame.template.fields["hull"]

        def layers(place: Place) -> Iterator[Layer]:
            index, here = place.within(field)
            fluid = here.look(field)[0] - params.wider_mm / place.scale
            cover = here.cover(torch.maximum(fluid, here.look(hull)[0]))
            yield Layer("CSF", here.all("CSF"), cover, index)

        return layers
