"""Lacunes: small cavities with fluid where single perforating arteries were closed, in a rim of gliosis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field as Limits

from mindscan.anatomy.conditions.condition import Calm, Illness
from mindscan.anatomy.conditions.perforators import Site, course, hosts, placed
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.survey import Array, Survey, blob, ids_of
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

_SHARES: dict[Site, float] = {
    "centrum-semiovale": 0.38,
    "basal-ganglia": 0.34,
    "thalamus": 0.16,
    "pons": 0.12,
}
"""Of 88 lacunes 30 lay in the centrum semiovale and 27 in the basal ganglia: Gesierich et al. 2016,
doi:10.1161/STROKEAHA.116.012779; how the others divide is an own choice."""
_SMALLEST_MM, _LARGEST_MM = 3.0, 15.0
"""Diameter: Wardlaw et al. 2013, doi:10.1016/S1474-4422(13)70124-8."""
_WIDEST_MM: dict[Site, float] = {"thalamus": 10.0, "pons": 8.0}
"""Larger ones would not fit: own choice."""
_SLIM = 1.6
"""Longest over shortest diameter at most: own choice; they differ most in this (Gesierich 2016)."""
_MOST = 40
_NUMBER = (1.0, 20.0)
"""From the least severity to the worst: own choice; 113 people with CADASIL had 1,568, 14 each, of 4 to
1,619 mm3 (Herve et al. 2009, doi:10.1161/STROKEAHA.108.520825)."""


class LacunesSize(Illness):
    """How many there are and how large.

    Args:
        severity: from just above 0 to 1.
        number: of lacunes, 1 to 40.
        largest_mm: diameter of the largest, 3 to 15; the others lie between 3 mm and this.
        rim_mm: how thick the gliosis around the fluid is, 0 (none) to 3.
    """

    condition: Literal["lacunes"] = "lacunes"
    number: Annotated[int, Limits(ge=1, le=_MOST)]
    largest_mm: Annotated[Rounded, Limits(ge=_SMALLEST_MM, le=_LARGEST_MM)]
    rim_mm: Annotated[Rounded, Limits(ge=0, le=3)]


class Lacunes(Calm):
    """Small-vessel disease: what is left of small deep infarcts."""

    name = "lacunes"
    about = "Small-vessel disease: cavities of 3 to 15 mm with fluid, deep in the brain, in a rim of gliosis"
    sources = (
        "Wardlaw et al. 2013, doi:10.1016/S1474-4422(13)70124-8 (definition, sizes, rim)",
        "Duering et al. 2023, doi:10.1016/S1474-4422(23)00131-X (definition)",
        "Gesierich et al. 2016, doi:10.1161/STROKEAHA.116.012779 (sites; they lie along arteries)",
        "Herve et al. 2009, doi:10.1161/STROKEAHA.108.520825 (number and volumes in CADASIL)",
    )
    record = LacunesSize

    def draw(self, key: Key, person: Person, severity: float) -> LacunesSize:
        """Number and largest size go with the severity."""
        rng = key.rng()
        few, many = _NUMBER
        number = few * (many / few) ** severity * float(np.exp(0.25 * np.clip(rng.normal(), -2, 2)))
        largest = 5.0 + 8.0 * severity + float(np.clip(rng.normal(), -2, 2))
        return LacunesSize(
            severity=severity,
            number=int(np.clip(round(number), 1, _MOST)),
            largest_mm=float(np.clip(largest, _SMALLEST_MM, _LARGEST_MM)),
            rim_mm=float(rng.uniform(0.6, 1.4)),
        )

    def lesions(self, params: LacunesSize, key: Key, survey: Survey) -> list[Lesion]:
        """Each as its fluid, then its rim; the largest first, each where no other lies."""
        rng = (key / "sizes").rng()
        ranks = np.append(1.0, np.sort(rng.random(params.number - 1))[::-1] ** 1.5)
        sizes = _SMALLEST_MM * (params.largest_mm / _SMALLEST_MM) ** ranks
        places = placed(survey, _SHARES, (sizes + 2 * params.rim_mm).tolist(), key / "places")
        found: list[Lesion] = []
        for n, (size, (site, place)) in enumerate(zip(sizes.tolist(), places, strict=False)):
            fits = min(size, _WIDEST_MM.get(site, size))
            found += _lacune(fits, params.rim_mm, site, place, survey, key / n)
        return found

    def columns(self, params: LacunesSize) -> Mapping[str, Any]:
        """Their number."""
        return {"lacunes": params.number}


def _lacune(
    diameter_mm: float, rim_mm: float, site: Site, place: Array, survey: Survey, key: Key
) -> list[Lesion]:
    """An ovoid along the artery, its longest diameter given, and the rim around it."""
    rng = key.rng()
    along = diameter_mm / 2
    across = along / rng.uniform(1.0, _SLIM)
    axis = course(survey, site, place) + 0.2 * rng.normal(size=3)
    reach = 1.5 * (along + rim_mm) + 3
    level = blob(place, (along, across), axis, survey.scale, key / "bumps", rough=0.12, reach_mm=reach)
    fluid, whole = (_ovoid_ml(along + rim, across + rim) for rim in (0.0, rim_mm))
    parts = (("Cavity", fluid), ("Gliosis", whole - fluid))
    return [
        Lesion(Lacunes.name, ids_of(label)[0], level, hosts(site), ml, site) for label, ml in parts if ml > 0
    ]


def _ovoid_ml(along_mm: float, across_mm: float) -> float:
    return float(4 / 3 * np.pi * along_mm * across_mm**2 / 1000)
