"""A small head for tests of the acquisition: a ball of fat, skull, fluid and brain with air inside."""

import torch

from mindscan.core.brain import Brain
from mindscan.core.volume import Grid, Volume

GRID = Grid.centred((48, 56, 52), (2.0, 2.0, 2.0))


def ball(grid: Grid = GRID) -> Brain:
    """Shells around a ball of white matter, with a sinus in front; (i, j, k) all of different size."""
    x, y, z = (
        (torch.arange(n, dtype=torch.float32) - (n - 1) / 2) * v
        for n, v in zip(grid.shape, grid.voxel_mm, strict=True)
    )
    away = (x[:, None, None] ** 2 + y[:, None] ** 2 + z**2).sqrt()
    labels = torch.zeros(grid.shape, dtype=torch.int16)
    for label, radius in ((125, 44), (165, 40), (24, 36), (3, 33), (2, 27)):
        labels[away < radius] = label
    sinus = (x[:, None, None] ** 2 + (y[:, None] - 38) ** 2 + (z + 8) ** 2).sqrt()
    labels[sinus < 6] = 262
    return Brain.from_labels(
        Volume(labels, grid.affine), {"middle": (0.0, 0.0, 0.0), "front": (0.0, 20.0, 0.0)}
    )
