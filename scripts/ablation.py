"""What each part of the generator is worth on real scans: it is left out, all else stays.

    python scripts/ablation.py OUT FOLDER                  every part, 150 steps on 24 heads each
    python scripts/ablation.py OUT FOLDER --steps 1000 --heads 128 --parts whole folding

Every row trains a segmenter from nothing, by the same plan and the same streams but for what is left out, and
measures it on the scans of FOLDER, see `bench/real.py`. Nothing is chosen by what comes out. "again" is the
whole generator with other heads and views: what it differs from the first row by is chance.

OUT keeps a folder for every row; the same command goes on where it was stopped, and another budget asks for
another OUT. The table of the rows asked for stands in `OUT/ablation.tsv` in the end.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

from real import STRUCTURES, labels_of, structures

from mindscan.core.errors import FolderError, MindscanError
from mindscan.dataset.nifti import read_nifti
from mindscan.learn.fit import WEIGHTS, fit
from mindscan.learn.training import Training
from mindscan.learn.weights import write_atomically
from mindscan.tasks.segment import segment
from mindscan.tasks.segmenter import Segmenter

SCORES = "real.json"
"""File of a row's scores, in its folder."""
RATE = 2e-3
"""From nothing, faster than the plan, which goes on from earlier weights."""
PLAN = Path(__file__).with_name("segmenter.toml")
SEED = 2027
"""Of heads and views; the next one for the row that says what chance is."""
SMOOTH = {"cerebrum": {"spacing_mm": 30.0, "sulcus_mm": 0.0, "waver_mm": 0.0}}
"""Folds of one's own hardly anywhere: three times as far apart, straight and closed."""
ALIKE = {"warp": {"broad_mm": 0.0, "middle_mm": 0.0, "fine_mm": 0.0}}
"""Everybody in the shape of the average; sizes still differ, and deep structures lie a millimetre off."""

PARTS: dict[str, tuple[str, dict[str, object], dict[str, object]]] = {
    "whole": ("nothing", {}, {}),
    "again": ("nothing, other heads and views", {}, {"seed": SEED + 1}),
    "folding": ("folds of one's own", {"anatomy": SMOOTH}, {}),
    "shape": ("variety of shapes, deep ones too", {"anatomy": ALIKE}, {}),
    "lesions": ("lesions and diseases", {"conditions": []}, {}),
    "faults": ("noise, bias, blur, thick slices, markers", {}, {"clothes": {"faults": False}}),
    "head": ("the head around the brain", {}, {"clothes": {"whole": 0.0}}),
    "random": ("contrasts that no scanner has", {}, {"clothes": {"random": 0.0}}),
    "physical": ("contrasts of scanners", {}, {"clothes": {"random": 1.0}}),
}
"""By row: what is left out, in words, in the plan of the heads, and in the rest of the training."""


def training(part: str, heads: int, steps: int) -> Training:
    """The plan of a row: that of the packaged weights, a part left out, for so many heads and steps."""
    usual = Training.read(PLAN).model_dump(mode="json", exclude_unset=True)
    _, plan, rest = PARTS[part]
    usual["heads"] |= plan
    budget = {"seed": SEED, "count": heads, "steps": steps, "rate": RATE, "held_out": 0}
    return Training.parse(usual | budget | rest, part)


def scans(folder: Path) -> dict[str, list[tuple[Path, Path]]]:
    """Real scans with their labels, by kind.

    Raises:
        FolderError: there are none of a kind.
    """
    stripped = sorted((folder / "t1_manual_labels").glob("[0-9]*_T1_brain.nii.gz"))
    heads = sorted(p for p in (folder / "whole_head_t1").glob("*.nii.gz") if "DLMUSE" not in p.name)
    found = {
        "stripped": [(path, labels_of(path)) for path in stripped],
        "with skull": [(path, path.with_name(path.name.replace(".nii", "_DLMUSE.nii"))) for path in heads],
    }
    for kind, pairs in found.items():
        if not pairs or not all(labels.exists() for _, labels in pairs):
            raise FolderError(f"{folder} lacks labelled scans {kind}", "those of bench/real.py", "add them")
    return found


def measured(weights: Path, known: dict[str, list[tuple[Path, Path]]]) -> dict[str, float]:
    """Mean Dice of every structure over the stripped scans, and of all over those of each kind."""
    rows = {kind: _mean(weights, pairs) for kind, pairs in known.items()}
    return rows["stripped"] | {kind: float(np.mean(list(row.values()))) for kind, row in rows.items()}


def _mean(weights: Path, pairs: list[tuple[Path, Path]]) -> dict[str, float]:
    rows = []
    for path, labels in pairs:
        found = segment(read_nifti(path), weights).labels.numpy()
        rows.append(structures(found, read_nifti(labels, torch.int16).numpy()))
    return {name: float(np.mean([row[name] for row in rows])) for name in STRUCTURES}


def main(out: Path, folder: Path, parts: list[str], heads: int, steps: int) -> None:
    """Train every row, then measure every row and tell."""
    known = scans(folder)
    for part in parts:  # one that is done takes no step; one of another budget is refused
        for step in fit(Segmenter(), training(part, heads, steps), out / part):
            print(f"{part}: step {step.number} of {steps}, {step.seconds:.0f} s", end="\r", flush=True)
    table: list[str] = []
    for part in parts:
        words, scores = PARTS[part][0], out / part / SCORES
        if not scores.exists():
            write_atomically(scores, json.dumps(measured(out / part / WEIGHTS, known), indent=1).encode())
        row = json.loads(scores.read_text(encoding="utf-8"))
        table += [] if table else ["\t".join(["left out", *row])]
        table.append("\t".join([words, *(f"{value:.3f}" for value in row.values())]))
        print(f"{words:42s} {row['stripped']:.3f} stripped, {row['with skull']:.3f} with skull")
    write_atomically(out / "ablation.tsv", ("\n".join(table) + "\n").encode())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--heads", type=int, default=24)
    parser.add_argument("--steps", type=int, default=150)
    try:
        main(**vars(parser.parse_args()))
    except MindscanError as error:
        parser.exit(2, f"{error}\n")
