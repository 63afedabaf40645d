"""NRRD files, read by SimpleITK: the same voxels at the same places, and Slicer's fields."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
import torch

from mindscan.core.key import Key
from mindscan.core.volume import Volume
from mindscan.release.nrrd import Name, nrrd_bytes, seg_bytes
from release.shelf import GRIDS, affine

CODES = [
    "".join(letters[sign] for letters, sign in zip(order, signs, strict=True))
    for order in itertools.permutations(("LR", "PA", "IS"))
    for signs in itertools.product((0, 1), repeat=3)
]


def read(path: Path, content: bytes) -> tuple[SimpleITK.Image, np.ndarray, np.ndarray]:
    """The image, its voxels (i, j, k) and its affine, RAS."""
    path.write_bytes(content)
    image = SimpleITK.ReadImage(str(path))
    lps = np.eye(4)
    lps[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) @ np.diag(image.GetSpacing())
    lps[:3, 3] = image.GetOrigin()
    return image, SimpleITK.GetArrayFromImage(image).T, np.diag([-1, -1, 1, 1]) @ lps


@pytest.mark.parametrize("name", [*GRIDS, *CODES])
def test_voxels_lie_where_they_lay(name: str, tmp_path: Path) -> None:
    where = GRIDS[name] if name in GRIDS else affine((0.9, 1.2, 2.5), name)
    data = (Key(4) / "nrrd").rng().integers(-900, 3000, (5, 7, 4)).astype(np.float32)
    _, values, found = read(tmp_path / "a.nrrd", nrrd_bytes(Volume(torch.from_numpy(data), where)))
    assert np.array_equal(values, data)
    assert np.abs(found - where).max() < 1e-4


def test_fields_of_segments(tmp_path: Path) -> None:
    ids = torch.zeros((5, 6, 7), dtype=torch.int16)
    ids[1:3, 2:5, 3:7] = 17
    content = seg_bytes(Volume(ids, GRIDS["oblique"]), {17: Name("Left-Hippocampus", "#dcd814")})
    image, values, found = read(tmp_path / "a.seg.nrrd", content)
    assert np.array_equal(values, ids.numpy())
    assert np.abs(found - GRIDS["oblique"]).max() < 1e-4
    assert image.GetMetaData("Segment0_Name") == "Left-Hippocampus"
    assert image.GetMetaData("Segment0_Extent") == "1 2 2 4 3 6"
    assert image.GetMetaData("Segmentation_MasterRepresentation") == "Binary labelmap"
