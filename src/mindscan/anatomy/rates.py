"""How fast structures change with the years: one record, drawn as published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy.conditions import AnyIllness
from mindscan.anatomy.conditions.atrophy import USUAL_STAGE, AtrophySize
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME, both_sides
from mindscan.core.person import Person
from mindscan.core.prior import Rounded, truncated_normal
from mindscan.core.record import Record

_BRAIN, _HIPPOCAMPUS, _VENTRICLES_ML = -0.45, -1.41, 1.4
"""Change a year of healthy people of some 70 years: the whole brain in per cent (Fotenos et al. 2005,
doi:10.1212/01.WNL.0000154530.72969.11), the hippocampus in per cent (Barnes et al. 2009,
doi:10.1016/j.neurobiolaging.2008.01.010) and the ventricles in mL (Resnick et al. 2003,
doi:10.1523/JNEUROSCI.23-08-03295.2003)."""
_ALZHEIMERS = (-0.98, -4.66)
"""Likewise of brain and hippocampus in (very mild) Alzheimer's disease, from the same sources. It belongs to
the usual stage; rates go in a line with the stage, so that the usual MCI loses 3.0 % of the hippocampus,
between the 2.55 % of stable and the more than 3 % of declining patients (Jack et al. 2000,
doi:10.1212/wnl.55.4.484)."""
_SICK = {
    "mci": _ALZHEIMERS,
    "alzheimers-disease": _ALZHEIMERS,
    "frontotemporal-dementia": (-1.62, -3.5),
    "vascular-dementia": (-0.95, -2.8),
}
"""By name. The brain in frontotemporal lobar degeneration, alike in its variants: Knopman et al., "Brain and
ventricular volumetric changes in frontotemporal lobar degeneration over 1 year" (Neurology; 76 patients),
whose ventricles grow by 11.6 % a year. The hippocampus: own choice, less than in Alzheimer's disease. Both in
vascular dementia: own choices."""
_BRAIN_SD, _HIPPOCAMPUS_SD, _VENTRICLES_SD = 0.27, 0.45, 0.68
"""How people differ: the standard errors of Resnick 2003 (0.3 mL of brain, 0.1 mL of ventricles a year) times
the root of its 92 people, as shares of brain and of the mean rate; and the 95 % interval of Barnes 2009
(0.52 to 2.30 %) over 3.92, narrower than people are, because it is one of means."""
_TOGETHER = 0.6
"""Correlation of these rates in a person: own choice."""
_AMYGDALA = 0.95
"""Loss of the amygdala against that of the hippocampus, as in `conditions.dementia`: own choice."""
_GAINS = {"mci": (-0.22, 0.27), "alzheimers-disease": (0.0, 0.88)}
"""How much faster a year the hippocampus shrinks (per cent) and the ventricles grow (mL): Leung et al. 2013,
doi:10.1212/WNL.0b013e318281ccd3, who find no acceleration of the whole brain's loss in anybody."""
_STILL_YEARS, _FULL_YEARS = 5.0, 65.0
"""From no change to the full rate in a line, so that 35 years have half the rate of 65: in 720 people those
of 60 to 70 years lose twice as much as those of 30 to 40 (Battaglini et al. 2019,
doi:10.1016/j.neurobiolaging.2019.05.010)."""

_DEEP = ("Thalamus", "Caudate", "Putamen", "Pallidum", "Accumbens-area")
_CALLOSUM = ("CC_Posterior", "CC_Mid_Posterior", "CC_Central", "CC_Mid_Anterior", "CC_Anterior")
_VENTRICLES = (*both_sides("Lateral-Ventricle"), *both_sides("Inf-Lat-Vent"), BY_NAME["3rd-Ventricle"].id)

Percent = Annotated[Rounded, Limits(ge=-20, le=10)]
Millilitres = Annotated[Rounded, Limits(ge=-10, le=30)]


