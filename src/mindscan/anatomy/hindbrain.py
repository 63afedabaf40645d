"""Cerebellum and brainstem."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy import norms
from mindscan.anatomy.fit import fit_shift
from mindscan.anatomy.ribbon import Surfaces, fit
from mindscan.anatomy.structure import Frame, Layer, Painter, Place
from mindscan.anatomy.template import Template
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME, both_sides
from mindscan.core.person import Person
from mindscan.core.prior import Rounded
from mindscan.core.record import Record

_HUB_MM = (-46.0, -30.0)
"""Where the folia of the template fan out from, in the (y, z) plane."""
_HUB_RADIUS_MM = 32.0
_FOLIUM_MM = 5.0
_CORD_BELOW_MM = -66.0


class HindbrainSize(Record):
    """Cerebellum and brainstem.

    Args:
        cerebellum_cortex_ml: both sides, 20 to 250 mL.
        cerebellum_white_ml: both sides, 5 to 80 mL.
        brainstem_ml: midbrain, pons and medulla, 5 to 60 mL.
        folia_mm: depth of the furrows between folia, 0 to 3 mm.
    """

    cerebellum_cortex_ml: Annotated[Rounded, Limits(ge=20, le=250)]
    cerebellum_white_ml: Annotated[Rounded, Limits(ge=5, le=80)]
    brainstem_ml: Annotated[Rounded, Limits(ge=5, le=60)]
    folia_mm: Annotated[Rounded, Limits(ge=0, le=3)]


class Hindbrain:
    """Cerebellar cortex and white matter, midbrain, pons, medulla and the upper cord."""

    name = "hindbrain"
    labels = (
        *both_sides("Cerebellum-Cortex"),
        *both_sides("Cerebellum-White-Matter"),
        BY_NAME["Brain-Stem"].id,
        BY_NAME["Spinal-Cord"].id,
    )
    in_skull = True

    def draw(self, key: Key, person: Person, icv_ml: float) -> HindbrainSize:
        """Published cerebellar volumes for age and sex."""
        rng = (key / "shape").rng()
        return HindbrainSize(
            cerebellum_cortex_ml=2 * norms.value("Cerebellum-Cortex", key / "cortex", person, icv_ml),
            cerebellum_white_ml=2 * norms.value("Cerebellum-White-Matter", key / "white", person, icv_ml),
            brainstem_ml=norms.value("Brain-Stem", key / "stem", person, icv_ml),
            folia_mm=float(rng.uniform(0.8, 1.4)),
        )

    def move(self, params: HindbrainSize, key: Key, frame: Frame) -> Tensor | None:
        """It takes the room that it is given."""
        return None

    def paint(self, params: HindbrainSize, key: Key, frame: Frame) -> Painter:
        """Brainstem, then cerebellar white matter in front of its cortex."""
        template = frame.template
        solid = template.fields["brainstem"].at(frame.probe.xyz)[0]
        counted = frame.free * (solid < 0) * (frame.probe.xyz[:, 2] > _CORD_BELOW_MM)
        outer = template.fields["pial"].at(frame.probe.xyz)[0]
        stem_shift = fit_shift(outer, frame.probe, counted, params.brainstem_ml)

        def surfaces(place: Place) -> Surfaces:
            white = template.fields["white"].at(place.xyz)[0]
            furrow = params.folia_mm / frame.scale * _furrows(place)
            return Surfaces(white + 0.3 * furrow, template.fields["pial"].at(place.xyz)[0] + furrow)

        free = frame.free * in_cerebellum(template, frame.probe)
        ribbon = fit(
            surfaces(frame.probe),
            frame.probe,
            free,
            params.cerebellum_white_ml,
            params.cerebellum_cortex_ml,
            limit=20.0,
        )

        def layers(place: Place) -> Iterator[Layer]:
            index = in_hindbrain(template, place).nonzero()[:, 0]
            stem = place.pick(index)
            cover = stem.cover(template.fields["pial"].at(stem.xyz)[0] - stem_shift)
            cover = cover * (template.fields["brainstem"].at(stem.xyz)[0] < 0)
            cord = stem.xyz[:, 2] < _CORD_BELOW_MM
            owner = torch.where(cord, BY_NAME["Spinal-Cord"].id, BY_NAME["Brain-Stem"].id).to(torch.int16)
            yield Layer("WM", owner, cover, index)
            index = in_cerebellum(template, place).nonzero()[:, 0]
            here = place.pick(index)
            white, both = ribbon.cover(surfaces(here), here)
            yield Layer("WM", here.sided(*both_sides("Cerebellum-White-Matter")), white, index)
            yield Layer("GM", here.sided(*both_sides("Cerebellum-Cortex")), both, index)

        return layers


def in_cerebellum(template: Template, place: Place) -> Tensor:
    """Which points lie in the cerebellum's part of the skull and not in the brainstem."""
    cerebellum = template.fields["cerebellum"].at(place.xyz)[0] < 0
    return cerebellum & (template.fields["brainstem"].at(place.xyz)[0] >= 0)


def in_hindbrain(template: Template, place: Place) -> Tensor:
    """Which points lie below the tentorium or in the brainstem."""
    cerebellum = template.fields["cerebellum"].at(place.xyz)[0] < 0
    return cerebellum | (template.fields["brainstem"].at(place.xyz)[0] < 0)


def _furrows(place: Place) -> Tensor:
    """Furrows that fan out from the hub and run from side to side: 0 on a folium, 1 in a furrow."""
    x, y, z = place.xyz.unbind(1)
    angle = torch.atan2(z - _HUB_MM[1], _HUB_MM[0] - y)
    phase = angle * (_HUB_RADIUS_MM / _FOLIUM_MM) + x.square() / 900
    return torch.cos(2 * math.pi * phase).clamp(min=0).square()
