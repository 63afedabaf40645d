"""Faces and ears of made heads go; the brain stays, bit for bit."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import torch

from heads import found, head, maps
from mindscan.dataset.nifti import read_nifti
from mindscan.learn.classes import classes_of
from mindscan.learn.pose import places
from mindscan.prepare.deface import air_level, defaced_bytes, face

FACE = (
    "nasion",
    "sellion",
    "subnasale",
    "labrale superius",
    "R alare",
    "L alare",
    "R cheilion",
    "L cheilion",
)
NEAR_MM = 8.0
STORED = (np.int16, np.uint8, np.float32, np.float64, np.dtype(">i2"))


@pytest.fixture(scope="module")
def taken() -> torch.Tensor:
    """What is taken away of the head."""
    scan, _ = head()
    return face(scan.grid, np.linalg.inv(maps().affine), found().mask)


def test_no_voxel_of_the_brain_is_touched(taken: torch.Tensor) -> None:
    assert not bool(taken[found().mask.data].any())
    assert not bool(taken[classes_of(head()[1].labels.data) > 0].any())


def test_nothing_is_left_around_landmarks_of_the_face(taken: torch.Tensor) -> None:
    scan, truth = head()
    tissue = truth.labels.data > 0
    spot = places(scan.grid)
    for name in FACE:
        near = (spot - torch.tensor(truth.landmarks[name])).norm(dim=-1) < NEAR_MM
        assert bool((near & tissue).any()), name
        assert float(taken[near & tissue].float().mean()) > 0.9, name


def test_the_eyes_and_the_skin_in_front_go_and_the_back_of_the_head_stays(taken: torch.Tensor) -> None:
    scan, truth = head()
    ids, spot = truth.labels.data, places(scan.grid)
    assert float(taken[torch.isin(ids, torch.tensor([134, 143, 144]))].float().mean()) > 0.9
    behind = spot[..., 1] < truth.landmarks["PC"][1] - 45
    assert not bool(taken[behind].any())


def test_ears_go(taken: torch.Tensor) -> None:
    scan, _ = head()
    out = torch.from_numpy(np.array([[78.0, -30.0, -48.0], [-78.0, -30.0, -48.0]])).float()
    to_scan = maps().affine
    for ear in out:
        at = torch.from_numpy(to_scan[:3, :3] @ ear.double().numpy() + to_scan[:3, 3]).float()
        near = (places(scan.grid) - at).norm(dim=-1) < NEAR_MM
        assert float(taken[near].float().mean()) > 0.9


@pytest.mark.parametrize("stored", STORED)
def test_all_other_voxels_stay_as_they_were(stored: np.dtype, taken: torch.Tensor, tmp_path: Path) -> None:
    scan, _ = head()
    values = (scan.data / scan.data.max() * 200).numpy()
    image = nib.Nifti1Image(values.astype(stored), scan.affine)
    image.header.set_slope_inter(0.5, 3.0)
    image.header["descrip"] = b"Jane Doe"
    path, out = tmp_path / "sub-1_T1w.nii", tmp_path / "sub-1_desc-defaced_T1w.nii.gz"
    nib.save(image, path)
    out.write_bytes(defaced_bytes(path, taken))
    before, after = read_nifti(path), read_nifti(out)
    np.testing.assert_array_equal(before.affine, after.affine)
    assert torch.equal(before.data[~taken], after.data[~taken])
    assert len(after.data[taken].unique()) == 1
    assert float(after.data[taken][0]) < 0.1 * float(before.data.max())
    again = nib.load(out)
    assert again.get_data_dtype() == image.get_data_dtype()
    assert b"Jane" not in again.header.binaryblock


def test_the_level_of_air_is_that_of_the_air() -> None:
    values = np.full((20, 20, 20), 7.0)
    values[5:15, 5:15, 5:15] = 500.0
    assert air_level(values) == 7.0
    assert air_level(np.full((4, 4, 4), 3.0)) == 3.0
