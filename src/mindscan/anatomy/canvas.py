"""What painting leaves at a set of points."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from mindscan.anatomy.structure import Layer
from mindscan.core.labels import TABLE_SIZE, TISSUES


@dataclass(frozen=True)
class Canvas:
    """Shares at n points, filled front to back. `add` paints in place.

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

    def add(self, layer: Layer, at: Tensor | None) -> None:
        """Let a layer take its cover of what is free at the points `at` (all when None)."""
        row = TISSUES.index(layer.tissue)
        where = slice(None) if at is None else at
        free = self.free[where]
        taken = layer.cover * free
        self.free[where] = free - taken
        self.share[row, where] += taken
        before = self.largest[row, where]
        wins = taken > before
        self.largest[row, where] = torch.where(wins, taken, before)
        self.owner[row, where] = torch.where(wins, layer.owner, self.owner[row, where])
        self.totals.add_(torch.bincount(layer.owner.int(), taken.double(), TABLE_SIZE))

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
