"""Ischaemic stroke: an infarct within the territory of one artery, by its age."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field as Limits

from mindscan.anatomy.anatomy import Anatomy
from mindscan.anatomy.conditions.condition import Calm, Illness, Progression, Trial, scaled
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.survey import PARENCHYMA, Array, Survey, blob, ids_of, widened
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

Territory = Literal["MCA", "ACA", "PCA", "lenticulostriate", "pons", "cerebellum"]
_SHARES: dict[Territory, float] = {
    "MCA": 50.8, "lenticulostriate": 12.8, "pons": 10.9, "PCA": 7.8, "cerebellum": 6.7, "ACA": 4.9,
}  # fmt: skip
"""Per cent of 2,213 first strokes: Ng et al. 2007, doi:10.1161/STROKEAHA.106.475483; small vessels stand
for the lenticulostriate arteries, the brainstem for the pons, strokes of several territories are left out."""
_VOLUMES_ML: dict[Territory, tuple[float, float]] = {
    "MCA": (2.0, 160.0), "ACA": (1.5, 45.0), "PCA": (1.5, 60.0), "lenticulostriate": (0.15, 1.7),
    "pons": (0.15, 2.0), "cerebellum": (0.8, 35.0),
}  # fmt: skip
"""From severity 0 to 1: own choices; a lacune is 3 to 15 mm across (Wardlaw 2013,
doi:10.1016/S1474-4422(13)70124-8)."""
_HYPERACUTE_DAYS, _ACUTE_DAYS, _SUBACUTE_DAYS = 1.0, 7.0, 45.0
"""Ages at which an infarct passes to the next stage; Allen et al. 2012, doi:10.1148/rg.325115760."""
_STAGES = (
    (_HYPERACUTE_DAYS, "Infarct-Hyperacute"),
    (_ACUTE_DAYS, "Infarct-Acute"),
    (_SUBACUTE_DAYS, "Infarct-Subacute"),
)
"""Until when an infarct is called what; thereafter it is a cavity and gliosis."""
_DAYS_A_YEAR, _OLDEST_DAYS = 365.25, 7300.0
_SHRINKING = {"small": 0.44, "large": 0.15}
"""Share of the volume that is lost until an infarct is old: small deep ones a median of 44 % (2015,
doi:10.3389/fneur.2015.00118); of large ones an own choice."""
_HOLLOW, _HOLLOWING, _MOST_HOLLOW = 0.53, 0.2, 0.9
"""Share of a year-old infarct that is a cavity, what it gains with every tenfold of its age, and the most of
it: own choices."""
_SMALL = ("lenticulostriate", "pons")
_OFF_MM = 60.0
_FED: dict[Territory, tuple[str, ...]] = {
    "pons": ("Brain-Stem",),
    "cerebellum": ("Cerebellum-White-Matter", "Cerebellum-Cortex"),
}
_CEREBRAL = tuple(name for name in PARENCHYMA if name not in ("Brain-Stem", *_FED["cerebellum"]))
"""What an artery feeds: those of the cerebrum feed nothing of the hindbrain."""


class StrokeSize(Illness):
    """Which artery, how much and how old.

    Args:
        severity: from just above 0 to 1.
        territory: MCA, ACA, PCA (middle, anterior, posterior cerebral artery), lenticulostriate (a lacune),
            pons or cerebellum.
        side: L or R.
        volume_ml: tissue that is infarcted, or of what has become of it.
        age_days: since the stroke; 0.25 or more, for before that only diffusion shows it.
        cavity: share of the infarct that has become a cavity with fluid; the rest of it is gliosis.
        ex_vacuo_ml: how much the lateral ventricle of its side has widened.
    """

    condition: Literal["ischaemic-stroke"] = "ischaemic-stroke"
    territory: Territory
    side: Literal["L", "R"]
    volume_ml: Annotated[Rounded, Limits(gt=0, le=250)]
    age_days: Annotated[Rounded, Limits(ge=0.25, le=7300)]
    cavity: Annotated[Rounded, Limits(ge=0, le=1)]
    ex_vacuo_ml: Annotated[Rounded, Limits(ge=0, le=40)]


class StrokeProgression(Progression):
    """How the infarct goes on, besides its age.

    Args:
        shrinking: share of its volume that it loses between a week and six weeks after the stroke.
        cavity: share of it that is a cavity with fluid after a year.
    """

    condition: Literal["ischaemic-stroke"] = "ischaemic-stroke"
    shrinking: Annotated[Rounded, Limits(ge=0, le=0.9)]
    cavity: Annotated[Rounded, Limits(ge=0, le=1)]


class Stroke(Calm):
    """An infarct."""

    name = "ischaemic-stroke"
    about = "An infarct in the territory of one artery, hyperacute to chronic with cavity, gliosis, widening"
    sources = (
        "Ng et al. 2007, doi:10.1161/STROKEAHA.106.475483 (territories)",
        "Tatu et al. 1998, doi:10.1212/wnl.50.6.1699 (their borders)",
        "Allen et al. 2012, doi:10.1148/rg.325115760 (by age)",
        "Wardlaw et al. 2013, doi:10.1016/S1474-4422(13)70124-8 (lacunes)",
    )
    record = StrokeSize

    def draw(self, key: Key, person: Person, severity: float) -> StrokeSize:
        """The volume goes with the severity; any age from six hours to three years."""
        rng = key.rng()
        shares = np.array(list(_SHARES.values()))
        territory = list(_SHARES)[int(rng.choice(len(shares), p=shares / shares.sum()))]
        low, high = _VOLUMES_ML[territory]
        volume = low * (high / low) ** severity * float(np.exp(0.2 * np.clip(rng.normal(), -2, 2)))
        age = float(0.25 * 4400 ** rng.random())
        old = age > _SUBACUTE_DAYS
        cavity = float(np.clip(0.35 + 0.2 * np.log10(age / _SUBACUTE_DAYS), 0, 0.7)) if old else 0.0
        side: Literal["L", "R"] = "R" if rng.random() < 0.5 else "L"
        volume = volume * 0.85 if old else volume
        above = territory in ("MCA", "ACA", "PCA")
        return StrokeSize(
            severity=severity,
            territory=territory,
            side=side,
            volume_ml=min(volume, 1.2 * high),
            age_days=age,
            cavity=cavity,
            ex_vacuo_ml=min(0.15 * volume, 20.0) if old and above else 0.0,
        )

    def shape(self, params: StrokeSize, anatomy: Anatomy, trial: Trial) -> Anatomy:
        """The ventricle of the side widens where tissue has gone."""
        field = "lateral_left_ml" if params.side == "L" else "lateral_right_ml"
        have = getattr(anatomy.ventricles, field)
        return scaled(anatomy, {f"ventricles.{field}": min((have + params.ex_vacuo_ml), 118.0) / have})

    def lesions(self, params: StrokeSize, key: Key, survey: Survey) -> list[Lesion]:
        """One infarct; an old one as its cavity and the gliosis around it."""
        return _infarct(params, params, key, survey)

    def progression(self, key: Key, params: StrokeSize) -> StrokeProgression:
        """An old infarct goes on hollowing from the cavity that it has."""
        rng = key.rng()
        shrinking = _SHRINKING["small" if params.territory in _SMALL else "large"]
        usual = _HOLLOW + 0.1 * float(np.clip(rng.normal(), -2, 2))
        had = params.cavity - _HOLLOWING * float(np.log10(params.age_days / _DAYS_A_YEAR))
        return StrokeProgression(
            shrinking=shrinking * float(rng.uniform(0.7, 1.3)),
            cavity=float(np.clip(had if params.age_days > _SUBACUTE_DAYS else usual, 0, 1)),
        )

    def later(
        self, params: StrokeSize, progression: StrokeProgression, years: float, key: Key, survey: Survey
    ) -> list[Lesion]:
        """The same infarct, older."""
        age = min(params.age_days + _DAYS_A_YEAR * years, _OLDEST_DAYS)
        left = _left(progression.shrinking, age) / _left(progression.shrinking, params.age_days)
        hollow = progression.cavity + _HOLLOWING * float(np.log10(age / _DAYS_A_YEAR))
        cavity = max(params.cavity, float(np.clip(hollow, 0, _MOST_HOLLOW))) if age >= _SUBACUTE_DAYS else 0.0
        now = {"age_days": age, "volume_ml": params.volume_ml * left, "cavity": cavity}
        return _infarct(params, params.model_copy(update=now), key, survey)

    def columns(self, params: StrokeSize) -> Mapping[str, Any]:
        """Territory, volume and age."""
        return {
            "infarct_territory": f"{params.side}-{params.territory}",
            "infarct_ml": params.volume_ml,
            "infarct_age_days": params.age_days,
        }


def _left(shrinking: float, age_days: float) -> float:
    """Share of an infarct's first volume that is left at an age."""
    return 1 - shrinking * float(np.interp(age_days, (_ACUTE_DAYS, _SUBACUTE_DAYS), (0, 1)))


