"""Dense points that correspond between people."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class PointName:
    """What a point is; the same set, in the same order, in every person.

    Args:
        id: unique, such as "pial-L-0007".
        kind: which surface, or "inside".
        structure: what it lies on or in.
        side: L, R or "" for the middle.
    """

    id: str
    kind: str
    structure: str
    side: str


@dataclass(frozen=True)
class Points:
    """Dense corresponding points of one head.

    Args:
        names: what each point is.
        world_mm: where it lies, RAS+, float64, shape (n, 3); not a number where this head has no such
            point, because the structure is not there.
    """

    names: tuple[PointName, ...]
    world_mm: Tensor
