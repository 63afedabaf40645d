"""Subdural haematoma: a crescent of blood over one hemisphere, by thickness, volume and age."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field as Limits

from mindscan.anatomy.conditions.condition import Calm, Illness, along
from mindscan.anatomy.conditions.dural import filling
from mindscan.anatomy.conditions.haemorrhage import clot
from mindscan.anatomy.gap import Gap
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.survey import Survey
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

_MIDDLE = (62.0, -12.0, 32.0)
"""Of the wall that it covers, template mm on the right: the convexity, from frontal to occipital."""
_BLUNT, _LONG = 3.0, 1.35
"""It keeps its thickness over most of its extent, and is longer than high: own choices."""
_OLD = "Haematoma-Liquefied"
_ML_PER_MM = 6.5
"""Volume for each mm of thickness; it covers most of the hemisphere (own choice)."""
_FREE_MM, _SHIFT = 5.0, 0.55
"""Thickness up to which the fluid gives way alone, and shift for each mm beyond. Acute ones are
operated on from 10 mm or a shift of 5 mm on (Bullock et al. 2006, Neurosurgery 58, supplement 3); own choices
around that."""


class SubduralSize(Illness):
    """Where, how thick and how old.

    Args:
        severity: from just above 0 to 1.
        side: L or R.
        centre_mm: direction of its middle on the template.
        thickness_mm: largest thickness across the skull.
        volume_ml: volume; where the hemisphere is too small for it, it gets thicker.
        age_days: since it bled.
        midline_shift_mm: how far the septum pellucidum is pushed to the other side.
    """

    condition: Literal["subdural-haematoma"] = "subdural-haematoma"
    side: Literal["L", "R"]
    centre_mm: tuple[Rounded, Rounded, Rounded]
    thickness_mm: Annotated[Rounded, Limits(ge=2, le=35)]
    volume_ml: Annotated[Rounded, Limits(gt=0, le=220)]
    age_days: Annotated[Rounded, Limits(ge=0, le=365)]
    midline_shift_mm: Annotated[Rounded, Limits(ge=0, le=18)]


class Subdural(Calm):
    """Blood between dura and arachnoid."""

    name = "subdural-haematoma"
    about = "A crescent of blood over one hemisphere by thickness and age, the brain pushed inwards"
    sources = (
        "Lee et al. 1997, doi:10.3346/jkms.1997.12.4.353 (age of subdural blood in CT)",
        "Bradley 1993, doi:10.1148/radiology.189.1.8372185 (age of blood in MRI)",
        "Dolinskas et al. 1977, doi:10.2214/ajr.129.4.681 (age of blood in CT)",
    )
    record = SubduralSize

    def draw(self, key: Key, person: Person, severity: float) -> SubduralSize:
        """The thickness goes with the severity, volume and shift with it; hours to four months old."""
        rng = key.rng()
        right = rng.random() < 0.5
        thickness = 3.0 * 7**severity * float(np.exp(0.12 * np.clip(rng.normal(), -2, 2)))
        volume = thickness * _ML_PER_MM * float(rng.uniform(0.8, 1.15))
        x, y, z = (float(a + 5 * rng.normal()) for a in _MIDDLE)
        age = float(0.1 * 1200 ** rng.random())
        shift = _SHIFT * max(thickness - _FREE_MM, 0) * float(rng.uniform(0.7, 1.3))
        return SubduralSize(
            severity=severity,
            side="R" if right else "L",
            centre_mm=(x if right else -x, y, z),
            thickness_mm=thickness,
            volume_ml=min(volume, 150.0),
            age_days=age,
            midline_shift_mm=min(shift, 14.0),
        )

    def follow(self, usual: SubduralSize, params: SubduralSize, given: Collection[str]) -> SubduralSize:
        """The middle goes to the side, volume and shift go with the thickness."""
        x, y, z = params.centre_mm
        times = params.thickness_mm / usual.thickness_mm
        return along(
            params,
            given,
            {
                "centre_mm": (abs(x) if params.side == "R" else -abs(x), y, z),
                "volume_ml": min(usual.volume_ml * times, 150.0),
                "midline_shift_mm": min(_SHIFT * max(params.thickness_mm - _FREE_MM, 0), 14.0)
                if times != 1
                else usual.midline_shift_mm,
            },
        )

    def gap(self, params: SubduralSize) -> Gap:
        """A wide, even room over the hemisphere."""
        return Gap(
            params.centre_mm, params.thickness_mm, params.volume_ml, _BLUNT, _LONG, params.midline_shift_mm
        )

    def lesions(self, params: SubduralSize, key: Key, survey: Survey) -> list[Lesion]:
        """The blood; what is old has become liquid as a whole."""
        return [filling(self.name, clot(params.age_days) or _OLD, params.volume_ml, "", survey)]

    def columns(self, params: SubduralSize) -> Mapping[str, Any]:
        """Side, thickness, volume, age and shift."""
        return {
            "haematoma_site": f"{params.side}-subdural",
            "haematoma_mm": params.thickness_mm,
            "haematoma_ml": params.volume_ml,
            "haematoma_age_days": params.age_days,
            "midline_shift_mm": params.midline_shift_mm,
        }
