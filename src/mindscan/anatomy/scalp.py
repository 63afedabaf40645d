"""Soft tissue around the bone: skin, the fat under it, muscles, and the rest of face and neck."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated

import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy.distance import Point, joined
from mindscan.anatomy.field import Field
from mindscan.anatomy.landmarks import SKIN, SKIN_SIDED
from mindscan.anatomy.noise import smooth_noise
from mindscan.anatomy.outside import both_sides, grown, last_crossings, solid
from mindscan.anatomy.structure import Frame, Layer, Painter, Place
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME
from mindscan.core.person import Person
from mindscan.core.prior import Rounded, truncated_normal
from mindscan.core.record import Record

_SEAM_MM = 12.0
_FASCIA_MM = 1.3
"""Fat around each muscle, template mm."""


class ScalpSize(Record):
    """Thickness of the layers.

    Args:
        scalp_mm: mean thickness of the soft tissue over the vault, 2 to 16 mm.
        skin_mm: thickness of the skin, 0.5 to 4 mm.
        fat_mm: thickness of the fat under the skin, 0 to 15 mm.
    """

    scalp_mm: Annotated[Rounded, Limits(ge=2, le=16)]
    skin_mm: Annotated[Rounded, Limits(ge=0.5, le=4)]
    fat_mm: Annotated[Rounded, Limits(ge=0, le=15)]


class Scalp:
    """Painted last: everything inside the skin that nothing else has taken."""

    name = "scalp"
    labels = tuple(BY_NAME[name].id for name in ("Epidermis", "Adipose", "Muscle", "Head-ExtraCerebral"))
    in_skull = False

    def draw(self, key: Key, person: Person, icv_ml: float) -> ScalpSize:
        """Scalp 6 ± 1.2 mm, skin 1.8 ± 0.2 mm, fat 3.2 ± 0.8 mm; thinner in children (own choice)."""
        rng = key.rng()
        growth = grown(person.age_years, 0.5, 7)
        return ScalpSize(
            scalp_mm=max(truncated_normal(rng, 6.0, 1.2), 3.0) * growth,
            skin_mm=truncated_normal(rng, 1.8, 0.2) * growth,
            fat_mm=max(truncated_normal(rng, 3.2, 0.8), 1.0),
        )

    def move(self, params: ScalpSize, key: Key, frame: Frame) -> Tensor | None:
        """It lies around the skull and pushes nothing."""
        return None

    def paint(self, params: ScalpSize, key: Key, frame: Frame) -> Painter:
        """One layer of soft tissue; what it is goes by its depth under the skin."""
        surface = _surface(params, key, frame)

        def layers(place: Place) -> Iterator[Layer]:
            skin = surface(place)
            index = (skin < 1).nonzero()[:, 0]
            part, skin = place.pick(index), skin[index]
            depth = -skin * frame.scale
            muscle = solid("muscle", part, frame)
            owner = torch.where(muscle < _FASCIA_MM, part.all("Adipose"), part.all("Head-ExtraCerebral"))
            owner = torch.where(muscle < 0, part.all("Muscle"), owner)
            owner = torch.where(depth < params.skin_mm + params.fat_mm, part.all("Adipose"), owner)
            owner = torch.where(depth < params.skin_mm, part.all("Epidermis"), owner)
            yield Layer("soft", owner, part.cover(skin), index)

        return layers

    def landmarks(self, params: ScalpSize, key: Key, frame: Frame) -> dict[str, Point]:
        """Points on the very skin that is painted."""
        return last_crossings(_surface(params, key, frame), SKIN | both_sides(SKIN_SIDED), frame)


def _surface(params: ScalpSize, key: Key, frame: Frame) -> Callable[[Place], Tensor]:
    """Signed distance to the outside of the skin, template mm."""
    lattice = frame.lattice
    bumps = smooth_noise(key / "scalp", lattice.data.shape[1:], 150 / lattice.step_mm, lattice.data.device)
    thick = params.scalp_mm / frame.scale * (1 + 0.1 * bumps).clamp(0.6, 1.5)
    cover = Field(thick[None] + frame.shared["bone_mm"].data, lattice.origin_mm, lattice.step_mm)

    def distance(place: Place) -> Tensor:
        over = place.look(frame.template.fields["hull"])[0] - place.look(cover)[0]
        return joined(over, solid("skin", place, frame), _SEAM_MM)

    return distance
