"""Subarachnoid haemorrhage: blood in cisterns, fissures and sulci around a ruptured aneurysm."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field as Limits

from mindscan.anatomy.conditions.bleeding import clotted, mixed, poured, way_mm
from mindscan.anatomy.conditions.condition import Calm, Illness, along
from mindscan.anatomy.conditions.intraventricular import pooled
from mindscan.anatomy.distance import Point
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.survey import Survey, ids_of
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

Site = Literal[
    "anterior-communicating", "left-middle-cerebral", "right-middle-cerebral", "left-posterior-communicating",
    "right-posterior-communicating", "basilar-tip",
]  # fmt: skip
_SITES: dict[Site, tuple[float, Point]] = {
    "anterior-communicating": (125 / 291, (0, 13.8, -16)),
    "left-middle-cerebral": (38.5 / 291, (-39, 11, -17.5)),
    "right-middle-cerebral": (38.5 / 291, (39, 11, -17.5)),
    "left-posterior-communicating": (35 / 291, (-12.5, 5.5, -17.5)),
    "right-posterior-communicating": (35 / 291, (12.5, 5.5, -17.5)),
    "basilar-tip": (19 / 291, (0, -11.5, -17)),
}
"""How often it is there, and where on the template, mm, as `arteries.csv` has it. Counts of anterior
cerebral, middle cerebral, internal carotid and vertebrobasilar aneurysms: Inagawa 2010, Cerebrovascular
Diseases 30:72."""
Grade = Literal[1, 2, 3, 4]
_THICK, _VENTRICULAR = (3, 4), (2, 4)
_ML = {False: 2.0, True: 8.0}
"""Volume of thin and of thick blood at the least severity; the worst has six times as much (own choice)."""
_CLOT = 0.65
"""Share of thick blood that is clot; the rest is mixed into the fluid around it (own choice)."""
_LINING_MM, _LINING = 0.5, 8.0
"""Thin blood lines what bounds the fluid: this deep it lies, and each mm deeper counts as so many mm of the
way (own choice)."""
_PATCHES_MM, _PATCH_MM = {False: 9.0, True: 5.0}, 16.0
"""How patchy thin and thick blood is, as mm of the way, and how wide patches are (own choice)."""


class SubarachnoidSize(Illness):
    """Where, how much and how old.

    Args:
        severity: from just above 0 to 1.
        site: of the aneurysm: anterior-communicating, basilar-tip, or left- or right- middle-cerebral or
            posterior-communicating.
        modified_fisher: 1 thin, 2 thin and in the ventricles, 3 thick, 4 thick and in the ventricles.
        volume_ml: of what is bloody outside the ventricles; where there is less fluid, all of it.
        ventricular_ml: of the blood in the ventricles in grades 2 and 4.
        age_days: since it bled.
    """

    condition: Literal["subarachnoid-haemorrhage"] = "subarachnoid-haemorrhage"
    site: Site
    modified_fisher: Grade
    volume_ml: Annotated[Rounded, Limits(gt=0, le=250)]
    ventricular_ml: Annotated[Rounded, Limits(ge=0, le=150)]
    age_days: Annotated[Rounded, Limits(ge=0, le=365)]


class Subarachnoid(Calm):
    """Blood in the fluid around the brain."""

    name = "subarachnoid-haemorrhage"
    about = "Blood in cisterns, fissures and sulci around a ruptured aneurysm, by modified Fisher grade"
    sources = (
        "Frontera et al. 2006, doi:10.1227/01.NEU.0000218821.34014.1B (grades)",
        "Bradley 1993, doi:10.1148/radiology.189.1.8372185 (age of blood in MRI)",
        "Dolinskas et al. 1977, doi:10.2214/ajr.129.4.681 (age of blood in CT)",
    )
    record = SubarachnoidSize

    def draw(self, key: Key, person: Person, severity: float) -> SubarachnoidSize:
        """Volumes and grade go with the severity; hours to two weeks old, and some is gone by then."""
        rng = key.rng()
        site = list(_SITES)[int(rng.choice(len(_SITES), p=[share for share, _ in _SITES.values()]))]
        thick = bool(severity + 0.15 * np.clip(rng.normal(), -2, 2) > 0.4)
        ventricular = bool(rng.random() < 0.25 + 0.5 * severity)
        age = float(0.1 * 150 ** rng.random())
        left = float(np.clip(1 - 0.6 * np.log10(max(age, 3) / 3), 0.3, 1))
        bled = 6**severity * np.exp(0.15 * np.clip(rng.normal(), -2, 2))
        return SubarachnoidSize(
            severity=severity,
            site=site,
            modified_fisher=_grade(thick, ventricular),
            volume_ml=float(_ML[thick] * bled * left),
            ventricular_ml=float(0.6 * bled * left) if ventricular else 0.0,
            age_days=age,
        )

    def follow(
        self, usual: SubarachnoidSize, params: SubarachnoidSize, given: Collection[str]
    ) -> SubarachnoidSize:
        """Volumes go with the grade."""
        was, thick = (each.modified_fisher in _THICK for each in (usual, params))
        times = _ML[thick] / _ML[was]
        inside = usual.ventricular_ml or 0.6 * usual.volume_ml / _ML[was]
        values = {
            "volume_ml": times * usual.volume_ml,
            "ventricular_ml": inside if params.modified_fisher in _VENTRICULAR else 0.0,
        }
        return along(params, given, values)

    def lesions(self, params: SubarachnoidSize, key: Key, survey: Survey) -> list[Lesion]:
        """Clot, then what is mixed into the fluid around it, then what has got into the ventricles."""
        thick, fluid = params.modified_fisher in _THICK, survey.mask("CSF")
        order = way_mm(survey, _SITES[params.site][1], fluid)
        order += _PATCHES_MM[thick] * survey.noise(key / "patches", _PATCH_MM)
        if not thick:
            order += _LINING * np.maximum(-survey.distance(fluid) - _LINING_MM, 0)
        level = poured(order, fluid, params.volume_ml, survey)
        clot = _CLOT * params.volume_ml if thick else 0.0
        found = [
            Lesion(self.name, ids_of(label)[0], level, ids_of("CSF"), ml, grade, flows=True)
            for label, ml, grade in (
                (clotted(params.age_days), clot, "thick"),
                (mixed(params.age_days), params.volume_ml - clot, "mixed" if thick else "thin"),
            )
        ]
        if params.modified_fisher in _VENTRICULAR and params.ventricular_ml > 0:
            found.append(pooled(self.name, params.ventricular_ml, params.age_days, key / "pool", survey))
        return found

    def columns(self, params: SubarachnoidSize) -> Mapping[str, Any]:
        """Site, grade, volumes and age."""
        return {
            "haematoma_site": params.site,
            "modified_fisher": params.modified_fisher,
            "haematoma_ml": params.volume_ml,
            "ventricular_blood_ml": params.ventricular_ml,
            "haematoma_age_days": params.age_days,
        }


def _grade(thick: bool, ventricular: bool) -> Grade:
    grades: dict[tuple[bool, bool], Grade] = {
        (False, False): 1, (False, True): 2, (True, False): 3, (True, True): 4,
    }  # fmt: skip
    return grades[thick, ventricular]
