"""Grey on white: two nested surfaces, shifted until both volumes are as asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from mindscan.anatomy.fit import MOST_MM, rising_root
from mindscan.anatomy.structure import Place

_GIVING_WAY = (1.0, 1.15, 1.3, 1.5, 1.8, 2.2, 3.0, 10.0)
"""Steps by which the limit gives way until there is room for the grey matter."""
NO_LIMIT = 100.0


@dataclass(frozen=True)
class Surfaces:
    """Signed distances in template mm, shape (n,).

    Args:
        white: to the white surface.
        outer: to the outer surface of grey matter.
        carved: positive where grey matter may not be, wherever its surface lies: furrows, outside the skull.
    """

    white: Tensor
    outer: Tensor
    carved: Tensor


@dataclass(frozen=True)
class Ribbon:
    """Shifts, in template mm, of a white and an outer surface.

    Args:
        white_shift: outward shift of the white surface.
        outer_shift: outward shift of the outer surface.
        limit: grey matter reaches at most this far from the white surface, which opens the sulci.
    """

    white_shift: float
    outer_shift: float
    limit: float

    def cover(self, surfaces: Surfaces, place: Place) -> tuple[Tensor, Tensor]:
        """Cover of white matter, and of grey and white together."""
        white = surfaces.white - self.white_shift
        outer = torch.maximum(surfaces.outer - self.outer_shift, white - self.limit)
        outer = torch.maximum(outer, surfaces.carved)
        return place.cover(white), place.cover(outer)


def fit(
    surfaces: Surfaces, place: Place, free: Tensor, white_ml: float, grey_ml: float, limit: float
) -> Ribbon:
    """The ribbon that holds `white_ml` and `grey_ml` in what is free of the place.

    Args:
        surfaces: distances at the points of `place`.
        free: share of each point that the ribbon may take, 0 to 1.
        white_ml, grey_ml: volumes wanted, in mL.
        limit: see `Ribbon`.

    Returns:
        The ribbon. Where the limit leaves too little room for the grey matter, the limit gives way;
        where the place is too small altogether, the ribbon that comes nearest.
    """

    def white_volume(shift: float) -> float:
        white, _ = Ribbon(shift, 0, limit).cover(surfaces, place)
        return float((free * white).sum()) * place.point_ml

    white_shift = rising_root(white_volume, white_ml)

    def grey_volume(limit: float, shift: float) -> float:
        white, both = Ribbon(white_shift, shift, limit).cover(surfaces, place)
        return float((free * (1 - white) * both).sum()) * place.point_ml

    for step in _GIVING_WAY:
        enough = step * limit
        if grey_volume(enough, MOST_MM) >= grey_ml:
            break
    return Ribbon(white_shift, rising_root(partial(grey_volume, enough), grey_ml), enough)
