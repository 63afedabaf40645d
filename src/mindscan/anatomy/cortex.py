"""The cortical sheet of one head: how deep below its surface every point lies, and how thick it is there.

Depth is a distance to fluid: to the closed hemisphere's outside, to the sulci that the average shows as
far as this person has them, and to the person's own sulci. Cortex is what lies within its thickness of
fluid; white matter is the rest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mindscan.anatomy.field import Field
from mindscan.anatomy.fit import rising_root
from mindscan.anatomy.structure import Place
from mindscan.anatomy.template import Template

LIPS_MM = 3.0
"""Width over which a gyrus rounds into a sulcus, template mm."""
MOUTH_MM = 4.0
"""Depth over which the mouth of a sulcus narrows, template mm."""
CROWN, FUNDUS = 1.03, 0.93
"""Thickness at the surface and at the bottom of deep sulci over the mean. With the rounding of gyri it comes
to 2.7 mm on crowns and 2.2 mm in fundi; Fischl and Dale 2000, doi:10.1073/pnas.200033797."""
DEEP_MM = 14.0
"""Where a sulcus counts as deep."""

_FUNNEL = 1.6
"""How much wider a sulcus is at its mouth."""
_CLOSING = 0.3
"""How far the average's sulci close for each millimetre that the surface swells."""
_THICKENING = 0.03
"""How much thicker the sheet is, relatively, for each millimetre that the surface swells: where it shrinks,
gyri get narrow and hold cortex alone, which reads as thicker (`mindscan validate anatomy`)."""

Pair = npt.NDArray[np.float64]
_TRIAL, _LONGEST = (0.2, 0.3), np.array([0.5, 1.2])
_STEPS, _CLOSE = 12, 0.002
_DEEPENING = (0.2, 3.0)
_GIVING = 0.4
_RANGE = np.array([[-1.0, -6.0], [4.2, 4.0]])


@dataclass(frozen=True)
class Site:
    """What is read once at each of n points; shape (n,) each, template mm.

    Args:
        below: depth below the closed hemisphere.
        average: depth below the average's sulci, where this person has them.
        aside: distance from the nearest of the person's own sulcal sheets.
        deep: how deep that sulcus usually goes.
        deepest: how deep it can go without meeting another from the other side.
        nuclei: distance to the walls of white matter around nuclei and ventricles.
        wall: distance to the skull, positive outside it.
        share: share of the surface here that cortex covers.
        cleft: distance to the cleft between hemispheres that no callosum joins; far from any when None.
        thinning: factor on the thickness; 1 everywhere when None.
    """

    below: Tensor
    average: Tensor
    aside: Tensor
    deep: Tensor
    deepest: Tensor
    nuclei: Tensor
    wall: Tensor
    share: Tensor
    cleft: Tensor | None = None
    thinning: Tensor | None = None


@dataclass(frozen=True)
class Sheet:
    """The cortex of one head, template mm.

    Args:
        template: gives the smooth hemispheres.
        sulci: what `folding.grow` made of the left and the right side.
        thickness: mean thickness.
        gap: half width of a sulcus.
        deepening: factor on the depth of the person's own sulci.
        swelling: how far the surface lies outside the closed hemisphere.
        cleft: signed distance to fluid that parts the hemispheres, negative inside; None for none.
        thinning: factor on the thickness in every place; None for 1. What it takes, fluid gets.
    """

    template: Template
    sulci: tuple[Field, Field]
    thickness: float
    gap: float
    deepening: float = 1.0
    swelling: float = 0.0
    cleft: Field | None = None
    thinning: Field | None = None

    def site(self, place: Place) -> Site:
        """Read the fields at some points."""
        fields = self.template.fields
        mantle, nuclei, share = place.look(fields["mantle"])
        sulci, wall = place.look(fields["sulci"])[0], place.look(fields["hull"])[0]
        own = place.xyz.new_empty((4, len(place.xyz)))
        for side, grown in zip((~place.right, place.right), self.sulci, strict=True):
            index = side.nonzero()[:, 0]
            own[:, index] = grown.at(place.pick(index).xyz)
        return Site(
            below=-mantle,
            average=own[2] - sulci,
            aside=own[0].abs(),
            deep=own[1],
            deepest=own[3],
            nuclei=nuclei,
            wall=wall,
            share=share,
            cleft=None if self.cleft is None else place.look(self.cleft)[0],
            thinning=None if self.thinning is None else place.look(self.thinning)[0],
        )

    def depth(self, site: Site) -> Tensor:
        """Distance from fluid, template mm, positive inside the tissue, shape (n,)."""
        below = site.below + self.swelling
        depth = torch.minimum(below, site.average + _CLOSING * self.swelling)
        gap = self.gap * (1 + _FUNNEL * torch.exp(-site.below.clamp(min=0) / MOUTH_MM))
        floor = torch.minimum(self.deepening * site.deep, site.deepest)
        depth = _rounded(depth, _from_slit(site.aside - gap, below - floor))
        if site.thinning is not None:
            depth = depth - self.thickness * (1 - site.thinning)
        depth = torch.maximum(depth, self.thickness - site.nuclei)
        depth = depth if site.cleft is None else torch.minimum(depth, site.cleft)
        return torch.minimum(depth, -site.wall)

    def thickness_at(self, site: Site) -> Tensor:
        """Thickness of the cortex, template mm, shape (n,)."""
        down = (site.below / DEEP_MM).clamp(0, 1)
        share = site.share
        if site.cleft is not None:
            share = torch.where(site.cleft < 2 * self.thickness, 1.0, share)
        share = share if site.thinning is None else share * site.thinning
        return self.thickness * share * (CROWN + (FUNDUS - CROWN) * down)

    def cover(self, site: Site, place: Place) -> tuple[Tensor, Tensor]:
        """Cover of white matter, and of grey and white together."""
        depth = self.depth(site)
        return place.cover(self.thickness_at(site) - depth), place.cover(-depth)


