"""How sizes vary together: people with large thalami have large brainstems, and so on for every pair.

A person's deviation from the median of age and sex is one vector of standard scores, drawn from the
correlations measured between people; so is the lean to one side of all paired structures. Each structure
reads its own component, so changing one structure later leaves all others as they were.

Source: logarithmic FreeSurfer sizes of 914 people of the 1000 Functional Connectomes (sides: 865), after
a parabola in age for each sex and the mean of each site (`scripts/joint_table.py`).
Reference: Biswal et al. 2010, doi:10.1073/pnas.0911855107.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np
import numpy.typing as npt

from mindscan.core.key import Key

Array = npt.NDArray[np.float64]

LIMIT = 3.0
"""Standard scores beyond this are drawn again, all together."""


@dataclass(frozen=True)
class Table:
    """Correlations between standard scores.

    Args:
        names: of the structures.
        correlation: shape (n, n), symmetric and positive definite.
        numbers: further columns of the table, one value per structure.
    """

    names: tuple[str, ...]
    correlation: Array
    numbers: Mapping[str, Array]

    def draw(self, key: Key, **known: float) -> dict[str, float]:
        """One vector of standard scores, given that some of them are known already.

        The known ones are met exactly; the others follow their conditional normal distribution.
        """
        at = [self.names.index(name) for name in known]
        rest = [n for n in range(len(self.names)) if n not in at]
        given = np.array(list(known.values()))
        across = self.correlation[np.ix_(rest, at)]
        weights = across @ np.linalg.inv(self.correlation[np.ix_(at, at)])
        spread = np.linalg.cholesky(self.correlation[np.ix_(rest, rest)] - weights @ across.T)
        rng = key.rng()
        own = spread @ rng.standard_normal(len(rest))
        while np.abs(own).max() > LIMIT:
            own = spread @ rng.standard_normal(len(rest))
        scores = weights @ given + own
        return {self.names[n]: float(score) for n, score in zip(rest, scores, strict=True)} | known


@cache
def table(which: Literal["sizes", "sides"]) -> Table:
    """The correlations of sizes between people ("ICV" among them), or of leans to the left.

    `sides` has two more numbers: mean and SD of half the logarithm of left over right.

    Example:
        >>> sizes = table("sizes")
        >>> row = sizes.correlation[sizes.names.index("Thalamus")]
        >>> bool(0.6 < row[sizes.names.index("Brain-Stem")] < 0.7)
        True
    """
    text = files("mindscan.anatomy").joinpath(f"{which}.csv").read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines())
    names = tuple(row[0] for row in rows)
    extra = header[1 : len(header) - len(names)]
    lower = np.zeros((len(names), len(names)))
    for n, row in enumerate(rows):
        lower[n, : n + 1] = [float(cell) for cell in row[1 + len(extra) :]]
    numbers = {name: np.array([float(row[1 + n]) for row in rows]) for n, name in enumerate(extra)}
    return Table(names, lower + np.tril(lower, -1).T, numbers)
