"""The corpus callosum at the midline, in five parts."""

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

_PARTS = ("CC_Posterior", "CC_Mid_Posterior", "CC_Central", "CC_Mid_Anterior", "CC_Anterior")
_HALF_WIDTH_MM = 2.5
_ENDS_MM = (-43.0, 33.5)
"""Where splenium and genu end on the template (y)."""
_ROSTRUM_BELOW_MM, _ROSTRUM = 6.0, 3.0
"""The rostrum bends back under the genu (z below this) and belongs to the foremost part all the same."""


class CallosumSize(Record):
    """Size of the corpus callosum.

    Args:
        volume_ml: of the slab 5 mm wide at the midline that FreeSurfer labels, 0.5 to 10 mL.
    """

    volume_ml: Annotated[Rounded, Limits(ge=0.5, le=10)]


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

    def paint(self, params: CallosumSize, key: Key, frame: Frame) -> Painter:
        """Thickened or thinned until the slab has the volume asked."""
        index, probe = frame.probe.within(frame.template.fields["Corpus-Callosum"])
        free = frame.free[index] * _slab(probe)
        shift = fit_shift(_sheet(frame.template, probe), probe, free, params.volume_ml)

        def layers(place: Place) -> Iterator[Layer]:
            index, here = place.within(frame.template.fields["Corpus-Callosum"])
            cover = here.cover(_sheet(frame.template, here) - shift) * _slab(here)
            yield Layer("WM", _parts(here), cover, index)

        return layers


def _sheet(template: Template, place: Place) -> Tensor:
    return place.look(template.fields["Corpus-Callosum"])[0]


def _slab(place: Place) -> Tensor:
    """Share of each point within the slab at the midline."""
    return place.cover(place.xyz[:, 0].abs() - _HALF_WIDTH_MM / place.scale)


def _parts(place: Place) -> Tensor:
    """Label of the fifth of the length that each point lies in, int16."""
    low, high = _ENDS_MM
    forward = place.xyz[:, 1] + _ROSTRUM * (_ROSTRUM_BELOW_MM - place.xyz[:, 2]).clamp(min=0)
    fifth = ((forward - low) / (high - low) * len(_PARTS)).long().clamp(0, len(_PARTS) - 1)
    return torch.tensor(Callosum.labels, dtype=torch.int16, device=fifth.device)[fifth]
