"""Microbleeds: specks of old blood, lobar as in amyloid angiopathy or deep as in high blood pressure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field as Limits

from mindscan.anatomy.conditions.condition import Calm, Illness
from mindscan.anatomy.conditions.perforators import Site, hosts, placed
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.survey import Survey, blob, ids_of
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

Pattern = Literal["lobar", "deep", "mixed"]
_PATTERNS: dict[Pattern, float] = {"lobar": 111 / 260, "deep": 38 / 260, "mixed": 111 / 260}
"""Of 260 people with microbleeds and a larger bleeding: Blanc et al. 2019, doi:10.3389/fneur.2019.01126."""
_LOBAR: dict[Site, float] = {"lobar": 1.0}
_DEEP: dict[Site, float] = {"basal-ganglia": 0.35, "thalamus": 0.30, "cerebellum": 0.20, "pons": 0.15}
_SITES: dict[Pattern, dict[Site, float]] = {"lobar": _LOBAR, "deep": _DEEP, "mixed": _LOBAR | _DEEP}
"""Sites of a pattern: Greenberg et al. 2009, doi:10.1016/S1474-4422(09)70013-4; shares are own choices."""
_SMALLEST_MM, _LARGEST_MM = 2.0, 10.0
"""Diameter in T2*-weighted images: Wardlaw et al. 2013, doi:10.1016/S1474-4422(13)70124-8."""
_SKEW = 2.0
"""So that half are below 2.7 mm where the largest has 6 mm: the mean volume of the smaller ones of 163, on a
logarithmic scale, was 0.009 mL, 2.6 mm across (Greenberg et al. 2009, doi:10.1161/STROKEAHA.109.548974)."""
_MOST, _NUMBER = 200, (1.0, 60.0)
"""How many there can be, and from the least severity to the worst: own choices."""
_APART_MM = 2.0


class MicrobleedsSize(Illness):
    """How many there are, where and how large.

    Args:
        severity: from just above 0 to 1.
        number: of microbleeds, 1 to 200.
        pattern: lobar (cortex and what lies under it), deep (basal ganglia, thalamus, brainstem, cerebellum)
            or mixed (half and half).
        largest_mm: diameter of the largest as T2*-weighted images show it, 2 to 10; most are near 2 mm.
    """

    condition: Literal["microbleeds"] = "microbleeds"
    number: Annotated[int, Limits(ge=1, le=_MOST)]
    pattern: Pattern
    largest_mm: Annotated[Rounded, Limits(ge=_SMALLEST_MM, le=_LARGEST_MM)]


class Microbleeds(Calm):
    """Small-vessel disease: haemosiderin where a small vessel once leaked."""

    name = "microbleeds"
    about = "Small-vessel disease: specks of haemosiderin of 2 to 10 mm, lobar, deep or mixed"
    sources = (
        "Wardlaw et al. 2013, doi:10.1016/S1474-4422(13)70124-8 (definition, sizes)",
        "Duering et al. 2023, doi:10.1016/S1474-4422(23)00131-X (definition)",
        "Greenberg et al. 2009, doi:10.1016/S1474-4422(09)70013-4 (patterns, looks)",
        "Greenberg et al. 2009, doi:10.1161/STROKEAHA.109.548974 (volumes)",
        "Blanc et al. 2019, doi:10.3389/fneur.2019.01126 (how many have which pattern)",
    )
    record = MicrobleedsSize

    def draw(self, key: Key, person: Person, severity: float) -> MicrobleedsSize:
        """Number and largest size go with the severity; the pattern is drawn."""
        rng = key.rng()
        few, many = _NUMBER
        number = few * (many / few) ** severity * float(np.exp(0.3 * np.clip(rng.normal(), -2, 2)))
        pattern = list(_PATTERNS)[int(rng.choice(len(_PATTERNS), p=list(_PATTERNS.values())))]
        largest = 3.5 + 3.5 * severity + 0.8 * float(np.clip(rng.normal(), -2, 2))
        return MicrobleedsSize(
            severity=severity,
            number=int(np.clip(round(number), 1, _MOST)),
            pattern=pattern,
            largest_mm=float(np.clip(largest, _SMALLEST_MM, _LARGEST_MM)),
        )

    def lesions(self, params: MicrobleedsSize, key: Key, survey: Survey) -> list[Lesion]:
        """One each, the largest first, each where no other lies."""
        rng = (key / "sizes").rng()
        ranks = np.append(1.0, np.sort(rng.random(params.number - 1))[::-1] ** _SKEW)
        sizes = _SMALLEST_MM * (params.largest_mm / _SMALLEST_MM) ** ranks
        places = placed(survey, _SITES[params.pattern], (sizes + _APART_MM).tolist(), key / "places")
        label, up = ids_of("Microbleed")[0], np.array([0.0, 0.0, 1.0])
        found = []
        for n, (size, (site, place)) in enumerate(zip(sizes.tolist(), places, strict=False)):
            level = blob(place, (size / 2, size / 2), up, survey.scale, key / n, rough=0.05)
            found.append(
                Lesion(self.name, label, level, hosts(site), float(np.pi / 6 * size**3 / 1000), site)
            )
        return found

    def columns(self, params: MicrobleedsSize) -> Mapping[str, Any]:
        """Number and pattern."""
        return {"microbleeds": params.number, "microbleed_pattern": params.pattern}
