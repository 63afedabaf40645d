"""How far the 32 landmarks are from the truth, and whether their uncertainties are what errors are.

    python bench/landmarks.py [COUNT]

On COUNT made people of a seed that nothing learnt from: from maps of their true labels, whose borders are
made to err, and the whole way from a scan of any contrast. And on the average T1 that nilearn ships, against
the published AFIDs of that template. **That is no independent proof: made people are shaped from this very
template and its landmarks.**
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import nilearn
import numpy as np
import torch

from mindscan.anatomy.landmarks import AFIDS
from mindscan.cohort import recipe as recipes
from mindscan.cohort.plan import Plan
from mindscan.core.brain import Landmarks
from mindscan.core.key import Key
from mindscan.learn import heads
from mindscan.tasks.landmarker import NAMES, Landmarker
from mindscan.tasks.landmarks import Landmark, landmarks
from mindscan.tasks.trained import trained

SEED = 77
CONTRASTS = ("T1w", "T2w", "FLAIR", "random")
T1 = Path(nilearn.__file__).parent / "datasets" / "data" / "mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz"

Found = dict[str, Landmark]


def plan(contrast: str) -> Plan:
    """People of 6 to 95 years at 2 mm with one scan."""
    words = {"people": {"age_years": [6, 95]}, "grid": {"voxel_mm": 2}, "scans": [{"preset": contrast}]}
    return Plan.parse(words)


def from_labels(number: int) -> tuple[Found, Landmarks]:
    """What is found in maps of made labels that err, and the truth, both in the pose of the template."""
    sample = Landmarker().sample(heads.head(plan("T1w"), SEED, number), Key(number))
    with torch.no_grad():
        said = trained("landmarker")(sample.given[None])[0].tolist()
    found = {name: Landmark(*row) for name, row in zip(NAMES, said, strict=True)}
    return found, dict(zip(NAMES, map(tuple, sample.wanted["place"].tolist()), strict=True))


def from_scan(number: int) -> tuple[Found, Landmarks]:
    """What is found in a scan of a made person, and the truth."""
    drawn = recipes.draw(plan(CONTRASTS[number % len(CONTRASTS)]), SEED, recipes.subject_id(number))
    subject = recipes.make(drawn, dense=False)
    assert subject.brain is not None
    return landmarks(subject.scans[0].volume), subject.brain.landmarks


def tell(name: str, pairs: Iterator[tuple[Found, Landmarks]]) -> None:
    """One line: errors in mm, and the root mean square of error over uncertainty."""
    error, claimed = [], []
    for found, true in pairs:
        error.append([np.linalg.norm(np.subtract(found[n][:3], true[n])) for n in NAMES])
        claimed.append([found[n].uncertainty_mm for n in NAMES])
    e, u = np.array(error), np.array(claimed)
    worst = NAMES[int(e.mean(0).argmax())]
    far = f"mean {e.mean():.2f} mm, median {np.median(e):.2f}, 95 % below {np.quantile(e, 0.95):.2f}"
    honest = f"error over uncertainty {np.sqrt(np.square(e / u).mean()):.2f}"
    print(f"{name:32s} {far}; {honest}; worst: {worst} {e.mean(0).max():.2f}", flush=True)


if __name__ == "__main__":
    numbers = range(1, 1 + (int(sys.argv[1]) if len(sys.argv) > 1 else 8))
    tell("unseen heads, labels that err", map(from_labels, numbers))
    tell("the average T1 (of the template)", iter([(landmarks(T1), AFIDS)]))
    tell("unseen heads, scans", map(from_scan, numbers))
