"""Points found by looking around them: linear steps from where a point usually is, ever closer.

Every look gathers how much of each structure lies around the present place, and on which side, and a ridge
regression says from that how far the point is. After the supervised descent of Xiong and De la Torre 2013,
doi:10.1109/CVPR.2013.75; here every look is a closed form, so that nothing is trained step by step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from mindscan.core.volume import Grid
from mindscan.learn.pose import moved, seen
from mindscan.tasks.locate import brought, middles


@dataclass(frozen=True)
class Look:
    """How far around a place is looked.

    Args:
        reach_mm: half the edge of the cube that is looked at.
        widths_mm: standard deviations of the Gaussian windows in it.
    """

    reach_mm: float
    widths_mm: tuple[float, float]


LOOKS = (Look(18.0, (6.0, 12.0)), Look(12.0, (4.0, 8.0)), Look(8.0, (2.5, 5.0)))
"""From far to near (choices of this project)."""
STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
"""Ridges that are tried."""
FOLDS = 5
_ACROSS = 9
"""Points along the edge of the cube."""
_MOMENTS = 4
_LEAST_SPREAD = 0.01
"""Shares that vary by less than this say nothing."""


class Cascade(nn.Module):
    """Places of points in maps of structures, whatever pose these are in.

    Args:
        grid: where the voxels of the maps lie, mm.
        structures: how many maps there are.
        points: how many places are said.

    Buffers: `usual`, middle (mm) and volume (mL) of every structure, shape (structures, 4), to which maps
    are brought first; `start`, the usual places there in mm, shape (points, 3); `spread`, the covariance of
    errors there in mm^2, shape (points, 3, 3).
    """

    usual: Tensor
    start: Tensor
    spread: Tensor

    def __init__(self, grid: Grid, structures: int, points: int) -> None:
        super().__init__()
        self.grid = grid
        features = structures * _MOMENTS * len(LOOKS[0].widths_mm)
        self.weights = nn.ParameterList(torch.zeros(points, features, 3) for _ in LOOKS)
        self.biases = nn.ParameterList(torch.zeros(points, 3) for _ in LOOKS)
        self.register_buffer("usual", torch.zeros(structures, 4))
        self.register_buffer("start", torch.zeros(points, 3))
        self.register_buffer("spread", torch.zeros(points, 3, 3))

    def forward(self, given: Tensor) -> Tensor:
        """Place and uncertainty of every point in mm, (batch, points, 4), from (batch, structures, i, j, k).

        The uncertainty is the root mean square of the distance to the true place.
        """
        return torch.stack([self.found(maps, self.grid) for maps in given])

    def found(self, maps: Tensor, grid: Grid) -> Tensor:
        """The same of one head on a grid of its own, (points, 4), from (structures, i, j, k)."""
        pose, place = self.pose(maps, grid), self.start
        for look, weight, bias in zip(LOOKS, self.weights, self.biases, strict=True):
            features = around(maps, grid, pose, place, look)
            place = place + torch.einsum("pf,pfd->pd", features, weight) + bias
        back = torch.linalg.inv(pose)
        error = back[:3, :3] @ self.spread @ back[:3, :3].T
        uncertainty = error.diagonal(dim1=1, dim2=2).sum(1, keepdim=True).sqrt()
        return torch.cat([moved(place, back.numpy(force=True)), uncertainty], 1)

    def pose(self, maps: Tensor, grid: Grid) -> Tensor:
        """The map, 4 x 4, that brings the middles of structures to the usual ones."""
        return torch.from_numpy(brought(middles(maps, grid), self.usual.double())).to(maps)


def around(maps: Tensor, grid: Grid, pose: Tensor, place: Tensor, look: Look) -> Tensor:
    """How much of each structure lies around places, and on which side: shape (points, features).

    Args:
        maps: shape (structures, i, j, k).
        grid: where their voxels lie.
        pose: 4 x 4, from there to the usual pose.
        place: in the usual pose, mm, shape (points, 3).
        look: how far around.
    """
    lattice, windows = _windows(look)
    spot = moved(place[:, None] + lattice.to(place), torch.linalg.inv(pose).numpy(force=True))
    shares = seen(maps, moved(spot, np.linalg.inv(grid.affine))[None])[:, 0]
    return torch.einsum("spl,lw->psw", shares, windows.to(shares)).flatten(1)


@torch.no_grad()
def learn(cascade: Cascade, views: Sequence[tuple[Tensor, Tensor]], fold: Tensor) -> None:
    """Fit a cascade to views in closed form, look after look, and measure how far it errs on others.

    Args:
        cascade: changed in place.
        views: maps, 0 to 255, uint8, shape (structures, i, j, k), and true places in mm, shape (points, 3).
        fold: which of `FOLDS` parts each view belongs to; views of one head share one. Every look begins
            where the others' parts led, so that the last errors are those on heads that were not learnt from.
    """
    grid = cascade.grid
    sizes = torch.stack([middles(maps.float() / 255, grid) for maps, _ in views])
    cascade.usual.copy_(sizes.mean(0))
    poses = [cascade.pose(maps.float() / 255, grid) for maps, _ in views]
    true = torch.stack([moved(at, pose.numpy()) for pose, (_, at) in zip(poses, views, strict=True)])
    cascade.start.copy_(true.mean(0))
    place = cascade.start.expand_as(true).clone()
    for look, weight, bias in zip(LOOKS, cascade.weights, cascade.biases, strict=True):
        rows = torch.stack(
            [
                around(maps.float() / 255, grid, pose, at, look)
                for (maps, _), pose, at in zip(views, poses, place, strict=True)
            ]
        )
        for n in range(len(weight)):
            weight[n], bias[n], said = regressed(rows[:, n], (true - place)[:, n], fold)
            place[:, n] += said
    error = true - place
    cascade.spread.copy_(torch.einsum("npd,npe->pde", error, error) / len(error))


def regressed(rows: Tensor, wanted: Tensor, fold: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Ridge regression, its strength chosen by the parts held out.

    Args:
        rows: shape (n, features).
        wanted: shape (n, 3).
        fold: part of each row, shape (n,).

    Returns:
        Weights, shape (features, 3); bias, shape (3,); what the other parts say of each row, shape (n, 3).
    """
    said = torch.zeros(len(STRENGTHS), *wanted.shape)
    for part in range(FOLDS):
        held = fold == part
        for n, (weight, bias) in enumerate(_ridges(rows[~held], wanted[~held])):
            said[n, held] = rows[held] @ weight + bias
    best = int((said - wanted).square().sum((1, 2)).argmin())
    weight, bias = _ridges(rows, wanted)[best]
    return weight, bias, said[best]


def _ridges(rows: Tensor, wanted: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Weights and bias at every strength, features scaled to their spread."""
    mean, spread = rows.mean(0), rows.std(0) + _LEAST_SPREAD
    left, sizes, right = torch.linalg.svd(((rows - mean) / spread).double(), full_matrices=False)
    onto = left.T @ (wanted - wanted.mean(0)).double()
    found = []
    for strength in STRENGTHS:
        weight = (right.T @ ((sizes / (sizes.square() + strength))[:, None] * onto)).float() / spread[:, None]
        found.append((weight, wanted.mean(0) - mean @ weight))
    return found


def _windows(look: Look) -> tuple[Tensor, Tensor]:
    """Points of a cube in mm, shape (n, 3), and weights of the moments in each window, shape (n, windows)."""
    axis = torch.linspace(-look.reach_mm, look.reach_mm, _ACROSS)
    lattice = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    columns = []
    for width in look.widths_mm:
        window = (-(lattice / width).square().sum(1) / 2).exp()
        window = window / window.sum()
        columns += [window, *(window * lattice[:, axis] / width for axis in range(3))]
    return lattice, torch.stack(columns, 1)
