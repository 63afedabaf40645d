"""Cerebellum and brainstem."""

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
from mindscan.anatomy.noise import smooth_noise
from mindscan.anatomy.push import push
from mindscan.anatomy.ribbon import NO_LIMIT, Surfaces, fit
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
_FOLIUM_MM = 4.5
_SWAY_MM, _SWAY_BY_MM = 36.0, 2.0
_FURROW_MM = 0.6
_ROOM = 1.3
"""Volume of the cerebellum's part of the skull over the volume of its tissue."""
_REACH_MM = 15.0
_FURROW_DEPTH = 4.0
"""A furrow is this many times deeper than `folia_mm`."""
_CORD_BELOW_MM = -66.0


class HindbrainSize(Record):
    """Cerebellum and brainstem.

    Args:
        cerebellum_cortex_ml: both sides, 20 to 250 mL.
        cerebellum_white_ml: both sides, 5 to 80 mL.
        brainstem_ml: midbrain, pons and medulla, 5 to 60 mL.
        folia_mm: a quarter of the depth of the furrows between folia, 0 to 3 mm.
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
        """A large cerebellum makes room for itself."""
        needed_ml = _ROOM * (params.cerebellum_cortex_ml + params.cerebellum_white_ml)
        shift = max(0.0, frame.template.shift_for("cerebellum", needed_ml / 2 / frame.scale**3))
        return push(frame.template.fields["cerebellum"], frame, shift, shift, _REACH_MM)

    def paint(self, params: HindbrainSize, key: Key, frame: Frame) -> Painter:
        """Brainstem, then cerebellar white matter in front of its cortex."""
        template = frame.template
        solid = template.fields["brainstem"].at(frame.probe.xyz)[0]
        counted = frame.free * (solid < 0) * (frame.probe.xyz[:, 2] > _CORD_BELOW_MM)
        outer = template.fields["pial"].at(frame.probe.xyz)[0]
        stem_shift = fit_shift(outer, frame.probe, counted, params.brainstem_ml)

        lattice = frame.lattice
        sway = smooth_noise(
            key / "folia", lattice.data.shape[1:], _SWAY_MM / lattice.step_mm, lattice.data.device
        )
        bends = Field(_SWAY_BY_MM * sway[None], lattice.origin_mm, lattice.step_mm)

        def surfaces(place: Place) -> Surfaces:
            outer = template.fields["pial"].at(place.xyz)[0]
            across = _across_folia(place) + bends.at(place.xyz)[0]
            branches = 1.1 * params.folia_mm / frame.scale * torch.cos(across * (2 * math.pi / _FOLIUM_MM))
            gap = (across / _FOLIUM_MM + 0.5).frac().sub(0.5).abs() * _FOLIUM_MM
            furrows = torch.minimum(
                _FURROW_MM / 2 - gap, outer + _FURROW_DEPTH * params.folia_mm / frame.scale
            )
            return Surfaces(template.fields["white"].at(place.xyz)[0] + branches, outer, furrows)

        free = frame.free * in_cerebellum(template, frame.probe)
        ribbon = fit(
            surfaces(frame.probe),
            frame.probe,
            free,
            params.cerebellum_white_ml,
            params.cerebellum_cortex_ml,
            limit=NO_LIMIT,
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


def _across_folia(place: Place) -> Tensor:
    """Distance in template mm across the folia, which fan out from the hub and run from side to side."""
    x, y, z = place.xyz.unbind(1)
    angle = torch.atan2(z - _HUB_MM[1], _HUB_MM[0] - y) + math.pi
    return angle * _HUB_RADIUS_MM + x.square() / 180
