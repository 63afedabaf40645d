"""Signal and labels on another grid: a voxel's label is the structure with the largest share of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from mindscan.core.brain import Brain, label_tissue
from mindscan.core.labels import TABLE_SIZE
from mindscan.core.volume import Affine
from mindscan.imaging.lines import along


def sampled(volume: Tensor, source: Affine, shape: tuple[int, int, int], nearest: bool = False) -> Tensor:
    """A volume read on another grid; 0 outside.

    Args:
        volume: float32, shape (i, j, k).
        source: 4 x 4, from an index of the result to an index of the volume.
        shape: of the result.
        nearest: whether to take the nearest voxel, else between voxels by trilinear interpolation.

    Example:
        >>> next_along_k = np.eye(4)
        >>> next_along_k[2, 3] = 1
        >>> sampled(torch.arange(4.0).view(1, 1, 4), next_along_k, (1, 1, 4)).tolist()
        [[[1.0, 2.0, 3.0, 0.0]]]
    """
    # Coordinates of `affine_grid` run from -1 to 1 over each axis, the last axis first.
    unit = np.linalg.inv(_to_unit(shape))
    theta = (_to_unit(tuple(volume.shape)) @ source @ unit)[[2, 1, 0]][:, [2, 1, 0, 3]]
    matrix = torch.from_numpy(theta[None]).to(volume.device, torch.float32)
    grid = functional.affine_grid(matrix, [1, 1, *shape], align_corners=False)
    mode = "nearest" if nearest else "bilinear"
    return functional.grid_sample(volume[None, None], grid, mode=mode, align_corners=False)[0, 0]


def _to_unit(shape: tuple[int, ...]) -> Affine:
    matrix = np.diag([*(2 / n for n in shape), 1.0])
    matrix[:3, 3] = [1 / n - 1 for n in shape]
    return matrix


def overlaps(out: int, given: int, device: torch.device) -> Tensor:
    """Share of each of `out` equal voxels that lies in each of `given` ones over the same extent.

    Example:
        >>> overlaps(2, 4, torch.device("cpu")).tolist()
        [[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]]
    """
    borders = torch.arange(given + 1, dtype=torch.float64, device=device) / given * out
    covered = (borders - torch.arange(out, device=device)[:, None]).clamp(0, 1)
    return covered.diff(dim=1).float()


def resampled_labels(brain: Brain, weights: Mapping[int, Tensor]) -> Tensor:
    """Labels of voxels that are weighted sums of a head's voxels along each axis.

    Args:
        brain: the head; shares of tissues are counted where they are known.
        weights: by axis how much every voxel of the head counts, shape (out, in), at least 0; other axes
            stay as they are.

    Returns:
        int16 ids; 0 where nothing of the head counts.

    Example:
        >>> from mindscan.core.volume import Volume
        >>> import numpy as np
        >>> ids = torch.tensor([2, 2, 3]).view(3, 1, 1)
        >>> thick = torch.full((1, 3), 1 / 3)
        >>> resampled_labels(Brain.from_labels(Volume(ids, np.eye(4))), {0: thick}).tolist()
        [[[2]]]
    """
    whole, device = brain.labels.data.shape, brain.labels.data.device
    shape = [len(weights[axis]) if axis in weights else whole[axis] for axis in range(3)]
    largest = torch.zeros(shape, device=device)
    labels = torch.zeros(shape, dtype=torch.int16, device=device)
    for label in _present(brain):
        owner, share = _owned(brain, label)
        here = owner == label
        box = [_reach(here, axis) for axis in range(3)]
        mine = here[tuple(box)].float()
        if share is not None:
            mine *= share[tuple(box)]
        for axis, matrix in weights.items():
            part = matrix[:, box[axis]]
            rows = part.sum(1).nonzero()[:, 0]
            box[axis] = slice(int(rows[0]), int(rows[-1]) + 1) if len(rows) else slice(0, 0)
            mine = along(mine, part[box[axis]], axis)
        there = tuple(box)
        more = mine > largest[there]
        largest[there] = torch.where(more, mine, largest[there])
        labels[there] = torch.where(more, label, labels[there])
    return labels


def _present(brain: Brain) -> list[int]:
    ids = brain.labels.data if brain.owners is None else brain.owners
    return [int(i) for i in torch.bincount(ids.flatten().int(), minlength=TABLE_SIZE).nonzero()[:, 0]]


def _owned(brain: Brain, label: int) -> tuple[Tensor, Tensor | None]:
    """Where the label may be the owner, and of which shares; a label is of one tissue."""
    if brain.owners is None or brain.fractions is None:
        return brain.labels.data, None
    tissue = label_tissue(label)
    return brain.owners[tissue], brain.fractions[tissue]


def _reach(mask: Tensor, axis: int) -> slice:
    others = [other for other in range(3) if other != axis]
    found = mask.any(max(others)).any(min(others)).nonzero()[:, 0]
    return slice(int(found[0]), int(found[-1]) + 1) if len(found) else slice(0, 0)