def _infarct(params: StrokeSize, now: StrokeSize, key: Key, survey: Survey) -> list[Lesion]:
    """An infarct of the place and the shape that it had in the first session, as it is now."""
    inside = territory(survey, params.territory, params.side)
    fed = tuple(name for name in PARENCHYMA if name in _FED.get(params.territory, _CEREBRAL))
    tissue = survey.mask(*fed)
    weight = tissue * (1.0 * (inside < -4) + 1e-9 * (inside < 0))
    places = survey.pick(np.asarray(weight, np.float64), 1, key / "place")
    if not len(places):
        return []
    hosts = ids_of(*fed)
    if params.territory in _SMALL:
        radius = float((params.volume_ml * 1000 * 3 / 4 / np.pi) ** (1 / 3))
        axis = np.array([0.2, 0.3, 1.0])
        level = blob(places[0], (1.25 * radius, radius / 1.12), axis, survey.scale, key / "bumps")
    else:
        gap = np.linalg.norm((survey.nodes - places[0]) * survey.scale, axis=-1)
        radius = float((params.volume_ml * 1000 * 3 / 4 / np.pi) ** (1 / 3))
        bumps = 0.16 * radius * survey.noise(key / "bumps", 26.0) + 1.2 * survey.noise(key / "edge", 9.0)
        spread = np.maximum(gap - radius + bumps, 4.0 * inside)
        level = survey.field(np.where(widened(tissue), spread - 20.0, _OFF_MM))
    done = params.territory
    old = [("cavity", "Cavity", now.cavity), ("infarct", "Gliosis", 1 - now.cavity)]
    parts = next(([("infarct", label, 1.0)] for until, label in _STAGES if now.age_days < until), old)
    return [
        Lesion(Stroke.name, ids_of(label)[0], level, hosts, share * now.volume_ml, done, name=name)
        for name, label, share in parts
        if share > 0
    ]


