"""Where the cortex of somebody has lost more than elsewhere: a field of factors on its thickness."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from mindscan.anatomy.field import Field
from mindscan.anatomy.parcels import parcel_ids
from mindscan.core.labels import both_sides
from mindscan.core.lesions import Load

THINNING = "thinning"
"""The name by which it is shared."""
_LOW, _HIGH = (-81.0, -117.0, -63.0), (81.0, 84.0, 90.0)
_STEP_MM = 3.0
_SMOOTHINGS = 2
"""How often factors are averaged over neighbouring nodes, so that they do not jump between parcels."""


def thinning(loads: Sequence[Load], cells: Field) -> Field:
    """The field for what every parcel loses, template mm; 1 where it loses as much as the mean of all does.

    Args:
        loads: one for every parcel.
        cells: the parcel of every place, see `parcels.parcel_ids`.
    """
    device = cells.data.device
    left = 1 - torch.tensor([load.atrophy for load in loads], device=device)
    table = torch.ones(1 + max(load.parcel for load in loads), device=device)
    table[[load.parcel for load in loads]] = left / left.mean()
    shape = [round((high - low) / _STEP_MM) + 1 for low, high in zip(_LOW, _HIGH, strict=True)]
    field = Field(torch.zeros((1, *shape), device=device), _LOW, _STEP_MM)
    nodes = field.nodes()
    owner = _cortex(nodes)
    factors = table[parcel_ids(cells, nodes, owner).long()].reshape(field.data.shape)
    for _ in range(_SMOOTHINGS):
        padded = functional.pad(factors[None], [1] * 6, mode="replicate")
        factors = functional.avg_pool3d(padded, 3, stride=1)[0]
    return Field(factors, field.origin_mm, field.step_mm)


def _cortex(xyz: Tensor) -> Tensor:
    """The id of the cortex on the side of each point."""
    left, right = both_sides("Cerebral-Cortex")
    return torch.where(xyz[:, 0] > 0, right, left)
