"""Which points lie in a box, on the CPU: what three comparisons do, in one pass over memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mindscan.anatomy.compiled import compiled
from mindscan.anatomy.distance import Point


def within(xyz: Tensor, low: Point, high: Point) -> Tensor:
    """Index of the points in a box, its border included.

    Args:
        xyz: on the CPU, shape (n, 3); quickest as float32 when each axis lies in one piece.
        low, high: the first and the last corner.
    """
    lines = xyz.T.float().contiguous().numpy()
    return torch.from_numpy(_found(lines, np.array(low, np.float32), np.array(high, np.float32)))


@compiled("i8[::1](f4[:,::1], f4[::1], f4[::1])")
def _found(xyz: npt.NDArray[np.float32], low: Any, high: Any) -> npt.NDArray[np.int64]:
    """Count, then note; a count has no branches and takes next to no time."""
    a, b, c = xyz[0], xyz[1], xyz[2]
    count = 0
    for n in range(len(a)):
        count += (
            (a[n] >= low[0]) & (a[n] <= high[0])
            & (b[n] >= low[1]) & (b[n] <= high[1])
            & (c[n] >= low[2]) & (c[n] <= high[2])
        )  # fmt: skip
    index = np.empty(count, np.int64)
    if count == 0:
        return index
    at = 0
    for n in range(len(a)):
        if (
            a[n] >= low[0] and a[n] <= high[0]
            and b[n] >= low[1] and b[n] <= high[1]
            and c[n] >= low[2] and c[n] <= high[2]
        ):  # fmt: skip
            index[at] = n
            at += 1
    return index
