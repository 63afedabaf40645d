"""Subcortical vascular dementia: what small-vessel disease leaves of the brain, parcel by parcel.

This is the atrophy alone. What blocks the small vessels leaves behind is a condition of its own:
white-matter hyperintensities, lacunes, microbleeds; they combine with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from mindscan.anatomy.conditions.atrophy import Atrophy, AtrophySize, Share, Sides, pace
from mindscan.core.key import Key
from mindscan.core.lesions import Load
from mindscan.core.parcels import PARCELS, Parcel
from mindscan.core.person import Person

Pattern = Literal["frontal-perisylvian"]
_EARLY = (
    "parsopercularis", "parstriangularis", "parsorbitalis", "lateralorbitofrontal", "medialorbitofrontal",
    "rostralanteriorcingulate", "caudalanteriorcingulate", "insula", "superiortemporal", "lingual",
)  # fmt: skip
"""Gyri that are thinner while the impairment is mild: Seo et al. 2010,
doi:10.1111/j.1552-6569.2008.00293.x."""
_LATE = (
    "superiorfrontal", "rostralmiddlefrontal", "caudalmiddlefrontal", "frontalpole", "middletemporal",
    "inferiortemporal", "bankssts", "temporalpole", "fusiform", "posteriorcingulate", "supramarginal",
    "inferiorparietal", "entorhinal", "parahippocampal",
)  # fmt: skip
"""Gyri that follow with dementia: dorsolateral frontal and temporal ones (Seo 2010), posterior cingulate,
lateral parietal and medial temporal ones (Kim et al. 2014, doi:10.1111/ene.12376, people without amyloid)."""
_ELSEWHERE = 0.3
"""Atrophy of all other gyri over that of the early ones: own choice; it is rather even over the lobes,
with motor and visual cortex taken too (Fein et al. 2000, PMC2733356)."""
_STARTS = 0.25
"""Stage at which late gyri start, to reach the early ones in the end: own choice."""
_THINNING, _MOST = 0.13, 0.6
"""Share of the cortex of early gyri that is lost at stage 1, and the most of any: own choices."""
_HIPPOCAMPUS = 0.206
"""Share of the hippocampus that is lost at stage 1, so that the usual patient has lost 14.4 %: 0.6 of what is
lost in Alzheimer's disease (`dementia`), between 11.6 over 16.6 % (Neurodegener Dis 8:465, 2011; 11 patients
of the same cognition), 21 over 42 % (Dolek et al. 2012, doi:10.1177/147323001204000236; 14 patients) and 11
over 25 % (Vijayakumar and Vijayakumar 2013, doi:10.5402/2013/174524)."""
_THALAMUS = 0.14
"""Share of the thalamus that is lost at stage 1: own choice."""
_NUCLEI = {"thalamus": 1.0, "putamen": 1.0, "pallidum": 0.8, "caudate": 0.8, "accumbens": 1.0}
"""Losses against that of the thalamus. That thalamus, putamen and pallidum shrink is from Thong et al. 2013
(doi:10.1002/hbm.22330), caudate, accumbens and amygdala from Liu et al. 2014
(doi:10.1016/j.jns.2014.04.017); the numbers are own choices."""
_VENTRICLES = 1.2
"""By how much ventricles widen at stage 1, more than in Alzheimer's disease, where it is 0.95: they widen by
a process of its own (Fein 2000); the number is an own choice."""


class VascularSize(AtrophySize):
    """Stage and what is lost.

    Args:
        severity: from just above 0 to 1.
        stage: 0 (none) to 1 (the end).
        pattern: where it is strongest: frontal-perisylvian, the only one.
        hippocampus: share of hippocampus and amygdala that is lost, (left, right), 0 to 0.7.
        cortex: gain of the loss in cortex against the usual one at this stage, 0 to 3.
        ventricles: factor by which lateral ventricles and temporal horns widen, 1 to 4.
        thalamus: share of the thalamus that is lost, 0 to 0.7; putamen, pallidum, caudate and accumbens area
            go along.
    """

    condition: Literal["vascular-dementia"] = "vascular-dementia"
    pattern: Pattern
    thalamus: Share


class Vascular(Atrophy):
    """Frontal lobes and the surroundings of the Sylvian fissure first, deep grey, wide ventricles."""

    name = "vascular-dementia"
    about = "Subcortical vascular dementia: its atrophy by stage; combine it with small-vessel disease"
    sources = (
        "Seo et al. 2010, doi:10.1111/j.1552-6569.2008.00293.x (cortex)",
        "Kim et al. 2014, doi:10.1111/ene.12376 (cortex without amyloid)",
        "Dolek et al. 2012, doi:10.1177/147323001204000236 (hippocampus)",
        "Vijayakumar and Vijayakumar 2013, doi:10.5402/2013/174524 (hippocampus)",
        "Thong et al. 2013, doi:10.1002/hbm.22330 (deep grey, ventricles)",
        "Liu et al. 2014, doi:10.1016/j.jns.2014.04.017 (deep grey)",
    )
    record = VascularSize
    white = 0.10
    """More than in other dementias: own choice."""

    def draw(self, key: Key, person: Person, severity: float) -> VascularSize:
        """The stage goes with the severity, losses with the stage, some faster than others."""
        rng = key.rng()
        stage = self.stage(severity)
        lost, lean = _HIPPOCAMPUS * stage * pace(rng), 0.05 * float(rng.normal())
        return VascularSize(
            severity=severity,
            stage=stage,
            pattern="frontal-perisylvian",
            hippocampus=(lost * (1 + lean), lost * (1 - lean)),
            cortex=pace(rng),
            ventricles=1 + _VENTRICLES * stage * pace(rng),
            thalamus=_THALAMUS * stage * pace(rng),
        )

    def deep(self, params: VascularSize) -> Mapping[str, Sides]:
        """All of it."""
        lost = {name: (part * params.thalamus, part * params.thalamus) for name, part in _NUCLEI.items()}
        return {"hippocampus": params.hippocampus, "amygdala": params.hippocampus, **lost}

    def loads(self, params: VascularSize) -> tuple[Load, ...]:
        """The atrophy of every parcel; no amyloid and no tau."""
        worst = _THINNING * params.cortex
        return tuple(
            Load(parcel.id, 0.0, 0.0, round(min(worst * _share(parcel, params.stage), _MOST), 4))
            for parcel in PARCELS
        )


def _share(parcel: Parcel, stage: float) -> float:
    """How far a gyrus has come at a stage: 1 is that of early gyri at the end."""
    if parcel.gyrus in _EARLY:
        return stage
    if parcel.gyrus in _LATE:
        return max(_ELSEWHERE * stage, (stage - _STARTS) / (1 - _STARTS))
    return _ELSEWHERE * stage
