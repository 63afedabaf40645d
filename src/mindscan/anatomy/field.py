"""Continuous fields on regular lattices: the one way anatomy looks anything up in space."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from mindscan.anatomy.distance import Point
from mindscan.anatomy.trilinear import trilinear
from mindscan.anatomy.within import within


@dataclass(frozen=True)
class Field:
    """Values on a lattice, trilinear in between and constant beyond the border.

    Args:
        data: float32, shape (channels, i, j, k).
        origin_mm: where node (0, 0, 0) lies.
        step_mm: distance between nodes, the same along all axes.
    """

    data: Tensor
    origin_mm: Point
    step_mm: float

    def at(self, xyz: Tensor) -> Tensor:
        """Values at points in mm, float32, shape (n, 3); returns shape (channels, n)."""
        if self.data.device.type == "cpu":
            return trilinear(self.data, xyz, self.origin_mm, self.step_mm)
        return self.sampled(xyz)

    def sampled(self, xyz: Tensor) -> Tensor:
        """The same as `at` by torch alone, on any device."""
        factor, offset = self._to_unit
        where = torch.addcmul(offset, xyz, factor)
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
        if xyz.device.type == "cpu":
            return within(xyz, *self.box())
        sides = zip(xyz.unbind(1), *self.box(), strict=True)
        x, y, z = ((axis >= low) & (axis <= high) for axis, low, high in sides)
        return (x & y & z).nonzero()[:, 0]

    def box(self) -> tuple[Point, Point]:
        """The first and the last corner of the lattice in mm."""
        return self._box

    def swollen(self, times: float) -> Field:
        """The field of lengths that it becomes when all is so many times as long, the middle staying."""
        x, y, z = (low - (times - 1) * (high - low) / 2 for low, high in zip(*self.box(), strict=True))
        return Field(self.data * times, (x, y, z), self.step_mm * times)

    def cut(self, below: float) -> Field:
        """The part of the lattice around what its only channel has below a value, somewhere at least."""
        inside = (self.data[0] < below).nonzero()
        low = (inside.amin(0) - 1).clamp(min=0).tolist()
        high = (inside.amax(0) + 2).tolist()
        x, y, z = (o + self.step_mm * first for o, first in zip(self.origin_mm, low, strict=True))
        box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        return Field(self.data[(slice(None), *box)].contiguous(), (x, y, z), self.step_mm)

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

    @functools.cached_property
    def _box(self) -> tuple[Point, Point]:
        x, y, z = self.origin_mm
        a, b, c = (self.step_mm * max(n - 1, 1) for n in self.data.shape[1:])
        return self.origin_mm, (x + a, y + b, z + c)

    @functools.cached_property
    def _to_unit(self) -> tuple[Tensor, Tensor]:
        """Factor and offset from mm to the range from -1 to 1 over the lattice, shape (3,) each."""
        first, last = self.data.new_tensor(self.box())
        half = (last - first) / 2
        return 1 / half, -(first + half) / half
