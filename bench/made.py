"""How well made scans of unseen people are segmented: contrast, resolution, agreement, time and memory.

    python bench/made.py [PEOPLE]       3 people, with the networks that come along
    python bench/made.py 3 --weights FILE
    python bench/made.py 1 --conditions     the same people healthy and sick, T1w
    python bench/made.py 2 --ages           the same people at 25, 45, 70 and 85 years, T1w

Every person is imaged with every preset below; the Dice of a scan is the mean over structures on the scan's
own grid, against its exact labels. Bars of the project: it falls by at most 0.03 from T1w to the other
contrasts and by at most 0.06 to 5 mm slices; the hippocampus of the same person agrees within 3 %; 30 s and
6 GiB a scan of 1 mm on two cores.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mindscan.cohort import recipe as recipes
from mindscan.cohort.plan import Plan
from mindscan.core.labels import BY_ID, both_sides
from mindscan.core.volume import Volume
from mindscan.learn.classes import IDS, classes_of, ids_of, sides_of
from mindscan.tasks.segment import segment

SEED = 909_090
"""Of people that no network learns from."""
PRESETS = ("T1w", "T2w", "FLAIR", "PDw", "CT", "T1w-lowfield-0.064T", "FLAIR-3T-axial-5mm")
_FIRST = PRESETS[0]
_SEVERITY = 0.7
SICK: Mapping[str, Mapping[str, Any]] = {
    "healthy": {},
    **{
        f"{name} {_SEVERITY}": {"conditions": [{"name": name, "severity": _SEVERITY}]}
        for name in (
            "alzheimers-disease",
            "hydrocephalus",
            "multiple-sclerosis",
            "ischaemic-stroke",
            "glioma",
            "subdural-haematoma",
        )
    },
}
AGES: Mapping[str, Mapping[str, Any]] = {
    f"{age} years": {"people": {"age_years": age}} for age in (25, 45, 70, 85)
}
"""What is compared, and what its plan says."""


def dice(ours: torch.Tensor, theirs: torch.Tensor) -> dict[int, float]:
    """Overlap by FreeSurfer id, of those that are there."""
    truth = ids_of(classes_of(theirs), sides_of(theirs) == 1)
    scores = {}
    for i in IDS:
        one, other = ours == i, truth == i
        if bool(other.any()):
            scores[i] = float(2 * (one & other).sum() / (one.sum() + other.sum()))
    return scores


def main(people: int, weights: Path | None) -> None:
    """Print a line for every preset."""
    plan = Plan.parse({"scans": [{"preset": name} for name in PRESETS]})
    scores: dict[str, list[dict[int, float]]] = {name: [] for name in PRESETS}
    hippocampus: dict[str, list[float]] = {name: [] for name in PRESETS}
    seconds = []
    for number in range(1, people + 1):
        subject = recipes.make(recipes.draw(plan, SEED, recipes.subject_id(number)), dense=False)
        for name, scan in zip(PRESETS, subject.scans, strict=True):
            brain = scan.brain or subject.brain
            assert brain is not None
            began = time.perf_counter()
            found = segment(Volume(scan.volume.data, scan.volume.affine), weights)
            seconds += [time.perf_counter() - began] if name == _FIRST else []
            scores[name].append(dice(found.labels.data, brain.labels.data))
            hippocampus[name].append(sum(found.volumes_ml[i] for i in both_sides("Hippocampus")))
    first = np.mean([np.mean(list(one.values())) for one in scores[_FIRST]])
    print(f"{people} made people of seed {SEED}: mean Dice of structures, and against {_FIRST}")
    for name in PRESETS:
        mean = np.mean([np.mean(list(one.values())) for one in scores[name]])
        ratio = np.array(hippocampus[name]) / np.array(hippocampus[_FIRST])
        off = np.median(np.abs(ratio - 1))
        print(f"  {name:22s} {mean:.3f}  {mean - first:+.3f}   hippocampus {off:.1%} off")
    print(f"Dice by structure in {_FIRST}:")
    for i in IDS:
        print(f"  {BY_ID[i].name:32s} {np.mean([one.get(i, np.nan) for one in scores[_FIRST]]):.3f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    amx = "with" if torch.cpu.get_capabilities().get("amx_bf16") else "without"
    run = f"{torch.get_num_threads()} threads {amx} AMX"
    print(f"median {np.median(seconds):.0f} s a scan of 1 mm, {run}; {peak:.1f} GiB at most")


def groups(people: int, weights: Path | None, plans: Mapping[str, Mapping[str, Any]]) -> None:
    """Print a line for every group of people: mean over structures, and the structures that fare worst."""
    print(f"{people} made people of seed {SEED} in {_FIRST}: mean Dice of structures")
    for name, told in plans.items():
        plan = Plan.parse({"scans": [{"preset": _FIRST}], **told})
        scores = []
        for number in range(1, people + 1):
            subject = recipes.make(recipes.draw(plan, SEED, recipes.subject_id(number)), dense=False)
            (scan,), brain = subject.scans, subject.brain
            assert brain is not None
            found = segment(Volume(scan.volume.data, scan.volume.affine), weights)
            scores.append(dice(found.labels.data, brain.labels.data))
        means = {i: np.mean([one[i] for one in scores if i in one]) for i in IDS}
        worst = ", ".join(f"{BY_ID[i].name} {means[i]:.2f}" for i in sorted(IDS, key=means.__getitem__)[:3])
        print(f"  {name:24s} {np.mean(list(means.values())):.3f}   {worst}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("people", type=int, nargs="?", default=3)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--conditions", dest="plans", action="store_const", const=SICK)
    parser.add_argument("--ages", dest="plans", action="store_const", const=AGES)
    given = parser.parse_args()
    if given.plans:
        groups(given.people, given.weights, given.plans)
    else:
        main(given.people, given.weights)
