"""Epidural haematoma: a lens of blood under the skull, mostly at the temple, by thickness, volume and age."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field as Limits

from mindscan.anatomy.conditions.condition import Calm, Illness, along
from mindscan.anatomy.conditions.dural import filling
from mindscan.anatomy.conditions.haemorrhage import clot
from mindscan.anatomy.distance import Point
from mindscan.anatomy.gap import Gap
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.survey import Survey
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

Site = Literal["temporoparietal", "frontal", "parieto-occipital"]
_SITES: dict[Site, tuple[float, Point]] = {
    "temporoparietal": (0.7, (66, -22, 14)),
    "frontal": (0.15, (44, 46, 24)),
    "parieto-occipital": (0.15, (46, -68, 38)),
}
"""Shares, and middle on the template's right: mostly where the middle meningeal artery runs; own choices."""
_LENS = 2.0
_BASE_MM = 20.0
"""Its base has a radius of its thickness and this: own choice."""
_FREE_MM, _SHIFT, _SHIFT_MM = 10.0, 0.4, 12.0
"""Thickness from which the midline moves, shift for each mm beyond, and the most. Those of less than 15 mm
and 30 mL with a shift of less than 5 mm may be left alone (Bullock et al. 2006, Neurosurgery 58, supplement
3); own choices around that."""


class EpiduralSize(Illness):
    """Where, how thick and how old.

    Args:
        severity: from just above 0 to 1.
        site: temporoparietal, frontal or parieto-occipital.
        side: L or R.
        centre_mm: direction of its middle on the template.
        thickness_mm: largest thickness across the skull.
        volume_ml: volume of the blood.
        age_days: since it bled.
        midline_shift_mm: how far the septum pellucidum is pushed to the other side.
    """

    condition: Literal["epidural-haematoma"] = "epidural-haematoma"
    site: Site
    side: Literal["L", "R"]
    centre_mm: tuple[Rounded, Rounded, Rounded]
    thickness_mm: Annotated[Rounded, Limits(ge=3, le=50)]
    volume_ml: Annotated[Rounded, Limits(gt=0, le=180)]
    age_days: Annotated[Rounded, Limits(ge=0, le=60)]
    midline_shift_mm: Annotated[Rounded, Limits(ge=0, le=15)]


class Epidural(Calm):
    """Blood between skull and dura."""

    name = "epidural-haematoma"
    about = "A lens of blood under the skull by thickness and age, the brain pushed inwards"
    sources = (
        "Bradley 1993, doi:10.1148/radiology.189.1.8372185 (age of blood in MRI)",
        "Dolinskas et al. 1977, doi:10.2214/ajr.129.4.681 (age of blood in CT)",
    )
    record = EpiduralSize

    def draw(self, key: Key, person: Person, severity: float) -> EpiduralSize:
        """The thickness goes with the severity, volume and shift with it; most are seen within days."""
        rng = key.rng()
        sites = list(_SITES)
        site = sites[int(rng.choice(len(sites), p=[share for share, _ in _SITES.values()]))]
        right = rng.random() < 0.5
        thickness = 8.0 * 4**severity * float(np.exp(0.1 * np.clip(rng.normal(), -2, 2)))
        x, y, z = (float(a + 3 * rng.normal()) for a in _SITES[site][1])
        return EpiduralSize(
            severity=severity,
            site=site,
            side="R" if right else "L",
            centre_mm=(x if right else -x, y, z),
            thickness_mm=thickness,
            volume_ml=min(_usual_ml(thickness) * float(rng.uniform(0.8, 1.2)), 140.0),
            age_days=float(0.05 * 300 ** rng.random()),
            midline_shift_mm=_usual_shift_mm(thickness),
        )

    def follow(self, usual: EpiduralSize, params: EpiduralSize, given: Collection[str]) -> EpiduralSize:
        """The middle goes to the site and the side, volume and shift go with the thickness."""
        x, y, z = params.centre_mm if params.site == usual.site else _SITES[params.site][1]
        part = usual.volume_ml / _usual_ml(usual.thickness_mm)
        return along(
            params,
            given,
            {
                "centre_mm": (abs(x) if params.side == "R" else -abs(x), y, z),
                "volume_ml": min(part * _usual_ml(params.thickness_mm), 180.0),
                "midline_shift_mm": _usual_shift_mm(params.thickness_mm),
            },
        )

    def gap(self, params: EpiduralSize) -> Gap:
        """A lens."""
        return Gap(
            params.centre_mm, params.thickness_mm, params.volume_ml, _LENS, 1.0, params.midline_shift_mm
        )

    def lesions(self, params: EpiduralSize, key: Key, survey: Survey) -> list[Lesion]:
        """The blood."""
        label = clot(params.age_days) or "Haematoma-Liquefied"
        return [filling(self.name, label, params.volume_ml, params.site, survey)]

    def columns(self, params: EpiduralSize) -> Mapping[str, Any]:
        """Side, site, thickness, volume, age and shift."""
        return {
            "haematoma_site": f"{params.side}-epidural-{params.site}",
            "haematoma_mm": params.thickness_mm,
            "haematoma_ml": params.volume_ml,
            "haematoma_age_days": params.age_days,
            "midline_shift_mm": params.midline_shift_mm,
        }


def _usual_ml(thickness_mm: float) -> float:
    return float(np.pi / 2 * (thickness_mm + _BASE_MM) ** 2 * thickness_mm / 1000)


def _usual_shift_mm(thickness_mm: float) -> float:
    return min(_SHIFT * max(thickness_mm - _FREE_MM, 0), _SHIFT_MM)
