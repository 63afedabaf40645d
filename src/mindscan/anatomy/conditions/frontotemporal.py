"""Behavioural variant of frontotemporal dementia: one stage, four patterns, atrophy in every parcel.

The map of atrophy is told parcel by parcel, as loads, which the thickness of the cortex follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field as Limits

from mindscan.anatomy.conditions.atrophy import (
    Atrophy,
    AtrophySize,
    Share,
    Sides,
    chosen,
    pace,
)
from mindscan.core.key import Key
from mindscan.core.lesions import Load
from mindscan.core.parcels import PARCELS, Parcel
from mindscan.core.person import Person
from mindscan.core.prior import Rounded

Pattern = Literal["frontal-dominant", "frontotemporal", "temporal-dominant", "temporofrontoparietal"]
_PATTERNS: dict[Pattern, float] = {
    "frontal-dominant": 0.25,
    "frontotemporal": 0.25,
    "temporal-dominant": 0.25,
    "temporofrontoparietal": 0.25,
}
"""Half of 66 people had a frontal pattern and half a temporal one (Whitwell et al. 2009,
doi:10.1093/brain/awp232); that each half is divided evenly is an own choice."""
_LOBES: dict[str, tuple[str, ...]] = {
    "medial frontal": (
        "medialorbitofrontal", "lateralorbitofrontal", "rostralanteriorcingulate", "caudalanteriorcingulate",
        "frontalpole", "superiorfrontal",
    ),
    "lateral frontal": (
        "rostralmiddlefrontal", "caudalmiddlefrontal", "parsopercularis", "parstriangularis", "parsorbitalis",
    ),
    "insula": ("insula",),
    "anterior temporal": ("temporalpole", "entorhinal"),
    "inferior temporal": ("parahippocampal", "fusiform", "inferiortemporal"),
    "lateral temporal": ("middletemporal", "superiortemporal", "bankssts"),
    "parietal": (
        "inferiorparietal", "supramarginal", "superiorparietal", "precuneus", "posteriorcingulate",
        "isthmuscingulate",
    ),
}  # fmt: skip
"""Gyri that shrink together."""
_ATROPHY: dict[Pattern, tuple[float, ...]] = {
    "frontal-dominant": (1.0, 0.8, 0.6, 0.3, 0.2, 0.2, 0.15),
    "frontotemporal": (1.0, 0.9, 0.8, 0.9, 0.6, 0.6, 0.2),
    "temporal-dominant": (0.3, 0.2, 0.4, 1.0, 1.0, 0.6, 0.15),
    "temporofrontoparietal": (0.7, 0.3, 0.4, 0.8, 0.7, 0.8, 0.6),
}
"""Atrophy of `_LOBES` over that of the worst one: which lobes are worst in which pattern is what Whitwell
2009 found (and Pereira et al. 2009, doi:10.1212/WNL.0b013e3181a55fa2: temporal poles, mesial frontal lobe
and insulae are worst); the numbers are own choices."""
_ELSEWHERE = 0.1
"""Likewise of sensory, motor and occipital gyri: own choice."""
_THINNING, _MOST = 0.36, 0.6
"""Share of the worst lobe's cortex that is lost at stage 1, and the most of any: own choices."""
_HIPPOCAMPUS = 0.25
"""Share of the hippocampus that is lost at stage 1, so that the usual patient has lost 17 %: 1.3 standard
deviations against 1.8 in Alzheimer's disease (Boccardi et al. 2003, doi:10.1016/s0197-4580(02)00045-3), where
it is 24 % (`dementia`)."""
_LIMBIC: dict[Pattern, float] = {
    "frontal-dominant": 0.7,
    "frontotemporal": 1.0,
    "temporal-dominant": 1.3,
    "temporofrontoparietal": 1.0,
}
"""How much of that loss each pattern has; 1 on average. Medial temporal lobes suffer in the temporal patterns
(Whitwell 2009); the numbers are own choices."""
_AMYGDALA, _MOST_AMYGDALA = 1.5, 0.8
"""Loss of the amygdala against that of the hippocampus, and the most of it: own choices, so that the usual
patient has lost 26 %. In frontotemporal lobar degeneration as a whole, semantic dementia with more included,
it is 41 % left and 33 % right, in Alzheimer's disease 22 and 19 % (Whitwell et al. 2005, PubMed 16088140)."""
_CAUDATE = 0.36
"""Share of the caudate that is lost at stage 1, so that the usual patient has 75 % of it, alike on both
sides: Looi et al. 2008, doi:10.3174/ajnr.A1168."""
_PUTAMEN, _ACCUMBENS = 0.6, 1.0
"""Losses against that of the caudate: own choices; putamen (Macfarlane et al. 2015,
doi:10.1371/journal.pone.0129692) and accumbens (Halabi et al., PMC3389579) shrink too."""
_LEAN: dict[Pattern, float] = dict.fromkeys(_PATTERNS, 0.0) | {"temporal-dominant": 0.25}
_LEAN_SD, _MOST_LEAN = 0.12, 0.5
"""How much more than both on average the right side loses, which goes first in the temporal-dominant pattern
(Whitwell 2009); numbers are own choices."""
_VENTRICLES = 1.1
"""By how much ventricles widen at stage 1: own choice."""