def _from_slit(aside: Tensor, beneath: Tensor) -> Tensor:
    """Distance from a slit: `aside` of its wall, `beneath` its floor; rounded at the floor."""
    outside = torch.hypot(aside.clamp(min=0), beneath.clamp(min=0))
    return outside + torch.maximum(aside, beneath).clamp(max=0)


def _rounded(a: Tensor, b: Tensor) -> Tensor:
    """The lesser of two distances, with a rounded edge `LIPS_MM` wide (polynomial smooth minimum)."""
    overlap = (LIPS_MM - (a - b).abs()).clamp(min=0) / LIPS_MM
    return torch.minimum(a, b) - overlap.square() * (LIPS_MM / 4)


def fit(sheet: Sheet, place: Place, free: Tensor, white_ml: float, grey_ml: float) -> Sheet:
    """The sheet that holds the volumes asked: sulci deepen for grey matter, the surface swells for white.

    Two unknowns, two volumes: Newton steps with Broyden's update of the slopes (doi:10.2307/2003941).

    Args:
        sheet: with the thickness wanted.
        place: points spread evenly over the head.
        free: share of each point that may be taken, 0 to 1.
        white_ml, grey_ml: volumes wanted, in mL.

    Returns:
        The fitted sheet. Where folds of possible depth hold too much or too little cortex, the thickness
        gives way; where the skull is too small altogether, the grey matter is right and the white is not.
    """
    site = sheet.site(place)
    wanted = np.log([white_ml, grey_ml])

    def short(at: Pair) -> Pair:
        white, both = _bent(sheet, at).cover(site, place)
        volumes = [float((free * part).sum()) * place.point_ml for part in (white, both * (1 - white))]
        return np.asarray(wanted - np.log(np.maximum(volumes, 1e-3)))

    here = np.array([1.0, 0.0])
    gap = short(here)
    slopes = np.stack([(gap - short(here + step)) / step.sum() for step in np.diag(_TRIAL)], 1)
    for _ in range(_STEPS):
        step = np.clip(np.linalg.lstsq(slopes, gap, rcond=None)[0], -_LONGEST, _LONGEST)
        there = np.round(np.clip(here + step, *_RANGE), 4)
        step, before = there - here, gap
        if not step.any():
            break
        here, gap = there, short(there)
        slopes += np.outer(before - gap - slopes @ step, step) / (step @ step)
        if np.abs(gap).max() < _CLOSE:
            return _bent(sheet, here)
    swelling = here[1]
    grey = rising_root(lambda fold: -short(np.array([fold, swelling]))[1], 0.0, *_RANGE[:, 0])
    return _bent(sheet, np.array([round(grey, 4), swelling]))


def _bent(sheet: Sheet, at: Pair) -> Sheet:
    """The sheet with (folding, swelling); folding beyond possible depths goes into the thickness."""
    deepening = float(np.clip(at[0], *_DEEPENING))
    return replace(
        sheet,
        deepening=deepening,
        swelling=float(at[1]),
        thickness=sheet.thickness * math.exp(_GIVING * (at[0] - deepening) + _THICKENING * at[1]),
    )
