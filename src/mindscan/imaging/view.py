"""Where a radiograph is taken from: focus, detector and the points of the head between them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from mindscan.core.volume import Affine


class View(NamedTuple):
    """A flat detector in front of a point source, in world millimetres (RAS+); float64 on the CPU.

    Args:
        source: the focus, shape (3,).
        corner: middle of the first pixel, at the upper left as seen from the focus, shape (3,).
        right: from one column to the next, shape (3,).
        down: from one row to the next, shape (3,).
        size: number of columns and rows.
    """

    source: Tensor
    corner: Tensor
    right: Tensor
    down: Tensor
    size: tuple[int, int]

    @classmethod
    def towards(
        cls,
        centre_mm: Sequence[float],
        turns_deg: tuple[float, float, float],
        distances_mm: tuple[float, float],
        size: tuple[int, int],
        pixel_mm: float,
    ) -> Self:
        """A detector that the central ray meets in its middle, at a right angle.

        Args:
            centre_mm: point of the world that the central ray goes through.
            turns_deg: azimuth (0 from the front, 90 from the right of the head, 180 from behind), tilt of
                the beam towards the feet, and turn of the detector about the central ray, clockwise.
            distances_mm: from the focus to the centre, and from the focus to the detector.
            size: number of columns and rows.
            pixel_mm: edge of a pixel.

        Example:
            >>> view = View.towards((0, 0, 0), (0, 0, 0), (1000, 1200), (3, 3), 0.5)
            >>> view.source.tolist(), view.targets()[1, 1].tolist()
            ([0.0, 1000.0, 0.0], [0.0, -200.0, 0.0])
        """
        azimuth, tilt, roll = (math.radians(turn) for turn in turns_deg)
        ahead = np.array([-math.sin(azimuth), -math.cos(azimuth), 0.0]) * math.cos(tilt)
        ahead[2] = -math.sin(tilt)
        level = np.array([-math.cos(azimuth), math.sin(azimuth), 0.0])
        plumb = np.cross(ahead, level)
        right = level * math.cos(roll) + plumb * math.sin(roll)
        down = plumb * math.cos(roll) - level * math.sin(roll)
        source = np.asarray(centre_mm, float) - ahead * distances_mm[0]
        middle = source + ahead * distances_mm[1]
        edges = right * (size[0] - 1) / 2 + down * (size[1] - 1) / 2
        corner = middle - edges * pixel_mm
        at, first, to_right, to_foot = (
            torch.from_numpy(vector) for vector in (source, corner, right * pixel_mm, down * pixel_mm)
        )
        return cls(at, first, to_right, to_foot, size)

    def targets(self) -> Tensor:
        """Middles of the pixels, world mm, shape (columns, rows, 3)."""
        columns, rows = (
            torch.arange(n, dtype=self.corner.dtype, device=self.corner.device)[:, None] for n in self.size
        )
        return self.corner + (columns * self.right)[:, None] + rows * self.down

    def affine(self) -> Affine:
        """From (column, row, 0) to world millimetres; the third axis points from the focus to the head."""
        matrix = np.eye(4)
        right, down = self.right.numpy(), self.down.numpy()
        matrix[:3, 0], matrix[:3, 1], matrix[:3, 3] = right, down, self.corner.numpy()
        matrix[:3, 2] = np.cross(right, down) / np.linalg.norm(right)
        return matrix

    def project(self, points: Tensor) -> Tensor:
        """Where points of the world fall on the detector.

        Args:
            points: world mm, shape (n, 3).

        Returns:
            Column and row in pixels, whole in the middles of pixels, and magnification; shape (n, 3).
            Points that do not lie in front of the focus have no place: NaN.

        Example:
            >>> view = View.towards((0, 0, 0), (0, 0, 0), (1000, 1200), (3, 3), 0.5)
            >>> view.project(torch.tensor([[-10.0, 0.0, 10.0]])).tolist()
            [[25.0, -23.0, 1.2]]
        """
        normal = torch.linalg.cross(self.right, self.down)
        depth = (points.to(normal) - self.source) @ normal
        far = (self.corner - self.source) @ normal
        magnification = torch.where(depth > 0, far / depth, torch.nan)
        on_plane = self.source + (points.to(normal) - self.source) * magnification[:, None] - self.corner
        column = on_plane @ self.right / self.right.square().sum()
        row = on_plane @ self.down / self.down.square().sum()
        return torch.stack([column, row, magnification], dim=1)
