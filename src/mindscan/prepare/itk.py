"""The bridge to ITK, which counts millimetres to the left and to the back: images, maps, and maps as text."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import SimpleITK
import torch

from mindscan.core.errors import FileError
from mindscan.core.volume import Affine, Grid, Volume

LPS: Affine = np.diag([-1.0, -1.0, 1.0, 1.0])
"""From RAS+ millimetres to those of ITK, and back."""
_HEAD = "#Insight Transform File V1.0\n#Transform 0\nTransform: AffineTransform_double_3_3\n"


def image_of(volume: Volume) -> SimpleITK.Image:
    """A volume as an image of ITK, float32, or uint8 where it is a mask."""
    data = volume.data.detach().cpu()
    array = data.to(torch.uint8 if data.dtype == torch.bool else torch.float32).numpy()
    image = SimpleITK.GetImageFromArray(np.ascontiguousarray(array.transpose(2, 1, 0)))
    affine = LPS @ volume.affine
    edges = np.linalg.norm(affine[:3, :3], axis=0)
    image.SetSpacing(edges.tolist())
    image.SetDirection((affine[:3, :3] / edges).ravel().tolist())
    image.SetOrigin(affine[:3, 3].tolist())
    return image


def volume_of(image: SimpleITK.Image) -> Volume:
    """An image of ITK as a volume, float32."""
    affine = np.eye(4)
    affine[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    affine[:3, 3] = image.GetOrigin()
    data = SimpleITK.GetArrayFromImage(image).astype(np.float32).transpose(2, 1, 0)
    return Volume(torch.from_numpy(np.ascontiguousarray(data)), LPS @ affine)


def transform_of(matrix: Affine) -> SimpleITK.AffineTransform:
    """A 4 x 4 map of RAS+ millimetres as a transform of ITK."""
    lps = LPS @ matrix @ LPS
    transform = SimpleITK.AffineTransform(3)
    transform.SetMatrix(lps[:3, :3].ravel().tolist())
    transform.SetTranslation(lps[:3, 3].tolist())
    return transform


def matrix_of(transform: SimpleITK.Transform) -> Affine:
    """A linear transform of ITK as a 4 x 4 map of RAS+ millimetres."""
    lps = np.eye(4)
    lps[:3, 3] = transform.TransformPoint((0.0, 0.0, 0.0))
    for axis in range(3):
        unit = [float(axis == one) for one in range(3)]
        lps[:3, axis] = np.subtract(transform.TransformPoint(unit), lps[:3, 3])
    return LPS @ lps @ LPS


def resampled(
    volume: Volume, grid: Grid, matrix: Affine, nearest: bool = False, outside: float = 0.0
) -> Volume:
    """A volume on another grid: linear between voxels; float32.

    Args:
        volume: what is seen.
        grid: where it is wanted.
        matrix: 4 x 4, from mm of the grid to mm of the volume.
        nearest: take the nearest voxel, as masks want it.
        outside: the value beyond the volume.
    """
    empty = SimpleITK.Image(list(grid.shape), SimpleITK.sitkUInt8)
    affine = LPS @ grid.affine
    empty.SetSpacing(list(grid.voxel_mm))
    empty.SetDirection((affine[:3, :3] / grid.voxel_mm).ravel().tolist())
    empty.SetOrigin(affine[:3, 3].tolist())
    how = SimpleITK.sitkNearestNeighbor if nearest else SimpleITK.sitkLinear
    return volume_of(SimpleITK.Resample(image_of(volume), empty, transform_of(matrix), how, outside))


def tfm_bytes(matrix: Affine) -> bytes:
    """A 4 x 4 map of RAS+ millimetres as the text of an ITK transform file, as ANTs and 3D Slicer read it.

    Args:
        matrix: from mm of the space that images are brought into to mm of the scan, as resampling wants it.

    Example:
        >>> tfm_bytes(np.eye(4)).decode().splitlines()[-2]
        'Parameters: 1.0 0.0 0.0 0.0 1.0 0.0 0.0 0.0 1.0 0.0 0.0 0.0'
    """
    lps = LPS @ matrix @ LPS + 0.0
    words = " ".join(repr(float(number)) for number in [*lps[:3, :3].ravel(), *lps[:3, 3]])
    return f"{_HEAD}Parameters: {words}\nFixedParameters: 0 0 0\n".encode()


def read_tfm(path: Path) -> Affine:
    """The 4 x 4 map of RAS+ millimetres in a file that `tfm_bytes` wrote.

    Raises:
        FileError: the file is missing or holds something else.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path}: {error}", "an ITK transform file", "prepare the scan again") from None
    found = re.search(r"^Parameters: (.*)$", text, re.M)
    numbers = [float(word) for word in found[1].split()] if text.startswith(_HEAD) and found else []
    if len(numbers) != 12:
        raise FileError(f"{path}", "one affine ITK transform", "prepare the scan again")
    lps = np.eye(4)
    lps[:3, :3], lps[:3, 3] = np.reshape(numbers[:9], (3, 3)), numbers[9:]
    return LPS @ lps @ LPS
