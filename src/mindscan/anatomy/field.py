"""Continuous fields on regular lattices: the one way anatomy looks anything up in space."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Field:
    """Values on a lattice, trilinear in between and constant beyond the border.

    Args:
        data: float32, shape (channels, i, j, k).
        origin_mm: where node (0, 0, 0) lies.
        step_mm: distance between nodes, the same along all axes.
    """

    data: Tensor
    origin_mm: tuple[float, float, float]
    step_mm: float

    def at(self, xyz: Tensor) -> Tensor:
        """Values at points in mm, shape (n, 3); returns shape (channels, n)."""
        origin = torch.tensor(self.origin_mm, device=self.data.device)
        half = self._extent_mm() / 2
        where = torch.addcmul(-(origin + half) / half, xyz, 1 / half)
        values = functional.grid_sample(
            self.data.permute(0, 3, 2, 1)[None],
            where[None, None, None],
            mode="bilinear",
            padding_mode="border",
            align_corners=True,
        )
        return values[0, :, 0, 0]

    def near(self, xyz: Tensor) -> Tensor:
        """Index of the points that lie within the lattice."""
        origin = torch.tensor(self.origin_mm, device=self.data.device)
        gap = (xyz - origin - self._extent_mm() / 2).abs() - self._extent_mm() / 2
        return (gap.amax(1) <= 0).nonzero()[:, 0]

    def box(self) -> tuple[Tensor, Tensor]:
        """The first and the last corner of the lattice in mm, shape (3,) each."""
        low = torch.tensor(self.origin_mm, device=self.data.device)
        return low, low + self._extent_mm()

    def nodes(self) -> Tensor:
        """Places of the lattice nodes in mm, shape (i * j * k, 3)."""
        axes = [
            origin + self.step_mm * torch.arange(n, dtype=torch.float32, device=self.data.device)
            for origin, n in zip(self.origin_mm, self.data.shape[1:], strict=True)
        ]
        return torch.stack([a.flatten() for a in torch.meshgrid(*axes, indexing="ij")], 1)

    def to(self, device: torch.device | str) -> Field:
        """The same field on another device."""
        return Field(self.data.to(device), self.origin_mm, self.step_mm)

    def _extent_mm(self) -> Tensor:
        steps = [self.step_mm * max(n - 1, 1) for n in self.data.shape[1:]]
        return torch.tensor(steps, device=self.data.device)
