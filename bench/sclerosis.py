"""How much like real ones the plaques of made people with multiple sclerosis are.

    python bench/sclerosis.py FOLDER [PEOPLE]     FOLDER with masks in MNI space, 20 people

FOLDER holds one NIfTI mask a patient of 1 mm in MNI space, such as the consensus masks of Lesjak et al. 2016,
doi:10.1007/s12021-017-9348-7. Made people have severities spread evenly from 0 to 1; their plaques are put on
the same grid, in the template's space before any warp, so both are aligned by an affine map. Plaques are what
hangs together over faces, edges and corners; those of fewer than 5 voxels are left out on both sides. Bars of
the project: Kolmogorov-Smirnov at most 0.2 for count and log-volume, correlation of densities at least 0.7.
Densities are means over people, smoothed with a Gaussian of 5 mm (standard deviation), compared where either
is above 0. Printed beside: the same correlation between two halves of the real patients.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import nibabel as nib
import numpy as np
import torch

from mindscan.cohort.plan import Plan
from mindscan.cohort.recipe import draw, subject_id
from mindscan.cohort.threads import one_thread
from mindscan.validate import plaques

SEED = 515


def main(folder: Path, people: int) -> None:
    """Print what is found and the bars."""
    images = [nib.load(path) for path in sorted(folder.glob("mslesions_mni_*.nii*"))]
    if not images:
        print(f"no masks in {folder}")
        return
    real = [np.asarray(image.dataobj) > 0.5 for image in images]
    affine = np.asarray(images[0].affine, np.float64)
    made = []
    for number in range(1, people + 1):
        severity = round((number - 0.5) / people, 4)
        wanted = {"name": "multiple-sclerosis", "severity": severity}
        plan = Plan.parse({"people": {"age_years": [25, 60]}, "conditions": [wanted]})
        with one_thread(), torch.no_grad():
            made.append(plaques.mask(draw(plan, SEED, subject_id(number)).head(), real[0].shape, affine))
    for name, value, bar in plaques.compared(real, made):
        print(f"{name:45} {value:6.3f}  {bar}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("people", type=int, nargs="?", default=20)
    main(**vars(parser.parse_args()))
