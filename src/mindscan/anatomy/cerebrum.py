"""Cerebral cortex and white matter: the template's folds, bent and deepened for each person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy import norms
from mindscan.anatomy.cerebellum import in_hindbrain
from mindscan.anatomy.field import Field
from mindscan.anatomy.noise import smooth_noise
from mindscan.anatomy.ribbon import Surfaces, fit
from mindscan.anatomy.structure import Frame, Layer, Painter, Place
from mindscan.core.key import Key
from mindscan.core.labels import both_sides
from mindscan.core.person import Person
from mindscan.core.prior import Rounded
from mindscan.core.record import Record

_NOISE_STEP_MM = 2.0
_NOISE_ORIGIN_MM = (-82.0, -122.0, -82.0)
_NOISE_NODES = (84, 108, 90)
_CROWN_OVER_MEAN = 1.35
"""Cortex on the crown of a gyrus is thicker than its mean; Fischl & Dale 2000, doi:10.1073/pnas.200033797."""


class CerebrumSize(Record):
    """Volumes, thickness and folding of the cerebrum.

    Args:
        cortex_ml: cerebral cortex, both sides, 100 to 1000 mL.
        white_ml: cerebral white matter, both sides, 100 to 1000 mL.
        thickness_mm: mean thickness of the cortex, 1.5 to 4.5 mm.
        folding_mm: strength of the person's own folds: how far they bend the surfaces, 0 to 3 mm.
        fold_spacing_mm: distance between the person's own folds, 8 to 40 mm.
    """

    cortex_ml: Annotated[Rounded, Limits(ge=100, le=1000)]
    white_ml: Annotated[Rounded, Limits(ge=100, le=1000)]
    thickness_mm: Annotated[Rounded, Limits(ge=1.5, le=4.5)]
    folding_mm: Annotated[Rounded, Limits(ge=0, le=3)]
    fold_spacing_mm: Annotated[Rounded, Limits(ge=8, le=40)]


class Cerebrum:
    """Cortex and white matter of both hemispheres."""

    name = "cerebrum"
    labels = (*both_sides("Cerebral-Cortex"), *both_sides("Cerebral-White-Matter"))
    in_skull = True

    def draw(self, key: Key, person: Person, icv_ml: float) -> CerebrumSize:
        """Published volumes and thickness for age and sex; folding from a plausible range."""
        rng = (key / "folding").rng()
        return CerebrumSize(
            cortex_ml=norms.value("Cerebral-Cortex", key / "cortex", person, icv_ml),
            white_ml=norms.value("Cerebral-White-Matter", key / "white", person, icv_ml),
            thickness_mm=norms.value("Thickness", key / "thickness", person, icv_ml),
            folding_mm=float(rng.uniform(0.7, 1.0)),
            fold_spacing_mm=float(rng.uniform(11, 16)),
        )

    def move(self, params: CerebrumSize, key: Key, frame: Frame) -> Tensor | None:
        """It takes the room that it is given."""
        return None

    def paint(self, params: CerebrumSize, key: Key, frame: Frame) -> Painter:
        """White matter in front of cortex."""
        folds = _folds(params, key, frame)
        limit = params.thickness_mm * _CROWN_OVER_MEAN / frame.scale

        def surfaces(place: Place) -> Surfaces:
            bend, wobble = folds.at(place.xyz)
            white = frame.template.fields["white"].at(place.xyz)[0] + bend
            outer = frame.template.fields["pial"].at(place.xyz)[0] + 0.8 * bend + wobble
            return Surfaces(white, outer, carved=frame.template.fields["hull"].at(place.xyz)[0])

        free = frame.free * ~in_hindbrain(frame.template, frame.probe)
        ribbon = fit(surfaces(frame.probe), frame.probe, free, params.white_ml, params.cortex_ml, limit)

        def layers(place: Place) -> Iterator[Layer]:
            index = (~in_hindbrain(frame.template, place)).nonzero()[:, 0]
            here = place.pick(index)
            white, both = ribbon.cover(surfaces(here), here)
            yield Layer("WM", here.sided(*both_sides("Cerebral-White-Matter")), white, index)
            yield Layer("GM", here.sided(*both_sides("Cerebral-Cortex")), both, index)

        return layers


def _folds(params: CerebrumSize, key: Key, frame: Frame) -> Field:
    """Two channels in template mm: how far the folds bend both surfaces, and a finer wobble of the outer."""
    device = frame.lattice.data.device
    nodes = params.fold_spacing_mm / frame.scale / _NOISE_STEP_MM
    coarse = smooth_noise(key / "folds" / "coarse", _NOISE_NODES, nodes, device)
    fine = smooth_noise(key / "folds" / "fine", _NOISE_NODES, 0.6 * nodes, device)
    bend = params.folding_mm / frame.scale * (coarse + 0.35 * fine)
    wobble = 0.2 / frame.scale * smooth_noise(key / "folds" / "outer", _NOISE_NODES, 0.4 * nodes, device)
    return Field(torch.stack([bend, wobble]), _NOISE_ORIGIN_MM, _NOISE_STEP_MM)
