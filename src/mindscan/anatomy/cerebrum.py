"""Cerebral cortex and white matter, with folds of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy import cortex, folding, norms
from mindscan.anatomy.callosum import CLEFT
from mindscan.anatomy.cerebellum import in_hindbrain
from mindscan.anatomy.field import Field
from mindscan.anatomy.noise import smooth_noise
from mindscan.anatomy.structure import Frame, Layer, Painter, Place
from mindscan.anatomy.thinning import THINNING
from mindscan.core.key import Key
from mindscan.core.labels import both_sides
from mindscan.core.person import Person
from mindscan.core.prior import Rounded
from mindscan.core.record import Record

_NOISE_STEP_MM = 3.0
_NOISE_ORIGIN_MM = (-96.0, -126.0, -90.0)
_NOISE_NODES = (64, 84, 72)
_WAVER_WAVELENGTH_MM = 22.0
_STRAIGHT_MM = 6.0
"""Depth from which sulcal walls waver in full, template mm."""
_SHEET_OVER_MEASURED = 1.015
"""The sheet is this much thicker than what FreeSurfer would call its mean thickness, as real label maps are
(`mindscan validate anatomy`)."""
_USUAL_SPACING_MM = 12.0
"""Distance between the sulci of the usual pattern in a head of usual size."""


class CerebrumSize(Record):
    """Volumes, thickness and folding of the cerebrum.

    Args:
        cortex_ml: cerebral cortex, both sides, 100 to 1000 mL.
        white_ml: cerebral white matter, both sides, 100 to 1000 mL.
        thickness_mm: mean thickness of the cortex, 1.5 to 4.5 mm.
        spacing_mm: usual distance between neighbouring sulci, 6 to 30 mm.
        sulcus_mm: width of a sulcus below its mouth, 0 to 6 mm.
        waver_mm: how far the walls of sulci waver on their way down, 0 to 4 mm.
    """

    cortex_ml: Annotated[Rounded, Limits(ge=100, le=1000)]
    white_ml: Annotated[Rounded, Limits(ge=100, le=1000)]
    thickness_mm: Annotated[Rounded, Limits(ge=1.5, le=4.5)]
    spacing_mm: Annotated[Rounded, Limits(ge=6, le=30)]
    sulcus_mm: Annotated[Rounded, Limits(ge=0, le=6)]
    waver_mm: Annotated[Rounded, Limits(ge=0, le=4)]


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
            spacing_mm=float(rng.uniform(9.5, 11.0)),
            sulcus_mm=float(rng.uniform(0.60, 0.80)),
            waver_mm=float(rng.uniform(1.4, 2.2)),
        )

    def move(self, params: CerebrumSize, key: Key, frame: Frame) -> Tensor | None:
        """It takes the room that it is given."""
        return None

    def paint(self, params: CerebrumSize, key: Key, frame: Frame) -> Painter:
        """White matter in front of cortex."""
        return SheetPainter(fitted(params, key, frame))


@dataclass(frozen=True)
class SheetPainter:
    """Paints both hemispheres; whoever wants their surfaces finds the sheet here."""

    sheet: cortex.Sheet

    def __call__(self, place: Place) -> Iterator[Layer]:
        """White matter and cortex, front to back."""
        index = (~in_hindbrain(self.sheet.template, place)).nonzero()[:, 0]
        here = place.pick(index)
        white, both = self.sheet.cover(self.sheet.site(here), here)
        yield Layer("WM", here.sided(*both_sides("Cerebral-White-Matter")), white, index)
        yield Layer("GM", here.sided(*both_sides("Cerebral-Cortex")), both, index)


def fitted(params: CerebrumSize, key: Key, frame: Frame) -> cortex.Sheet:
    """The cortical sheet of this head, with the volumes asked."""
    spacing, waver = params.spacing_mm / _USUAL_SPACING_MM, _waver(params, key / "waver", frame)
    left, right = (
        folding.grow(hemisphere, key / "sulci" / side, spacing, waver)
        for side, hemisphere in zip(("left", "right"), frame.template.hemispheres, strict=True)
    )
    sheet = cortex.Sheet(
        template=frame.template,
        sulci=(left, right),
        thickness=_SHEET_OVER_MEASURED * params.thickness_mm / frame.scale,
        gap=params.sulcus_mm / 2 / frame.scale,
        cleft=frame.shared.get(CLEFT),
        thinning=frame.shared.get(THINNING),
    )
    index = ((frame.free > 0) & ~in_hindbrain(frame.template, frame.probe)).nonzero()[:, 0]
    return cortex.fit(sheet, frame.probe.pick(index), frame.free[index], params.white_ml, params.cortex_ml)


def _waver(params: CerebrumSize, key: Key, frame: Frame) -> Field:
    """How far sulcal walls are carried sideways: nothing at the surface, all of it further down."""
    device = frame.lattice.data.device
    bumps = smooth_noise(key, _NOISE_NODES, _WAVER_WAVELENGTH_MM / _NOISE_STEP_MM, device)
    waver = Field(bumps[None], _NOISE_ORIGIN_MM, _NOISE_STEP_MM)
    below = -frame.template.fields["mantle"].at(waver.nodes())[0].reshape(bumps.shape)
    share = (below / _STRAIGHT_MM).clamp(0, 1)
    return Field(params.waver_mm / frame.scale * (share * bumps)[None], _NOISE_ORIGIN_MM, _NOISE_STEP_MM)
