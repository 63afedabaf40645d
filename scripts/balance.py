"""Lean a segmenter so that made brains come out as large as they are.

    python scripts/balance.py FOLDER [PEOPLE]    folder of `mindscan train segmenter` that has ended; 3 people

A network that learns by overlap says too often what it is not sure of: thin and small structures become too
large. Here made people are scanned in many contrasts, and a number is added to the score of every structure
so that the mean of what is said of it is its volume. Weights in the folder are written anew.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor

from mindscan.cohort import recipe as recipes
from mindscan.cohort.plan import Plan
from mindscan.core.brain import Brain
from mindscan.core.errors import MindscanError
from mindscan.core.volume import Volume
from mindscan.imaging.masking import Masking, kept_mask
from mindscan.learn.classes import CLASSES, classes_of
from mindscan.learn.fit import WEIGHTS
from mindscan.learn.weights import read_weights, write_weights
from mindscan.tasks.given import accepted
from mindscan.tasks.segment import answers
from mindscan.tasks.segmenter import BOX, Guided, Segmenter

SEED = 505_050
"""Of people that no network learns from and none is judged by."""
PRESETS = ("T1w", "T1w-SPGR-3T", "FLAIR")
"""Most of what is segmented is T1w."""
LARGE = (
    "Unknown",
    "Cerebral-White-Matter",
    "Cerebral-Cortex",
    "Cerebellum-White-Matter",
    "Cerebellum-Cortex",
    "Brain-Stem",
    "CSF",
)
"""These stay as they are: greys draw them, and on made scans their overlap falls when they are leaned."""
_ROUNDS, _MOST = 60, 12.0
"""Scores are moved by at most this much, which is more than any has needed (8.65)."""


def said(person: int, network: Guided) -> list[tuple[Tensor, Tensor]]:
    """Of every scan of a person, whole and without the skull: probabilities, and how many times a structure's
    volume each voxel holds, shape (classes, i, j, k) and (classes,)."""
    plan = Plan.parse({"scans": [{"preset": name} for name in PRESETS]})
    recipe = recipes.draw(plan, SEED, recipes.subject_id(person))
    subject = recipes.make(recipe, dense=False)
    to_template = recipe.head().to_template
    found = []
    for scan in subject.scans:
        brain = scan.brain or subject.brain
        assert isinstance(brain, Brain)
        ml = torch.bincount(classes_of(brain.labels.data).flatten(), minlength=len(CLASSES))
        ml = ml * brain.labels.grid.voxel_ml
        voxel_ml = BOX.voxel_ml / abs(np.linalg.det(to_template[:3, :3]))
        kept = kept_mask(Masking(keep="brain", margin_mm=2.0), brain)
        for data in (scan.volume.data, scan.volume.data * kept):
            given = accepted(Volume(data, scan.volume.affine))
            chance = answers(given, to_template, partial(Segmenter().answer, network)).data[:-1]
            found.append((chance, voxel_ml / ml))
    return found


def leaned(scans: list[tuple[Tensor, Tensor]]) -> Tensor:
    """What is to be added to the score of every structure, shape (classes,)."""
    lean = torch.zeros(len(CLASSES))
    stays = torch.tensor([name in LARGE for name in CLASSES])
    for _ in range(_ROUNDS):
        ratios = []
        for chance, per_voxel in scans:
            weighed = chance * lean.exp()[:, None, None, None]
            weighed /= weighed.sum(0).clamp(min=1e-9)
            ratios.append(weighed.sum((1, 2, 3)) * per_voxel)
        off = torch.stack(ratios).log().mean(0)
        lean = torch.where(stays, 0, lean - off).clamp(-_MOST, _MOST)
    return lean


@torch.no_grad()
def main(folder: Path, people: int) -> None:
    """Measure, tell and write."""
    network = Segmenter().network()
    assert isinstance(network, Guided)
    read_weights(folder / WEIGHTS, network, Segmenter.name)
    with safe_open(folder / WEIGHTS, "pt") as opened:
        about = opened.metadata()
    network.lean.zero_()
    scans = [one for person in range(1, people + 1) for one in said(person, network)]
    network.lean[:-1] = leaned(scans)
    for name, value in zip(CLASSES, network.lean.tolist(), strict=False):
        print(f"{name:26s} {value:+.2f}")
    write_weights(folder / WEIGHTS, network.state_dict(), about | {"balanced": str(people)})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("people", type=int, nargs="?", default=3)
    try:
        main(**vars(parser.parse_args()))
    except MindscanError as error:
        parser.exit(2, f"{error}\n")
