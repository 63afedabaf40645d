"""Where everything lies on the template: a rule-based segmentation of the MNI152 average.

Each deep structure has a simple solid that says where it is (from published coordinates) and the
brightness it has on the template; a voxel goes to whatever explains it best. The template is
left-right symmetric, so only the right half is looked at and then mirrored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from mindscan.anatomy import deep_solids
from mindscan.anatomy.distance import Array, Points, ellipsoid, loft, tube

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rule:
    """Where a structure is expected and how bright it is on the T1 template (0 to 255)."""

    solid: Callable[[Points], Array]
    mean: float
    sd: float


RULES: dict[str, Rule] = {
    "Thalamus": Rule(lambda p: loft(p, deep_solids.THALAMUS), 200, 22),
    "Caudate": Rule(deep_solids.caudate, 180, 14),
    "Putamen": Rule(deep_solids.putamen, 185, 11),
    "Pallidum": Rule(lambda p: loft(p, deep_solids.PALLIDUM), 208, 12),
    "Accumbens-area": Rule(lambda p: loft(p, deep_solids.ACCUMBENS), 172, 14),
    "Hippocampus": Rule(lambda p: loft(p, deep_solids.HIPPOCAMPUS), 175, 15),
    "Amygdala": Rule(lambda p: loft(p, deep_solids.AMYGDALA), 172, 14),
    "VentralDC": Rule(lambda p: loft(p, deep_solids.VENTRAL_DC), 205, 28),
    "Lateral-Ventricle": Rule(deep_solids.lateral_ventricle, 80, 35),
    "Inf-Lat-Vent": Rule(deep_solids.temporal_horn, 120, 45),
    "3rd-Ventricle": Rule(deep_solids.third_ventricle, 105, 45),
    "4th-Ventricle": Rule(deep_solids.fourth_ventricle, 85, 70),
    "Corpus-Callosum": Rule(deep_solids.corpus_callosum, 235, 14),
}
"""Solids of `deep_solids`; brightness read off the template."""

_MIDDLE = ((0.0, -12.0, -3.0), (12.0, 19.0, 15.0))
"""Centre and semi-axes of where fluid borders on deep grey, and no cortex is, in mm."""
_NO_CORTEX = 4.0
_BACKGROUND = {"WM": (226.0, 9.0, 0.3), "GM": (165.0, 14.0, 0.2), "CSF": (60.0, 30.0, 0.5)}
_REACH_MM = 1.2


def deep_structures(t1: Array, points: Points) -> dict[str, Mask]:
    """Masks of the deep structures and ventricles on a block of the right half of the template.

    Args:
        t1: brightness 0 to 255, shape (i, j, k), 1 mm.
        points: x (at least 0), y, z in template millimetres, each broadcastable to `t1`.

    Returns:
        One mask per name of `RULES`; they do not overlap.
    """
    cost = []
    for rule in RULES.values():
        gap = rule.solid(points)
        far = np.where(gap > 0, (gap / _REACH_MM) ** 2, 0.3 * np.maximum(gap, -4))
        cost.append(np.minimum((t1 - rule.mean) ** 2 / (2 * rule.sd**2), 8) + far)
    for mean, sd, base in _BACKGROUND.values():
        cost.append(np.minimum((t1 - mean) ** 2 / (2 * sd**2), 8) + base)
    cost[-2] += _NO_CORTEX * (ellipsoid(points, *_MIDDLE) < 0)
    best = np.argmin([ndimage.gaussian_filter(c, 0.7) for c in cost], axis=0)
    best[deep_solids.occipital_horn(points) < 0] = list(RULES).index("Lateral-Ventricle")
    masks = {name: best == index for index, name in enumerate(RULES)}
    return {name: mask if "Ventricle" in name else _main_part(mask) for name, mask in masks.items()}


def _main_part(mask: Mask, bridge: int = 1) -> Mask:
    """The largest piece of `mask` after cutting bridges of up to twice `bridge` voxels."""
    core, _ = ndimage.label(ndimage.binary_opening(mask, iterations=bridge))
    sizes = np.bincount(core.ravel())
    if sizes.size < 2:
        return mask
    main = core == 1 + int(np.argmax(sizes[1:]))
    return np.asarray(ndimage.binary_dilation(main, iterations=bridge + 1, mask=mask))


_STEM_MARGIN_MM = 5.0
_PEDUNCLE_MM = (-20, -17)
"""Before and above this (y, z) the cerebral peduncles belong to the ventral DC."""
_PONS_HALF_MM, _PONS_FRONT_MM, _PONS_MM = 12.0, -21.0, (-48.0, -31.0)
"""Further from the midline than this, behind the front of the pons and at its height, lie the middle
cerebellar peduncles. In label maps of people brainstem ends 10 to 12 mm off the midline there."""
_NO_BRIDGE_MM = -55
"""Below this nothing but the stem lies in its solid."""
_CISTERN_MM, _CISTERN_WIDTH_MM = 6, 27.0
"""How far cisterns reach from what they surround, and from the midline."""


def brainstem(points: Points) -> Array:
    """Signed distance in mm to the solid that bounds midbrain, pons, medulla and cord."""
    path = [
        ((0, -28, -5), 15),
        ((0, -26, -27), 17),
        ((0, -36, -45), 11),
        ((0, -44, -60), 9),
        ((0, -50, -80), 9),
    ]
    narrowing = 0.85 + 0.03 * np.maximum(-30 - points[1], 0)
    solid = tube([np.asarray(points[0] * narrowing, np.float32), points[1], points[2]], path)
    beside_fourth = tube(points, [((7, -37, -26), 4.5), ((7.5, -39, -40), 5), ((6, -42, -50), 5)])
    solid = np.minimum(solid, beside_fourth)
    roof = points[2] + 1 + 0.15 * (points[1] + 26)
    return np.maximum(np.maximum(solid, roof), -_beside_pons(points)).astype(np.float32)


def _beside_pons(points: Points) -> Array:
    """About the signed distance in mm to where the middle cerebellar peduncles enter the pons."""
    x, y, z = points
    low, high = _PONS_MM
    sides, ends = np.maximum(_PONS_HALF_MM - x, y - _PONS_FRONT_MM), np.maximum(z - high, low - z)
    return np.asarray(np.maximum(sides, ends), np.float32)


def stem(parenchyma: Array, points: Points) -> Mask:
    """The one piece of tissue about the solid of the brainstem; see `hindbrain` for the arguments."""
    ahead = (points[1] > _PEDUNCLE_MM[0]) & (points[2] > _PEDUNCLE_MM[1])
    tissue = (parenchyma > 0.5) & (brainstem(points) < _STEM_MARGIN_MM) & ~ahead
    return _main_part(tissue, bridge=3) | (tissue & (points[2] < _NO_BRIDGE_MM))


def cisterns(fluid: Mask, deep: Mask, points: Points) -> Mask:
    """The fluid around brainstem, ventral DC and thalamus, reaching a little under them.

    Args:
        fluid: where the average has no tissue.
        deep: what the cisterns lie around.
        points: x (at least 0), y, z in template millimetres.
    """
    nearby = ndimage.binary_dilation(deep, iterations=_CISTERN_MM)
    found = fluid & nearby & (points[0] < _CISTERN_WIDTH_MM)
    return np.asarray(found | (deep & ndimage.binary_dilation(found, iterations=2)))


def hindbrain(parenchyma: Array, points: Points) -> Mask:
    """The cerebellum on the right half: tissue nearer to its core than the cortex above the tentorium is.

    A watershed on the tissue share: the cisterns under the tentorium are the ridges. It reaches a little
    under the brainstem, so that no gap shows between them.

    Args:
        parenchyma: share of grey and white matter from 0 to 1.
        points: x (at least 0), y, z in template millimetres.
    """
    inside = ellipsoid(points, (19, -62, -38), (22, 22, 14))
    vermis = ellipsoid(points, (0, -62, -24), (9, 14, 16))
    stem = brainstem(points)
    markers = np.zeros(parenchyma.shape, np.int16)
    markers[(inside < 0) | ((vermis < 0) & (stem > 2))] = 1
    tentorium = points[2] - np.interp(points[1], (-105, -85, -60, -40), (-6, -10, 4, 8)) + 0.35 * points[0]
    markers[np.broadcast_to(tentorium > 12, markers.shape)] = 2
    markers[np.broadcast_to((points[1] > -22) & (points[0] > 22), markers.shape)] = 2
    markers[stem < -1] = 3
    ridge = ndimage.gaussian_filter(1 - parenchyma, 0.6)
    flooded = ndimage.watershed_ift((ridge * 255).astype(np.uint8), markers)
    around_fourth = ellipsoid(points, (0, -48, -34), (16, 14, 16)) < 0
    peduncle = (flooded == 3) & (_beside_pons(points) < 1)
    found = ((flooded == 1) | around_fourth | peduncle) & (stem > 0)
    return np.asarray(found | (ndimage.binary_dilation(found, iterations=2) & (stem <= 0)))
