"""Small structures with a left and a right side: ventral DC, claustrum, choroid plexus, vessels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy import norms
from mindscan.anatomy.fit import shifts
from mindscan.anatomy.structure import Frame, Layer, Painter, Place
from mindscan.anatomy.template import Template
from mindscan.core.key import Key
from mindscan.core.labels import Tissue, both_sides
from mindscan.core.person import Person
from mindscan.core.prior import Rounded
from mindscan.core.record import Record

_ROOTED_MM = 0.7
"""What lies within another structure grows from its wall: it reaches this far, in mm, into it."""


class PairSize(Record):
    """Volumes in mL.

    Args:
        left_ml, right_ml: 0 (absent, or as little as shrinking by 5 mm leaves) to 15 mL.
    """

    left_ml: Annotated[Rounded, Limits(ge=0, le=15)]
    right_ml: Annotated[Rounded, Limits(ge=0, le=15)]


@dataclass(frozen=True)
class Pair:
    """One structure on either side that grows and shrinks in place.

    Args:
        name: its field in `Anatomy`.
        structure: label without its side; also the field of the template.
        tissue: what it is made of.
        within: structures of the template that hold it; anywhere when empty.
    """

    name: str
    structure: str
    tissue: Tissue
    within: tuple[str, ...] = ()
    in_skull: bool = True

    @property
    def labels(self) -> tuple[int, ...]:
        """The left and the right label."""
        return both_sides(self.structure)

    def draw(self, key: Key, person: Person, icv_ml: float) -> PairSize:
        """Published sizes for age and sex."""
        left, right = norms.pair(self.structure, key, person, icv_ml)
        return PairSize(left_ml=left, right_ml=right)

    def move(self, params: PairSize, key: Key, frame: Frame) -> Tensor | None:
        """It moves nothing."""
        return None

    def paint(self, params: PairSize, key: Key, frame: Frame) -> Painter:
        """Each surface shifted until the volume is as asked."""
        index, place = frame.probe.within(frame.template.fields[self.structure])
        distance, wall = self._distance(frame.template, place), self._wall(frame.template, place)
        free = frame.free[index] * place.cover(wall)
        left, right = shifts(distance, place, free, (params.left_ml, params.right_ml))

        def layers(place: Place) -> Iterator[Layer]:
            index, here = place.within(frame.template.fields[self.structure])
            cover = here.cover(self._distance(frame.template, here) - here.per_side(left, right))
            cover = cover * here.cover(self._wall(frame.template, here))
            yield Layer(self.tissue, here.sided(*both_sides(self.structure)), cover, index)

        return layers

    def _distance(self, template: Template, place: Place) -> Tensor:
        return place.look(template.fields[self.structure])[0]

    def _wall(self, template: Template, place: Place) -> Tensor:
        """Signed distance to what holds it."""
        walls = [place.look(template.fields[name])[0] for name in self.within]
        nowhere = torch.full_like(place.xyz[:, 0], -torch.inf)
        return torch.stack(walls).amin(0) - _ROOTED_MM if walls else nowhere


VENTRAL_DC = Pair("ventral_dc", "VentralDC", "WM")
"""What FreeSurfer calls ventral diencephalon: hypothalamus, subthalamic and red nucleus, substantia nigra,
geniculate bodies and the tracts between them, from under the thalamus to the brainstem."""

CLAUSTRUM = Pair("claustrum", "Claustrum", "GM", ("white",))
"""The sheet of grey between the external and the extreme capsule, which label maps count as white matter."""

CHOROID_PLEXUS = Pair("choroid_plexus", "choroid-plexus", "soft", ("Lateral-Ventricle", "Inf-Lat-Vent"))
"""The plexus of the lateral ventricle, in its fluid."""

VESSELS = Pair("vessels", "vessel", "CSF")
"""The perivascular spaces of the lenticulostriate arteries under the putamen, as FreeSurfer labels them:
mostly fluid."""
