"""Labelled scans of one's own: read, checked, and seen as heads."""

from pathlib import Path

import numpy as np
import pytest
import torch

from learn.small import head
from mindscan.core.errors import FileError
from mindscan.core.key import Key
from mindscan.core.volume import Volume
from mindscan.dataset.nifti import nifti_bytes
from mindscan.learn.classes import IDS, classes_of, ids_of, sides_of
from mindscan.learn.clothes import dressed
from mindscan.learn.heads import halved
from mindscan.learn.labelled import digest, labelled, stock


def given(folder: Path, ids: torch.Tensor | None = None) -> Path:
    """A folder with a scan and its labels, as another program may have written them: no skull, no fluid."""
    truth = head().brain.labels
    if ids is None:
        ids = ids_of(classes_of(truth.data), sides_of(truth.data) == 1)
        ids = torch.where(ids == 24, 0, ids)
    grey = classes_of(truth.data).float() * 10
    folder.mkdir(exist_ok=True)
    (folder / "one.nii.gz").write_bytes(nifti_bytes(Volume(grey, truth.affine), "scan"))
    (folder / "one_dseg.nii.gz").write_bytes(nifti_bytes(Volume(ids.to(torch.int16), truth.affine), "labels"))
    return folder


def test_a_labelled_scan_is_a_head(tmp_path: Path) -> None:
    (found,) = labelled(given(tmp_path))
    labels = found.brain.labels
    assert labels.grid.voxel_mm == (2.0, 2.0, 2.0)
    assert set(labels.data.unique().tolist()) <= {0, *IDS}
    for i in (16, 2, 41, 10):
        ours = float((labels.data == i).sum()) * 8
        theirs = float((head().brain.labels.data == i).sum()) * 64
        assert abs(ours / theirs - 1) < 0.1, i
    off = found.to_template - head().to_template
    assert np.abs(off[:3, 3]).max() < 6, "in the pose that it was made in"
    assert np.abs(off[:3, :3]).max() < 0.1
    assert found.image is not None
    brain = classes_of(labels.data) == 1
    assert 8 < float(found.image[brain].median()) < 12, "greys lie on their labels"


def test_fluid_that_a_scheme_leaves_out_is_put_back(tmp_path: Path) -> None:
    (found,) = labelled(given(tmp_path))
    fluid = float((found.brain.labels.data == 24).sum()) * 8 / 1000
    assert fluid > 50, "mL between folds"


def test_its_own_image_is_what_is_seen(tmp_path: Path) -> None:
    (found,) = labelled(given(tmp_path))
    views = [dressed(found, Key(n)) for n in range(6)]
    assert any(float((view - found.image).abs().max()) < 1e-3 for view in views), "as it is"
    assert halved(found).brain.labels.grid.voxel_mm == (4.0, 4.0, 4.0)


def test_what_is_learnt_from_has_a_digest(tmp_path: Path) -> None:
    one, other = given(tmp_path / "a"), given(tmp_path / "b", head().brain.labels.data)
    assert digest(one) != digest(other)
    assert stock(one).digest == digest(one)
    assert stock(None).digest == ""


def test_a_quarter_is_judged_by(tmp_path: Path) -> None:
    for n in range(1, 6):
        for path in list(given(tmp_path).glob("one*")):
            path.rename(path.with_name(path.name.replace("one", f"n{n}")))
        found = stock(tmp_path)
        assert (len(found.learnt), len(found.judged)) == ((1, 0), (1, 1), (2, 1), (3, 1), (4, 1))[n - 1]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda f: (f / "one.nii.gz").unlink(), "labels without .*one.nii.gz"),
        (lambda f: (f / "one_dseg.nii.gz").unlink(), "no labelled scans"),
        (lambda f: given(f, torch.full_like(head().brain.labels.data, 30000)), "with id 30000|without"),
        (lambda f: given(f, torch.zeros_like(head().brain.labels.data)), "without Cerebral-Cortex"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(tmp_path: Path, spoil: object, told: str) -> None:
    folder = given(tmp_path)
    spoil(folder)  # type: ignore[operator]
    with pytest.raises(FileError, match=told) as caught:
        labelled(folder)
    assert "\n" not in str(caught.value)
