"""How large structures are at a given age, sex and head size: one table of effects with its sources.

Medians follow ``exp(a + b t + c t^2)`` with ``t = (age - 40) / 10``; people scatter around them with
the logarithmic standard deviation `log_sd`, and all structures of a person together (`joint.py`). Volumes
in mL (one side where a structure has two).

Source: fitted to the FreeSurfer volumes of 975 people of the 1000 Functional Connectomes project, 8 to
79 years. Reference: Biswal et al. 2010, doi:10.1073/pnas.0911855107.

FreeSurfer does not measure the claustrum. Both together are 0.21 % of the intracranial volume in ten young
adults (Kang et al. 2025, doi:10.1007/s00429-025-02993-7), of which the sheet beside the putamen, all that is
modelled here, is taken for 0.6; they shrink by 10 mm^3 a year from 40 years on
(doi:10.1101/2025.09.09.675215). Share and spread are choices of this project.

Beyond the ages measured. Over 79 years medians go on at their mean rate from 40 to 79: in 1,100 healthy
adults of 18 to 94 years accelerated decline in high age is not the norm, and ventricles keep growing
(Fjell et al. 2013, doi:10.1016/j.neurobiolaging.2013.04.006). Under 8 years they are held, and white matter
grows by 0.7 % a year (12.4 % from 4 to 22 years; Giedd et al. 1999, doi:10.1038/13158).

Handedness moves no size here: 17,141 people show no effect on asymmetry of the cortex (Kong et al. 2018,
doi:10.1073/pnas.1718418115) and 15,847 none on that of the deep nuclei (Guadalupe et al. 2017,
doi:10.1007/s11682-016-9629-z); what 31,864 people do show is regional and tiny (Sha et al. 2021,
doi:10.1073/pnas.2113095118).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mindscan.anatomy import joint
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import truncated_normal

AGES = (8.0, 79.0)
"""Ages that the curves were fitted on."""

_SETTLED = 40.0
"""From here to the oldest age the mean rate is taken that goes on beyond it."""

_WHITE_GROWTH = 0.007
_GROWN_YEARS = 15.0

FULLEST = 0.97
"""Largest share of the skull that brain and ventricles take; what exceeds it gives way."""

_ROUNDS = 8
_PARTS = {
    "Cerebral-Cortex": 1, "Cerebral-White-Matter": 1, "Brain-Stem": 1, "3rd-Ventricle": 1, "4th-Ventricle": 1,
    "Lateral-Ventricle": 2, "Thalamus": 2, "Caudate": 2, "Putamen": 2, "Pallidum": 2, "Hippocampus": 2,
    "Amygdala": 2, "Accumbens-area": 2, "Cerebellum-Cortex": 2, "Cerebellum-White-Matter": 2,
}  # fmt: skip


@dataclass(frozen=True)
class Curve:
    """Median by age for one sex, and the spread around it; `growth` is the rate a year under 8 years."""

    a: float
    b: float
    c: float
    log_sd: float
    growth: float = 0.0

    def median(self, age_years: float) -> float:
        """The median at an age."""
        young, old = AGES
        within = min(max(age_years, young), old)
        rate = (self._log(old) - self._log(_SETTLED)) / (old - _SETTLED)
        beyond = max(age_years - old, 0) * rate + min(age_years - young, 0) * self.growth
        return math.exp(self._log(within) + beyond)

    def _log(self, age_years: float) -> float:
        t = (age_years - 40) / 10
        return self.a + self.b * t + self.c * t * t


ICV_ML = {"F": (1428.0, 0.085), "M": (1629.0, 0.082)}
"""Intracranial volume: median and logarithmic SD within sites of 1,042 people of 18 to 80 years, as
FreeSurfer estimates it (Buckner et al. 2004, doi:10.1016/j.neuroimage.2004.06.018)."""

ICV_AT_FIVE = {"F": 1200 / 1300, "M": 1350 / 1500}
"""Share of the final volume at 5 years, which is reached in a line at 15; Sgouros et al. 1999,
doi:10.3171/jns.1999.91.4.0610."""

CURVES: dict[str, dict[str, Curve]] = {
    "Cerebral-Cortex": {
        "F": Curve(6.12142, -0.02580, -0.00167, 0.0821),
        "M": Curve(6.22829, -0.02408, -0.00190, 0.0844),
    },
    "Cerebral-White-Matter": {
        "F": Curve(6.07925, -0.00423, -0.00339, 0.1095, _WHITE_GROWTH),
        "M": Curve(6.24022, -0.00054, -0.01490, 0.1054, _WHITE_GROWTH),
    },
    "Thickness": {
        "F": Curve(0.89776, -0.01317, -0.00047, 0.0323),
        "M": Curve(0.89365, -0.01385, 0.00096, 0.0347),
    },
    "Lateral-Ventricle": {
        "F": Curve(1.84817, 0.09885, 0.02636, 0.4056),
        "M": Curve(2.15033, 0.15125, 0.00470, 0.4170),
    },
    "Inf-Lat-Vent": {
        "F": Curve(-1.10568, 0.03744, 0.01843, 0.3756),
        "M": Curve(-0.96488, 0.06739, 0.02533, 0.3384),
    },
    "choroid-plexus": {
        "F": Curve(-0.74001, 0.03816, 0.00973, 0.2666),
        "M": Curve(-0.58146, 0.05942, 0.01003, 0.2848),
    },
    "3rd-Ventricle": {
        "F": Curve(-0.15322, 0.06004, 0.02450, 0.2793),
        "M": Curve(0.05016, 0.08862, 0.02449, 0.2756),
    },
    "4th-Ventricle": {
        "F": Curve(0.43414, -0.02809, 0.01317, 0.2561),
        "M": Curve(0.58694, -0.01150, 0.01751, 0.2692),
    },
    "Thalamus": {
        "F": Curve(1.95471, -0.02512, -0.00509, 0.0953),
        "M": Curve(2.09122, -0.01918, -0.01366, 0.0958),
    },
    "Caudate": {
        "F": Curve(1.22940, -0.03582, 0.00130, 0.1179),
        "M": Curve(1.32895, -0.02790, -0.00425, 0.1189),
    },
    "Putamen": {
        "F": Curve(1.54243, -0.04487, 0.00031, 0.1015),
        "M": Curve(1.65850, -0.03843, -0.00559, 0.0962),
    },
    "Pallidum": {
        "F": Curve(0.58520, -0.02599, -0.00088, 0.1139),
        "M": Curve(0.73604, -0.01414, -0.01414, 0.1121),
    },
    "Hippocampus": {
        "F": Curve(1.36817, -0.01099, -0.00364, 0.0857),
        "M": Curve(1.46525, -0.01633, -0.01131, 0.0873),
    },
    "Amygdala": {
        "F": Curve(0.44606, -0.02208, -0.00513, 0.1068),
        "M": Curve(0.60295, -0.01668, -0.01620, 0.1146),
    },
    "Claustrum": {
        "F": Curve(-0.10500, -0.03000, -0.00700, 0.12),
        "M": Curve(0.03000, -0.03000, -0.00700, 0.12),
    },
    "Accumbens-area": {
        "F": Curve(-0.61121, -0.05561, -0.00586, 0.1587),
        "M": Curve(-0.53140, -0.04949, -0.00395, 0.1628),
    },
    "VentralDC": {
        "F": Curve(1.36191, -0.00753, -0.00168, 0.0896),
        "M": Curve(1.50595, -0.00561, -0.01510, 0.0956),
    },
    "Optic-Chiasm": {
        "F": Curve(-1.78465, 0.02792, 0.00763, 0.2747),
        "M": Curve(-1.54012, 0.05242, -0.01851, 0.2709),
    },
    "Corpus-Callosum": {
        "F": Curve(1.26292, 0.00127, -0.00771, 0.1393),
        "M": Curve(1.34103, 0.00110, -0.01325, 0.1434),
    },
    "vessel": {
        "F": Curve(-3.39932, 0.07790, -0.03337, 0.5947),
        "M": Curve(-3.44085, 0.06751, -0.01521, 0.5413),
    },
    "Brain-Stem": {
        "F": Curve(2.99060, 0.00058, -0.00327, 0.1023),
        "M": Curve(3.11597, -0.00073, -0.01191, 0.1086),
    },
    "Cerebellum-Cortex": {
        "F": Curve(3.93331, -0.02747, -0.00345, 0.1029),
        "M": Curve(4.02156, -0.03334, -0.00218, 0.1084),
    },
    "Cerebellum-White-Matter": {
        "F": Curve(2.62389, 0.00119, -0.01123, 0.1248),
        "M": Curve(2.69597, -0.01249, -0.01669, 0.1391),
    },
}


class Individual(Person):
    """A person with all that sets their sizes apart from others of their age and sex.

    Args:
        sizes: standard score of every size, by the names of `CURVES`.
        leans: standard score of the lean to the left of every pair.
    """

    sizes: dict[str, float]
    leans: dict[str, float]


def icv_median_ml(person: Person) -> float:
    """The median intracranial volume for age and sex, in mL."""
    to_grow = min(max((_GROWN_YEARS - person.age_years) / (_GROWN_YEARS - 5), 0.0), 1.0)
    return ICV_ML[person.sex][0] * (1 - to_grow * (1 - ICV_AT_FIVE[person.sex]))


def icv_ml(key: Key, person: Person) -> float:
    """An intracranial volume for this person, in mL: their own where it is known, else drawn."""
    if person.icv_ml is not None:
        return person.icv_ml
    return icv_median_ml(person) * math.exp(truncated_normal(key.rng(), 0, ICV_ML[person.sex][1]))


def individual(key: Key, person: Person, icv: float) -> Individual:
    """The person with their standard scores, all drawn together from what is known of the head's size.

    Args:
        key: the person's stream; sizes and leans have their own below it.
        person: age and sex.
        icv: intracranial volume in mL.
    """
    if isinstance(person, Individual):
        return person
    score = math.log(icv / icv_median_ml(person)) / ICV_ML[person.sex][1]
    sizes = joint.table("sizes").draw(key / "sizes", ICV=score)
    leans = joint.table("sides").draw(key / "leans")
    return Individual(**person.model_dump(), sizes=_fitting(sizes, person, FULLEST * icv), leans=leans)


def _fitting(sizes: dict[str, float], person: Person, room_ml: float) -> dict[str, float]:
    """The scores, all volumes lowered alike where brain and ventricles together exceed the room in mL."""
    for _ in range(_ROUNDS):
        parts = {name: count * _size(name, person, sizes[name]) for name, count in _PARTS.items()}
        excess = math.log(sum(parts.values()) / room_ml)
        if excess < 1e-4:
            break
        spread = sum(part * CURVES[name][person.sex].log_sd for name, part in parts.items())
        step = excess * sum(parts.values()) / spread
        sizes = sizes | {name: sizes[name] - step for name in _PARTS}
    return sizes


def _size(name: str, person: Person, score: float) -> float:
    curve = CURVES[name][person.sex]
    return curve.median(person.age_years) * math.exp(curve.log_sd * score)


def value(name: str, key: Key, person: Person, icv: float) -> float:
    """A value of the structure `name` for this person, given the intracranial volume in mL.

    A size that is not among the correlations varies alone, from the stream `key`.
    """
    sizes = individual(key, person, icv).sizes
    return _size(name, person, sizes[name] if name in sizes else truncated_normal(key.rng(), 0, 1))


def pair(name: str, key: Key, person: Person, icv: float) -> tuple[float, float]:
    """Values for the left and the right structure, which differ as they do in people."""
    somebody = individual(key, person, icv)
    both = value(name, key, somebody, icv)
    sides = joint.table("sides")
    lean = 0.0
    if name in sides.names:
        at = sides.names.index(name)
        lean = float(sides.numbers["mean"][at] + sides.numbers["sd"][at] * somebody.leans[name])
    return both * math.exp(lean), both * math.exp(-lean)
