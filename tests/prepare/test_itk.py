"""Images and maps that go to ITK come back, and ITK reads the files."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK
import torch

from mindscan.core.errors import FileError
from mindscan.core.key import Key
from mindscan.core.volume import Grid, Volume
from mindscan.learn.pose import turned
from mindscan.prepare.itk import image_of, matrix_of, read_tfm, resampled, tfm_bytes, transform_of, volume_of

MAP = turned(Key(3), 9.0, 0.1, 12.0, np.array([0.0, -19.0, 5.0]))
OBLIQUE = turned(Key(4), 20.0, 0.0, 30.0, np.zeros(3)) @ np.diag([2.0, -1.5, 3.0, 1.0])


def test_images_come_back() -> None:
    volume = Volume(torch.arange(60.0).reshape(3, 4, 5), OBLIQUE)
    back = volume_of(image_of(volume))
    assert torch.equal(back.data, volume.data)
    np.testing.assert_allclose(back.affine, volume.affine, atol=1e-9)


def test_a_voxel_lies_where_itk_says_in_its_own_millimetres() -> None:
    image = image_of(Volume(torch.zeros(3, 4, 5), OBLIQUE))
    ours = OBLIQUE @ np.array([2.0, 1.0, 4.0, 1.0])
    np.testing.assert_allclose(image.TransformIndexToPhysicalPoint((2, 1, 4)), ours[:3] * (-1, -1, 1))


def test_maps_come_back() -> None:
    np.testing.assert_allclose(matrix_of(transform_of(MAP)), MAP, atol=1e-12)


def test_the_file_is_read_by_itk_and_by_us(tmp_path: Path) -> None:
    path = tmp_path / "x_xfm.tfm"
    path.write_bytes(tfm_bytes(MAP))
    theirs = SimpleITK.ReadTransform(str(path))
    point = np.array([11.0, -40.0, 23.0])
    ours = MAP[:3, :3] @ point + MAP[:3, 3]
    np.testing.assert_allclose(theirs.TransformPoint(point * (-1, -1, 1)), ours * (-1, -1, 1), atol=1e-9)
    np.testing.assert_array_equal(read_tfm(path), MAP)


@pytest.mark.parametrize("content", [b"", b"nothing", tfm_bytes(MAP)[:90], b"\xff\xfe"])
def test_another_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x_xfm.tfm"
    path.write_bytes(content)
    with pytest.raises(FileError, match="x_xfm"):
        read_tfm(path)


def test_resampling_follows_the_map() -> None:
    grid = Grid.centred((20, 22, 18), (2.0, 2.0, 2.0))
    scan = Volume(torch.linspace(0, 9, 20 * 22 * 18).sin().reshape(20, 22, 18), MAP @ grid.affine)
    seen = resampled(scan, grid, MAP)
    assert float((seen.data - scan.data).abs().max()) < 1e-4
    shifted = np.eye(4)
    shifted[0, 3] = 1000.0
    assert float(resampled(scan, grid, shifted, outside=-7.0).data.max()) == -7.0
