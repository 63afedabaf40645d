"""Intraventricular haemorrhage: blood that lies low in the ventricles and casts them when it is much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field as Limits
from scipy import ndimage

from mindscan.anatomy.conditions.bleeding import clotted, poured
from mindscan.anatomy.conditions.condition import Calm, Illness
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.survey import Array, Survey, ids_of
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

_LATERAL = ("Lateral-Ventricle", "Inf-Lat-Vent", "choroid-plexus")
_CAST: dict[str, tuple[float, float]] = {"4th-Ventricle": (34.0, 0.4), "3rd-Ventricle": (40.0, 0.3)}
"""Height of blood in the lateral ventricles, in mm above the tips of the occipital horns, at which it begins
to fill the fourth and the third one, and how much it has to rise there for each mm: own choices."""
_HOSTS = ids_of("Lateral-Ventricle", "Inf-Lat-Vent", "3rd-Ventricle", "4th-Ventricle", "5th-Ventricle")
_LEAN_MM, _BUMPS_MM, _BUMP_MM = 5.0, 1.0, 12.0
"""How unlike both sides are filled (standard deviation), and how uneven the surface is, over which width."""
_REACH, _FAR_MM = 2, 60.0


class IntraventricularSize(Illness):
    """How much and how old.

    Args:
        severity: from just above 0 to 1.
        volume_ml: volume of the blood; where the ventricles hold less, as much as they hold.
        age_days: since it bled.
    """

    condition: Literal["intraventricular-haemorrhage"] = "intraventricular-haemorrhage"
    volume_ml: Annotated[Rounded, Limits(gt=0, le=150)]
    age_days: Annotated[Rounded, Limits(ge=0, le=365)]


class Intraventricular(Calm):
    """Blood in the ventricles."""

    name = "intraventricular-haemorrhage"
    about = "Blood in the ventricles by volume and age, low in the occipital horns or casting them all"
    sources = (
        "Morgan et al. 2013, doi:10.1161/STROKEAHA.112.670653 (compartments and volume)",
        "Bradley 1993, doi:10.1148/radiology.189.1.8372185 (age of blood in MRI)",
        "Dolinskas et al. 1977, doi:10.2214/ajr.129.4.681 (age of blood in CT)",
    )
    record = IntraventricularSize

    def draw(self, key: Key, person: Person, severity: float) -> IntraventricularSize:
        """The volume goes with the severity; hours to three weeks old."""
        rng = key.rng()
        volume = 0.6 * 40**severity * float(np.exp(0.15 * np.clip(rng.normal(), -2, 2)))
        return IntraventricularSize(
            severity=severity, volume_ml=volume, age_days=float(0.1 * 200 ** rng.random())
        )

    def lesions(self, params: IntraventricularSize, key: Key, survey: Survey) -> list[Lesion]:
        """One clot, or what it has become."""
        return [pooled(self.name, params.volume_ml, params.age_days, key / "pool", survey)]

    def columns(self, params: IntraventricularSize) -> Mapping[str, Any]:
        """Volume and age."""
        return {"ventricular_blood_ml": params.volume_ml, "haematoma_age_days": params.age_days}


def pooled(condition: str, ml: float, age_days: float, key: Key, survey: Survey) -> Lesion:
    """Blood that has sunk to the back of the ventricles of somebody who lies on it."""
    ventricles = survey.mask(*_LATERAL, *_CAST)
    near = ndimage.binary_dilation(ventricles, iterations=_REACH)
    order = np.where(near, height_mm(survey, key), _FAR_MM * 10)
    label = ids_of(clotted(age_days))[0]
    return Lesion(condition, label, poured(order, ventricles, ml, survey), _HOSTS, ml, "ventricular")


def height_mm(survey: Survey, key: Key) -> Array:
    """How high blood stands once it reaches a place, mm above the occipital horns, shape (i, j, k).

    Down is the back of the head. Places outside the ventricles go with the nearest one.
    """
    up = survey.nodes[..., 1] * survey.scale
    lateral = survey.mask(*_LATERAL)
    lean = _LEAN_MM * float(np.clip((key / "lean").rng().normal(), -2, 2))
    found = up - up[lateral].min(initial=0.0) + lean * np.sign(survey.nodes[..., 0]) / 2
    parts = np.zeros(lateral.shape, np.int8)
    for n, name in enumerate(_CAST, 1):
        parts[survey.mask(name)] = n
    index = ndimage.distance_transform_edt(
        ~(lateral | (parts > 0)), return_distances=False, return_indices=True
    )
    parts = parts[tuple(index)]
    for n, (name, (begins, rises)) in enumerate(_CAST.items(), 1):
        here = survey.mask(name)
        if here.any():
            found = np.where(parts == n, begins + rises * (up - up[here].min()), found)
    return np.asarray(found + _BUMPS_MM * survey.noise(key / "bumps", _BUMP_MM))
