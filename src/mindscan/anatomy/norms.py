"""How large structures are at a given age and sex: published statistics, and nothing else.

Medians follow ``exp(a + b t + c t^2)`` with ``t = (age - 40) / 10``; people scatter around them with
the logarithmic standard deviation `log_sd`. Volumes in mL (one side where a structure has two).

Source: fitted to the FreeSurfer volumes of 975 people of the 1000 Functional Connectomes project, 8 to
79 years. Reference: Biswal et al. 2010, doi:10.1073/pnas.0911855107.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import truncated_normal

AGES = (8.0, 85.0)
"""Curves are held constant outside these ages."""


@dataclass(frozen=True)
class Curve:
    """Median by age for one sex, and the spread around it."""

    a: float
    b: float
    c: float
    log_sd: float

    def median(self, age_years: float) -> float:
        """The median at an age."""
        t = (min(max(age_years, AGES[0]), AGES[1]) - 40) / 10
        return math.exp(self.a + self.b * t + self.c * t * t)


ICV_ML = {"F": (1289.0, 0.086), "M": (1469.0, 0.069)}
"""Intracranial volume: mean and logarithmic SD; Matsumae et al. 1996, doi:10.3171/jns.1996.84.6.0982."""

CURVES: dict[str, dict[str, Curve]] = {
    "Cerebral-Cortex": {
        "F": Curve(6.12142, -0.02580, -0.00167, 0.0821),
        "M": Curve(6.22829, -0.02408, -0.00190, 0.0844),
    },
    "Cerebral-White-Matter": {
        "F": Curve(6.07925, -0.00423, -0.00339, 0.1095),
        "M": Curve(6.24022, -0.00054, -0.01490, 0.1054),
    },
    "Thickness": {
        "F": Curve(0.89776, -0.01317, -0.00047, 0.0323),
        "M": Curve(0.89365, -0.01385, 0.00096, 0.0347),
    },
    "Lateral-Ventricle": {
        "F": Curve(1.86502, 0.09648, 0.02077, 0.4056),
        "M": Curve(2.17090, 0.14886, -0.00098, 0.4170),
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

_ICV_POWER = 0.7
_SIDE_LOG_SD = 0.03


def icv_ml(key: Key, sex: str) -> float:
    """An intracranial volume for a person of this sex, in mL."""
    median, log_sd = ICV_ML[sex]
    return median * math.exp(truncated_normal(key.rng(), 0, log_sd))


def value(name: str, key: Key, person: Person, icv: float) -> float:
    """A value of the structure `name` for this person, given the intracranial volume in mL.

    Volumes grow with the head to the power 0.7; the rest of the published spread is drawn here.
    """
    curve = CURVES[name][person.sex]
    median, icv_log_sd = ICV_ML[person.sex]
    power = 0.0 if name == "Thickness" else _ICV_POWER
    own_sd = math.sqrt(max(curve.log_sd**2 - (power * icv_log_sd) ** 2, (0.3 * curve.log_sd) ** 2))
    scatter = truncated_normal(key.rng(), 0, own_sd)
    return float(curve.median(person.age_years) * (icv / median) ** power * math.exp(scatter))


def pair(name: str, key: Key, person: Person, icv: float) -> tuple[float, float]:
    """Values for the left and the right structure, which differ by a few per cent."""
    both = value(name, key, person, icv)
    lean = truncated_normal((key / "side").rng(), 0, _SIDE_LOG_SD)
    return both * math.exp(lean), both * math.exp(-lean)
