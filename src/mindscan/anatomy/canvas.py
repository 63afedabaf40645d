"""What painting leaves at a set of points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from mindscan.anatomy.structure import Painter, Place
from mindscan.core.labels import TABLE_SIZE, TISSUES, Tissue


@dataclass(frozen=True)
class Coat:
    """What a layer has taken of what was free.

    Args:
        tissue: what it is made of.
        owner: label ids, int16, shape (n,).
        share: how much of each point it takes, above 0 to 1, shape (n,).
        at: index of the points, shape (n,).
    """

    tissue: Tissue
    owner: Tensor
    share: Tensor
    at: Tensor


def coats(painters: Iterable[Painter], place: Place, asked: Tensor, free: Tensor) -> Iterator[Coat]:
    """Let painters take their share of some points, front to back.

    Once most of the points are full, the painters behind are asked about the others only.

    Args:
        painters: front to back.
        place: all points.
        asked: index of the points that the painters are asked about.
        free: what is left of every point of the place, shape (n,); changed.
    """
    part, full = place.pick(asked), 0
    for painter in painters:
        if 2 * full > len(asked):
            asked = asked[free[asked] > 0]
            part, full = place.pick(asked), 0
        for layer in painter(part):
            at = asked if layer.index is None else asked.index_select(0, layer.index)
            before = free.index_select(0, at)
            taken = layer.cover * before
            some = taken.nonzero()[:, 0]
            at, taken, before = (values.index_select(0, some) for values in (at, taken, before))
            left = before - taken
            full += len(some) - int(left.count_nonzero())
            free.index_copy_(0, at, left)
            yield Coat(layer.tissue, layer.owner.index_select(0, some), taken, at)


@dataclass(frozen=True)
class Canvas:
    """Shares at n points. `add` paints in place.

    Args:
        share: share of each tissue, shape (6, n).
        owner: label id that each share belongs to, int16, shape (6, n).
        largest: the largest single share of each tissue so far, shape (6, n).
        free: what no layer has taken yet, shape (n,).
        totals: sum of what every label has taken, indexed by label id, float64.
    """

    share: Tensor
    owner: Tensor
    largest: Tensor
    free: Tensor
    totals: Tensor

    @staticmethod
    def blank(like: Tensor) -> Canvas:
        """An empty canvas for points of shape (n, 3), on their device."""
        share = torch.zeros((len(TISSUES), like.shape[0]), device=like.device)
        owner = torch.zeros(share.shape, dtype=torch.int16, device=like.device)
        totals = torch.zeros(TABLE_SIZE, dtype=torch.float64, device=like.device)
        return Canvas(share, owner, torch.zeros_like(share), torch.ones_like(share[0]), totals)

    def wiped(self, count: int) -> Canvas:
        """An empty canvas for some points in the memory of this one, which is lost; new memory is slower."""
        parts = (self.share[:, :count], self.owner[:, :count], self.largest[:, :count], self.free[:count])
        for part, value in zip(parts, (0, 0, 0, 1), strict=True):
            part.fill_(value)
        return Canvas(*parts, self.totals.zero_())

    def add(self, coat: Coat) -> None:
        """Put a coat behind the ones before it; `free` is left to whoever made it."""
        row = TISSUES.index(coat.tissue)
        self.share[row].index_add_(0, coat.at, coat.share)
        wins = (coat.share > self.largest[row].index_select(0, coat.at)).nonzero()[:, 0]
        at = coat.at.index_select(0, wins)
        self.largest[row].index_copy_(0, at, coat.share.index_select(0, wins))
        self.owner[row].index_copy_(0, at, coat.owner.index_select(0, wins))
        self.totals.add_(torch.bincount(coat.owner.int(), coat.share.double(), TABLE_SIZE))

    def winner(self) -> Tensor:
        """Owner of the tissue with the largest share, int16, shape (n,); the first wins a tie."""
        best, label = self.share[0], self.owner[0]
        for share, owner in zip(self.share[1:], self.owner[1:], strict=True):
            wins = share > best
            best, label = torch.where(wins, share, best), torch.where(wins, owner, label)
        return label

    def averaged(self, parts: int) -> Canvas:
        """One point from every `parts` in a row: mean shares; each tissue goes to its largest owner."""
        share = self.share.view(len(TISSUES), -1, parts)
        owner = self.owner.view(len(TISSUES), -1, parts)
        main = owner.gather(2, share.argmax(2, keepdim=True))
        mixed = ((owner != main) & (share > 0)).any(2)
        shares, owners = share[mixed], owner[mixed]
        weights = [(shares * (owners == owners[:, n : n + 1])).sum(1) for n in range(parts)]
        best = torch.stack(weights, 1).argmax(1, keepdim=True)
        main[mixed] = owners.gather(1, best)
        mean = share.mean(2)
        free = self.free.view(-1, parts).mean(1)
        return Canvas(mean, main[..., 0], mean, free, self.totals / parts)