class Rates(Record):
    """Change a year, at the first session; of both sides. Losses are negative.

    Args:
        cortex_percent: per cent of the first volume: cerebral cortex.
        white_percent: white matter of the cerebrum, corpus callosum and ventral diencephalon.
        deep_percent: thalamus, caudate, putamen, pallidum and accumbens area.
        hippocampus_percent: hippocampus.
        amygdala_percent: amygdala.
        cerebellum_percent: cortex and white matter of the cerebellum.
        ventricles_ml: mL a year: lateral ventricles with their horns and third ventricle, all in proportion.
        hippocampus_gain_percent: by how much the rate of the hippocampus itself changes every year.
        ventricles_gain_ml: likewise that of the ventricles, mL a year every year.
    """

    cortex_percent: Percent
    white_percent: Percent
    deep_percent: Percent
    hippocampus_percent: Percent
    amygdala_percent: Percent
    cerebellum_percent: Percent
    ventricles_ml: Millilitres
    hippocampus_gain_percent: Percent = 0.0
    ventricles_gain_ml: Millilitres = 0.0

    def change(self, years: float, volumes_ml: Tensor) -> dict[int, float]:
        """What structures gain by then as a share of their first volume, by label id.

        Args:
            years: since the first session, at least 0.
            volumes_ml: first volumes, indexed by label id.
        """
        ventricles = max(float(volumes_ml[list(_VENTRICLES)].sum()), 1e-3)
        hippocampus = self.hippocampus_percent * years + self.hippocampus_gain_percent * years**2 / 2
        wider_ml = self.ventricles_ml * years + self.ventricles_gain_ml * years**2 / 2
        found = {BY_NAME["Brain-Stem"].id: 0.0, **dict.fromkeys(_VENTRICLES, wider_ml / ventricles)}
        for names, percent in (
            (("Cerebral-Cortex",), self.cortex_percent * years),
            (("Cerebral-White-Matter", "VentralDC"), self.white_percent * years),
            (_DEEP, self.deep_percent * years),
            (("Hippocampus",), hippocampus),
            (("Amygdala",), self.amygdala_percent * years),
            (("Cerebellum-Cortex", "Cerebellum-White-Matter"), self.cerebellum_percent * years),
        ):
            found |= {i: percent / 100 for name in names for i in both_sides(name)}
        callosum = dict.fromkeys((BY_NAME[name].id for name in _CALLOSUM), self.white_percent * years / 100)
        return {i: max(share, _MOST_LOST) for i, share in (found | callosum).items()}


_MOST_LOST = -0.9
"""Nothing loses more than this share of its volume."""


def draw(key: Key, person: Person, illnesses: Sequence[AnyIllness]) -> Rates:
    """Rates of somebody, by age and by the stage of dementia.

    All of the brain but hippocampus and amygdala changes alike, and the brainstem does not: no larger
    difference is agreed on. Ventricles take the same share of what the brain loses in health and dementia.
    """
    aged = min(max((person.age_years - _STILL_YEARS) / (_FULL_YEARS - _STILL_YEARS), 0.0), 1.0)
    dementias = (one for one in illnesses if isinstance(one, AtrophySize))
    ill, brain_sick, hippocampus_sick = max(
        ((one.stage / USUAL_STAGE, *_SICK[one.condition]) for one in dementias),
        default=(0.0, *_ALZHEIMERS),
    )
    pace = {name: _lean(key, name) for name in ("brain", "hippocampus", "ventricles")}
    usual = aged * _BRAIN + ill * (brain_sick - _BRAIN)
    brain = usual - aged * _BRAIN_SD * pace["brain"]
    hippocampus = aged * (_HIPPOCAMPUS - _HIPPOCAMPUS_SD * pace["hippocampus"])
    hippocampus += ill * (hippocampus_sick - _HIPPOCAMPUS)
    faster = [_GAINS[one.condition] for one in illnesses if one.condition in _GAINS] or [(0.0, 0.0)]
    return Rates(
        cortex_percent=brain,
        white_percent=brain,
        deep_percent=brain,
        hippocampus_percent=hippocampus,
        amygdala_percent=_AMYGDALA * hippocampus,
        cerebellum_percent=brain,
        ventricles_ml=_VENTRICLES_ML * (usual / _BRAIN) * max(1 + _VENTRICLES_SD * pace["ventricles"], 0.0),
        hippocampus_gain_percent=faster[0][0],
        ventricles_gain_ml=faster[0][1],
    )


def _lean(key: Key, name: str) -> float:
    """How much faster than usual somebody changes, in standard deviations; all rates lean together."""
    shared, own = (truncated_normal((key / part).rng(), 0, 1) for part in ("together", name))
    return float(_TOGETHER**0.5 * shared + (1 - _TOGETHER) ** 0.5 * own)
