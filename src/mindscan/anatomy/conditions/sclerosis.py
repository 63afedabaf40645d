"""Multiple sclerosis: plaques beside the ventricles, under the cortex, in white matter and hindbrain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field as Limits

from mindscan.anatomy.anatomy import Anatomy
from mindscan.anatomy.conditions.condition import Calm, Illness, Progression, Trial, scaled
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.survey import Array, Scatter, Survey, blob, ids_of, widened
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

_WHITE = ids_of("Cerebral-White-Matter")
_CALLOSUM = ids_of("CC_Posterior", "CC_Mid_Posterior", "CC_Central", "CC_Mid_Anterior", "CC_Anterior")
_BELOW = ids_of("Brain-Stem", "Cerebellum-White-Matter")
_CORTEX = ids_of("Cerebral-Cortex")
_LABELS = {"": "MS-Plaque", "black-hole": "MS-Black-Hole", "active": "MS-Active-Plaque"}
_MEDIAN_ML, _LOG_SD = 0.028, 1.2
"""Volumes of single plaques of 0.005 mL and more in consensus masks of ten patients (Lesjak 2018): median
0.027 mL, the middle half from 0.011 to 0.064."""
_SMALLEST_ML, _LARGEST_ML = 0.006, 1.0
_RANKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_COUNTS = (14.0, 30.0, 31.0, 80.0, 280.0)
_LOADS_ML = (0.7, 1.2, 13.0, 24.0, 39.0)
"""Of these patients, from the mildest to the worst: number of plaques (14 to 269 lie apart, half of the
patients have 60 or less) and volume of all (1.05 to 48.9 mL, half 17.9 or less, on the template, which is
larger than most heads by a quarter). The severity is the rank. Fewer are drawn in the middle, where fingers
of confluent ones lie apart as well, and more at the end, where many touch."""
_SHARE = {"periventricular": 0.15, "deep": 0.50, "juxtacortical": 0.26, "infratentorial": 0.09}
"""Of the plaques below 0.5 mL of those masks, 9 % lie below the tentorium, a fifth within 8 mm of the lateral
ventricles, a quarter more than 20 mm away from them."""
_CONFLUENT_ML = 3.0
"""What single plaques leave of the load lies in confluent ones beside the ventricles, if that is more: those
of 0.5 mL and more hold 77 % of the volume in those masks, most within 12 mm of the ventricles, 10 to 35
mm beside the midline, behind the middle and level with their bodies."""
_SIDES = ("Left", "Right")
_NEW_MEAN, _NEW_SHAPE = 4.9, 0.55
"""New plaques a year without treatment: relapsing people on placebo had a mean of 9.8 and a median of 5.0 new
or enlarged ones in two years (FREEDOMS: Kappos et al. 2010, doi:10.1056/NEJMoa0909494); a gamma distribution
of this shape has such a median."""
_ENHANCING_WEEKS = 6.0
"""Uptake of contrast agent lasts 1 to 2 months on average (Guttmann et al. 1995, AJNR 16:1481-1491); it ends
at random, so that 2 % of plaques have it for longer than half a year, as He et al. 2001, AJNR 22:664-669,
found."""
_TO_BLACK_HOLE = 0.26
"""Of 97 new plaques 25 were black holes after 6 to 12 months: Tagge et al. 2022,
doi:10.1177/13524585221110585."""
_LEFT, _HEALING_WEEKS = 0.6, 10.0
"""A fresh plaque shrinks to this share of its first volume, most of it within so many weeks: own choice."""
_WEEKS_A_YEAR = 365.25 / 7
_FEWEST_ML = 0.003
"""A plaque that has become smaller is gone: own choice."""
_MOST_NEW = 800


class SclerosisSize(Illness):
    """How many plaques there are, and of which kind.

    Args:
        severity: from just above 0 to 1.
        lesions: number of plaques, 1 to 400.
        load_ml: volume of all together.
        black_holes: share of them that are dark in T1w.
        active: number of those that take up contrast agent.
        atrophy: share of the brain's white matter that is lost; the ventricles widen.
    """

    condition: Literal["multiple-sclerosis"] = "multiple-sclerosis"
    lesions: Annotated[int, Limits(ge=1, le=400)]
    load_ml: Annotated[Rounded, Limits(gt=0, le=80)]
    black_holes: Annotated[Rounded, Limits(ge=0, le=1)]
    active: Annotated[int, Limits(ge=0, le=20)]
    atrophy: Annotated[Rounded, Limits(ge=0, le=0.2)]


class SclerosisProgression(Progression):
    """How plaques go on.

    Args:
        new_per_year: new plaques a year, at random times; they take up contrast agent at first.
        enhancing_weeks: for how long plaques take up contrast agent, on average.
        to_black_hole: share of these that become black holes thereafter.
        shrinking: share of the other plaques that shrink.
        shrinking_percent: by how much a year.
        expanding: share of the other plaques that grow slowly.
        expanding_percent: by how much a year.
    """

    condition: Literal["multiple-sclerosis"] = "multiple-sclerosis"
    new_per_year: Annotated[Rounded, Limits(ge=0, le=60)]
    enhancing_weeks: Annotated[Rounded, Limits(gt=0, le=52)]
    to_black_hole: Annotated[Rounded, Limits(ge=0, le=1)]
    shrinking: Annotated[Rounded, Limits(ge=0, le=1)]
    shrinking_percent: Annotated[Rounded, Limits(ge=0, lt=100)]
    expanding: Annotated[Rounded, Limits(ge=0, le=1)]
    expanding_percent: Annotated[Rounded, Limits(ge=0, le=100)]


class Sclerosis(Calm):
    """Plaques spread in space."""

    name = "multiple-sclerosis"
    about = (
        "Plaques beside the ventricles, under the cortex and below the tentorium; black holes, active ones"
    )
    sources = (
        "Lesjak et al. 2018, doi:10.1007/s12021-017-9348-7 (number, sizes, places)",
        "Filippi et al. 2019, doi:10.1093/brain/awz144 (kinds)",
        "Thompson et al. 2018, doi:10.1016/S1474-4422(17)30470-2 (places)",
        "Kappos et al. 2010, doi:10.1056/NEJMoa0909494 (new plaques)",
        "Tagge et al. 2022, doi:10.1177/13524585221110585 (black holes)",
    )
    record = SclerosisSize

    def draw(self, key: Key, person: Person, severity: float) -> SclerosisSize:
        """From some fifteen small ones, 1 mL together, to more than two hundred, 40 mL together."""
        rng = key.rng()
        lesions = int(np.clip(_ranked(severity, _COUNTS) * np.exp(0.2 * rng.normal()), 3, 280))
        load = float(np.clip(_ranked(severity, _LOADS_ML) * np.exp(0.2 * rng.normal()), 0.3, 60))
        return SclerosisSize(
            severity=severity,
            lesions=lesions,
            load_ml=load,
            black_holes=float(np.clip(0.08 + 0.3 * severity + 0.05 * rng.normal(), 0, 0.6)),
            active=int(min(rng.poisson(0.8), 8, lesions)),
            atrophy=float(np.clip(0.06 * severity * np.exp(0.3 * rng.normal()), 0, 0.15)),
        )

    def shape(self, params: SclerosisSize, anatomy: Anatomy, trial: Trial) -> Anatomy:
        """White matter and thalamus shrink, fluid takes their room."""
        lost = params.atrophy
        return scaled(
            anatomy,
            {
                "cerebrum.white_ml": 1 - lost,
                "cerebrum.cortex_ml": 1 - 0.7 * lost,
                "deep_grey_ml.thalamus": 1 - 1.5 * lost,
                "ventricles.lateral_left_ml": 1 + 6 * lost,
                "ventricles.lateral_right_ml": 1 + 6 * lost,
                "ventricles.third_ml": 1 + 5 * lost,
            },
        )

    def lesions(self, params: SclerosisSize, key: Key, survey: Survey) -> list[Lesion]:
        """Confluent ones, then the others, the largest first, each where no other lies."""
        return _plaques(params, key, survey)[0]

    def progression(self, key: Key, params: SclerosisSize) -> SclerosisProgression:
        """As in relapsing people without treatment; how many plaques shrink or expand is an own choice."""
        rng = key.rng()
        new = float(rng.gamma(_NEW_SHAPE, _NEW_MEAN / _NEW_SHAPE))
        return SclerosisProgression(
            new_per_year=min(new, 40.0),
            enhancing_weeks=_ENHANCING_WEEKS,
            to_black_hole=_TO_BLACK_HOLE,
            shrinking=float(rng.uniform(0.1, 0.3)),
            shrinking_percent=float(rng.uniform(4, 12)),
            expanding=float(rng.uniform(0.05, 0.15)),
            expanding_percent=float(rng.uniform(5, 15)),
        )

    def later(
        self, params: SclerosisSize, progression: SclerosisProgression, years: float, key: Key, survey: Survey
    ) -> list[Lesion]:
        """Those of the first session in their places, then the new ones in the order of their times."""
        first, places = _plaques(params, key, survey)
        own = key / "later"
        aged = [_aged(lesion, progression, years, own / lesion.name) for lesion in first]
        new = _new(progression, years, own / "new", survey, places)
        return [lesion for lesion in aged + new if lesion.ml > _FEWEST_ML]

    def columns(self, params: SclerosisSize) -> Mapping[str, Any]:
        """Number and load."""
        return {"lesion_count": params.lesions, "lesion_load_ml": params.load_ml}


def _plaques(params: SclerosisSize, key: Key, survey: Survey) -> tuple[list[Lesion], dict[str, Scatter]]:
    """Plaques of the first session, and where there is room for more, by kind."""
    rng = (key / "sizes").rng()
    flowing = _confluent(params, key / "confluent", survey)
    number = max(params.lesions - len(flowing), 1)
    kinds = rng.choice(list(_SHARE), number, p=list(_SHARE.values()))
    sizes = np.sort(_sizes(number, rng))[::-1]
    ml = sizes * min((params.load_ml - sum(each.ml for each in flowing)) / sizes.sum(), 8.0)
    looks = np.where(rng.random(number) < params.black_holes, "black-hole", "")
    looks[rng.permutation(number)[: params.active]] = "active"
    weights = {kind: survey.scattered(weight, key / kind) for kind, weight in _where(survey).items()}
    found = []
    for n, (kind, look, size) in enumerate(zip(kinds.tolist(), looks.tolist(), ml.tolist(), strict=True)):
        place = weights[kind].take(_radius_mm(size))
        if place is not None:
            away = survey.slope[survey.index(place[None])][0]
            plaque = _plaque(kind, look, size, place, away, key / n, survey.scale)
            found.append(replace(plaque, name=f"plaque-{n}"))
    return flowing + found, weights


def _aged(plaque: Lesion, progression: SclerosisProgression, years: float, key: Key) -> Lesion:
    """A plaque of the first session so many years later; confluent ones stay."""
    if plaque.label == ids_of(_LABELS["active"])[0]:
        return _healing(plaque, progression, years, key)
    if plaque.grade.endswith("confluent"):
        return plaque
    fate, pace = key.rng().random(), 0.0
    if fate < progression.shrinking:
        pace = -progression.shrinking_percent
    elif fate < progression.shrinking + progression.expanding:
        pace = progression.expanding_percent
    return plaque.resized(plaque.ml * (1 + pace / 100) ** years) if pace else plaque


def _healing(fresh: Lesion, progression: SclerosisProgression, years: float, key: Key) -> Lesion:
    """A plaque so many years after it was fresh: smaller, and maybe without uptake of contrast agent."""
    rng, weeks = key.rng(), years * _WEEKS_A_YEAR
    left = _LEFT + (1 - _LEFT) * float(np.exp(-weeks / _HEALING_WEEKS))
    active = weeks < progression.enhancing_weeks * rng.exponential()
    hole = rng.random() < progression.to_black_hole
    look = "active" if active else "black-hole" if hole else ""
    kind = fresh.grade.removesuffix("-active")
    grade = f"{kind}-{look}" if look else kind
    return replace(fresh.resized(fresh.ml * left), label=ids_of(_LABELS[look])[0], grade=grade)


def _new(
    progression: SclerosisProgression, years: float, key: Key, survey: Survey, places: dict[str, Scatter]
) -> list[Lesion]:
    """Plaques that have come by then; the same ones come sooner where the rate is higher."""
    gaps = (key / "times").rng().exponential(size=_MOST_NEW)
    due = np.cumsum(gaps)
    found = []
    for n in range(int((due < years * progression.new_per_year).sum())):
        rng = (key / n).rng()
        kind = str(rng.choice(list(_SHARE), p=list(_SHARE.values())))
        ml = float(_sizes(1, rng)[0]) / _LEFT
        place = places[kind].take(_radius_mm(ml))
        if place is not None:
            away = survey.slope[survey.index(place[None])][0]
            fresh = _plaque(kind, "active", ml, place, away, key / n / "shape", survey.scale)
            since = years - float(due[n]) / progression.new_per_year
            healed = _healing(fresh, progression, since, key / n / "course")
            found.append(replace(healed, name=f"new-{n}"))
    return found


def _ranked(severity: float, values: tuple[float, ...]) -> float:
    """What the patient has who is as badly ill, between those of whom it is known."""
    return float(np.exp(np.interp(severity, _RANKS, np.log(values))))


def _sizes(number: int, rng: np.random.Generator) -> Array:
    sizes = _MEDIAN_ML * np.exp(_LOG_SD * np.clip(rng.normal(size=number), -2.5, 2.5))
    return np.asarray(np.clip(sizes, _SMALLEST_ML, _LARGEST_ML), np.float64)


def _radius_mm(ml: float) -> float:
    return float((ml * 1000 * 3 / 4 / np.pi) ** (1 / 3))


def _confluent(params: SclerosisSize, key: Key, survey: Survey) -> list[Lesion]:
    """One along the wall of each ventricle: fingers that have flowed together."""
    usual = params.lesions * _MEDIAN_ML * float(np.exp(_LOG_SD**2 / 2)) * 0.9
    rest = params.load_ml - min(usual, 0.6 * params.load_ml)
    if rest < _CONFLUENT_ML or params.lesions < 2 * len(_SIDES):
        return []
    x, y, z = (survey.template[..., axis] for axis in range(3))
    fingers = 2.5 * survey.noise(key, 12.0) + 2.0 * survey.noise(key / "broad", 36.0)
    off = 0.06 * np.abs(y + 15) + 0.15 * np.abs(z - 25) + 0.4 * np.clip(16 - np.abs(x), 0, None)
    level = 0.7 * survey.to_ventricle + fingers + off
    right = survey.nodes[..., 0] > 0
    found = []
    for side, share in zip(_SIDES, _halves(key), strict=True):
        white = survey.mask(f"{side}-Cerebral-White-Matter")
        own = (right if side == "Right" else ~right) & widened(white)
        found.append(
            Lesion(
                Sclerosis.name,
                ids_of(_LABELS[""])[0],
                survey.field(np.where(own, level - 20.0, 60.0)),
                (*ids_of(f"{side}-Cerebral-White-Matter"), *_CALLOSUM),
                share * rest,
                "periventricular-confluent",
                edge_mm=1.4,
                name=f"confluent-{side}",
            )
        )
    return found


def _halves(key: Key) -> tuple[float, float]:
    """Shares of left and right."""
    left = float((key / "sides").rng().uniform(0.35, 0.65))
    return left, 1 - left


def _plaque(kind: str, look: str, ml: float, centre: Array, away: Array, key: Key, scale: float) -> Lesion:
    """An ovoid; beside the ventricles it stands on their wall, as Dawson's fingers do."""
    rng = key.rng()
    radius = _radius_mm(ml)
    upright = kind == "periventricular"
    long = radius * rng.uniform(1.25, 1.9 if radius < 5 else 1.4) if upright else radius * rng.uniform(1, 1.3)
    axis = away + 0.25 * rng.normal(size=3) if upright else rng.normal(size=3)
    field = blob(centre, (long, (radius**3 / long) ** 0.5), axis, scale, key / "bumps", rough=0.16)
    hosts = {
        "periventricular": (*_WHITE, *_CALLOSUM),
        "juxtacortical": (*_WHITE, *_CORTEX),
        "infratentorial": _BELOW,
    }.get(kind, _WHITE)
    grade = f"{kind}-{look}" if look else kind
    return Lesion(Sclerosis.name, ids_of(_LABELS[look])[0], field, hosts, ml, grade, edge_mm=1.2)


def _where(survey: Survey) -> dict[str, Array]:
    """Chance of a plaque of every kind at every node."""
    y, z = survey.template[..., 1], survey.template[..., 2]
    white = survey.mask("Cerebral-White-Matter", "CC_Mid_Posterior", "CC_Central", "CC_Mid_Anterior")
    deep = survey.mask("Cerebral-White-Matter")
    gap, wall = survey.to_cortex, survey.to_ventricle
    ahead = np.exp(-(((y + 15) / 45) ** 2))
    found = {
        "periventricular": white * (wall < 9) * (z > -10) * ahead,
        "deep": deep * np.clip((wall - 5) / 4, 0, 1) * np.clip((gap - 1) / 2, 0, 1) * (z > -20) * ahead,
        "juxtacortical": deep * (np.abs(gap) < 3) * (wall > 8) * (z > -20) * ahead,
        "infratentorial": survey.mask("Brain-Stem", "Cerebellum-White-Matter") * (z > -50) * 1.0,
    }
    return {kind: np.asarray(weight, np.float64) for kind, weight in found.items()}
