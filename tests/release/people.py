"""Data sets of many small people, quick to make."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import nibabel as nib
import numpy as np

from mindscan.core.key import Key

SHAPE = (18, 20, 17)


def voxels(name: str) -> np.ndarray:
    """What the scan of somebody shows: noise of their own, in blobs."""
    coarse = (Key(5) / name).rng().normal(500, 200, (9, 10, 9))
    return np.kron(coarse, np.ones((2, 2, 2)))[:, :, :17].astype(np.int16)


def scan(root: Path, name: str, of: str = "") -> Path:
    """The scan of a subject; `of` whom it really shows, themselves by default."""
    path = root / name / "anat" / f"{name}_T1w.nii.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(voxels(of or name), np.diag([2.0, 2, 2, 1])), path)
    return path


def write(root: Path, people: Mapping[str, tuple[object, ...]], columns: str) -> Path:
    """A data set of people with these cells in these columns."""
    lines = ["\t".join(["participant_id", *columns.split()])]
    for name, cells in people.items():
        scan(root, name)
        lines.append("\t".join(map(str, (name, *cells))))
    (root / "participants.tsv").write_text("\n".join(lines) + "\n")
    return root
