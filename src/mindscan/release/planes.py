"""A volume as DICOM wants it: planes of rows and columns, each with its place in the patient (LPS mm)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from nibabel import orientations
from torch import Tensor

from mindscan.core.errors import FileError
from mindscan.core.volume import Affine, Grid, Volume

_SHOWN = ("PIR", "LIP", "LPS")
"""Where columns, rows and planes run in sagittal, coronal and axial stacks, as viewers show them."""
_THICK = 1.25
"""How much longer than k an axis is that slices are counted along; own choice."""
_SQUARE = 1e-4
"""Largest cosine between rows and columns: what DICOM takes for a right angle."""
_NAMES = ("LR", "PA", "HF")
_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Planes:
    """Parallel planes of equal size.

    Args:
        data: shape (planes, rows, columns).
        affine: from (column, row, plane) to millimetres in the patient, LPS+ as DICOM has it.
    """

    data: Tensor
    affine: Affine

    @property
    def spacing_mm(self) -> tuple[float, float]:
        """From row to row, and from column to column."""
        return float(np.linalg.norm(self.affine[:3, 1])), float(np.linalg.norm(self.affine[:3, 0]))

    @property
    def orientation(self) -> Floats:
        """Unit vectors along a row and along a column, shape (6,)."""
        along: Floats = self.affine[:3, :2] / np.linalg.norm(self.affine[:3, :2], axis=0)
        return along.T.reshape(6)

    @property
    def normal(self) -> Floats:
        """Unit vector across the planes, shape (3,)."""
        return np.cross(self.orientation[:3], self.orientation[3:])

    @property
    def gap_mm(self) -> float:
        """From plane to plane, at a right angle to them."""
        return float(self.normal @ self.affine[:3, 2])

    def position(self, plane: int) -> Floats:
        """Middle of the first pixel of a plane, shape (3,)."""
        position: Floats = self.affine[:3, 3] + plane * self.affine[:3, 2]
        return position

    def pointing(self) -> list[str]:
        """Where rows and columns run, in letters, the nearest direction first.

        Example:
            >>> Planes(torch.zeros(1, 2, 2), np.eye(4)).pointing()
            ['L', 'P']
        """
        return [_letters(self.orientation[:3]), _letters(self.orientation[3:])]


def slice_axis(grid: Grid) -> int:
    """The axis that slices are counted along: the longest edge of a voxel, k where none stands out.

    Example:
        >>> slice_axis(Grid.centred((9, 9, 9), (5, 1, 1))), slice_axis(Grid.centred((9, 9, 9), (1, 1, 0.9)))
        (0, 2)
    """
    edges = np.array(grid.voxel_mm)
    return int(edges.argmax()) if edges.max() > _THICK * edges[2] else 2


def stack(volume: Volume, axis: int) -> Planes:
    """A volume as a stack along one axis, turned and flipped so that viewers show it upright.

    Every voxel keeps its place in space. Planes may be sheared, as by a tilted gantry.

    Args:
        volume: shape (i, j, k).
        axis: 0 to 2, the axis that planes are counted along.

    Raises:
        FileError: rows and columns do not meet at a right angle.
    """
    here = orientations.io_orientation(volume.affine)
    shown = orientations.axcodes2ornt(_SHOWN[int(here[axis, 0])])
    turn = orientations.ornt_transform(here, shown)
    data = orientations.apply_orientation(volume.numpy(), turn)
    affine = volume.affine @ orientations.inv_ornt_aff(turn, volume.data.shape)
    turned = as_planes(Volume(torch.from_numpy(np.ascontiguousarray(data)), affine))
    return turned if turned.gap_mm > 0 else _backwards(turned)


def as_planes(volume: Volume) -> Planes:
    """A volume whose axes are columns, rows and planes already.

    Raises:
        FileError: rows and columns do not meet at a right angle.
    """
    planes = Planes(volume.data.permute(2, 1, 0).contiguous(), _TO_LPS @ volume.affine)
    if abs(planes.orientation[:3] @ planes.orientation[3:]) > _SQUARE:
        raise FileError(
            "a picture whose rows and columns are not at a right angle", "an affine without shear"
        )
    return planes


def _backwards(planes: Planes) -> Planes:
    affine = planes.affine.copy()
    affine[:3, 3] = planes.position(len(planes.data) - 1)
    affine[:3, 2] *= -1
    return Planes(planes.data.flip(0), affine)


def _letters(direction: Floats) -> str:
    order = np.argsort(-np.abs(direction), kind="stable")
    return "".join(_NAMES[axis][int(direction[axis] < 0)] for axis in order if abs(direction[axis]) > _SQUARE)
