"""Make the norms table from the FreeSurfer table of the 1000 Functional Connectomes (development only).

    python scripts/norms_table.py fcon1000.csv.gz bands.csv [--report norms.txt]

The input has a row per person: age in years, sex, site and the volumes (mm³) and mean thickness (mm) that
FreeSurfer measured; `fcon1000.csv` is shared by the PCNtoolkit demonstration repository. The output holds
summary statistics only.

Rules, in this order:

1. Sex is not documented in the table. Code 1 is taken as male because the mean eTIV of code 1 is larger
   than that of code 0 in the whole table; the script stops when it is not.
2. The site of patients with ADHD is left out: the table is about healthy people.
3. eTIV comes from a linear registration that fails in some people. Brain volume without ventricles over
   eTIV cannot be near 1 and is not below two thirds at any healthy age; people outside 0.65 to 0.90 are
   left out.
4. Within sex and structure, a value more than 4 robust standard deviations (1.4826 times the median
   absolute deviation) from a straight line in age, on a logarithmic scale, is a failed segmentation and
   is left out.

Reference:
    Biswal et al. 2010, Toward discovery science of human brain function, doi:10.1073/pnas.0911855107.
    Fischl 2012, FreeSurfer, doi:10.1016/j.neuroimage.2012.01.021.
"""

from __future__ import annotations

import argparse
import csv
import gzip
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

BANDS = ((5, 9), (10, 19), (20, 29), (30, 39), (40, 49), (50, 59), (60, 69), (70, 79), (80, 89))
PATIENT_SITES = ("NewYork_a_ADHD",)
BRAIN_TO_ETIV = (0.65, 0.90)
ROBUST_SDS = 4.0
MM3_PER_ML = 1000.0
SEXES = {0: "F", 1: "M"}

SIDED = {
    "thalamus": "Thalamus-Proper",
    "caudate": "Caudate",
    "putamen": "Putamen",
    "pallidum": "Pallidum",
    "hippocampus": "Hippocampus",
    "amygdala": "Amygdala",
    "accumbens": "Accumbens-area",
    "ventral_dc": "VentralDC",
    "choroid_plexus": "choroid-plexus",
    "lateral_ventricle": "Lateral-Ventricle",
    "temporal_horn": "Inf-Lat-Vent",
    "cerebellum_cortex": "Cerebellum-Cortex",
    "cerebellum_wm": "Cerebellum-White-Matter",
}
DEEP_GM = ("thalamus", "caudate", "putamen", "pallidum", "hippocampus", "amygdala", "accumbens")
"""The nuclei that mindscan labels; FreeSurfer's own sum (subcortical_gm) also counts the ventral DC."""
WHOLE = {
    "etiv": "EstimatedTotalIntraCranialVol",
    "brain_no_ventricles": "BrainSegVolNotVent",
    "cortical_gm": "CortexVol",
    "cerebral_wm": "CerebralWhiteMatterVol",
    "subcortical_gm": "SubCortGrayVol",
    "third_ventricle": "3rd-Ventricle",
    "fourth_ventricle": "4th-Ventricle",
    "brainstem": "Brain-Stem",
    "optic_chiasm": "Optic-Chiasm",
}
CALLOSUM = ("Posterior", "Mid_Posterior", "Central", "Mid_Anterior", "Anterior")


def read_columns(path: Path) -> tuple[dict[str, Array], list[str]]:
    """Numbers by column name, and the site of every row."""
    packed = path.read_bytes()
    text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    names = [name for name in rows[0] if name not in ("sub_id", "site")]
    return {name: np.array([float(row[name]) for row in rows]) for name in names}, [r["site"] for r in rows]


def measures(columns: dict[str, Array]) -> dict[str, Array]:
    """Every structure in millilitres (thickness in millimetres); sided ones are the mean of both sides."""
    found = {name: columns[column] / MM3_PER_ML for name, column in WHOLE.items()}
    for name, column in SIDED.items():
        found[name] = (columns[f"Left-{column}"] + columns[f"Right-{column}"]) / 2 / MM3_PER_ML
    found["corpus_callosum"] = np.sum([columns[f"CC_{part}"] for part in CALLOSUM], axis=0) / MM3_PER_ML
    vessels = np.maximum(columns["Left-vessel"] + columns["Right-vessel"], 1)
    found["vessel"] = vessels / 2 / MM3_PER_ML
    found["ventricles"] = (
        2 * found["lateral_ventricle"]
        + 2 * found["temporal_horn"]
        + found["third_ventricle"]
        + found["fourth_ventricle"]
    )
    found["deep_gm"] = 2 * np.sum([found[name] for name in DEEP_GM], axis=0)
    found["lateral_ventricles"] = 2 * found["lateral_ventricle"] + 2 * found["temporal_horn"]
    both = [columns[f"{side}_MeanThickness_thickness"] for side in ("lh", "rh")]
    found["thickness_mm"] = (both[0] + both[1]) / 2
    return found


def usable_people(columns: dict[str, Array], sites: Iterable[str]) -> npt.NDArray[np.bool_]:
    """Healthy people whose eTIV is believable; see rules 1 to 3 of this file."""
    icv, sex = columns["EstimatedTotalIntraCranialVol"], columns["sex"]
    if icv[sex == 1].mean() <= icv[sex == 0].mean():
        raise SystemExit("sex code 1 does not have the larger eTIV: check the coding")
    ratio = columns["BrainSegVolNotVent"] / icv
    healthy = np.array([site not in PATIENT_SITES for site in sites])
    return healthy & (ratio > BRAIN_TO_ETIV[0]) & (ratio < BRAIN_TO_ETIV[1])


