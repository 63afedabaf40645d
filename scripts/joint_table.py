"""Make the tables of what varies together, from the same people as `norms_table.py` (development only).

    python scripts/joint_table.py fcon1000.csv.gz sizes.csv sides.csv

`sizes.csv` holds correlations of logarithmic sizes between people: after a parabola in age for each sex, and
after the mean of each site, so that scanners do not count as anatomy; sites of fewer than ten people are left
out. `sides.csv` holds, for every pair, mean and standard deviation of half the logarithm of left over right,
and how these leans correlate. The rules of `norms_table.py` say who is left out. Summary statistics only.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import norms_table
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
FEWEST = 10
CALLOSUM = ("Posterior", "Mid_Posterior", "Central", "Mid_Anterior", "Anterior")
SIZES = {
    "ICV": "etiv", "Cerebral-Cortex": "cortical_gm", "Cerebral-White-Matter": "cerebral_wm",
    "Thickness": "thickness_mm", "Lateral-Ventricle": "lateral_ventricle", "Inf-Lat-Vent": "temporal_horn",
    "3rd-Ventricle": "third_ventricle", "4th-Ventricle": "fourth_ventricle",
    "choroid-plexus": "choroid_plexus", "Thalamus": "thalamus", "Caudate": "caudate", "Putamen": "putamen",
    "Pallidum": "pallidum", "Hippocampus": "hippocampus", "Amygdala": "amygdala",
    "Accumbens-area": "accumbens", "VentralDC": "ventral_dc", "Brain-Stem": "brainstem",
    "Cerebellum-Cortex": "cerebellum_cortex", "Cerebellum-White-Matter": "cerebellum_wm",
    "Optic-Chiasm": "chiasm", "Corpus-Callosum": "callosum",
}  # fmt: skip
SURFACES = {"Cerebral-Cortex": "CortexVol", "Cerebral-White-Matter": "CerebralWhiteMatterVol"}


def sides(columns: Mapping[str, Array]) -> dict[str, Array]:
    """Half the logarithm of left over right, by FreeSurfer name."""
    pairs = {name: (columns[f"lh{end}"], columns[f"rh{end}"]) for name, end in SURFACES.items()}
    for column in norms_table.SIDED.values():
        pairs[column.removesuffix("-Proper")] = (columns[f"Left-{column}"], columns[f"Right-{column}"])
    return {n: np.log(np.maximum(a, 1e-6) / np.maximum(b, 1e-6)) / 2 for n, (a, b) in pairs.items()}


def rest(values: Array, columns: Mapping[str, Array], people: npt.NDArray[np.bool_]) -> Array:
    """What age and sex leave over; NaN for people left out and for failed segmentations."""
    left = np.full(len(values), np.nan)
    for code in norms_table.SEXES:
        who = np.flatnonzero(people & (columns["sex"] == code) & np.isfinite(values))
        ages = columns["age"][who]
        near = norms_table.believable(np.exp(values[who]), ages)
        line = np.polyfit(ages[near], values[who][near], 2)
        left[who[near]] = values[who][near] - np.polyval(line, ages[near])
    return left


def within_sites(values: Array, sites: Sequence[str]) -> Array:
    """Values, shape (structures, people), less the mean of each site; only people who have them all."""
    names, codes = np.unique(sites, return_inverse=True)
    values = values.copy()
    for n in range(len(names)):
        here = codes == n
        known = int(np.isfinite(values[:, here]).all(0).sum())
        values[:, here] -= np.nanmean(values[:, here], 1, keepdims=True) if known >= FEWEST else np.nan
    return values[:, np.isfinite(values).all(0)]


def write(path: Path, names: Sequence[str], extra: Mapping[str, Array], correlation: Array) -> None:
    """One row for each structure: its numbers, then its correlations up to the diagonal."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["structure", *extra, *names])
        for n, name in enumerate(names):
            numbers = [f"{values[n]:.4f}" for values in extra.values()]
            writer.writerow([name, *numbers, *(f"{r:.2f}" for r in correlation[n, : n + 1])])


def main() -> None:
    """Read the table of people, write both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("source", "sizes", "sides"):
        parser.add_argument(name, type=Path)
    asked = parser.parse_args()
    columns, sites = norms_table.read_columns(asked.source)
    people = norms_table.usable_people(columns, sites)
    found = norms_table.measures(columns)
    found["chiasm"] = columns["Optic-Chiasm"] / norms_table.MM3_PER_ML
    found["callosum"] = np.sum([columns[f"CC_{part}"] for part in CALLOSUM], axis=0) / norms_table.MM3_PER_ML
    logs = [np.log(np.maximum(found[column], 1e-6)) for column in SIZES.values()]
    left = within_sites(np.stack([rest(one, columns, people) for one in logs]), sites)
    write(asked.sizes, list(SIZES), {}, np.corrcoef(left))
    leans = sides(columns)
    lean = within_sites(np.stack([rest(one, columns, people) for one in leans.values()]), sites)
    means = np.array([np.median(one[people]) for one in leans.values()])
    write(asked.sides, list(leans), {"mean": means, "sd": lean.std(1, ddof=1)}, np.corrcoef(lean))
    print(f"sizes of {left.shape[1]} people, sides of {lean.shape[1]}")


if __name__ == "__main__":
    main()
