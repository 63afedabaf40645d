"""Metastases: several round tumours where vessels narrow, between cortex and white matter, with oedema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator
from pydantic import Field as Limits

from mindscan.anatomy.conditions.condition import Calm, Illness, Progression
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.survey import PARENCHYMA, Array, Survey, blob, ids_of
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

_BELOW = 0.15
"""Share that lies in the cerebellum; 80 % lie in the hemispheres, 15 % there, 5 % in the brainstem, which is
left out: Delattre et al. 1988, doi:10.1001/archneur.1988.00520310047016."""
_NUMBERS = (0.49, 0.21, 0.13, 0.06, 0.11)
"""Shares of 288 people with one, two, three, four and more (Delattre 1988)."""
_NECROTIC_ML = 0.6
"""From this volume on they are dead in the middle: own choice."""
_DEAD = 0.3
_DOUBLING_DAYS, _DOUBLING_LOG_SD = 105.0, 0.4
"""Volume doubles in 86 (breast) or 139 days (lung) without treatment: Kobets et al. 2020,
doi:10.25259/SNI_291_2020; how people differ is an own choice."""
_PACE_LOG_SD = 0.25
"""How metastases of one person differ: own choice."""
_DAYS_A_YEAR = 365.25
_SOONEST_DAYS, _LATEST_DAYS = 5.0, 1e5
_MOST_ML = 60.0
"""Volume of all where growth ends."""
_MOST, _SMALLEST_ML = 30, 0.005
_FARTHER = 0.5
"""How much farther than a ball a growing tumour may reach where the brain ends, in gains of its radius."""
_WIDEST_BELOW_MM = 12.0


def _not_at_once(days: float) -> float:
    if not _SOONEST_DAYS <= abs(days) <= _LATEST_DAYS:
        raise ValueError(f"{_SOONEST_DAYS:g} to {_LATEST_DAYS:g} days, or as many below 0")
    return days


class MetastasesSize(Illness):
    """How many there are and how large.

    Args:
        severity: from just above 0 to 1.
        number: of metastases, 1 to 30.
        tumour_ml: volume of all, their dead middles included.
        largest: share of the volume that the largest has, where there are several.
        oedema: volume of the oedema around each, in volumes of the metastasis.
    """

    condition: Literal["metastases"] = "metastases"
    number: Annotated[int, Limits(ge=1, le=_MOST)]
    tumour_ml: Annotated[Rounded, Limits(gt=0, le=60)]
    largest: Annotated[Rounded, Limits(gt=0, le=1)]
    oedema: Annotated[Rounded, Limits(ge=0, le=6)]


class MetastasesProgression(Progression):
    """How metastases go on.

    Args:
        doubling_days: time in which their volume doubles; below 0 the time in which it halves.
    """

    condition: Literal["metastases"] = "metastases"
    doubling_days: Annotated[Rounded, AfterValidator(_not_at_once)]


class Metastases(Calm):
    """Tumours that the blood has brought."""

    name = "metastases"
    about = "Round tumours between cortex and white matter, dead in the middle where large, in much oedema"
    sources = (
        "Delattre et al. 1988, doi:10.1001/archneur.1988.00520310047016 (number, places)",
        "Menze et al. 2015, doi:10.1109/TMI.2014.2377694 (parts of tumours that are told apart)",
        "Kobets et al. 2020, doi:10.25259/SNI_291_2020 (growth)",
    )
    record = MetastasesSize

    def draw(self, key: Key, person: Person, severity: float) -> MetastasesSize:
        """The volume goes with the severity; half of the people have one, some very many."""
        rng = key.rng()
        number = 1 + int(rng.choice(len(_NUMBERS), p=_NUMBERS))
        number += int(rng.poisson(10 * severity)) if number == len(_NUMBERS) else 0
        volume = 0.3 * 100**severity * float(np.exp(0.3 * np.clip(rng.normal(), -2, 2)))
        return MetastasesSize(
            severity=severity,
            number=min(number, _MOST),
            tumour_ml=min(volume, 50.0),
            largest=1.0 if number == 1 else float(rng.uniform(1 / number, 0.8)),
            oedema=float(np.clip(2.0 * np.exp(0.5 * rng.normal()), 0.2, 5)),
        )

    def lesions(self, params: MetastasesSize, key: Key, survey: Survey) -> list[Lesion]:
        """All tumours, the largest first, then the oedema of each."""
        return _tumours(params, key, survey, list)

    def progression(self, key: Key, params: MetastasesSize) -> MetastasesProgression:
        """They grow."""
        lean = float(np.clip(key.rng().normal(), -2, 2))
        return MetastasesProgression(doubling_days=_DOUBLING_DAYS * float(np.exp(_DOUBLING_LOG_SD * lean)))

    def later(
        self,
        params: MetastasesSize,
        progression: MetastasesProgression,
        years: float,
        key: Key,
        survey: Survey,
    ) -> list[Lesion]:
        """The same tumours about the same middles, each at a pace of its own."""
        doublings = _DAYS_A_YEAR * years / progression.doubling_days

        def grown(first: list[float]) -> list[float]:
            paces = np.exp(_PACE_LOG_SD * (key / "paces").rng().normal(size=_MOST)[: len(first)])
            now = np.array(first) * 2.0 ** np.clip(doublings * paces, -20, 20)
            room = max(_MOST_ML, sum(first))
            return [float(ml) for ml in now * min(1.0, room / now.sum())]

        return _tumours(params, key, survey, grown)

    def columns(self, params: MetastasesSize) -> Mapping[str, Any]:
        """Number and volume."""
        return {"metastases": params.number, "tumour_ml": params.tumour_ml}


def _tumours(
    params: MetastasesSize, key: Key, survey: Survey, aged: Callable[[list[float]], list[float]]
) -> list[Lesion]:
    """Tumours in their places, then their oedema.

    Args:
        aged: volumes of tumours from those in the first session.
    """
    rng = (key / "sizes").rng()
    above = survey.scattered(_edge(survey), key / "above")
    below = survey.scattered(survey.mask("Cerebellum-White-Matter").astype(np.float64), key / "below")
    tumours: list[Lesion] = []
    swellings: list[Lesion] = []
    first = _volumes(params, rng)
    for n, (ml, now) in enumerate(zip(first, aged(first), strict=True)):
        radius = float((ml * 1000 * 3 / 4 / np.pi) ** (1 / 3))
        hindbrain = rng.random() < _BELOW and radius < _WIDEST_BELOW_MM
        place = below.take(1.6 * radius) if hindbrain else None
        place = above.take(1.6 * radius) if place is None else place
        if place is not None:
            parts = _parts(n, (ml, now), params.oedema, place, survey, key)
            tumours += parts[:-1]
            swellings += parts[-1:]
    return tumours + [each for each in swellings if each.ml > 0.02]


def _volumes(params: MetastasesSize, rng: np.random.Generator) -> list[float]:
    """Of every metastasis in mL, the largest first."""
    if params.number == 1:
        return [params.tumour_ml]
    others = np.exp(rng.normal(size=params.number - 1))
    others *= (1 - params.largest) / others.sum()
    found = np.sort([params.largest, *others])[::-1] * params.tumour_ml
    return [float(ml) for ml in found if ml > _SMALLEST_ML]


def _parts(
    n: int, first_and_now_ml: tuple[float, float], oedema: float, place: Array, survey: Survey, key: Key
) -> list[Lesion]:
    """The dead middle where there is one, the rim, and last the oedema."""
    ml, now = first_and_now_ml
    whole = ml + oedema * ml
    radius, reach = (float((v * 1000 * 3 / 4 / np.pi) ** (1 / 3)) for v in (ml, whole))
    axis = (key / n).rng().normal(size=3)
    level = blob(place, (radius, radius), axis, survey.scale, key / n, rough=0.06, reach_mm=1.6 * reach + 4)
    times = (now / ml) ** (1 / 3)
    level, dead = level.swollen(times), _DEAD * now if now > _NECROTIC_ML else 0.0
    brain = ids_of(*PARENCHYMA)
    white = ids_of("Cerebral-White-Matter", "Cerebellum-White-Matter")
    parts = [("Tumour-Necrosis", dead, brain)] if dead else []
    parts += [("Tumour-Enhancing", now - dead, brain), ("Oedema", oedema * now, white)]
    grade = f"metastasis-{n + 1}"
    farther = _FARTHER * radius * max(times - 1, 0.0)
    level = replace(level, data=level.data - farther) if farther else level
    around = replace(level, data=level.data - reach * times)
    return [
        Lesion(
            Metastases.name,
            ids_of(label)[0],
            around if label == "Oedema" else level,
            hosts,
            volume,
            grade,
            name=f"{label}-{n}",
        )
        for label, volume, hosts in parts
    ]


def _edge(survey: Survey) -> Array:
    """Chance of one at every node: in white matter under the cortex, most on the outside of the brain."""
    x = np.abs(survey.template[..., 0])
    white = survey.mask("Cerebral-White-Matter")
    return np.asarray(white * (np.abs(survey.to_cortex) < 3.5) * (0.3 + (x > 20)), np.float64)
