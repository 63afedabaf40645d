"""Meningioma: a round, even tumour that grows from the dura and pushes the brain inwards."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field as Limits

from mindscan.anatomy.conditions.condition import Calm, Illness, along
from mindscan.anatomy.conditions.dural import filling
from mindscan.anatomy.distance import Point
from mindscan.anatomy.gap import Gap
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.survey import Survey, ids_of
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

Site = Literal["convexity", "parasagittal", "sphenoid-wing"]
_SITES: dict[Site, tuple[float, tuple[Point, ...]]] = {
    "convexity": (0.4, ((58, 22, 34), (62, -20, 42), (50, -56, 44))),
    "parasagittal": (0.35, ((20, 30, 62), (20, -20, 76), (18, -60, 64))),
    "sphenoid-wing": (0.25, ((54, 20, -8),)),
}
"""Shares, and middles on the template's right: common sites (Fynn et al. 2004, doi:10.4102/sajr.v8i4.100);
shares and middles are own choices."""
_ROUND = 4.0
_FLAT = 1.0
"""Height over the radius of the base: own choice."""
_FREE_ML, _SHIFT, _SHIFT_MM = 20.0, 0.1, 8.0
"""Volume from which the midline moves, shift for each mL beyond, and the most: it grows slowly and the brain
gives way (own choices)."""


class MeningiomaSize(Illness):
    """Place and sizes.

    Args:
        severity: from just above 0 to 1.
        site: convexity, parasagittal or sphenoid-wing.
        side: L or R.
        centre_mm: direction of its middle on the template.
        volume_ml: volume of the tumour.
        oedema_ml: oedema in the white matter beside it.
        midline_shift_mm: how far the septum pellucidum is pushed to the other side.
    """

    condition: Literal["meningioma"] = "meningioma"
    site: Site
    side: Literal["L", "R"]
    centre_mm: tuple[Rounded, Rounded, Rounded]
    volume_ml: Annotated[Rounded, Limits(ge=0.3, le=90)]
    oedema_ml: Annotated[Rounded, Limits(ge=0, le=120)]
    midline_shift_mm: Annotated[Rounded, Limits(ge=0, le=12)]


class Meningioma(Calm):
    """A tumour of the arachnoid, with a broad base on the dura."""

    name = "meningioma"
    about = "A round, even, enhancing tumour that grows from the dura, with little oedema"
    sources = ("Fynn et al. 2004, doi:10.4102/sajr.v8i4.100 (sites)",)
    record = MeningiomaSize

    def draw(self, key: Key, person: Person, severity: float) -> MeningiomaSize:
        """The volume goes with the severity; half have no oedema."""
        rng = key.rng()
        sites = list(_SITES)
        site = sites[int(rng.choice(len(sites), p=[share for share, _ in _SITES.values()]))]
        middles = _SITES[site][1]
        x, y, z = (float(a + 2 * rng.normal()) for a in middles[int(rng.integers(len(middles)))])
        right = rng.random() < 0.5
        volume = 1.5 * 35**severity * float(np.exp(0.2 * np.clip(rng.normal(), -2, 2)))
        swelling = float(rng.uniform(0.2, 0.8)) if rng.random() < 0.5 else 0.0
        return MeningiomaSize(
            severity=severity,
            site=site,
            side="R" if right else "L",
            centre_mm=(x if right else -x, y, z),
            volume_ml=min(volume, 70.0),
            oedema_ml=swelling * min(volume, 70.0),
            midline_shift_mm=_usual_shift_mm(min(volume, 70.0)),
        )

    def follow(self, usual: MeningiomaSize, params: MeningiomaSize, given: Collection[str]) -> MeningiomaSize:
        """The middle goes to the site and the side, oedema and shift go with the volume."""
        x, y, z = params.centre_mm if params.site == usual.site else _SITES[params.site][1][0]
        return along(
            params,
            given,
            {
                "centre_mm": (abs(x) if params.side == "R" else -abs(x), y, z),
                "oedema_ml": min(usual.oedema_ml * params.volume_ml / usual.volume_ml, 120.0),
                "midline_shift_mm": _usual_shift_mm(params.volume_ml),
            },
        )

    def gap(self, params: MeningiomaSize) -> Gap:
        """A dome about as high as its base is wide."""
        share = np.pi * _ROUND / (_ROUND + 2)
        height = float((_FLAT**2 * 1000 * params.volume_ml / share) ** (1 / 3))
        return Gap(params.centre_mm, height, params.volume_ml, _ROUND, 1.0, params.midline_shift_mm)

    def lesions(self, params: MeningiomaSize, key: Key, survey: Survey) -> list[Lesion]:
        """The tumour, then the oedema in the white matter beside it."""
        tumour = filling(self.name, "Tumour-Enhancing", params.volume_ml, params.site, survey)
        if params.oedema_ml < 0.05:
            return [tumour]
        inside = tumour.level.at(survey.points)[0].numpy().reshape(survey.labels.shape) < 0
        level = survey.field(survey.distance(inside) - _reach_mm(params))
        white = ids_of("Cerebral-White-Matter")
        swelling = Lesion(self.name, ids_of("Oedema")[0], level, white, params.oedema_ml, "oedema", 2.0)
        return [tumour, swelling]

    def columns(self, params: MeningiomaSize) -> Mapping[str, Any]:
        """Place, volume and shift."""
        return {
            "tumour_site": f"{params.side}-{params.site}",
            "tumour_ml": params.volume_ml,
            "midline_shift_mm": params.midline_shift_mm,
        }


def _usual_shift_mm(ml: float) -> float:
    return min(_SHIFT * max(ml - _FREE_ML, 0), _SHIFT_MM)


def _reach_mm(params: MeningiomaSize) -> float:
    """How far the oedema comes about, were it a shell around a half ball in white matter alone, and more."""
    whole, inner = (
        (3000 * ml / 2 / np.pi) ** (1 / 3)
        for ml in (2 * params.oedema_ml + params.volume_ml, params.volume_ml)
    )
    return float(1.3 * (whole - inner)) + 1.0
