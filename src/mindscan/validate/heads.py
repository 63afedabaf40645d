"""The one head that scanners are shown, and small bodies whose answer is known."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from mindscan.anatomy import anatomy, build
from mindscan.cohort.plan import GridPlan
from mindscan.cohort.recipe import GridRecord
from mindscan.core.brain import Brain, label_tissue
from mindscan.core.key import Key
from mindscan.core.labels import TISSUES
from mindscan.core.person import Person
from mindscan.core.volume import Grid, Volume

PERSON = Person(age_years=40, sex="F")
SMALL_MM = 4.0
"""Voxels of a head on which it is quick to see that nothing changes."""

_KEY = Key(5) / "validation"


@lru_cache(1)
def _model() -> build.Model:
    return build.model(anatomy.draw(_KEY / "anatomy", PERSON), _KEY / "anatomy", "cpu")


@lru_cache(2)
def _painted(record: GridRecord) -> Brain:
    return build.painted(_model(), record.grid(), dense=False)


def head(grid: Grid | None = None) -> Brain:
    """The head of `PERSON` on a grid, the usual one of 1 mm when None."""
    return _painted(GridRecord.of(grid or GridPlan().grid()))


def small_head(voxel_mm: float = SMALL_MM) -> Brain:
    """The same head on coarse voxels."""
    return head(GridPlan(voxel_mm=(voxel_mm,) * 3).grid())


def world(grid: Grid) -> Tensor:
    """World millimetres of the middle of every voxel, float64, shape (3, i, j, k)."""
    index = torch.stack(
        torch.meshgrid(*(torch.arange(n, dtype=torch.float64) for n in grid.shape), indexing="ij")
    )
    affine = torch.from_numpy(grid.affine)
    return torch.einsum("ab,b...->a...", affine[:3, :3], index) + affine[:3, 3].reshape(3, 1, 1, 1)


def split(grid: Grid, away_mm: Tensor, before: int, behind: int) -> Brain:
    """Two labels of different tissues with a border where a distance passes zero; voxels there hold both.

    Args:
        grid: with voxels as long along i, j and k as the border is to be soft, or longer.
        away_mm: distance from the border, shape (i, j, k).
        before, behind: label where the distance is below and above zero.
    """
    share = (0.5 + away_mm / grid.voxel_mm[0]).clamp(0, 1).float()
    fractions = torch.zeros((len(TISSUES), *grid.shape))
    owners = torch.zeros(fractions.shape, dtype=torch.int16)
    for label, part in ((before, 1 - share), (behind, share)):
        fractions[label_tissue(label)], owners[label_tissue(label)] = part, label
    labels = torch.where(away_mm < 0, before, behind).to(torch.int16)
    return Brain(Volume(labels, grid.affine), fractions, owners, {})


def uniform(grid: Grid, label: int) -> Brain:
    """One label everywhere."""
    return Brain.from_labels(Volume(torch.full(grid.shape, label, dtype=torch.int16), grid.affine))
