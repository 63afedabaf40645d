"""What bleedings into fluid share: how blood ages there, and the way that it takes."""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from skimage.graph import MCP_Geometric

from mindscan.anatomy.distance import Point
from mindscan.anatomy.field import Field
from mindscan.anatomy.survey import STEP_MM, Array, Mask, Survey

_FRESH_DAYS, _CLOT_DAYS = 3.0, 14.0
"""How long blood stays fresh, and how long clots last: the oxygen of the fluid keeps haemoglobin as it is, so
that blood is bright on FLAIR from the first hours on, and density on CT is gone after one to two weeks
(textbooks; the very numbers are own choices)."""
_THICK = ("Haematoma-In-Fluid", "Haematoma-Late-Subacute")
_THIN = "Haematoma-Diluted"
_OLD = "Haematoma-Liquefied"
_SLOWEST = 0.1
"""Blood gets through places without fluid a tenth as fast as through fluid: they hold sulci that a lattice of
4 mm does not see (own choice)."""
_LITTLE_ML, _PARTS = 15.0, 2
"""Less blood than this is measured on a lattice so many times as fine."""
_MORE, _BLOCK = 1.1, 2


def clotted(age_days: float) -> str:
    """Name of the label of a clot in fluid.

    Example:
        >>> clotted(1), clotted(20)
        ('Haematoma-In-Fluid', 'Haematoma-Liquefied')
    """
    ends = zip((_FRESH_DAYS, _CLOT_DAYS), _THICK, strict=True)
    return next((name for days, name in ends if age_days < days), _OLD)


def mixed(age_days: float) -> str:
    """Name of the label of blood mixed into fluid.

    Example:
        >>> mixed(1), mixed(5)
        ('Haematoma-Diluted', 'Haematoma-Liquefied')
    """
    return _THIN if age_days < _FRESH_DAYS else _OLD


def way_mm(survey: Survey, place: Point, fluid: Mask) -> Array:
    """How far blood has to go from a place, shape (i, j, k): mm through fluid, more through the rest.

    Args:
        survey: the head.
        place: template mm.
        fluid: where fluid is, shape (i, j, k).
    """
    shape = np.array(fluid.shape) // _BLOCK
    blocks = fluid[tuple(slice(_BLOCK * n) for n in shape)].reshape([a for n in shape for a in (n, _BLOCK)])
    slow = (1 + _SLOWEST) / (blocks.mean((1, 3, 5)) + _SLOWEST)
    start = [int(a[0]) // _BLOCK for a in survey.index(survey.find(place)[None])]
    coarse, _ = MCP_Geometric(slow, sampling=(_BLOCK * STEP_MM * survey.scale,) * 3).find_costs([start])
    axes = [(np.arange(n) - (_BLOCK - 1) / 2) / _BLOCK for n in fluid.shape]
    found: Array = ndimage.map_coordinates(coarse, np.meshgrid(*axes, indexing="ij"), order=1, mode="nearest")
    return found


def poured(order: Array, fluid: Mask, ml: float, survey: Survey) -> Field:
    """The level of blood that fills fluid in some order: about the volume asked, rather more, is below zero.

    Args:
        order: what has the least is filled first, about as steep as a distance in mm, shape (i, j, k).
        fluid: what is filled, shape (i, j, k).
        ml: of blood.
        survey: the head.
    """
    ranks = np.sort(order[fluid])
    nodes = round(_MORE * ml / ((STEP_MM * survey.scale) ** 3 / 1000))
    level = order - float(ranks[min(nodes, len(ranks) - 1)])
    return survey.field(level, _PARTS if ml < _LITTLE_ML else 1)
