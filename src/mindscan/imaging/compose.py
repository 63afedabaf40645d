"""From a head and the signal of its structures to an image without point spread and noise."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from mindscan.core.brain import Brain
from mindscan.core.errors import SettingsError
from mindscan.core.labels import BY_ID, TABLE_SIZE, TISSUES
from mindscan.core.volume import Grid
from mindscan.imaging.fields import SmoothField
from mindscan.imaging.slabs import slabs
from mindscan.imaging.tissues import label_table

Levels = Mapping[str, tuple[float, float]]
"""Mean and within-structure standard deviation of the signal by structure; means may be negative."""


def compose(brain: Brain, levels: Levels, texture: SmoothField, bias: SmoothField) -> Tensor:
    """The image before point spread and noise: signal of the tissues, their texture and the bias.

    Args:
        brain: the head; where tissue shares are known, signals mix by share.
        levels: mean and standard deviation of the signal by structure.
        texture: field of standard deviation 1.
        bias: logarithm of the sensitivity. A field this smooth passes through the point spread as it is.

    Returns:
        Signed signal, float32, shape (i, j, k).

    Raises:
        SettingsError: the brain holds ids that are not in the label table.

    Example:
        >>> from mindscan.core.key import Key
        >>> from mindscan.core.volume import Volume
        >>> from mindscan.imaging.fields import draw_field
        >>> from mindscan.imaging.tissues import MADE_OF
        >>> grid, cpu = Grid.centred((4, 4, 4), (1.0, 1.0, 1.0)), torch.device("cpu")
        >>> brain = Brain.from_labels(Volume(torch.full(grid.shape, 2), grid.affine))
        >>> flat = draw_field(grid, 0.0, 50.0, Key(1), cpu)
        >>> float(compose(brain, {name: (7.0, 0.0) for name in MADE_OF}, flat, flat).mean())
        7.0
    """
    device = brain.labels.data.device
    mean, sd = (label_table({name: pair[i] for name, pair in levels.items()}).to(device) for i in (0, 1))
    check_ids(brain)
    image = torch.empty(brain.labels.grid.shape, device=device)
    for rows in slabs(image):
        signal, grain = mixed(brain, rows, (mean, sd))
        signal.addcmul_(grain, texture.slab(rows))
        torch.mul(signal, bias.slab(rows).exp_(), out=image[rows])
    if bool(image.sum().isnan()):
        found = torch.unique(brain.labels.data).tolist()
        raise _unknown_ids([i for i in found if i not in BY_ID])
    return image


def mixed(brain: Brain, rows: slice, tables: Sequence[Tensor]) -> list[Tensor]:
    """Each table read at every voxel of a slab, mixed by tissue share where shares are known.

    Args:
        brain: the head; its ids are in the label table (`check_ids`).
        rows: range of the first axis.
        tables: numbers by label id, as `tissues.label_table` makes them.

    Returns:
        For each table float32 of shape (rows, j, k); air counts as 0.
    """
    if brain.fractions is None or brain.owners is None:
        ids = brain.labels.data[rows].int()
        return [_read(table, ids) for table in tables]
    mixed = [torch.zeros_like(brain.fractions[0, rows]) for _ in tables]
    for tissue, share, owner in zip(TISSUES, brain.fractions, brain.owners, strict=True):
        if tissue != "air":
            ids = owner[rows].int()
            for total, table in zip(mixed, tables, strict=True):
                total.addcmul_(share[rows], _read(table, ids))
    return mixed


def _read(table: Tensor, ids: Tensor) -> Tensor:
    return table.index_select(0, ids.flatten()).view(ids.shape)


def check_grid(grid: Grid) -> None:
    """Refuse a grid that no scanner could fill.

    Raises:
        SettingsError: no voxels, or voxels of no size.
    """
    for axis, count, voxel in zip("ijk", grid.shape, grid.voxel_mm, strict=True):
        if count < 1:
            raise SettingsError(
                f"{count} voxels along {axis}", "at least 1", "give a volume that is not empty"
            )
        if not (math.isfinite(voxel) and voxel > 0):
            raise SettingsError(f"voxel size {voxel:g} mm along {axis}", "more than 0", "mend the affine")


def check_ids(brain: Brain) -> None:
    """Refuse ids for which tables by label id are too short.

    Raises:
        SettingsError: the brain holds such ids.
    """
    ids = brain.labels.data if brain.owners is None else brain.owners
    low, high = (int(bound) for bound in ids.aminmax())
    if low < 0 or high >= TABLE_SIZE:
        raise _unknown_ids([i for i in (low, high) if i not in BY_ID])


def _unknown_ids(ids: list[int]) -> SettingsError:
    shown = ", ".join(map(str, ids)) or "of a tissue share"
    return SettingsError(
        f"label ids {shown}", "ids of the label table (mindscan.core.labels)", "relabel these voxels"
    )
