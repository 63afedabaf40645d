"""Bleeding into the brain: blood by its age, oedema around it, and the midline pushed aside."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy.conditions.condition import Calm, Illness, Progression, along
from mindscan.anatomy.distance import Point
from mindscan.anatomy.field import Field
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.mass import mass_push
from mindscan.anatomy.structure import Frame
from mindscan.anatomy.survey import PARENCHYMA, Survey, blob, ids_of
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

Site = Literal["putamen", "thalamus", "lobar", "cerebellum", "pons"]
_SITES: dict[Site, float] = {
    "putamen": 0.40,
    "thalamus": 0.17,
    "lobar": 0.28,
    "cerebellum": 0.08,
    "pons": 0.07,
}
"""Qureshi et al. 2001, doi:10.1056/NEJM200105103441907, figure 1: the usual sites; shares are own choices."""
_MIDDLE: dict[Site, tuple[Point, ...]] = {
    "putamen": ((28, 0, 2),),
    "thalamus": ((14, -17, 6),),
    "lobar": ((34, 26, 24), (34, -44, 38), (46, -24, -8), (28, -72, 16)),
    "cerebellum": ((24, -62, -38),),
    "pons": ((3, -27, -33),),
}
"""Where on the right, template mm."""
_MOST_ML: dict[Site, float] = {"putamen": 90, "thalamus": 30, "lobar": 100, "cerebellum": 30, "pons": 6}
_AGES = (
    (0.5, "Haematoma-Hyperacute"), (3.0, "Haematoma-Acute"), (7.0, "Haematoma-Early-Subacute"),
    (28.0, "Haematoma-Late-Subacute"),
)  # fmt: skip
"""Days up to which blood is called so: Bradley 1993, doi:10.1148/radiology.189.1.8372185."""
_OLD = "Haematoma-Chronic"
_CAVITY = 0.7
"""Share of an old haematoma that is a cavity with fluid; the rest is its rim of haemosiderin."""
_OEDEMA_PEAK_DAYS, _OEDEMA_MOST = 10.0, 0.9
"""When the oedema is largest, and its volume then in volumes of the blood: own choices, as Venkatasubramanian
et al. 2011, doi:10.1161/STROKEAHA.110.590646, found its growth over two weeks."""


_RESOLVING, _REMAINS = 0.55, 0.3
"""Share of the blood that goes with every tenfold of its age after a week, and the least that is left as a
scar: own choices; blood has gone from CT by the end of the seventh week (Schumacher et al. 1982,
doi:10.1007/BF00343838), what stays is smaller than it was."""
_WEEK, _DAYS_A_YEAR, _OLDEST_DAYS = 7, 365.25, 3650.0
_MOST_OEDEMA_ML = 150.0


class HaemorrhageSize(Illness):
    """Where, how much and how old.

    Args:
        severity: from just above 0 to 1.
        site: putamen, thalamus, lobar, cerebellum or pons.
        side: L or R.
        centre_mm: middle of the blood on the template.
        volume_ml: volume of the blood, or of what is left of it.
        age_days: since it bled.
        oedema_ml: volume of the oedema around it.
        midline_shift_mm: how far the septum pellucidum is pushed to the other side.
    """

    condition: Literal["intracerebral-haemorrhage"] = "intracerebral-haemorrhage"
    site: Site
    side: Literal["L", "R"]
    centre_mm: tuple[Rounded, Rounded, Rounded]
    volume_ml: Annotated[Rounded, Limits(gt=0, le=120)]
    age_days: Annotated[Rounded, Limits(ge=0, le=3650)]
    oedema_ml: Annotated[Rounded, Limits(ge=0, le=150)]
    midline_shift_mm: Annotated[Rounded, Limits(ge=0, le=15)]


class HaemorrhageProgression(Progression):
    """How the blood goes on, besides its age.

    Args:
        resolving: share of its volume that goes with every tenfold of its age after a week.
        remains: least share of it that is left.
    """

    condition: Literal["intracerebral-haemorrhage"] = "intracerebral-haemorrhage"
    resolving: Annotated[Rounded, Limits(ge=0, le=1)]
    remains: Annotated[Rounded, Limits(gt=0, le=1)]


class Haemorrhage(Calm):
    """A haematoma in the brain."""

    name = "intracerebral-haemorrhage"
    about = "Blood in the brain by volume and age, with oedema and midline shift"
    sources = (
        "Qureshi et al. 2001, doi:10.1056/NEJM200105103441907 (sites)",
        "Bradley 1993, doi:10.1148/radiology.189.1.8372185 (age of blood in MRI)",
        "Dolinskas et al. 1977, doi:10.2214/ajr.129.4.681 (age of blood in CT)",
        "Venkatasubramanian et al. 2011, doi:10.1161/STROKEAHA.110.590646 (oedema)",
    )
    record = HaemorrhageSize

    def draw(self, key: Key, person: Person, severity: float) -> HaemorrhageSize:
        """The volume goes with the severity, shift with the volume; any age from hours to half a year."""
        rng = key.rng()
        site = list(_SITES)[int(rng.choice(len(_SITES), p=list(_SITES.values())))]
        right = rng.random() < 0.5
        x, y, z = _MIDDLE[site][int(rng.integers(len(_MIDDLE[site])))]
        x, y, z = (float(a + 2.0 * rng.normal()) for a in (x, y, z))
        bled = 0.03 * _MOST_ML[site] * (33**severity) * float(np.exp(0.15 * np.clip(rng.normal(), -2, 2)))
        bled = min(bled, _MOST_ML[site])
        age = float(0.1 * 1800 ** rng.random())
        left = bled * _left(age, _RESOLVING, _REMAINS)
        swelling = _swelling(age)
        above = site in ("putamen", "thalamus", "lobar")
        shift = (
            0.14 * max(left + 0.4 * swelling * left - 8, 0) * float(np.clip(1.5 - age / 28, 0, 1))
            if above
            else 0.0
        )
        return HaemorrhageSize(
            severity=severity,
            site=site,
            side="R" if right else "L",
            centre_mm=(x if right else -x, y, z),
            volume_ml=left,
            age_days=age,
            oedema_ml=min(swelling * left, 100.0),
            midline_shift_mm=min(shift, 12.0),
        )

    def follow(
        self, usual: HaemorrhageSize, params: HaemorrhageSize, given: Collection[str]
    ) -> HaemorrhageSize:
        """The middle goes to the site and the side."""
        x, y, z = params.centre_mm if params.site == usual.site else _MIDDLE[params.site][0]
        return along(params, given, {"centre_mm": (abs(x) if params.side == "R" else -abs(x), y, z)})

    def push(self, params: HaemorrhageSize, key: Key, frame: Frame, velocity: Tensor) -> Tensor | None:
        """Away from the blood."""
        radius = _radius_mm(params.volume_ml)
        return mass_push(params.centre_mm, radius, params.midline_shift_mm, frame, velocity)

    def lesions(self, params: HaemorrhageSize, key: Key, survey: Survey) -> list[Lesion]:
        """The blood, then the oedema in the white matter around it."""
        level = _level(params, key, survey)
        return _parts(params, level, level)

    def progression(self, key: Key, params: HaemorrhageSize) -> HaemorrhageProgression:
        """About as fast as blood of other ages is drawn."""
        faster = float(key.rng().uniform(0.8, 1.2))
        return HaemorrhageProgression(resolving=_RESOLVING * faster, remains=_REMAINS)

    def later(
        self,
        params: HaemorrhageSize,
        progression: HaemorrhageProgression,
        years: float,
        key: Key,
        survey: Survey,
    ) -> list[Lesion]:
        """The same haematoma, older and smaller, and the oedema that blood of that age has."""
        age = min(params.age_days + _DAYS_A_YEAR * years, _OLDEST_DAYS)
        then, now = (
            _left(days, progression.resolving, progression.remains) for days in (params.age_days, age)
        )
        ml, had = params.volume_ml * now / then, _swelling(params.age_days) * params.volume_ml
        oedema = _swelling(age) * ml * (params.oedema_ml / had if had else 1.0)
        changed = {"age_days": age, "volume_ml": ml, "oedema_ml": min(oedema, _MOST_OEDEMA_ML)}
        level = _level(params, key, survey)
        farther = _radius_mm(ml + changed["oedema_ml"]) - _radius_mm(params.volume_ml)
        around = replace(level, data=level.data - max(farther, 0.0))
        return _parts(params.model_copy(update=changed), level, around)

    def columns(self, params: HaemorrhageSize) -> Mapping[str, Any]:
        """Site, volume, age and shift."""
        return {
            "haematoma_site": f"{params.side}-{params.site}",
            "haematoma_ml": params.volume_ml,
            "haematoma_age_days": params.age_days,
            "midline_shift_mm": params.midline_shift_mm,
        }


def clot(age_days: float) -> str:
    """Name of the label of blood of an age; "" once it is no clot any more.

    Example:
        >>> clot(2), clot(40)
        ('Haematoma-Acute', '')
    """
    return next((name for days, name in _AGES if age_days < days), "")


def _level(params: HaemorrhageSize, key: Key, survey: Survey) -> Field:
    """About the distance to the surface of the blood as it is in the first session."""
    whole = params.volume_ml + params.oedema_ml
    radius = _radius_mm(params.volume_ml)
    rng = (key / "shape").rng()
    long = radius * rng.uniform(1.05, 1.3)
    return blob(
        survey.find(params.centre_mm),
        (long, (radius**3 / long) ** 0.5),
        np.array([0.3, 1.0, 0.2]) + 0.3 * rng.normal(size=3),
        survey.scale,
        key / "bumps",
        rough=0.10,
        reach_mm=1.5 * _radius_mm(whole) + 6,
    )


def _parts(params: HaemorrhageSize, level: Field, around: Field) -> list[Lesion]:
    """The blood, what an old one has as its cavity, and the oedema, of which `around` is the level."""
    label = clot(params.age_days) or _OLD
    parts = [("blood", label, params.volume_ml)]
    if label == _OLD:
        rim = ("blood", label, (1 - _CAVITY) * params.volume_ml)
        parts = [("cavity", "Cavity", _CAVITY * params.volume_ml), rim]
    brain = ids_of(*PARENCHYMA)
    found = [
        Lesion(Haemorrhage.name, ids_of(name)[0], level, brain, ml, params.site, name=own)
        for own, name, ml in parts
    ]
    white = ids_of("Cerebral-White-Matter", "Cerebellum-White-Matter", "Brain-Stem")
    if params.oedema_ml > 0.05:
        oedema = Lesion(
            Haemorrhage.name, ids_of("Oedema")[0], around, white, params.oedema_ml, "oedema", 2.0, "oedema"
        )
        found.append(oedema)
    return found


def _left(age_days: float, resolving: float, remains: float) -> float:
    """Share of the blood that is left at an age."""
    return float(np.clip(1 - resolving * np.log10(max(age_days, _WEEK) / _WEEK), remains, 1))


def _swelling(age_days: float) -> float:
    """Volume of the oedema at an age, in volumes of the blood that is left."""
    swelling = _OEDEMA_MOST
    if age_days < _OEDEMA_PEAK_DAYS:
        swelling = _OEDEMA_MOST * (age_days / _OEDEMA_PEAK_DAYS) ** 0.5
    return swelling * (float(np.clip(1.6 - age_days / 25, 0, 1)) if age_days > 15 else 1.0)


def _radius_mm(ml: float) -> float:
    return float((ml * 1000 * 3 / 4 / np.pi) ** (1 / 3))
