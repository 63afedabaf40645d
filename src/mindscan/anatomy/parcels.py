"""Which cortical parcel every place of the template belongs to, and so every voxel of a person's cortex.

A place belongs to the centre (`core.parcels`) that is nearest on the way through tissue: a way through
fluid counts several times its length, so that the banks of a fissure go to centres on their own side.
Distances are computed once on the template (Dijkstra 1959, doi:10.1007/BF01386390); people's voxels are
carried to the template by their warp, so parcels move with the anatomy.
"""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import dijkstra
from torch import Tensor

from mindscan.anatomy.distance import Array, Point
from mindscan.anatomy.field import Field
from mindscan.core.labels import both_sides
from mindscan.core.parcels import PARCELS, PER_SIDE, first_id

FLUID_COSTS = 4.0
"""How many times its length a way through fluid counts; own choice."""
CENTRES_MM = np.array([parcel.centre_mm for parcel in PARCELS[PER_SIDE:]], np.float32)
"""Centres of the parcels on the right, shape (n, 3)."""
_FAR_MM = 8.0
"""Further outside the average's surface no way leads."""
_INSIDE_MM = 1.0
"""Centres start from where they are nearest to a place at least this deep in tissue, if one is at hand."""
_SMOOTH_NODES = 0.6
_LEFT, _RIGHT = both_sides("Cerebral-Cortex")


def cells(pial: Array, origin_mm: Point, centres_mm: Array = CENTRES_MM) -> npt.NDArray[np.uint8]:
    """The parcel of every node on the right half of the template.

    Args:
        pial: signed distance to the average's surface, negative in tissue, 1 mm lattice, shape (i, j, k).
        origin_mm: where its first node lies.
        centres_mm: of the parcels, all at different nodes, shape (n, 3).

    Returns:
        Number of the parcel within its side, from 0, on the same lattice.
    """
    coarse = pial[::2, ::2, ::2]
    near = coarse < _FAR_MM
    weight = np.where(coarse < 0, 1.0, FLUID_COSTS)
    number = np.cumsum(near).reshape(near.shape) - 1
    nodes = np.argwhere(near)
    gaps = np.linalg.norm(centres_mm[:, None] - (2 * nodes + np.array(origin_mm))[None], axis=2)
    seeds = (gaps + _FAR_MM * (coarse[near] > -_INSIDE_MM)).argmin(1)
    _, _, source = dijkstra(
        _ways(near, number, weight), indices=seeds, directed=False, return_predecessors=True, min_only=True
    )
    owner = np.full(len(nodes) + 1, -1)
    owner[seeds] = np.arange(len(seeds))
    coarse_cells = np.full(near.shape, -1)
    coarse_cells[near] = np.where(source >= 0, owner[source], -1)
    return _finer(coarse_cells, pial.shape)


def _ways(
    near: npt.NDArray[np.bool_], number: npt.NDArray[np.int64], weight: Array
) -> csr_matrix[np.float64]:
    """The ways between neighbouring nodes and their costs in mm."""
    rows, columns, costs = [], [], []
    half = [s for s in itertools.product((-1, 0, 1), repeat=3) if s > (0, 0, 0)]
    for shift in half:
        here = tuple(slice(max(0, -s), n - max(0, s)) for s, n in zip(shift, near.shape, strict=True))
        there = tuple(slice(max(0, s), n + min(0, s)) for s, n in zip(shift, near.shape, strict=True))
        both = near[here] & near[there]
        rows.append(number[here][both])
        columns.append(number[there][both])
        costs.append(np.linalg.norm(shift) * (weight[here] + weight[there])[both])
    size = int(near.sum())
    return coo_matrix(
        (np.concatenate(costs), (np.concatenate(rows), np.concatenate(columns))), (size, size)
    ).tocsr()


def _finer(coarse: npt.NDArray[np.int64], shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """Cells of 2 mm nodes on 1 mm nodes, their borders smoothed; every node has one."""
    best = np.zeros(shape, np.float32)
    found = np.zeros(shape, np.uint8)
    for n, box in enumerate(ndimage.find_objects(coarse + 1)):
        low = [max(0, s.start - 2) for s in box]
        high = [min(s.stop + 2, size) for s, size in zip(box, coarse.shape, strict=True)]
        part = coarse[tuple(slice(a, b) for a, b in zip(low, high, strict=True))] == n
        soft = ndimage.gaussian_filter(part.astype(np.float32), _SMOOTH_NODES)
        for axis in range(3):
            soft = _between(soft, axis)
        there = tuple(slice(2 * a, 2 * a + m) for a, m in zip(low, soft.shape, strict=True))
        soft = soft[tuple(slice(0, k) for k in best[there].shape)]
        wins = soft > best[there]
        best[there][wins] = soft[wins]
        found[there][wins] = n
    nearest = ndimage.distance_transform_edt(best == 0, return_distances=False, return_indices=True)
    return np.asarray(found[tuple(nearest)])


def _between(values: npt.NDArray[np.float32], axis: int) -> npt.NDArray[np.float32]:
    """Twice as many nodes along an axis, the new ones halfway."""
    values = np.moveaxis(values, axis, 0)
    finer = np.empty((2 * len(values), *values.shape[1:]), np.float32)
    finer[::2] = values
    finer[1:-1:2] = (values[1:] + values[:-1]) / 2
    finer[-1] = values[-1]
    return np.moveaxis(finer, 0, axis)


def parcel_ids(cells_field: Field, xyz: Tensor, owner: Tensor) -> Tensor:
    """The parcel of each of n points.

    Args:
        cells_field: what `cells` made, both sides, as the template keeps it.
        xyz: template mm after the warp, shape (n, 3).
        owner: label id of each point, shape (n,).

    Returns:
        Parcel ids, int16, shape (n,); 0 where the owner is not cerebral cortex. The owner says the side.
    """
    origin = torch.tensor(cells_field.origin_mm, device=xyz.device)
    last = torch.tensor(cells_field.data.shape[1:], device=xyz.device) - 1
    index = ((xyz - origin) / cells_field.step_mm).round().long()
    i, j, k = torch.minimum(index.clamp(min=0), last).unbind(1)
    number = cells_field.data[0, i, j, k].to(torch.int16)
    left = torch.where(owner == _LEFT, number + first_id("L"), 0)
    return torch.where(owner == _RIGHT, number + first_id("R"), left).to(torch.int16)


def parcel_name(cells_field: Field, xyz: Tensor, owner: int) -> str:
    """The name of the parcel of one point, shape (1, 3); "" where it has none. See `parcel_ids`."""
    number = int(parcel_ids(cells_field, xyz, torch.tensor([owner], device=xyz.device))[0])
    return next((parcel.name for parcel in PARCELS if parcel.id == number), "")
