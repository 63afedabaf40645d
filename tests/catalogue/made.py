"""A small BIDS data set as somebody else would make it: sessions, inherited sidecars, derivatives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np

PEOPLE = {
    "01": ("61", "F", "AD"),
    "02": ("89+", "M", "CN"),
    "03": ("n/a", "F", "n/a"),
    "07": ("18.5", "M", "CN"),
}


def image(path: Path, value: float = 1, shape: tuple[int, ...] = (4, 5, 3), **header: Any) -> Path:
    """An image in voxels of 2, 1 and 3 mm, seen from the left, back and bottom."""
    path.parent.mkdir(parents=True, exist_ok=True)
    affine = np.diag([-2.0, 1.0, 3.0, 1.0])
    affine[:3, 3] = (10, -20, 30)
    data = np.full(shape, value, np.int16)
    data[0, 0, 0] = 0
    nib.save(nib.Nifti1Image(data, affine), path)
    if header:
        path.with_name(path.name.replace(".nii.gz", ".json")).write_text(json.dumps(header))
    return path


def table(path: Path, *lines: str) -> Path:
    """A tab-separated table; words are parted by spaces here."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join("\t".join(line.split(" ")) + "\n" for line in lines), encoding="utf-8")
    return path


def bids(root: Path) -> Path:
    """Four people, one with two sessions; volumes, landmarks and lesions of some."""
    (root / "derivatives").mkdir(parents=True)
    (root / "dataset_description.json").write_text('{"Name": "Small", "BIDSVersion": "1.8.0"}')
    (root / "T1w.json").write_text('{"MagneticFieldStrength": 3, "Manufacturer": "Siemens", "EchoTime": 9}')
    people = (f"sub-{name} {' '.join(cells)}" for name, cells in PEOPLE.items())
    table(root / "participants.tsv", "participant_id age sex diagnosis", *people)
    for name in PEOPLE:
        for session in ("ses-a", "ses-b") if name == "02" else ("",):
            who = "_".join(filter(None, (f"sub-{name}", session)))
            image(root / f"sub-{name}" / session / "anat" / f"{who}_acq-hi_T1w.nii.gz", EchoTime=0.003)
    table(root / "sub-02" / "sub-02_sessions.tsv", "session_id age", "ses-a 90", "ses-b 91.5")
    image(root / "sub-01" / "func" / "sub-01_task-rest_run-2_bold.nii.gz", 3, (4, 5, 3, 7))
    truth = root / "derivatives" / "truth"
    image(truth / "sub-01" / "anat" / "sub-01_dseg.nii.gz", 17)
    volumes = truth / "sub-01" / "anat" / "sub-01_T1w_volumes.tsv"
    table(
        volumes, "index name volume_ml quality", "17 Left-Hippocampus 3.5 0.9", "53 Right-Hippocampus n/a 0.9"
    )
    marks = ("name x y z", "AC 0 1.5 -2", "PC 0.25 -25 0")
    table(truth / "sub-02" / "anat" / "sub-02_ses-b_landmarks.tsv", *marks)
    lesions = truth / "sub-07" / "anat" / "sub-07_desc-T1w_lesions.tsv"
    table(lesions, "id kind volume_ml file", "1 infarct 2.5 x", "2 bleed n/a y")
    return root
