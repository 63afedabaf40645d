"""Multiple sclerosis: plaques beside the ventricles, under the cortex, in white matter and hindbrain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field as Limits

from mindscan.anatomy.anatomy import Anatomy
from mindscan.anatomy.conditions.condition import Calm, Illness, Trial, scaled
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.survey import Array, Survey, blob, ids_of
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

_WHITE = ids_of("Cerebral-White-Matter")
_CALLOSUM = ids_of("CC_Posterior", "CC_Mid_Posterior", "CC_Central", "CC_Mid_Anterior", "CC_Anterior")
_BELOW = ids_of("Brain-Stem", "Cerebellum-White-Matter")
_CORTEX = ids_of("Cerebral-Cortex")
_LABELS = {"": "MS-Plaque", "black-hole": "MS-Black-Hole", "active": "MS-Active-Plaque"}
_MEDIAN_ML, _LOG_SD = 0.022, 1.45
"""Volumes of single lesions: consensus masks of ten patients (Lesjak 2018), 0.02 mL and 1.7 with specks of
one voxel, which are left out here."""
_SMALLEST_ML, _LARGEST_ML = 0.004, 12.0
_SHARE = {"periventricular": 0.40, "deep": 0.28, "juxtacortical": 0.25, "infratentorial": 0.07}
"""Of the lesions of those masks, 7 % lie below the tentorium; the others are shared out by own choice."""
_WEIGHT = {"periventricular": 2.6, "deep": 1.0, "juxtacortical": 0.7, "infratentorial": 0.8}
"""How large they are: most of the volume lies beside the ventricles."""


class SclerosisSize(Illness):
    """How many plaques there are, and of which kind.

    Args:
        severity: from just above 0 to 1.
        lesions: number of plaques, 1 to 250.
        load_ml: volume of all together.
        black_holes: share of them that are dark in T1w.
        active: number of those that take up contrast agent.
        atrophy: share of the brain's white matter that is lost; the ventricles widen.
    """

    condition: Literal["multiple-sclerosis"] = "multiple-sclerosis"
    lesions: Annotated[int, Limits(ge=1, le=250)]
    load_ml: Annotated[Rounded, Limits(gt=0, le=80)]
    black_holes: Annotated[Rounded, Limits(ge=0, le=1)]
    active: Annotated[int, Limits(ge=0, le=20)]
    atrophy: Annotated[Rounded, Limits(ge=0, le=0.2)]


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
    )
    record = SclerosisSize

    def draw(self, key: Key, person: Person, severity: float) -> SclerosisSize:
        """From some twenty small ones, 1 mL together, to more than a hundred, 50 mL together."""
        rng = key.rng()
        lesions = int(np.clip(14 * 11**severity * np.exp(0.25 * rng.normal()), 3, 200))
        load = float(np.clip(0.8 * 50**severity * np.exp(0.3 * rng.normal()), 0.3, 60))
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
        """The largest first."""
        rng = (key / "sizes").rng()
        kinds = rng.choice(list(_SHARE), params.lesions, p=list(_SHARE.values()))
        sizes = _MEDIAN_ML * np.exp(_LOG_SD * np.clip(rng.normal(size=params.lesions), -2.2, 2.6))
        ml = _scaled(sizes * [_WEIGHT[kind] for kind in kinds], params.load_ml)
        looks = np.where(rng.random(params.lesions) < params.black_holes, "black-hole", "")
        looks[rng.permutation(params.lesions)[: params.active]] = "active"
        gradient = np.stack([np.gradient(survey.to_ventricle, axis=axis) for axis in range(3)], -1)
        places = {
            kind: survey.pick(weight, int((kinds == kind).sum()), key / "places" / kind)
            for kind, weight in _where(survey).items()
        }
        left = {kind: list(each) for kind, each in places.items()}
        found = []
        for n in np.argsort(-ml):
            kind, look = str(kinds[n]), str(looks[n])
            if left[kind]:
                place = left[kind].pop()
                away = gradient[survey.index(place[None])][0]
                found.append(_plaque(kind, look, float(ml[n]), place, away, key / int(n), survey.scale))
        return found

    def columns(self, params: SclerosisSize) -> Mapping[str, Any]:
        """Number and load."""
        return {"lesion_count": params.lesions, "lesion_load_ml": params.load_ml}


def _scaled(sizes: Array, load_ml: float) -> Array:
    """Sizes stretched, large ones most, until they sum to the load."""
    low, high = 0.3, 2.6
    middle = float(np.median(sizes))
    for _ in range(40):
        power = (low + high) / 2
        ml = np.clip(middle * (sizes / middle) ** power, _SMALLEST_ML, _LARGEST_ML)
        low, high = (power, high) if ml.sum() < load_ml else (low, power)
    return np.asarray(ml * min(load_ml / ml.sum(), 3.0), np.float64)


def _plaque(kind: str, look: str, ml: float, centre: Array, away: Array, key: Key, scale: float) -> Lesion:
    """An ovoid; beside the ventricles it stands on their wall, as Dawson's fingers do."""
    rng = key.rng()
    radius = (ml * 1000 * 3 / 4 / np.pi) ** (1 / 3)
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
    behind = 1 + 0.8 * (y < -20)
    return {
        "periventricular": white * np.exp(-np.clip(wall - 1, 0, None) / 3) * (wall < 12) * (z > -8) * behind,
        "deep": deep * (wall > 6) * np.clip((gap - 2) / 3, 0, 1) * (z > -10) * (0.4 + np.exp(-wall / 14)),
        "juxtacortical": deep * (np.abs(gap) < 3) * (z > -25) * (wall > 4),
        "infratentorial": survey.mask("Brain-Stem", "Cerebellum-White-Matter") * (z > -60) * 1.0,
    }