def believable(values: Array, ages: Array) -> npt.NDArray[np.bool_]:
    """Values within `ROBUST_SDS` of a straight line in age, on a logarithmic scale; see rule 4."""
    logs = np.log(np.maximum(values, 1e-9))
    rest = logs - np.polyval(np.polyfit(ages, logs, 1), ages)
    rest = rest - np.median(rest)
    near: npt.NDArray[np.bool_] = np.abs(rest) <= ROBUST_SDS * 1.4826 * np.median(np.abs(rest))
    return near


def band_rows(name: str, sex: str, values: Array, ages: Array) -> list[list[str]]:
    """One row for each age band with at least three people."""
    rows = []
    for low, high in BANDS:
        members = (ages >= low) & (ages < high + 1)
        inside = values[members]
        if len(inside) >= 3:
            numbers = [f"{number:.5g}" for number in (inside.mean(), inside.std(ddof=1))]
            age = f"{ages[members].mean():.1f}"
            rows.append([name, sex, str(low), str(high), age, str(len(inside)), *numbers])
    return rows


def ratio_row(name: str, sex: str, values: Array, icv: Array, ages: Array) -> str:
    """Share of the intracranial volume at 20 to 39 years, its spread about a line in age, and the slope."""
    ratio = values / icv
    young = (ages >= 20) & (ages < 40)
    old = ages >= 40
    line = np.polyfit(ages, ratio, 1)
    rest = (ratio - np.polyval(line, ages)).std(ddof=2)
    slopes = [np.polyfit(ages[m], ratio[m], 1)[0] for m in (~old, old)]
    log_line = np.polyfit(ages, np.log(ratio), 1)
    log_sd = (np.log(ratio) - np.polyval(log_line, ages)).std(ddof=2)
    partial = np.polyfit(np.log(icv), np.log(values) - log_line[0] * ages, 1)[0]
    numbers = [
        ratio[young].mean(), ratio[young].std(ddof=1), rest, line[0], *slopes, log_line[0], log_sd, partial
    ]  # fmt: skip
    return f"{name:20s} {sex}  " + " ".join(f"{number:11.4g}" for number in numbers)


def curve_row(name: str, sex: str, values: Array, ages: Array) -> str:
    """A parabola in age through the logarithms, and the spread about it."""
    t = (ages - 40) / 10
    c, b, a = np.polyfit(t, np.log(values), 2)
    rest = (np.log(values) - np.polyval([c, b, a], t)).std(ddof=3)
    return f"{name:20s} {sex}  a {a:9.5f}  b {b:9.5f}  c {c:9.5f}  logsd {rest:.4f}  at40 {np.exp(a):.5g}"


def main() -> None:
    """Read the table, write the band table and, when asked, the wider report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("bands", type=Path)
    parser.add_argument("--report", type=Path)
    asked = parser.parse_args()
    columns, sites = read_columns(asked.source)
    kept = usable_people(columns, sites)
    found = measures(columns)
    rows, ratios, curves = [], [], []
    for name, everyone in found.items():
        for code, sex in SEXES.items():
            who = kept & (columns["sex"] == code)
            near = believable(everyone[who], columns["age"][who])
            values, ages, icv = everyone[who][near], columns["age"][who][near], found["etiv"][who][near]
            rows += band_rows(name, sex, values, ages)
            if name not in ("etiv", "thickness_mm"):
                ratios.append(ratio_row(name, sex, values, icv, ages))
            curves.append(curve_row(name, sex, values, ages))
    with asked.bands.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["structure", "sex", "age_from", "age_to", "mean_age", "n", "mean", "sd"])
        writer.writerows(rows)
    print(f"{int(kept.sum())} of {len(kept)} people kept; {len(rows)} rows")
    if asked.report:
        asked.report.write_text(report_text(rows, ratios, curves), encoding="utf-8")


def report_text(rows: list[list[str]], ratios: list[str], curves: list[str]) -> str:
    """The band table, the shares of the intracranial volume and the smooth curves, in columns."""
    heads = ("ratio20-39", "sd20-39", "sd_resid", "slope/y", "slope/y<40", "slope/y>=40", "logslope/y")
    parts = [
        "Volumes in mL (sided structures: mean of the two sides; ventricles: all four). etiv: eTIV.",
        "\nBANDS: structure sex from-to mean_age n mean sd",
        *(
            f"{r[0]:20s} {r[1]} {r[2]:>3s}-{r[3]:3s} {r[4]:>5s} {r[5]:>4s} {r[6]:>9s} {r[7]:>9s}"
            for r in rows
        ),
        "\nSHARE OF ICV (eTIV): mean and SD at 20-39 y; SD of residual about a line in age; slopes of the",
        "ratio per year (all, below 40, from 40); slope and residual SD of log(ratio); exponent of ICV",
        f"{'structure':20s} s  " + " ".join(f"{h:>11s}" for h in (*heads, "logsd", "icv_power")),
        *ratios,
        "\nCURVES: value = exp(a + b t + c t^2) * exp(logsd * z), t = (age - 40) / 10; fitted over all ages",
        *curves,
    ]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    main()
