"""Points of the average carried to the same places of a base: demons on the distances to what both label.

Reference: Thirion 1998, doi:10.1016/S1361-8415(98)80022-4.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor

from mindscan.anatomy.distance import Array, Point
from mindscan.anatomy.field import Field

STRUCTURES = (
    "Lateral-Ventricle", "Inf-Lat-Vent", "3rd-Ventricle", "4th-Ventricle", "Accumbens-area", "Pallidum",
    "Amygdala", "Hippocampus", "Caudate", "Putamen", "Thalamus", "VentralDC", "Corpus-Callosum", "stem",
    "cerebellum", "pial", "hull",
)  # fmt: skip
"""Fields that are matched."""

_BOX_MM = ((-46, 46), (-92, 44), (-44, 40))
_STEP_MM = 2.0
_NEAR_MM = 5.0
"""Distances beyond this say nothing."""
_SWEEPS, _SMOOTH = 70, (3.0, 0.8)
"""Steps, and how many nodes they are smoothed over, at first and at last."""


def carried(
    points: Mapping[str, Point], average: Mapping[str, Field], base: Mapping[str, Field]
) -> dict[str, Point]:
    """Where points of the average lie on a base.

    Args:
        points: name to (x, y, z) on the average, template mm.
        average, base: signed distances of `STRUCTURES` in the same coordinates.
    """
    counts = [round((b - a) / _STEP_MM) + 1 for a, b in _BOX_MM]
    low = (float(_BOX_MM[0][0]), float(_BOX_MM[1][0]), float(_BOX_MM[2][0]))
    lattice = Field(torch.zeros(3, *counts), low, _STEP_MM)
    nodes = lattice.nodes()
    wanted = [_near(average[name], nodes) for name in STRUCTURES]
    step = lattice.data
    for sigma in np.linspace(*_SMOOTH, _SWEEPS):
        moved = nodes + step.flatten(1).T
        force, weight = torch.zeros_like(step), torch.full(tuple(counts), 1.0)
        for name, want in zip(STRUCTURES, wanted, strict=True):
            have = _near(base[name], moved).reshape(counts)
            slope = torch.stack(torch.gradient(have, spacing=_STEP_MM))
            gap = want.reshape(counts) - have
            force += gap * slope
            weight += slope.square().sum(0)
        step = _smoothed(step + force / weight, float(sigma))
    found = Field(step, low, _STEP_MM).at(torch.tensor(list(points.values()))).T.tolist()
    return {
        name: (x + u, y + v, z + w)
        for (name, (x, y, z)), (u, v, w) in zip(points.items(), found, strict=True)
    }


def _near(source: Field, xyz: Tensor) -> Tensor:
    return source.at(xyz)[0].clamp(-_NEAR_MM, _NEAR_MM)


def _smoothed(step: Tensor, sigma: float) -> Tensor:
    parts: list[Array] = [ndimage.gaussian_filter(part, sigma) for part in step.numpy()]
    return torch.from_numpy(np.stack(parts))
