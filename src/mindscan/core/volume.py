"""Arrays that know where they lie in space: RAS+ millimetres, index order (i, j, k)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

Affine = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """Where the voxels of a volume lie.

    Args:
        shape: number of voxels along (i, j, k).
        affine: 4 x 4, from voxel index to world millimetres (RAS+).
    """

    shape: tuple[int, int, int]
    affine: Affine

    @staticmethod
    def centred(
        shape: Sequence[int], voxel_mm: Sequence[float], centre_mm: Sequence[float] = (0.0, 0.0, 0.0)
    ) -> Grid:
        """An axis-aligned RAS grid whose middle lies at `centre_mm` of the world.

        Example:
            >>> Grid.centred((3, 3, 3), (2.0, 2.0, 2.0)).affine[:3, 3].tolist()
            [-2.0, -2.0, -2.0]
        """
        affine = np.diag([*voxel_mm, 1.0]).astype(np.float64)
        middle = (np.asarray(shape) - 1) / 2
        affine[:3, 3] = np.asarray(centre_mm) - middle * np.asarray(voxel_mm)
        return Grid((int(shape[0]), int(shape[1]), int(shape[2])), affine)

    def with_voxels(self, voxel_mm: Sequence[float]) -> Grid:
        """A grid of other voxels over the same field of view, rounded to whole voxels about its middle.

        Example:
            >>> Grid.centred((10, 10, 10), (1.0, 1.0, 1.0)).with_voxels((1.0, 2.0, 4.0)).shape
            (10, 5, 2)
        """
        extent = np.multiply(self.shape, self.voxel_mm)
        count = np.maximum(np.round(extent / voxel_mm).astype(int), 1)
        affine = self.affine.copy()
        affine[:3, :3] *= np.divide(voxel_mm, self.voxel_mm)
        middle = self.affine[:3, :3] @ ((np.array(self.shape) - 1) / 2) + self.affine[:3, 3]
        affine[:3, 3] = middle - affine[:3, :3] @ ((count - 1) / 2)
        return Grid((int(count[0]), int(count[1]), int(count[2])), affine)

    @property
    def voxel_mm(self) -> tuple[float, float, float]:
        """Edge lengths of a voxel in millimetres."""
        i, j, k = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(i), float(j), float(k)

    @property
    def voxel_ml(self) -> float:
        """Volume of a voxel in millilitres."""
        return abs(float(np.linalg.det(self.affine[:3, :3]))) / 1000

    @property
    def size(self) -> int:
        """Number of voxels."""
        return self.shape[0] * self.shape[1] * self.shape[2]


@dataclass(frozen=True)
class Volume:
    """A tensor of shape (i, j, k) and its affine to world millimetres (RAS+)."""

    data: Tensor
    affine: Affine

    @property
    def grid(self) -> Grid:
        """The grid that the voxels lie on."""
        i, j, k = self.data.shape
        return Grid((i, j, k), self.affine)

    def numpy(self) -> npt.NDArray[np.generic]:
        """The data as a NumPy array on the CPU."""
        array: npt.NDArray[np.generic] = self.data.detach().cpu().numpy()
        return array

    def to(self, device: torch.device | str) -> Volume:
        """The same volume on another device."""
        return Volume(self.data.to(device), self.affine)
