"""Where the air goes: nasal cavity with septum and conchae, pharynx and ear canals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy.distance import Point, rods
from mindscan.anatomy.outside import solid
from mindscan.anatomy.structure import Frame, Layer, Painter, Place
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME
from mindscan.core.person import Person
from mindscan.core.prior import Rounded, truncated_normal
from mindscan.core.record import Record

_CONCHAE = (
    (((8.5, 20, -80), 3.2), ((8, 44, -81), 4.0), ((8, 66, -80), 3.4)),
    (((5.5, 24, -66), 2.2), ((5.5, 44, -65), 2.8), ((5.5, 58, -63), 2.2)),
)
_BONY_NOSE_MM = 72.0
"""Template depth in front of which the nose is cartilage."""
_EAR_MM = 30.0
"""Template distance from the midline beyond which the airway is an ear canal."""
_PORION: Point = (58.0, -25.0, -50.4)


class AirwaySize(Record):
    """How wide the airway is.

    Args:
        nose_mm: how far the walls of the nasal cavity stand out beyond the usual, -3 to 3 mm.
        throat_mm: the same for the pharynx, -3 to 4 mm.
        swelling_mm: the same for the conchae, -2 to 3 mm.
        septum_mm: thickness of the septum, 0.5 to 5 mm.
        deviation_mm: how far the middle of the septum bulges to the right, -5 to 5 mm.
    """

    nose_mm: Annotated[Rounded, Limits(ge=-3, le=3)] = 0.0
    throat_mm: Annotated[Rounded, Limits(ge=-3, le=4)] = 0.0
    swelling_mm: Annotated[Rounded, Limits(ge=-2, le=3)] = 0.0
    septum_mm: Annotated[Rounded, Limits(ge=0.5, le=5)] = 2.2
    deviation_mm: Annotated[Rounded, Limits(ge=-5, le=5)] = 0.0


class Airway:
    """Air, with what stands in it and the bone around the nose."""

    name = "airway"
    labels = tuple(BY_NAME[name].id for name in ("Air", "Head-ExtraCerebral", "Skull"))
    in_skull = False

    def draw(self, key: Key, person: Person, icv_ml: float) -> AirwaySize:
        """Spreads are the project's own choice."""
        rng = key.rng()
        spread = {"nose_mm": 0.5, "throat_mm": 0.9, "swelling_mm": 0.5, "deviation_mm": 1.2}
        drawn = {name: truncated_normal(rng, 0, sd) for name, sd in spread.items()}
        return AirwaySize(**drawn, septum_mm=max(truncated_normal(rng, 2.2, 0.3), 1.2))

    def move(self, params: AirwaySize, key: Key, frame: Frame) -> Tensor | None:
        """It pushes nothing."""
        return None

    def paint(self, params: AirwaySize, key: Key, frame: Frame) -> Painter:
        """Septum and conchae, air, and the bony wall of the nose."""

        def layers(place: Place) -> Iterator[Layer]:
            index, here = place.within(frame.template.fields["cavities"])
            nose = solid("nose", here, frame) - params.nose_mm / frame.scale
            middle = here.xyz[:, 0].abs() < _EAR_MM
            bare = solid("airway", here, frame) - params.throat_mm / frame.scale * middle
            air = torch.maximum(torch.minimum(nose, bare), solid("skin", place, frame)[index] - 0.5)
            some = (torch.minimum(air, nose - 2) < 1).nonzero()[:, 0]
            index, part, nose, air = index[some], here.pick(some), nose[some], air[some]
            lining = torch.maximum(_inside_nose(part, params), nose)
            yield Layer("soft", part.all("Head-ExtraCerebral"), part.cover(lining), index)
            yield Layer("air", part.all("Air"), part.cover(air), index)
            wall = torch.maximum(nose - 1.6, part.xyz[:, 1] - _BONY_NOSE_MM)
            yield Layer("bone", part.all("Skull"), part.cover(wall), index)

        return layers

    def landmarks(self, params: AirwaySize, key: Key, frame: Frame) -> dict[str, Point]:
        """The upper rim of each ear canal."""
        x, y, z = _PORION
        return {"R porion": (x, y, z), "L porion": (-x, y, z)}


def _inside_nose(place: Place, params: AirwaySize) -> Tensor:
    """Signed distance to septum and conchae, template mm."""
    x, y, z = place.xyz.unbind(1)
    bulge = torch.exp(-((y - 48) / 18).square() - ((z + 72) / 10).square())
    septum = (x - params.deviation_mm / place.scale * bulge).abs() - params.septum_mm / 2 / place.scale
    half = torch.stack([x.abs(), y, z], 1)
    conchae = torch.minimum(*(rods(half, path) for path in _CONCHAE)) - params.swelling_mm / place.scale
    return torch.minimum(septum, conchae)
