"""Thin tubes that run through fluid: filled into the voxels of a head that is painted.

A tube takes part of what is already painted: fluid, and for some stretches bone and soft tissue too. So the
brain and everything else stay exactly as they are, and a voxel holds as much of a tube as the tube covers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mindscan.anatomy.structure import EDGE_MM
from mindscan.core.labels import BY_NAME, LABELS, TABLE_SIZE, TISSUES, in_skull
from mindscan.core.volume import Grid

Array = npt.NDArray[np.float64]
_FLUID = ("CSF", "CSF-SA")
_SOLID = (
    "Dura", "Muscle", "Adipose", "Head-ExtraCerebral", "Skull", "Diploe", "Inner-Table", "Outer-Table",
)  # fmt: skip
OUTSIDE = BY_NAME["Artery"].id
"""What a tube is called where it is not inside the skull."""
_SOFT = TISSUES.index("soft")


@dataclass(frozen=True)
class Tube:
    """A stretch of a tube as it lies in a head.

    Args:
        label: id inside the skull.
        xyz: middle line, float64, shape (n, 3).
        width_mm: diameter there in world mm, shape (n,).
        bored: whether it runs through bone and soft tissue too.
    """

    label: int
    xyz: Array
    width_mm: Array
    bored: bool


@dataclass(frozen=True)
class Filling:
    """What voxels of a grid hold of tubes.

    Args:
        at: flat indices of the voxels.
        cover: share of each that tubes cover, 0 to 1.
        label: the id inside the skull of the tube that covers most.
        bored: whether it runs through bone and soft tissue too.
    """

    at: Tensor
    cover: Tensor
    label: Tensor
    bored: Tensor


def filling(tubes: Sequence[Tube], grid: Grid, divisions: Sequence[int]) -> Filling:
    """How much of each voxel tubes cover.

    The edge of a tube is as wide as all edges; its cross-section has the area of its width.

    Args:
        tubes: in world mm.
        divisions: into how many parts voxels are divided along each axis.
    """
    fine = grid.with_voxels([mm / n for mm, n in zip(grid.voxel_mm, divisions, strict=True)])
    at, cover, tag = _reduced(*_painted(tubes, fine), "amax")
    i, rest = at // (fine.shape[1] * fine.shape[2]), at % (fine.shape[1] * fine.shape[2])
    j, k = rest // fine.shape[2], rest % fine.shape[2]
    i, j, k = (axis // n for axis, n in zip((i, j, k), divisions, strict=True))
    coarse = (i * grid.shape[1] + j) * grid.shape[2] + k
    at, cover, tag = _reduced(coarse, cover / math.prod(divisions), tag, "sum")
    return Filling(at, cover.clamp(max=1), tag // 2, tag % 2 == 1)


def _painted(tubes: Sequence[Tube], grid: Grid) -> tuple[Tensor, Tensor, Tensor]:
    """Voxel, cover and tag (label and `bored`) of all points near the segments of tubes."""
    start = torch.from_numpy(np.concatenate([tube.xyz[:-1] for tube in tubes])).float()
    step = torch.from_numpy(np.concatenate([np.diff(tube.xyz, axis=0) for tube in tubes])).float()
    width = torch.from_numpy(np.concatenate([(t.width_mm[:-1] + t.width_mm[1:]) / 2 for t in tubes])).float()
    tag = torch.tensor([2 * t.label + t.bored for t in tubes for _ in t.xyz[1:]])
    forth = torch.from_numpy(grid.affine).float()
    back = torch.from_numpy(np.linalg.inv(grid.affine)).float()
    middle = ((start + step / 2) @ back[:3, :3].T + back[:3, 3]).round()
    reach_mm = _rim(width)[0] + EDGE_MM / 2 + torch.linalg.vector_norm(step, dim=1) / 2
    reach = (reach_mm[:, None] / torch.tensor(grid.voxel_mm)).ceil().int()
    found: list[tuple[Tensor, Tensor, Tensor]] = []
    near_grid = ((middle > -reach) & (middle < torch.tensor(grid.shape) + reach - 1)).all(1)
    for size in torch.unique(reach, dim=0):
        some = ((reach == size).all(1) & near_grid).nonzero()[:, 0]
        axes = [torch.arange(-n, n + 1.0) for n in size.tolist()]
        near = torch.stack([axis.flatten() for axis in torch.meshgrid(*axes, indexing="ij")], 1)
        index = middle[some, None] + near
        gap = index @ forth[:3, :3].T + forth[:3, 3] - start[some, None]
        along = step[some, None]
        share = ((gap * along).sum(2) / along.square().sum(2).clamp(min=1e-6)).clamp(0, 1)
        distance = torch.linalg.vector_norm(gap - share[..., None] * along, dim=2)
        radius, gain = (values[some, None] for values in _rim(width))
        cover = (0.5 - (distance - radius) / EDGE_MM).clamp(0, 1) * gain
        kept = (cover > 0) & (index >= 0).all(2) & (index < torch.tensor(grid.shape)).all(2)
        i, j, k = index[kept].long().unbind(1)
        flat = (i * grid.shape[1] + j) * grid.shape[2] + k
        found.append((flat, cover[kept], tag[some, None].expand(kept.shape)[kept]))
    flat, cover, tags = (torch.cat(parts) for parts in zip(*found, strict=True))
    return flat, cover, tags


def _rim(width: Tensor) -> tuple[Tensor, Tensor]:
    """Radius at which the cover is half, and the cover in the middle, so that the area is that of a disc.

    A disc of radius r with an edge of width e covers pi (r^2 + e^2 / 12) while r >= e / 2.
    """
    square = (width / 2).square()
    radius = (square - EDGE_MM**2 / 12).clamp(min=EDGE_MM**2 / 4).sqrt()
    return radius, (square / (radius.square() + EDGE_MM**2 / 12)).clamp(max=1)


def _reduced(at: Tensor, cover: Tensor, tag: Tensor, how: str) -> tuple[Tensor, Tensor, Tensor]:
    """Each index once: its covers put together, and the tag of the largest."""
    once, place = torch.unique(at, return_inverse=True)
    most = torch.zeros(len(once)).scatter_reduce_(0, place, cover, "amax")
    wins = torch.where(cover == most[place], tag, 0)
    tags = torch.zeros(len(once), dtype=torch.int64).scatter_reduce_(0, place, wins, "amax")
    total = most if how == "amax" else torch.zeros(len(once)).index_add_(0, place, cover)
    return once, total, tags


def fill(filled: Filling, labels: Tensor, fractions: Tensor, owners: Tensor, totals: Tensor) -> None:
    """Let tubes take their part of fluid, and where they are bored of bone and soft tissue; in place.

    A voxel stays the structure of its largest share: where a third one would win it, the tube takes nothing.

    Args:
        filled: what voxels hold of tubes.
        labels: label ids, int16, shape (i, j, k).
        fractions, owners: as in `Brain`, shape (6, i, j, k).
        totals: sum of what every label has taken, indexed by label id.
    """
    device = labels.device
    at, cover, label = (part.to(device) for part in (filled.at, filled.cover, filled.label.to(labels.dtype)))
    flat, share, owner = labels.view(-1), fractions.flatten(1), owners.flatten(1)
    inside = _table(row.name for row in LABELS if in_skull(row)).to(device)
    yields = torch.stack([_table(_FLUID), _table((*_FLUID, *_SOLID))]).to(device)
    kind = filled.bored.long().to(device)
    part, ids = share[:, at], owner[:, at].long()
    taken = torch.where(yields[kind, ids], part * cover, 0)
    tissue = _tissue_of(flat[at].long())
    main = _left(part, taken).argmax(0)
    taken = taken * ((main == tissue) | (main == _SOFT))
    within = torch.where(inside[ids], taken, 0).sum(0)
    beyond = taken.sum(0) - within
    own = torch.where(within >= beyond, label, OUTSIDE).to(labels.dtype)
    totals.index_add_(0, ids.flatten(), -taken.flatten().double())
    totals.index_add_(0, label.long(), within.double())
    totals[OUTSIDE] += beyond.double().sum()
    left = _left(part, taken)
    wins = (left.argmax(0) == _SOFT) & (taken.sum(0) > 0)
    named = (wins & (tissue != _SOFT)) | (2 * taken.sum(0) > left[_SOFT])
    owner[_SOFT, at[named]] = own[named].to(owners.dtype)
    flat[at[wins & named]] = own[wins & named]
    share[:, at] = left


def _left(part: Tensor, taken: Tensor) -> Tensor:
    """Shares of tissues once tubes have taken theirs, which is soft."""
    left = part - taken
    left[_SOFT] += taken.sum(0)
    return left


def _table(names: Iterable[str]) -> Tensor:
    """By label id, whether it is one of these."""
    table = torch.zeros(TABLE_SIZE, dtype=torch.bool)
    table[[BY_NAME[name].id for name in names]] = True
    return table


def _tissue_of(ids: Tensor) -> Tensor:
    table = torch.zeros(TABLE_SIZE, dtype=torch.int64)
    for row in LABELS:
        table[row.id] = TISSUES.index(row.tissue)
    return table.to(ids.device)[ids]
