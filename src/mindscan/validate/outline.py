"""How unlike the outlines of two brains are: the closed hemispheres after affine alignment."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from mindscan.anatomy.align import Ids
from mindscan.core.labels import BY_NAME
from mindscan.validate.shape import SIDED, Mask, closed

CLOSING_MM = 10.0
"""Radius of the closing that bridges the sulci."""

TEN_APART_MM = (2.01, 0.23)
"""Root mean square distance between the outlines of two of ten real people, mean and SD over 45 pairs, by
this very code (maps of doi:10.1016/j.media.2023.102789)."""


def outline(aligned: Ids) -> Mask:
    """The left hemisphere without its sulci.

    Args:
        aligned: FreeSurfer ids, the left half on the template's grid of 1 mm (`align.left_half`).

    Returns:
        Of the same shape.
    """
    ids = [BY_NAME[f"Left-{name}"].id for name in SIDED]
    brain = np.isin(aligned, ids)
    return np.asarray(closed(brain, CLOSING_MM) | brain)


def apart_mm(one: Mask, other: Mask) -> float:
    """Root mean square distance of the surface voxels of one outline from the other, in mm on cubes of 1 mm.

    Example:
        >>> z = np.indices((20, 20, 20))[2]
        >>> round(apart_mm(z < 10, z < 13), 1)
        3.0
    """
    edge = one & ~ndimage.binary_erosion(one, border_value=1)
    outside = ndimage.distance_transform_edt(~other)[edge]
    inside = ndimage.distance_transform_edt(other)[edge]
    off = np.where(outside > 0, outside, inside - 1)
    return float(np.sqrt(np.square(off).mean()))
