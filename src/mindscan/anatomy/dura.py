"""The coverings of the brain: dura with falx and tentorium, its venous sinuses, and the fluid inside."""

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
from mindscan.core.prior import Rounded, truncated_normal
from mindscan.core.record import Record

FORAMEN_MM = -66.0
"""Below this fluid belongs to the spinal canal, template mm."""


class DuraSize(Record):
    """Thickness of the sheets and width of the venous sinuses.

    Args:
        sheet_mm: thickness of the dura, 0.1 to 2 mm.
        sagittal_mm: width of the superior sagittal sinus at its back end, 0 to 15 mm.
        transverse_left_mm, transverse_right_mm: width of the transverse sinuses, 0 to 15 mm.
        straight_mm: width of the straight sinus, 0 to 8 mm.
    """

    sheet_mm: Annotated[Rounded, Limits(ge=0.1, le=2)]
    sagittal_mm: Annotated[Rounded, Limits(ge=0, le=15)]
    transverse_left_mm: Annotated[Rounded, Limits(ge=0, le=15)]
    transverse_right_mm: Annotated[Rounded, Limits(ge=0, le=15)]
    straight_mm: Annotated[Rounded, Limits(ge=0, le=8)]


class Dura:
    """Painted behind the brain, inside the skull: it takes only what the brain leaves."""

    name = "dura"
    labels = tuple(BY_NAME[name].id for name in ("CSF", "CSF-SA", "Dura", "Vein"))
    in_skull = True

    def draw(self, key: Key, person: Person, icv_ml: float) -> DuraSize:
        """Usual sizes with a spread of a fifth; the right transverse sinus is the wider one (own choice)."""
        rng = key.rng()
        usual = {"sheet_mm": 0.6, "sagittal_mm": 8.0, "transverse_left_mm": 5.5, "transverse_right_mm": 6.5}
        usual["straight_mm"] = 4.0
        return DuraSize(**{name: mm * max(truncated_normal(rng, 1, 0.2), 0.4) for name, mm in usual.items()})

    def move(self, params: DuraSize, key: Key, frame: Frame) -> Tensor | None:
        """Nothing makes room for the dura."""
        return None

    def paint(self, params: DuraSize, key: Key, frame: Frame) -> Painter:
        """Sinuses, falx and tentorium, fluid, and the dura that lines the skull."""
        hull, tent = frame.template.fields["hull"], frame.template.fields["tentorium"]
        sheet = params.sheet_mm / frame.scale

        def layers(place: Place) -> Iterator[Layer]:
            wall = place.look(hull)[0]
            near = ((place.xyz[:, 0].abs() < 6) | (wall > -9)).nonzero()[:, 0]
            near = near[place.xyz[near, 2] > -60]
            part = place.pick(near)
            above, beyond = part.look(tent)
            yield from _sinuses(part, (wall[near], above, beyond), params, near)
            folds = torch.minimum(
                _falx(part.xyz, above), torch.maximum(above.abs(), torch.maximum(beyond, part.xyz[:, 1] + 16))
            )
            some = (folds < 2).nonzero()[:, 0]
            folded = part.pick(some)
            yield Layer("soft", folded.all("Dura"), folded.cover(folds[some] - sheet / 2), near[some])
            fluid = torch.where(place.xyz[:, 2] < FORAMEN_MM, place.all("CSF-SA"), place.all("CSF"))
            yield Layer("CSF", fluid, place.cover(wall + sheet))
            lining = (wall > -2 - sheet).nonzero()[:, 0]
            rim = place.pick(lining)
            yield Layer("soft", rim.all("Dura"), rim.cover(wall[lining]), lining)

        return layers


def _falx(xyz: Tensor, above: Tensor) -> Tensor:
    """Distance in template mm to the middle of the falx: a sickle in the midline, down to the tentorium."""
    x, y, z = xyz.unbind(1)
    hollow = 57 * (1 - torch.hypot((y - 4) / 57, (z + 13) / 57))
    ends = torch.maximum(torch.maximum(-above, -30 - z), torch.where(y < -40, above.new_tensor(-9), hollow))
    return torch.maximum(x.abs(), ends)


def _sinuses(
    place: Place, surfaces: tuple[Tensor, Tensor, Tensor], params: DuraSize, index: Tensor
) -> Iterator[Layer]:
    """The superior sagittal, straight and transverse sinuses as one layer of blood."""
    x, y, z = place.xyz.unbind(1)
    wall, above, beyond = surfaces
    back = ((62 - y) / 160).clamp(0.2, 1)
    sagittal = torch.hypot(x, wall + 1.5) - back * params.sagittal_mm / 2 / place.scale
    sagittal = torch.maximum(sagittal, torch.maximum(-12 - z, -above - 3))
    width = place.per_side(params.transverse_left_mm, params.transverse_right_mm) / 2 / place.scale
    transverse = torch.hypot(above, wall + 2) - width
    transverse = torch.maximum(transverse, torch.maximum(y + 44, (z + 15).abs() - 7))
    straight = torch.hypot(x, above - 1) - params.straight_mm / 2 / place.scale
    straight = torch.maximum(straight, torch.maximum(y + 46, beyond - 4))
    blood = torch.minimum(torch.minimum(sagittal, transverse), straight)
    some = (blood < 1.5).nonzero()[:, 0]
    part = place.pick(some)
    yield Layer("soft", part.all("Vein"), part.cover(blood[some]), index[some])
