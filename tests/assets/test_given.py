from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import torch

from added import somebody, written
from mindscan.assets import given
from mindscan.core.errors import FileError, SettingsError
from mindscan.core.key import Key
from mindscan.core.volume import Volume


def test_ids_and_volumes_are_those_of_the_file(tmp_path: Path) -> None:
    labels = somebody()
    found = given.read(written(labels, tmp_path / "map.nii.gz"), "freesurfer")
    assert np.array_equal(found.labels.affine, labels.affine)
    assert found.volumes_ml[3] == pytest.approx(float((labels.data == 3).sum()) / 1000)
    assert 165 in found.ignored
    assert 165 not in found.volumes_ml


def changed(data: torch.Tensor, what: str) -> Volume:
    affine = somebody().affine.copy()
    if what == "lacks Left-Putamen":
        data[data == 12] = 2
    elif what == "brain of":
        affine[:3] *= 0.5
    elif what == "left structures lie on the right":
        affine[0] *= -1
    elif what == "voxels of 0.001":
        affine[:3, :3] *= 0.001
    elif what == "voxels of 2.5":
        affine[:3, :3] *= 2.5
    return Volume(data, affine)


@pytest.mark.parametrize(
    "what",
    [
        "lacks Left-Putamen",
        "brain of",
        "left structures lie on the right",
        "voxels of 0.001",
        "voxels of 2.5",
    ],
)
def test_a_map_that_is_no_base_is_refused_in_one_line(what: str, tmp_path: Path) -> None:
    path = written(changed(somebody().data.clone(), what), tmp_path / "map.nii.gz")
    with pytest.raises(FileError, match=what) as caught:
        given.read(path, "freesurfer")
    assert "\n" not in str(caught.value)
    assert caught.value.expected
    assert caught.value.mend


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (np.full((8, 8, 8), 0.37, np.float32), "holds 0.37; expected whole numbers"),
        (np.full((8, 8, 8), np.nan, np.float32), "holds nan"),
        (np.full((8, 8, 8), -3, np.int16), "holds -3"),
        (np.zeros((8, 8, 8, 2), np.int16), r"has shape \(8, 8, 8, 2\); expected a 3-D picture"),
        (np.zeros((8, 8, 1), np.int16), "flat"),
        (np.full((8, 8, 8), 77, np.int16), "lacks Left-Cerebral-Cortex, .* and 17 more"),
    ],
)
def test_a_picture_that_is_no_label_map_is_refused(data: np.ndarray, said: str, tmp_path: Path) -> None:
    path = tmp_path / "map.nii.gz"
    nib.Nifti1Image(data, np.eye(4)).to_filename(path)
    with pytest.raises(FileError, match=said):
        given.read(path, "freesurfer")


def test_a_scan_whose_grey_values_are_whole_numbers_is_refused(tmp_path: Path) -> None:
    labels = somebody()
    noise = torch.from_numpy(Key(1).rng().permutation(labels.data.flatten().numpy()))
    path = written(Volume(noise.reshape(labels.data.shape), labels.affine), tmp_path / "map.nii.gz")
    with pytest.raises(FileError, match=r"Left-Thalamus lies in \d+ pieces; expected a label map"):
        given.read(path, "freesurfer")


def test_other_files_and_schemes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match='labels "muse"; expected one of freesurfer'):
        given.read(tmp_path / "map.nii.gz", "muse")
    with pytest.raises(FileError, match=r"map\.mgz: unknown kind of file"):
        given.read(tmp_path / "map.mgz", "freesurfer")
    with pytest.raises(FileError, match="No such file"):
        given.read(tmp_path / "map.nii.gz", "freesurfer")