_BY_GYRUS = {gyrus: n for n, gyri in enumerate(_LOBES.values()) for gyrus in gyri}


class FrontotemporalSize(AtrophySize):
    """Stage, pattern and what is lost.

    Args:
        severity: from just above 0 to 1.
        stage: 0 (none) to 1 (the end).
        pattern: which lobes shrink most: frontal-dominant, frontotemporal, temporal-dominant,
            temporofrontoparietal.
        hippocampus: share of the hippocampus that is lost, (left, right), 0 to 0.7; the amygdala loses more.
        cortex: gain of the loss in cortex against the usual one at this stage, 0 to 3.
        ventricles: factor by which lateral ventricles and temporal horns widen, 1 to 4.
        lean: by which share more than both on average the cortex of the right side loses, -0.6 to 0.6; below
            0 the left one loses more.
        caudate: share of the caudate that is lost, 0 to 0.7; putamen and accumbens area go along.
    """

    condition: Literal["frontotemporal-dementia"] = "frontotemporal-dementia"
    pattern: Pattern
    lean: Annotated[Rounded, Limits(ge=-0.6, le=0.6)]
    caudate: Share


class Frontotemporal(Atrophy):
    """Frontal and temporal lobes, striatum and amygdala."""

    name = "frontotemporal-dementia"
    about = "Frontotemporal dementia, behavioural variant: atrophy by stage in four patterns"
    sources = (
        "Whitwell et al. 2009, doi:10.1093/brain/awp232 (patterns)",
        "Pereira et al. 2009, doi:10.1212/WNL.0b013e3181a55fa2 (cortex)",
        "Boccardi et al. 2003, doi:10.1016/s0197-4580(02)00045-3 (hippocampus)",
        "Looi et al. 2008, doi:10.3174/ajnr.A1168 (caudate)",
        "Macfarlane et al. 2015, doi:10.1371/journal.pone.0129692 (putamen)",
        "Chao et al. 2007, doi:10.1001/archneur.64.11.1619 (white matter)",
    )
    record = FrontotemporalSize
    white = 0.08
    """More than in Alzheimer's disease: own choice; that frontal white matter shrinks is from Chao 2007."""

    def draw(self, key: Key, person: Person, severity: float) -> FrontotemporalSize:
        """The stage goes with the severity, losses with the stage, some faster than others."""
        rng = key.rng()
        stage = self.stage(severity)
        pattern = chosen(rng, _PATTERNS)
        lean = min(max(_LEAN[pattern] + _LEAN_SD * float(rng.normal()), -_MOST_LEAN), _MOST_LEAN)
        lost = _HIPPOCAMPUS * stage * _LIMBIC[pattern] * pace(rng)
        return FrontotemporalSize(
            severity=severity,
            stage=stage,
            pattern=pattern,
            hippocampus=(min(lost * (1 - lean), 0.7), min(lost * (1 + lean), 0.7)),
            cortex=pace(rng),
            ventricles=1 + _VENTRICLES * stage * pace(rng),
            lean=lean,
            caudate=_CAUDATE * stage * pace(rng),
        )

    def deep(self, params: FrontotemporalSize) -> Mapping[str, Sides]:
        """Hippocampus, amygdala and striatum."""
        left, right = params.hippocampus
        amygdala = min(_AMYGDALA * left, _MOST_AMYGDALA), min(_AMYGDALA * right, _MOST_AMYGDALA)
        striatum = {"caudate": 1.0, "putamen": _PUTAMEN, "accumbens": _ACCUMBENS}
        lost = {name: (part * params.caudate, part * params.caudate) for name, part in striatum.items()}
        return {"hippocampus": (left, right), "amygdala": amygdala, **lost}

    def loads(self, params: FrontotemporalSize) -> tuple[Load, ...]:
        """The atrophy of every parcel; no amyloid, and no tau, which is there in some and not in others."""
        worst = _THINNING * params.cortex * params.stage
        found = []
        for parcel in PARCELS:
            side = 1 + params.lean if parcel.side == "R" else 1 - params.lean
            atrophy = min(worst * side * _share(parcel, params.pattern), _MOST)
            found.append(Load(parcel.id, 0.0, 0.0, round(atrophy, 4)))
        return tuple(found)


def _share(parcel: Parcel, pattern: Pattern) -> float:
    lobe = _BY_GYRUS.get(parcel.gyrus)
    return _ELSEWHERE if lobe is None else _ATROPHY[pattern][lobe]
