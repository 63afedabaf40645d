"""Points spread evenly over a head, by which volumes are measured before anything is painted.

A plain lattice has whole planes of points: where one runs along a thin sheet, such as the septum between the
ventricles, the sheet counts as thick as the lattice is coarse. Here every row is shifted by a quarter of the
spacing against its neighbours, along each axis, so that any plane across a head meets points at four depths.
"""

from __future__ import annotations

import torch
from torch import Tensor

_STEP_MM = 2.0
_BOX_MM = ((-84, 84), (-124, 92), (-72, 94))
"""Around the brain's skull, template mm."""
_PHASES = 4


def nodes(device: torch.device | str) -> Tensor:
    """The points in template mm, no warp applied, shape (n, 3)."""
    counts = [len(range(low, high, round(_STEP_MM))) for low, high in _BOX_MM]
    index = torch.stack(torch.meshgrid(*(torch.arange(n, device=device) for n in counts), indexing="ij"))
    rows = index.flatten(1)
    shift = (rows.roll(-1, 0) + 2 * rows.roll(-2, 0)) % _PHASES - (_PHASES - 1) / 2
    low = torch.tensor([[first] for first, _ in _BOX_MM], device=device)
    return (low + _STEP_MM * (rows + shift / _PHASES)).T


def point_ml(scale: float) -> float:
    """Volume in mL that each of them stands for, `scale` being world mm per template mm."""
    return (_STEP_MM * scale) ** 3 / 1000
