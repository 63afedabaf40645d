"""The cerebellum and its folia."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy import norms
from mindscan.anatomy.brainstem import in_brainstem
from mindscan.anatomy.distance import Point, rods
from mindscan.anatomy.field import Field
from mindscan.anatomy.noise import smooth_noise
from mindscan.anatomy.push import push
from mindscan.anatomy.ribbon import NO_LIMIT, Surfaces, fit
from mindscan.anatomy.structure import Frame, Layer, Painter, Place
from mindscan.anatomy.template import Template
from mindscan.core.key import Key
from mindscan.core.labels import both_sides
from mindscan.core.person import Person
from mindscan.core.prior import Rounded
from mindscan.core.record import Record

_HUB_MM = (-46.0, -30.0)
"""Where the folia of the template fan out from, in the (y, z) plane."""
_HUB_RADIUS_MM = 32.0
_BOW_MM = 180.0
"""The folia bow by x squared over this."""
_FOLIUM_MM = 4.5
_FURROW_WIDTH_MM = 0.6
_BRANCH_PER_FURROW = 0.27
"""How far white matter reaches into the leaves, for each mm of depth of the furrows."""
_PEDUNCLE: tuple[tuple[Point, float], ...] = (((13, -26, -35), 8), ((22, -42, -38), 8))
_BULK_EDGE_MM, _PEDUNCLE_MORE_MM = 3.0, 1.0
"""The right middle peduncle: white matter to its surface, without furrows, and a little more than the average
shows."""
_BODY: tuple[tuple[tuple[Point, float], ...], ...] = (
    (((0, -54, -23), 3.2), ((9, -52, -25), 4.5), ((14, -52, -31), 7)),
    (((0, -53, -12), 1.2), ((0, -54, -20), 2.5), ((0, -58, -27), 3.2), ((0, -67, -27), 1)),
    (((9, -46, -13), 1.5), ((10, -47, -20), 2.8), ((13, -50, -28), 6)),
    (((9, -47, -19), 2.5), ((0, -49, -20), 3)),
)
"""White matter that joins both sides over the fourth ventricle: the arch, the stem of the vermis, the right
superior peduncle and the velum beside it. It lies where most of ten label maps of people have it once they
are carried to the template (SynthSeg's training maps, doi:10.1016/j.media.2023.102789)."""
_SWAY_WAVELENGTH_MM, _SWAY_MM = 36.0, 2.0
_ROOM = 1.3
"""Volume of the cerebellum's part of the skull over the volume of its tissue."""
_REACH_MM = 15.0


class CerebellumSize(Record):
    """Volumes and furrows of the cerebellum.

    Args:
        cortex_ml: both sides, 20 to 250 mL.
        white_ml: both sides, 5 to 80 mL.
        furrow_mm: depth of the furrows between folia, 0 to 12 mm.
    """

    cortex_ml: Annotated[Rounded, Limits(ge=20, le=250)]
    white_ml: Annotated[Rounded, Limits(ge=5, le=80)]
    furrow_mm: Annotated[Rounded, Limits(ge=0, le=12)]


class Cerebellum:
    """Cerebellar cortex and white matter of both sides."""

    name = "cerebellum"
    labels = (*both_sides("Cerebellum-Cortex"), *both_sides("Cerebellum-White-Matter"))
    in_skull = True

    def draw(self, key: Key, person: Person, icv_ml: float) -> CerebellumSize:
        """Published cerebellar volumes for age and sex."""
        return CerebellumSize(
            cortex_ml=2 * norms.value("Cerebellum-Cortex", key / "cortex", person, icv_ml),
            white_ml=2 * norms.value("Cerebellum-White-Matter", key / "white", person, icv_ml),
            furrow_mm=float((key / "furrow").rng().uniform(3.2, 5.6)),
        )

    def move(self, params: CerebellumSize, key: Key, frame: Frame) -> Tensor | None:
        """A large cerebellum makes room for itself."""
        half_ml = _ROOM * (params.cortex_ml + params.white_ml) / 2 / frame.scale**3
        left, right = (max(0.0, mm) for mm in frame.template.shifts_for("cerebellum", (half_ml, half_ml)))
        return push(frame.template.fields["cerebellum"], frame, left, right, _REACH_MM)

    def paint(self, params: CerebellumSize, key: Key, frame: Frame) -> Painter:
        """White matter in front of cortex; furrows are cut wherever the surface lies."""
        folia = _Folia(params.furrow_mm / frame.scale, _sway(key / "folia", frame.lattice), frame.template)
        index = in_cerebellum(frame.template, frame.probe).nonzero()[:, 0]
        probe = frame.probe.pick(index)
        asked = params.white_ml, params.cortex_ml
        ribbon = fit(folia.surfaces(probe), probe, frame.free[index], *asked, limit=NO_LIMIT)

        def layers(place: Place) -> Iterator[Layer]:
            index = in_cerebellum(frame.template, place).nonzero()[:, 0]
            here = place.pick(index)
            white, both = ribbon.cover(folia.surfaces(here), here)
            yield Layer("WM", here.sided(*both_sides("Cerebellum-White-Matter")), white, index)
            yield Layer("GM", here.sided(*both_sides("Cerebellum-Cortex")), both, index)

        return layers


@dataclass(frozen=True)
class _Folia:
    """Leaves that fan out from a hub and run from side to side.

    Args:
        furrow: depth of the furrows between them, template mm.
        sway: how far each place is displaced across the leaves, template mm.
        template: gives the smooth surfaces.
    """

    furrow: float
    sway: Field
    template: Template

    def surfaces(self, place: Place) -> Surfaces:
        """White matter that branches into the leaves, the smooth outside, and the furrows."""
        x, y, z = place.xyz.unbind(1)
        angle = torch.atan2(z - _HUB_MM[1], _HUB_MM[0] - y) + math.pi
        across = angle * _HUB_RADIUS_MM + x.square() / _BOW_MM + place.look(self.sway)[0]
        turns = across / _FOLIUM_MM
        right = torch.stack([x.abs(), y, z], 1)
        body = torch.stack([rods(right, path) for path in _BODY]).amin(0)
        bulk = torch.minimum(body, rods(right, _PEDUNCLE))
        leafy = (bulk / _BULK_EDGE_MM).clamp(0, 1)
        furrow = self.furrow * leafy
        branch = _BRANCH_PER_FURROW * furrow * torch.cos(2 * math.pi * turns)
        outer = place.look(self.template.fields["pial"])[0]
        white = place.look(self.template.fields["white"])[0]
        bare = torch.minimum(torch.minimum(white, outer) - _PEDUNCLE_MORE_MM, body)
        gap = (turns + 0.5).frac().sub(0.5).abs() * _FOLIUM_MM
        furrows = torch.minimum(_FURROW_WIDTH_MM / 2 - gap, outer + furrow)
        carved = torch.maximum(furrows, place.look(self.template.fields["hull"])[0])
        return Surfaces(torch.lerp(bare, white + branch, leafy), outer, carved)


def _sway(key: Key, lattice: Field) -> Field:
    nodes = lattice.data
    bumps = smooth_noise(key, nodes.shape[1:], _SWAY_WAVELENGTH_MM / lattice.step_mm, nodes.device)
    return Field(_SWAY_MM * bumps[None], lattice.origin_mm, lattice.step_mm)


def in_cerebellum(template: Template, place: Place) -> Tensor:
    """Which points lie in the cerebellum's part of the skull and not in the brainstem."""
    return _below_tentorium(template, place) & ~in_brainstem(template, place)


def in_hindbrain(template: Template, place: Place) -> Tensor:
    """Which points lie in the cerebellum's part of the skull or in the brainstem."""
    return _below_tentorium(template, place) | in_brainstem(template, place)


def _below_tentorium(template: Template, place: Place) -> Tensor:
    return place.look(template.fields["cerebellum"])[0] < 0
