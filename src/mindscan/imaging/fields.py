"""Smooth random fields: cubic B-splines on a lattice of normal numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from mindscan.core.key import Key
from mindscan.core.volume import Grid


@dataclass(frozen=True)
class SmoothField:
    """A field that is evaluated slab by slab, never stored whole.

    Args:
        lattice: spline coefficients, float32, shape (a, b, c).
        weights: of the voxels along each axis on the lattice, three matrices (voxels, knots).
    """

    lattice: Tensor
    weights: tuple[Tensor, Tensor, Tensor]

    def slab(self, rows: slice) -> Tensor:
        """Values at the voxels whose first index lies in `rows`, shape (rows, j, k)."""
        wi, wj, wk = self.weights
        planes = (wi[rows] @ self.lattice.flatten(1)).view(-1, *self.lattice.shape[1:])
        return torch.matmul(torch.matmul(wj, planes), wk.T)


def draw_field(
    grid: Grid, sd: float, spacing_mm: float, key: Key, device: torch.device, centred: bool = False
) -> SmoothField:
    """A random field, uniform in space, of mean 0.

    Its correlation falls to one half at about `spacing_mm` and to 5 % at twice that.

    Args:
        grid: where the voxels lie; anisotropic voxels are respected.
        sd: standard deviation, in the unit of the field.
        spacing_mm: distance between knots in millimetres.
        key: the random stream.
        device: where the field is computed.
        centred: make the mean over the volume exactly 0, not only in expectation.

    Example:
        >>> grid = Grid.centred((8, 8, 8), (1.0, 1.0, 1.0))
        >>> field = draw_field(grid, 1.0, 4.0, Key(1), torch.device("cpu"))
        >>> field.slab(slice(0, 2)).shape
        torch.Size([2, 8, 8])

    Reference:
        Unser 1999 (B-splines), doi:10.1109/79.799930.
    """
    axes = zip(grid.shape, grid.voxel_mm, strict=True)
    wi, wj, wk = (_spline_weights(count, voxel / spacing_mm, device) for count, voxel in axes)
    knots = (wi.shape[1], wj.shape[1], wk.shape[1])
    lattice = torch.randn(knots, generator=key.generator(device), device=device)
    # Sums of squared weights are the variance that unit coefficients give, averaged over the voxels.
    variance = math.prod(float(w.square().sum(1).mean()) for w in (wi, wj, wk))
    lattice *= sd / math.sqrt(variance)
    if centred:
        lattice -= torch.einsum("abc,a,b,c->", lattice, wi.mean(0), wj.mean(0), wk.mean(0))
    return SmoothField(lattice, (wi, wj, wk))


def _spline_weights(count: int, step: float, device: torch.device) -> Tensor:
    """Cubic B-spline weights of `count` voxels that lie `step` knots apart, shape (count, knots)."""
    place = torch.arange(count, dtype=torch.float64, device=device) * step
    knots = torch.arange(int((count - 1) * step) + 4, dtype=torch.float64, device=device)
    away = (place[:, None] + 1 - knots).abs()
    near = 2 / 3 - away.square() * (1 - away / 2)
    far = (2 - away).clamp(min=0).pow(3) / 6
    return torch.where(away < 1, near, far).float()
