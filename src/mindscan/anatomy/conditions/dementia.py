"""Mild cognitive impairment and Alzheimer's disease: one stage, three patterns, loads in every parcel."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from mindscan.anatomy.conditions.atrophy import Atrophy, AtrophySize, Sides, chosen, pace
from mindscan.core.key import Key
from mindscan.core.lesions import Load
from mindscan.core.parcels import PARCELS
from mindscan.core.person import Person

Pattern = Literal["typical", "limbic", "hippocampal-sparing"]
_PATTERNS: dict[Pattern, float] = {"typical": 0.75, "limbic": 0.14, "hippocampal-sparing": 0.11}
"""Shares among 889 brains: Murray et al. 2011, doi:10.1016/S1474-4422(11)70156-9."""
_MCI_STAGE = 0.34
"""Stage of the usual patient: own choice of the scale."""
_HIPPOCAMPUS = 0.34
"""Share of the hippocampus that is lost at stage 1, so that 12 % are at the usual stage of MCI and 24 % at
that of Alzheimer's disease: Shi et al. 2009, doi:10.1002/hipo.20573."""
_LIMBIC: dict[Pattern, float] = {"typical": 1.0, "limbic": 1.15, "hippocampal-sparing": 0.45}
_CORTICAL: dict[Pattern, float] = {"typical": 1.0, "limbic": 0.6, "hippocampal-sparing": 1.5}
"""How much of the usual loss each pattern has in the limbic system and in association cortex; the order is
that of Murray 2011 and of Risacher 2017, doi:10.1212/WNL.0000000000004670, the numbers are own choices."""
_BRAAK = {
    "entorhinal": 0.02, "parahippocampal": 0.12, "fusiform": 0.22, "temporalpole": 0.22, "insula": 0.38,
    "inferiortemporal": 0.28, "middletemporal": 0.34, "lingual": 0.42, "isthmuscingulate": 0.40,
    "posteriorcingulate": 0.42, "precuneus": 0.46, "inferiorparietal": 0.46, "bankssts": 0.40,
    "superiortemporal": 0.46, "supramarginal": 0.50, "superiorparietal": 0.54, "lateralorbitofrontal": 0.48,
    "medialorbitofrontal": 0.48, "rostralanteriorcingulate": 0.48, "caudalanteriorcingulate": 0.54,
    "rostralmiddlefrontal": 0.54, "caudalmiddlefrontal": 0.56, "superiorfrontal": 0.56,
    "parsopercularis": 0.56, "parsorbitalis": 0.52, "parstriangularis": 0.55, "frontalpole": 0.54,
    "lateraloccipital": 0.60, "cuneus": 0.72, "transversetemporal": 0.74, "paracentral": 0.78,
    "precentral": 0.80, "postcentral": 0.80, "pericalcarine": 0.86,
}  # fmt: skip
"""Stage at which tau reaches half of its end in a gyrus: the order of Braak et al. 2006,
doi:10.1007/s00401-006-0127-z; the scale is an own choice."""
_THAL = {
    "medialorbitofrontal": 0.05, "precuneus": 0.05, "posteriorcingulate": 0.06, "isthmuscingulate": 0.08,
    "rostralanteriorcingulate": 0.06, "rostralmiddlefrontal": 0.10, "superiorfrontal": 0.12,
    "inferiorparietal": 0.12, "middletemporal": 0.15, "entorhinal": 0.35, "parahippocampal": 0.32,
    "precentral": 0.30, "postcentral": 0.30, "paracentral": 0.28, "pericalcarine": 0.30, "cuneus": 0.26,
}  # fmt: skip
_THAL_ELSE = 0.18
"""Likewise amyloid, which comes earlier: Palmqvist et al. 2017, doi:10.1038/s41467-017-01150-x."""
_TAU_WIDTH, _AMYLOID_WIDTH = 0.12, 0.08
_THINNING = 0.17
"""Share of the cortex that is lost where tau is at its end: own choice, so that the whole brain has lost
some 5 %
at the usual stage (Fotenos et al. 2005, doi:10.1212/01.WNL.0000154530.72969.11: 0.5 % a year more than
others)."""


