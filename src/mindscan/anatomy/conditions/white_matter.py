"""White-matter hyperintensities: caps and bands at the ventricles, foci in the deep white matter."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field as Limits

from mindscan.anatomy.conditions.condition import Calm, Illness, Progression, along
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.survey import STEP_MM, Array, Mask, Survey, blob, ids_of, widened
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded, truncated_normal

_SIDES = ("Left", "Right")
_AROUND_ML = {0: (0.0, 0.0), 1: (0.8, 2.5), 2: (3.5, 9.0), 3: (11.0, 28.0)}
_FOCI = {0: (0, 0), 1: (3, 12), 2: (12, 28), 3: (22, 45)}
_FOCUS_MM = {1: (1.2, 2.4), 2: (1.4, 6.2), 3: (1.6, 13.0)}
"""By grade: mL around the ventricles, number of deep foci and range of their radii. Grades are described in
words (points, beginning to flow together, large areas); numbers are own choices within those words, and the
largest foci follow the scale of Noh et al. 2014, doi:10.1016/j.jstrokecerebrovasdis.2013.06.002: below 10 mm
across, 10 to 25, above."""
_THICK_MM = {0: 0.0, 1: 3.4, 2: 7.2, 3: 13.0}
"""By grade: how thick most of what lies beside the ventricles is, its 95th percentile; on the scale of Noh
2014 below 5 mm, 5 to 10, above."""
_GROWTH_PERCENT, _GROWTH_SD = 10.0, 7.0
"""Growth a year: 13.2 % of 51 healthy people of 71 years in three years, eight of whom had less then (Sachdev
et al. 2007, doi:10.1212/01.wnl.0000251302.55202.73); 0.61 mL in a meta-analysis of 2450 people (2022,
doi:10.1101/2022.03.22.22272696). Mean and spread are own choices between these."""
_MOST_ML = {"around": 30.0, "deep": 14.0}
"""A lesion grows to at most this: own choice."""
_BEYOND_MM, _FARTHEST_MM = 12.0, 36.0
"""How far from the ventricle what lies around it is known, and how far at most when it grows."""
_HALO_MM, _LONG = 10.0, 1.25
"""How thick what lines the ventricles is at most below grade 3, and how far a focus reaches, in radii."""
_CAP_FROM_MM = 24.0
_TAIL_FROM_MM = -44.0


class WhiteMatterSize(Illness):
    """Two grades as Fazekas gave them, and how much there is.

    Args:
        severity: from just above 0 to 1.
        around: grade beside the ventricles: 0 none, 1 caps or a pencil-thin lining, 2 a smooth halo, 3
            irregular, into the deep white matter.
        deep: grade of the deep foci: 0 none, 1 points, 2 beginning to flow together, 3 large areas.
        around_ml: both sides together.
        foci: number of deep foci.
        largest_mm: radius of the largest deep focus.
    """

    condition: Literal["white-matter-hyperintensities"] = "white-matter-hyperintensities"
    around: Annotated[int, Limits(ge=0, le=3)]
    deep: Annotated[int, Limits(ge=0, le=3)]
    around_ml: Annotated[Rounded, Limits(ge=0, le=60)]
    foci: Annotated[int, Limits(ge=0, le=80)]
    largest_mm: Annotated[Rounded, Limits(ge=0, le=15)]


class WhiteMatterProgression(Progression):
    """How hyperintensities go on.

    Args:
        growth_percent: growth of all volumes a year, compounded; negative where they shrink.
    """

    condition: Literal["white-matter-hyperintensities"] = "white-matter-hyperintensities"
    growth_percent: Annotated[Rounded, Limits(ge=-50, le=100)]


class WhiteMatter(Calm):
    """Small-vessel disease as FLAIR shows it."""

    name = "white-matter-hyperintensities"
    about = "Small-vessel disease: caps, bands and deep foci by Fazekas grade"
    sources = (
        "Fazekas et al. 1987, doi:10.2214/ajr.149.2.351",
        "Wardlaw et al. 2013, doi:10.1016/S1474-4422(13)70124-8",
        "de Leeuw et al. 2001, doi:10.1136/jnnp.70.1.9",
        "Sachdev et al. 2007, doi:10.1212/01.wnl.0000251302.55202.73 (growth)",
    )
    record = WhiteMatterSize

    def draw(self, key: Key, person: Person, severity: float) -> WhiteMatterSize:
        """Both grades go with the severity; that of the deep foci is one less in some people."""
        rng = key.rng()
        around = int(np.clip(np.ceil(3 * severity), 1, 3))
        deep = int(np.clip(around - (rng.random() < 0.35), 0, 3))
        low, high = _AROUND_ML[around]
        within = float(np.clip(3 * severity - (around - 1), 0, 1)) * 0.7 + 0.3 * rng.random()
        few, many = _FOCI[deep]
        return WhiteMatterSize(
            severity=severity,
            around=around,
            deep=deep,
            around_ml=low * (high / low) ** within,
            foci=int(rng.integers(few, many + 1)),
            largest_mm=float(rng.uniform(0.92, 1.15) * _FOCUS_MM[deep][1]) if deep else 0.0,
        )

    def follow(
        self, usual: WhiteMatterSize, params: WhiteMatterSize, given: Collection[str]
    ) -> WhiteMatterSize:
        """Volume, number and size lie as far into the range of the new grade as they lay into the old."""
        values: dict[str, Any] = {}
        if params.around != usual.around:
            (low, high), (least, most) = _AROUND_ML[usual.around], _AROUND_ML[params.around]
            share = math.log(usual.around_ml / low) / math.log(high / low) if usual.around_ml and low else 0.5
            values["around_ml"] = least * (most / least) ** share if least else 0.0
        if params.deep != usual.deep:
            (few, many), (least, most) = _FOCI[usual.deep], _FOCI[params.deep]
            share = (usual.foci - few) / (many - few) if many else 0.5
            values["foci"] = round(least + share * (most - least))
            size = usual.largest_mm / _FOCUS_MM[usual.deep][1] if usual.deep else 1.0
            values["largest_mm"] = size * _FOCUS_MM[params.deep][1] if params.deep else 0.0
        return along(params, given, values)

    def lesions(self, params: WhiteMatterSize, key: Key, survey: Survey) -> list[Lesion]:
        """One around the ventricle of each side, then the foci."""
        around = _around(params, key / "around", survey, _BEYOND_MM) if params.around_ml else []
        return around + _deep(params, key / "deep", survey)

    def progression(self, key: Key, params: WhiteMatterSize) -> WhiteMatterProgression:
        """Most grow, some shrink."""
        return WhiteMatterProgression(growth_percent=truncated_normal(key.rng(), _GROWTH_PERCENT, _GROWTH_SD))

    def later(
        self,
        params: WhiteMatterSize,
        progression: WhiteMatterProgression,
        years: float,
        key: Key,
        survey: Survey,
    ) -> list[Lesion]:
        """The same level sets farther out, and the same foci larger."""
        times = (1 + progression.growth_percent / 100) ** years
        beyond = min(_BEYOND_MM * max(times, 1.0), _FARTHEST_MM)
        around = _around(params, key / "around", survey, beyond) if params.around_ml else []
        foci = _deep(params, key / "deep", survey)
        return [replace(each, ml=_larger(each.ml, times, "around")) for each in around] + [
            each.resized(_larger(each.ml, times, "deep")) for each in foci
        ]

    def columns(self, params: WhiteMatterSize) -> Mapping[str, Any]:
        """Both grades."""
        return {"fazekas_periventricular": params.around, "fazekas_deep": params.deep}


def _larger(ml: float, times: float, what: str) -> float:
    return max(min(ml * times, _MOST_ML[what]), min(ml, ml * times))


def _around(params: WhiteMatterSize, key: Key, survey: Survey, beyond_mm: float) -> list[Lesion]:
    """Distance from the ventricle, nearer at the horns, and the rougher the higher the grade.

    Args:
        beyond_mm: how far from the ventricle it is known.
    """
    y, z = survey.template[..., 1], survey.template[..., 2]
    cap = np.clip((y - _CAP_FROM_MM) / 8, 0, 1) + 0.8 * np.clip((_TAIL_FROM_MM - y) / 10, 0, 1)
    rough = (0.25, 0.5, 1.0, 2.6)[params.around]
    level = survey.to_ventricle + rough * survey.noise(key, 14.0)
    below = np.clip((-2 - z) / 3, 0, None)
    found = []
    for side in _SIDES:
        white = survey.mask(f"{side}-Cerebral-White-Matter")
        own = survey.nodes[..., 0] > 0 if side == "Right" else survey.nodes[..., 0] <= 0
        lining = level + 3 * below
        lining = lining - _caps(lining, cap, survey, white & own, params) * cap
        reach = np.where(own & widened(white), lining, 60.0)
        found.append(
            Lesion(
                WhiteMatter.name,
                ids_of(f"{side}-WM-hypointensities")[0],
                survey.field(reach - beyond_mm),
                ids_of(f"{side}-Cerebral-White-Matter"),
                params.around_ml / 2,
                f"periventricular-{params.around}",
                edge_mm=1.6,
                name=f"around-{side}",
            )
        )
    return found


def _caps(level: Array, cap: Array, survey: Survey, white: Mask, params: WhiteMatterSize) -> float:
    """How much nearer caps are than bands, so that what has this volume is as thick as its grade says.

    The same volume is thinner around wide ventricles; then the more of it lies in the caps.
    """
    number = max(round(params.around_ml / 2 * 1000 / (STEP_MM * survey.scale) ** 3), 1)
    level, cap, away = level[white], cap[white], survey.to_ventricle[white]
    low, high = 0.0, 24.0
    for _ in range(12):
        middle = (low + high) / 2
        nearest = np.argpartition(level - middle * cap, min(number, len(level) - 1))[:number]
        thick = float(np.percentile(away[nearest], 95))
        low, high = (middle, high) if thick < _THICK_MM[params.around] else (low, middle)
    return (low + high) / 2


def _deep(params: WhiteMatterSize, key: Key, survey: Survey) -> list[Lesion]:
    """Foci between ventricle and cortex, most in the frontal and parietal lobes."""
    if not params.foci:
        return []
    low, _ = _FOCUS_MM[params.deep]
    rng = (key / "sizes").rng()
    radii = low * (params.largest_mm / low) ** (rng.random(params.foci) ** 2.2)
    radii[0] = params.largest_mm
    radii = np.sort(radii)[::-1]
    centres = survey.pick(_where(survey), params.foci, key / "places")
    centres = centres[_apart(radii, survey.to_ventricle[survey.index(centres)] - _HALO_MM)]
    inside = survey.index(centres)
    found = []
    for n, (centre, radius) in enumerate(zip(centres, radii, strict=True)):
        side = _SIDES[int(survey.nodes[inside][n, 0] > 0)]
        axis = rng.normal(size=3) * (0.6, 1.0, 0.6)
        long = radius * rng.uniform(1.0 if n else 1.2, 1.5)
        wide = (radius**3 / long) ** 0.5
        field = blob(centre, (long, wide), axis, survey.scale, key / n, rough=0.12 + 0.06 * (radius > 4))
        ml = 4 / 3 * np.pi * radius**3 / 1000
        found.append(
            Lesion(
                WhiteMatter.name,
                ids_of(f"{side}-WM-hypointensities")[0],
                field,
                ids_of(f"{side}-Cerebral-White-Matter"),
                float(ml),
                f"deep-{params.deep}",
                edge_mm=1.4,
                name=f"focus-{n}",
            )
        )
    return found


def _apart(radii: Array, room_mm: Array) -> list[int]:
    """Which place each focus gets, the largest first: one where it does not meet what lines the ventricles.

    Args:
        radii: falling, mm, shape (n,).
        room_mm: from that lining to each place, shape (n,). Where none has room, the one with most is taken.
    """
    left, order = list(range(len(room_mm))), []
    for radius in radii:
        free = [n for n in left if room_mm[n] > _LONG * radius]
        order.append(free[0] if free else max(left, key=room_mm.__getitem__))
        left.remove(order[-1])
    return order


def _where(survey: Survey) -> Array:
    """Chance of a focus at every node: in white matter, off ventricle and cortex, most of it high up."""
    y, z = survey.template[..., 1], survey.template[..., 2]
    white = survey.mask("Cerebral-White-Matter")
    off = np.clip((survey.to_ventricle - 6) / 6, 0, 1) * np.clip((survey.to_cortex - 1.5) / 3, 0, 1)
    lobes = 0.3 + 0.7 * (z > 5) + 0.8 * (y > 10) * (z > 0)
    return np.asarray(white * off * lobes, np.float64)
