"""The optic chiasm, with the ends of the optic nerves and tracts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy import norms
from mindscan.anatomy.fit import fit_sides
from mindscan.anatomy.structure import Frame, Layer, Painter, Place
from mindscan.anatomy.surface import middle_layer
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME
from mindscan.core.person import Person
from mindscan.core.prior import Rounded
from mindscan.core.record import Record


class ChiasmSize(Record):
    """Size of the chiasm.

    Args:
        volume_ml: 0.02 to 1 mL.
    """

    volume_ml: Annotated[Rounded, Limits(ge=0.02, le=1)]


class Chiasm:
    """The crossing of the optic nerves in the cistern before the third ventricle."""

    name = "chiasm"
    labels = (BY_NAME["Optic-Chiasm"].id,)
    in_skull = True

    def draw(self, key: Key, person: Person, icv_ml: float) -> ChiasmSize:
        """Published volume for age and sex."""
        return ChiasmSize(volume_ml=norms.value("Optic-Chiasm", key, person, icv_ml))

    def move(self, params: ChiasmSize, key: Key, frame: Frame) -> Tensor | None:
        """It moves nothing."""
        return None

    def paint(self, params: ChiasmSize, key: Key, frame: Frame) -> Painter:
        """One surface shifted until the volume is as asked."""
        shift = fit_sides("Optic-Chiasm", (params.volume_ml / 2, params.volume_ml / 2), frame)

        def layers(place: Place) -> Iterator[Layer]:
            yield middle_layer("WM", "Optic-Chiasm", shift, frame.template, place)

        return layers
