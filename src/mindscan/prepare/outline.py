"""The template's brain laid into a head by its outline, and brought nearer by what both have in common."""

from __future__ import annotations

import numpy as np
import torch
from scipy import ndimage
from skimage.filters import threshold_otsu

from mindscan.core.volume import Affine, Volume
from mindscan.learn.pose import moved, places, seen, shrunk
from mindscan.prepare.register import registered, template

_COARSE_MM = 4.0
_CROWN_MM = 120.0
"""How far below its top a head is as wide as its skull (a choice of this project, as are the next)."""
_SCALP_MM = 14.0
"""From the skin to the inside of the skull."""
_STRETCH = 0.15
"""How far the outline may make the template larger or smaller."""
_GROWN = 0.1
"""An affine map that changes the volume by more than this share was led astray by skull and scalp."""


def laid(given: Volume) -> Affine:
    """The map from template mm to world mm, 4 x 4, that lays the template's brain into a head.

    Args:
        given: a signal that was `accepted`, of a head whose header says where up is.
    """
    start = by_outline(given)
    everywhere = Volume(torch.ones(given.data.shape, dtype=torch.bool), given.affine)
    sized = Volume(given.data, np.asarray(np.linalg.inv(start) @ given.affine, np.float64))
    maps = registered(sized, everywhere, np.eye(4))
    change = abs(np.linalg.det(maps.affine[:3, :3]) - 1)
    return np.asarray(start @ (maps.affine if change <= _GROWN else maps.rigid), np.float64)


def carried(to_scan: Affine, given: Volume) -> Volume:
    """The inside of the template's skull on the voxels of a scan, bool."""
    usual = template()[1]
    to_usual = np.linalg.inv(to_scan @ usual.affine)
    inside = seen(usual.data[None].float(), moved(places(given.grid), to_usual))[0] > 0.5
    return Volume(inside, given.affine)


def by_outline(given: Volume) -> Affine:
    """Where the brain must lie, by top, front, back and sides of the head around it."""
    coarse = shrunk(given, _COARSE_MM)
    data = coarse.data.numpy()
    data = np.minimum(data, np.percentile(data[data > 0], 98))
    pieces = ndimage.label(data > threshold_otsu(data) / 2)[0]
    head = pieces == 1 + int(np.argmax(np.bincount(pieces.ravel())[1:]))
    spots = places(coarse.grid).numpy()[head]
    top = float(np.percentile(spots[:, 2], 99.5))
    low, high = np.percentile(spots[spots[:, 2] > top - _CROWN_MM][:, :2], (1, 99), axis=0)
    usual = moved(template()[1].data.nonzero().float(), template()[1].affine).numpy()
    least, most = np.percentile(usual, (1, 99), axis=0)
    sizes = (high - low - 2 * _SCALP_MM) / (most - least)[:2]
    sizes = np.clip([*sizes, sizes.mean()], 1 - _STRETCH, 1 + _STRETCH)
    start = np.diag([*sizes, 1.0])
    start[:2, 3] = (low + high) / 2 - sizes[:2] * (least + most)[:2] / 2
    start[2, 3] = top - _SCALP_MM - sizes[2] * most[2]
    return np.asarray(start, np.float64)