def territory(survey: Survey, name: Territory, side: str) -> Array:
    """About the distance in mm to the border of an artery's territory, negative inside, at every node.

    Borders are planes and boxes on the template, after the maps of Tatu 1998; own simplification.
    """
    x, y, z = (survey.template[..., a] for a in range(3))
    out = x if side == "R" else -x
    medial = np.maximum.reduce([out - 19, -z - 8, -y - 52, 4 - z - 0.35 * y])
    below = np.maximum.reduce([z + 6, y + 18, out - 40])
    posterior = np.maximum.reduce([np.minimum(y + 58, below), z - 26, out - 40])
    cerebral = np.maximum(-(out - 1), -_height(survey))
    found = {
        "ACA": np.maximum(medial, cerebral),
        "PCA": np.maximum(posterior, cerebral),
        "MCA": np.maximum.reduce([-medial + 1, -posterior + 1, cerebral, -(out - 8)]),
        "lenticulostriate": np.maximum.reduce([np.abs(out - 24) - 8, np.abs(y - 2) - 16, np.abs(z - 8) - 13]),
        "pons": np.maximum.reduce([np.abs(out - 5) - 6, np.abs(y + 26) - 7, np.abs(z + 33) - 10]),
        "cerebellum": np.maximum(_height(survey), -(out - 4)),
    }[name]
    return np.asarray(found, np.float64)


def _height(survey: Survey) -> Array:
    """Millimetres above the hindbrain."""
    return survey.distance(survey.mask("Cerebellum-White-Matter", "Cerebellum-Cortex", "Brain-Stem"))
