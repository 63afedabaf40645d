"""The corpus callosum at the midline, in five parts; where it is missing, the hemispheres are cleft."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy import norms
from mindscan.anatomy.field import Field
from mindscan.anatomy.fit import fit_shift
from mindscan.anatomy.structure import Frame, Layer, Painter, Place
from mindscan.anatomy.template import Template
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME
from mindscan.core.person import Person
from mindscan.core.prior import Rounded
from mindscan.core.record import Record

_PARTS = ("CC_Posterior", "CC_Mid_Posterior", "CC_Central", "CC_Mid_Anterior", "CC_Anterior")
_HALF_WIDTH_MM = 2.5
_ENDS_MM = (-43.0, 33.5)
"""Where splenium and genu end on the template (y)."""
_ROSTRUM_BELOW_MM, _ROSTRUM = 6.0, 3.0
"""The rostrum bends back under the genu (z below this) and belongs to the foremost part all the same."""
CLEFT = "cleft"
"""The field that is shared where a part is missing."""
_BEHIND_MM = 6.0
_CLEFT_BOX = (-12.0, -62.5, -19.0), (12.0, 62.0, 50.0)
_CLEFT_STEP_MM, _CLEFT_HALF_MM, _CLEFT_FLOOR_MM, _CLEFT_DROP_MM = 1.5, 1.0, 4.0, 12.0
"""Half width of the cleft, how far down it reaches (z), to the roof of the third ventricle, and how much
further in front of it, template mm."""


class CallosumSize(Record):
    """Size of the corpus callosum.

    Args:
        volume_ml: of the slab 5 mm wide at the midline that FreeSurfer labels, 0 (none) to 10 mL.
        missing: share of its length, from the back, that has not formed, 0 to 1.
    """

    volume_ml: Annotated[Rounded, Limits(ge=0, le=10)]
    missing: Annotated[Rounded, Limits(ge=0, le=1)] = 0.0


class Callosum:
    """The slab of white matter that crosses the midline, cut into five parts of equal length.

    Reference: the parts of FreeSurfer, doi:10.1016/j.neuroimage.2012.01.021.
    """

    name = "callosum"
    labels = tuple(BY_NAME[part].id for part in _PARTS)
    in_skull = True

    def draw(self, key: Key, person: Person, icv_ml: float) -> CallosumSize:
        """Published volume for age and sex."""
        return CallosumSize(volume_ml=norms.value("Corpus-Callosum", key, person, icv_ml))

    def move(self, params: CallosumSize, key: Key, frame: Frame) -> Tensor | None:
        """It moves nothing."""
        return None

    def share(self, params: CallosumSize, key: Key, frame: Frame) -> dict[str, Field]:
        """The cleft that the hemispheres leave where no callosum has formed; none where it is whole."""
        return {} if params.missing == 0 else {CLEFT: _cleft(_end_mm(params), frame)}

    def paint(self, params: CallosumSize, key: Key, frame: Frame) -> Painter:
        """Thickened or thinned until the slab has the volume asked."""
        end = _end_mm(params)
        index, probe = frame.probe.within(frame.template.fields["Corpus-Callosum"])
        free = frame.free[index] * _slab(probe, end)
        shift = fit_shift(_sheet(frame.template, probe), probe, free, params.volume_ml)

        def layers(place: Place) -> Iterator[Layer]:
            index, here = place.within(frame.template.fields["Corpus-Callosum"])
            cover = here.cover(_sheet(frame.template, here) - shift) * _slab(here, end)
            yield Layer("WM", _parts(here), cover, index)

        return layers if params.volume_ml else _nothing


def _nothing(place: Place) -> Iterator[Layer]:
    """The painter of what is not there."""
    return iter(())


def _end_mm(params: CallosumSize) -> float:
    """Where it breaks off at the back (y), template mm; nowhere when it is whole."""
    low, high = _ENDS_MM
    return low + params.missing * (high - low) if params.missing else -math.inf


def _sheet(template: Template, place: Place) -> Tensor:
    return place.look(template.fields["Corpus-Callosum"])[0]


def _slab(place: Place, end_mm: float) -> Tensor:
    """Share of each point within the slab at the midline, in front of its end."""
    aside = place.cover(place.xyz[:, 0].abs() - _HALF_WIDTH_MM / place.scale)
    return aside * place.cover(end_mm - _forward(place.xyz))


def _forward(xyz: Tensor) -> Tensor:
    """How far forward along the callosum points lie, template mm, shape (n,)."""
    return xyz[:, 1] + _ROSTRUM * (_ROSTRUM_BELOW_MM - xyz[:, 2]).clamp(min=0)


def _cleft(end_mm: float, frame: Frame) -> Field:
    """Signed distance to the cleft, template mm: a slit at the midline behind the end of the callosum."""
    steps = [round((high - low) / _CLEFT_STEP_MM) + 1 for low, high in zip(*_CLEFT_BOX, strict=True)]
    blank = torch.zeros((1, *steps), device=frame.lattice.data.device)
    field = Field(blank, _CLEFT_BOX[0], _CLEFT_STEP_MM)
    nodes = field.nodes()
    aside = nodes[:, 0].abs() - _CLEFT_HALF_MM
    beneath = _CLEFT_FLOOR_MM - nodes[:, 1].clamp(0, _CLEFT_DROP_MM) - nodes[:, 2]
    ahead, behind = nodes[:, 1] - end_mm, _ENDS_MM[0] - _BEHIND_MM - nodes[:, 1]
    distance = torch.stack([aside, beneath, ahead, behind]).amax(0)
    return Field(distance.reshape(blank.shape), field.origin_mm, field.step_mm)


def _parts(place: Place) -> Tensor:
    """Label of the fifth of the length that each point lies in, int16."""
    low, high = _ENDS_MM
    fifth = ((_forward(place.xyz) - low) / (high - low) * len(_PARTS)).long().clamp(0, len(_PARTS) - 1)
    return torch.tensor(Callosum.labels, dtype=torch.int16, device=fifth.device)[fifth]
