"""Yardsticks for plaques of multiple sclerosis, alike for real masks and for made people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage

from mindscan.anatomy import build
from mindscan.anatomy.lesions import takes
from mindscan.core.volume import Affine

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
_LEAST_VOXELS = 5
"""Smaller ones are specks of the mask: 0.005 mL at 1 mm."""
_SMOOTH_MM = 5.0
_ALL_SIDES = np.ones((3, 3, 3))


def mask(model: build.Model, shape: tuple[int, ...], affine: Affine) -> Mask:
    """Where lesions of a head hold half of a voxel or more, on a grid in template mm that no warp has moved.

    Args:
        model: the head.
        shape: of the grid, which has its axes along those of the template.
        affine: from its indices to template mm.
    """
    found = np.zeros(shape, bool)
    for lesion in model.lesions:
        corners = np.linalg.inv(affine[:3, :3]) @ (np.array(lesion.level.box()) - affine[:3, 3]).T
        first = np.clip(np.floor(corners.min(1)), 0, shape).astype(int)
        last = np.clip(np.ceil(corners.max(1)) + 1, 0, shape).astype(int)
        index = np.indices(last - first).reshape(3, -1).T + first
        near = lesion.cover(_at(index, affine)) > 0
        found[tuple(index[near.numpy()].T)] = True
    index = np.argwhere(found)
    xyz = _at(index, affine)
    part = torch.zeros(len(xyz))
    for taken in takes(model.lesions, xyz, model.paint(xyz)):
        part.index_add_(0, taken.at, taken.part.sum(0))
    found[tuple(index.T)] = part.numpy() >= 0.5
    return found


def _at(index: npt.NDArray[np.int64], affine: Affine) -> torch.Tensor:
    return torch.from_numpy(index @ affine[:3, :3].T + affine[:3, 3]).float()


def volumes(mask: Mask) -> Numbers:
    """Voxels of every plaque that is no speck."""
    parts, number = ndimage.label(mask, _ALL_SIDES)
    found = np.bincount(parts.ravel(), minlength=number + 1)[1:].astype(np.float64)
    return found[found >= _LEAST_VOXELS]


def density(masks: Sequence[Mask]) -> Numbers:
    """Share of people with a plaque at every voxel of 1 mm, smoothed."""
    mean = np.mean([mask.astype(np.float32) for mask in masks], axis=0)
    found: Numbers = ndimage.gaussian_filter(mean.astype(np.float64), _SMOOTH_MM)
    return found


def correlation(one: Numbers, other: Numbers) -> float:
    """Pearson's, of voxels where either is above 0."""
    some = (one > 0) | (other > 0)
    return float(np.corrcoef(one[some], other[some])[0, 1])


def _apart(one: Numbers, other: Numbers) -> float:
    """Largest distance between two empirical distributions: Kolmogorov and Smirnov's."""
    at = np.concatenate([one, other])
    shares = [np.searchsorted(np.sort(each), at, "right") / len(each) for each in (one, other)]
    return float(np.abs(shares[0] - shares[1]).max())


def compared(real: Sequence[Mask], made: Sequence[Mask]) -> list[tuple[str, float, str]]:
    """What is compared, what was found, and its bar.

    Args:
        real, made: masks on the same grid of 1 mm, one a person.
    """
    sizes = [[volumes(mask) for mask in masks] for masks in (real, made)]
    counts = [np.array([len(each) for each in of], np.float64) for of in sizes]
    loads = [np.array([each.sum() for each in of], np.float64) for of in sizes]
    logs = [np.log(np.concatenate(of)) for of in sizes]
    maps = [density(masks) for masks in (real, made)]
    return [
        ("count, Kolmogorov-Smirnov", _apart(*counts), "at most 0.2"),
        ("log-volume of plaques, Kolmogorov-Smirnov", _apart(*logs), "at most 0.2"),
        ("load, Kolmogorov-Smirnov", _apart(*loads), ""),
        ("density, correlation", correlation(*maps), "at least 0.7"),
        ("density, two halves of the real ones", correlation(density(real[::2]), density(real[1::2])), ""),
    ]