class DementiaSize(AtrophySize):
    """Stage, pattern and what is lost.

    Args:
        severity: from just above 0 to 1.
        stage: 0 (none) to 1 (the end).
        pattern: where it starts: typical, limbic (hippocampus most), hippocampal-sparing (association
            cortex).
        hippocampus: share of hippocampus and amygdala that is lost, (left, right).
        cortex: gain of the loss in cortex against the usual one at this stage.
        ventricles: factor by which lateral ventricles and temporal horns widen.
    """

    pattern: Pattern


class Dementia(Atrophy):
    """The typical course, by its name and the stages that the name means."""

    sources = (
        "Shi et al. 2009, doi:10.1002/hipo.20573 (hippocampus)",
        "Murray et al. 2011, doi:10.1016/S1474-4422(11)70156-9 (patterns)",
        "Nestor et al. 2008, doi:10.1093/brain/awn146 (ventricles)",
        "Braak et al. 2006, doi:10.1007/s00401-006-0127-z (tau)",
        "Palmqvist et al. 2017, doi:10.1038/s41467-017-01150-x (amyloid)",
        "Fotenos et al. 2005, doi:10.1212/01.WNL.0000154530.72969.11 (whole brain)",
    )
    record: type[DementiaSize] = DementiaSize
    name: str
    about: str
    white = 0.06

    def draw(self, key: Key, person: Person, severity: float) -> DementiaSize:
        """The stage goes with the severity, losses with the stage, some faster than others."""
        rng = key.rng()
        stage = self.stage(severity)
        pattern = chosen(rng, _PATTERNS)
        faster, lean = pace(rng), 0.05 * rng.normal()
        lost = _HIPPOCAMPUS * stage * _LIMBIC[pattern] * faster
        wide = 1 + 0.95 * stage * pace(rng)
        return self.record(
            severity=severity,
            stage=stage,
            pattern=pattern,
            hippocampus=(float(lost * (1 + lean)), float(lost * (1 - lean))),
            cortex=_CORTICAL[pattern] * pace(rng),
            ventricles=wide,
        )

    def deep(self, params: DementiaSize) -> Mapping[str, Sides]:
        """Hippocampus and amygdala."""
        left, right = params.hippocampus
        return {"hippocampus": (left, right), "amygdala": (0.95 * left, 0.95 * right)}

    def loads(self, params: DementiaSize) -> tuple[Load, ...]:
        """Amyloid and tau of every parcel, and the atrophy that tau implies there."""
        found = []
        for parcel in PARCELS:
            half = _BRAAK.get(parcel.gyrus, 0.55)
            if params.pattern == "hippocampal-sparing" and half > 0.3:
                half -= 0.10
            tau = _risen(params.stage, half, _TAU_WIDTH)
            amyloid = _risen(params.stage, _THAL.get(parcel.gyrus, _THAL_ELSE), _AMYLOID_WIDTH)
            atrophy = min(_THINNING * params.cortex * tau, 0.5)
            found.append(Load(parcel.id, round(amyloid, 4), round(tau, 4), round(atrophy, 4)))
        return tuple(found)


def _risen(stage: float, half: float, width: float) -> float:
    """A logistic rise, 0 at stage 0."""

    def rise(at: float) -> float:
        return 1 / (1 + math.exp((half - at) / width))

    return max((rise(stage) - rise(0.0)) / (1 - rise(0.0)), 0.0)


class MciSize(DementiaSize):
    """As `DementiaSize`, at an early stage."""

    condition: Literal["mci"] = "mci"


class AlzheimersSize(DementiaSize):
    """As `DementiaSize`, at a later stage."""

    condition: Literal["alzheimers-disease"] = "alzheimers-disease"


class Mci(Dementia):
    """Early."""

    name = "mci"
    about = "Mild cognitive impairment due to Alzheimer's disease: an early stage of its atrophy"
    record = MciSize
    stages = (0.14, 2 * _MCI_STAGE - 0.14)


class Alzheimers(Dementia):
    """Late."""

    name = "alzheimers-disease"
    about = "Alzheimer's disease: atrophy by stage in three patterns, amyloid and tau in every parcel"
    record = AlzheimersSize
