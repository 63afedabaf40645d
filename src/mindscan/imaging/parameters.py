"""Quantitative maps as ground truth: what a perfect measurement of a voxel would find."""

from __future__ import annotations

import torch
from torch import Tensor

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.imaging.compose import compose
from mindscan.imaging.fields import draw_field
from mindscan.imaging.tissues import structures


def parameter_map(brain: Brain, quantity: Tensor, pd: Tensor) -> Tensor:
    """A quantity of every voxel, without noise, bias, texture or point spread.

    A voxel of several tissues has their mean weighted by proton density, so that air counts nothing;
    proton density itself is the mean over the whole voxel.

    Args:
        brain: the head.
        quantity: of all substances, in the order of `SUBSTANCES`.
        pd: their proton density; the very tensor `quantity` for a map of it.

    Returns:
        float32, shape (i, j, k), 0 in air.

    Raises:
        SettingsError: the brain holds ids that are not in the label table.
    """
    water = spread_out(brain, pd)
    if torch.equal(quantity, pd):
        return water
    return torch.where(water > 0, spread_out(brain, quantity * pd) / water.clamp(min=1e-6), 0.0)


def spread_out(brain: Brain, quantity: Tensor) -> Tensor:
    """A quantity of the substances mixed by share in every voxel, 0 in air; float32, shape (i, j, k)."""
    grid, device = brain.labels.grid, brain.labels.data.device
    flat = draw_field(grid, 0.0, 50.0, Key(0), device)
    levels = {structure: (mean, 0.0) for structure, mean in structures(quantity).items()}
    return compose(brain, levels, flat, flat)
