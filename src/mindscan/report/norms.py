"""Published volumes of healthy brains by age and sex, to hold a data set against."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np
import numpy.typing as npt

Sex = Literal["F", "M"]
Array = npt.NDArray[np.float64]

Z95 = 1.959964
"""Standard deviations either side of the middle that hold 95 % of a normal distribution."""

FEWEST = 5
"""People that a band needs before curves and ranges draw on it."""

LEVEL = ("icv", "etiv")
"""Norms that do not change with age in adults."""

ICV_AGES, ICV_MEAN_AGE = (18, 80), 28.0


@dataclass(frozen=True)
class Norm:
    """Mean and spread of one structure in healthy people of one sex and age band.

    Args:
        structure: a name in `norms.csv`, or "icv".
        sex: "F" or "M".
        age_from: first age of the band, in whole years.
        age_to: last age of the band, in whole years.
        mean_age: mean age of the people in the band, in years.
        people: how many people.
        mean: in millilitres; "thickness_mm" in millimetres. Sided structures: mean of the two sides.
        sd: standard deviation between people, in the unit of the mean.
    """

    structure: str
    sex: Sex
    age_from: int
    age_to: int
    mean_age: float
    people: int
    mean: float
    sd: float


ICV: tuple[Norm, Norm] = (
    Norm("icv", "F", *ICV_AGES, ICV_MEAN_AGE, 577, 1433.0, 122.0),
    Norm("icv", "M", *ICV_AGES, ICV_MEAN_AGE, 465, 1634.0, 134.0),
)
"""Intracranial volume of adults as FreeSurfer estimates it, with the spread within sites.

Reference:
    Biswal et al. 2010, doi:10.1073/pnas.0911855107; Buckner et al. 2004,
    doi:10.1016/j.neuroimage.2004.06.018.
"""


@cache
def norms() -> tuple[Norm, ...]:
    """Every norm: the shipped table and the intracranial volume.

    The table holds statistics of 975 people of 8 to 79 years who were scanned at 21 sites and measured
    with FreeSurfer; `scripts/norms_table.py` makes it and says what was left out and why.

    Reference:
        Biswal et al. 2010, doi:10.1073/pnas.0911855107 (the 1000 Functional Connectomes).
        Fischl 2012, doi:10.1016/j.neuroimage.2012.01.021 (FreeSurfer).

    Example:
        >>> {norm.sex for norm in norms() if norm.structure == "hippocampus"} == {"F", "M"}
        True
    """
    text = files("mindscan.report").joinpath("norms.csv").read_text(encoding="utf-8")
    return (*ICV, *(_norm(row) for row in csv.DictReader(text.splitlines())))


def _norm(row: dict[str, str]) -> Norm:
    sex: Sex = "F" if row["sex"] == "F" else "M"
    ages = int(row["age_from"]), int(row["age_to"]), float(row["mean_age"])
    return Norm(row["structure"], sex, *ages, int(row["n"]), float(row["mean"]), float(row["sd"]))


def ages_covered(structure: str, sex: Sex) -> tuple[float, float]:
    """Youngest and oldest age, in years, of the bands that `expected` draws on.

    Raises:
        ValueError: there is no norm of that name.
    """
    found = _of(structure, sex)
    return float(found[0].age_from), float(found[-1].age_to + 1)


def expected(structure: str, sex: Sex, ages: Array) -> tuple[Array, Array, Array]:
    """The median and the lower and upper ends of the middle 95 % of people, at each age.

    A parabola in age through the logarithms of the band means, weighted by the number of people, with
    the pooled spread of the bands; intracranial volumes are level. Volumes are taken as log-normal, which
    suits the skewed ventricles. Bands of fewer than `FEWEST` people are left out.

    Args:
        structure: name in the table, or "icv".
        sex: "F" or "M".
        ages: in years, any shape; NaN comes back for ages that no band covers.

    Raises:
        ValueError: there is no norm of that name.

    Example:
        >>> middle, low, high = expected("icv", "F", np.array([50.0]))
        >>> bool(low[0] < middle[0] < high[0])
        True
    """
    found = _of(structure, sex)
    people = np.array([norm.people for norm in found], float)
    variance = np.log1p(np.array([norm.sd / norm.mean for norm in found]) ** 2)
    logs = np.log([norm.mean for norm in found]) - variance / 2
    line = np.polyfit(
        [norm.mean_age for norm in found], logs, 0 if structure in LEVEL else 2, w=np.sqrt(people)
    )
    youngest, oldest = ages_covered(structure, sex)
    middle = np.where((ages >= youngest) & (ages <= oldest), np.polyval(line, ages), np.nan)
    reach = Z95 * np.sqrt(np.average(variance, weights=people))
    return np.exp(middle), np.exp(middle - reach), np.exp(middle + reach)


def _of(structure: str, sex: Sex) -> list[Norm]:
    found = [n for n in norms() if (n.structure, n.sex) == (structure, sex) and n.people >= FEWEST]
    if not found:
        raise ValueError(f"no norm of '{structure}'")
    return found
