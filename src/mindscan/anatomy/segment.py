"""Where everything lies on the template: a rule-based segmentation of the MNI152 average.

Each deep structure has a simple solid that says where it is (from published coordinates) and the
brightness it has on the template; a voxel goes to whatever explains it best. The template is
left-right symmetric, so only the right half is looked at and then mirrored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from mindscan.anatomy.distance import Array, Section, ellipsoid, loft, tube

Points = Sequence[Array]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rule:
    """Where a structure is expected and how bright it is on the T1 template (0 to 255)."""

    solid: Callable[[Points], Array]
    mean: float
    sd: float


def _lateral_ventricle(p: Points) -> Array:
    body = [
        ((15, 30, 3), 8), ((10, 22, 8), 8), ((9, 8, 14), 9), ((9, -5, 19), 8),
        ((14, -20, 23), 9), ((22, -34, 18), 10), ((25, -39, 13), 10),
    ]  # fmt: skip
    occipital = [((26, -40, 10), 9), ((27, -49, 8), 5.5), ((25.5, -58, 7), 3.5), ((24, -66, 6.5), 2)]
    temporal = [((28, -38, 8), 8), ((34, -35, -2), 5)]
    floor = [((10, 22, 2), 6), ((6, 12, 3), 6), ((5, 3, 8), 5)]
    paths = (body, occipital, temporal, floor)
    return np.asarray(np.min([tube(p, path) for path in paths], axis=0), np.float32)


def _temporal_horn(p: Points) -> Array:
    """Beside the hippocampus, over its head, down to the tip in front of it."""
    horn = [
        (-35, 36, -6, 3.5, 2, 105), (-29, 38, -11, 3.4, 1.7, 122), (-21, 38, -15.5, 3.6, 1.7, 120),
        (-16, 36.5, -17.5, 5, 2, 125), (-11, 34, -20.5, 8.5, 2.8, 140), (-5, 34.3, -26, 4.6, 3, 140),
    ]  # fmt: skip
    roof = tube(p, [((36, -14, -17), 2), ((30, -12, -15), 2), ((24, -9, -16), 2)])
    return np.minimum(loft(p, cast(Sequence[Section], horn)), roof)


def _third_ventricle(p: Points) -> Array:
    rim = tube(p, [((0, 3, -9), 3.5), ((0, -4, -9), 4), ((0, -6, 1), 4), ((0, -13, 4), 3.5)])
    floor = tube(p, [((0, -5, -9), 4), ((0, -12, -6), 4), ((0, -20, 0), 3.5)])
    return np.minimum(rim, floor)


def _fourth_ventricle(p: Points) -> Array:
    stem = tube(
        p, [((0, -34, -12), 1.8), ((0, -38, -24), 2.6), ((0, -43.5, -31), 4.2), ((0, -48, -40), 3),
            ((0, -51, -53), 1.8)],
    )  # fmt: skip
    recess = tube(p, [((0, -44, -35), 3), ((10, -43, -36), 2)])
    roof = tube(p, [((0, -44, -31), 3.5), ((0, -57, -33), 2)])
    return np.minimum(np.minimum(stem, recess), roof)


def _caudate(p: Points) -> Array:
    """Head and body, and the tail that bends down behind the thalamus."""
    head = [
        (-9, 18, 22.5, 4.2, 2.2, 25), (-1, 16.8, 19.5, 6, 3.2, 50), (3, 16.3, 17, 8.5, 3.7, 50),
        (7, 15.5, 13.5, 12, 4, 58), (11, 14.2, 8.5, 14.5, 4.6, 64), (15, 14.6, 5.5, 13.5, 5.4, 67),
        (19, 15.5, 2.7, 11.5, 5.6, 71), (23, 16.2, -0.5, 8.5, 4.8, 71), (27, 17, -2, 5.5, 3, 71),
    ]  # fmt: skip
    tail = [((18, -9, 22.5), 2.6), ((21, -16, 22), 2.2), ((25, -23, 20), 1.8), ((28, -29, 14), 1.4)]
    return np.minimum(loft(p, cast(Sequence[Section], head)), tube(p, tail))


def _corpus_callosum(p: Points) -> Array:
    return tube(
        p,
        [((0, 20, -0.5), 2), ((0, 27, 1.5), 5.5), ((0, 27.5, 7), 6), ((0, 20, 14.5), 5), ((0, 10, 21.5), 4.8),
         ((0, 0, 25), 4.6), ((0, -10, 25.5), 4.6), ((0, -20, 23.7), 4.6), ((0, -30, 21.5), 5.5),
         ((0, -37, 17), 7), ((0, -37, 12), 6.5)],
    )  # fmt: skip


def _choroid_plexus(p: Points) -> Array:
    """From the foramen of Monro along the body to its glomus in the atrium and on towards the temporal horn."""
    body = [((6, 0, 12), 1.3), ((9, -10, 19), 1.6), ((13, -20, 20.5), 2), ((19.5, -31, 17.5), 2.6)]
    glomus = [((19.5, -31, 17.5), 2.6), ((25, -38, 10), 4), ((30, -36.5, 3), 2.5)]
    return np.minimum(tube(p, body), tube(p, glomus))


def _optic_chiasm(p: Points) -> Array:
    """The crossing, with the ends of nerves and tracts."""
    nerve = tube(p, [((0, 3.8, -19.6), 2.2), ((7, 7.5, -20.8), 1.7)])
    return np.minimum(nerve, tube(p, [((0, 3.8, -19.6), 2.2), ((7.5, 0, -18.4), 1.6)]))


SOLIDS: dict[str, Callable[[Points], Array]] = {
    "choroid-plexus": _choroid_plexus,
    "5th-Ventricle": lambda p: tube(p, [((0, 19, 6), 1.2), ((0, 10, 10), 1.5), ((0, 3, 12), 1)]),
    "vessel": lambda p: tube(p, [((20, 3, -11), 1), ((24, 1, -9), 1.2), ((27, -3, -9.5), 1)]),
    "Optic-Chiasm": _optic_chiasm,
}
"""Structures too fine for the average to show: their signed distances, in mm, from the literature alone."""

_THALAMUS = (
    (-33, 18, 2.5, 6, 4, 150), (-31, 18.1, 3.3, 9.4, 7.3, 152), (-27, 16.4, 6, 10, 8.8, 207),
    (-23, 14.8, 6.5, 11.7, 9.7, 227), (-19, 13.8, 7, 12, 10.7, 229), (-15, 12.5, 7.2, 12, 10.3, 226),
    (-11, 10.9, 7, 11.6, 9, 234), (-7, 10.1, 6, 11, 7.7, 235), (-3, 9.5, 4.5, 8.5, 5.8, 247),
)  # fmt: skip
_PUTAMEN = (
    (-21, 30.6, 2, 5, 1.4, 104), (-17, 31.4, 0.8, 9, 2.6, 104), (-13, 31.5, -0.6, 11.4, 3.1, 100),
    (-9, 31, -0.8, 12.8, 3.7, 99), (-5, 30.2, 0.2, 12.8, 4.2, 101), (-1, 29.5, 0, 12.4, 4.8, 102),
    (3, 28, -0.6, 12.2, 5.6, 93), (7, 25.6, -3, 13, 6.4, 70), (11, 23.6, -3.8, 12, 6.2, 62),
    (15, 22.9, -4.6, 9.4, 4.8, 64), (20, 22, -5.4, 4.4, 2.2, 67),
)  # fmt: skip
_PALLIDUM = (
    (-14, 27, -3.4, 2.4, 2.2, 80), (-11, 26.6, -3.2, 3.9, 3.5, 80), (-7, 25.4, -2.8, 5.4, 4.1, 86),
    (-3, 23, -2.6, 6.2, 4.8, 62), (1, 21, -3, 6.9, 5.1, 60), (5, 19.6, -3.3, 5.6, 4.6, 60),
    (8.5, 18.6, -3.4, 3, 2.4, 60),
)  # fmt: skip
_ACCUMBENS = (
    (4, 8.6, -9, 3.4, 1.8, 125), (8, 9.2, -9.3, 6.2, 2.7, 129), (12, 10.2, -9.7, 6.2, 2.8, 137),
    (16, 11.6, -9.4, 5.6, 2.7, 147), (20.5, 11.6, -8.3, 3.6, 1.6, 145),
)  # fmt: skip
_HIPPOCAMPUS = (
    (-42, 18, 3.5, 5, 2, 150), (-40, 20.5, 1.5, 7, 3, 150), (-37, 24, -1.8, 10, 4.3, 152),
    (-33, 28.5, -7.4, 8.2, 4.2, 169), (-29, 30.2, -11.3, 7.7, 4.5, 175), (-25, 30.8, -14, 7.2, 5, 177),
    (-21, 30, -17, 8, 5.7, 180), (-17, 28, -19.2, 9.9, 6.5, 174), (-13, 25.6, -21.2, 11, 7, 165),
    (-9, 23.4, -23.8, 10.6, 5.9, 152), (-5, 23, -27.2, 6.4, 3, 136),
)  # fmt: skip
_AMYGDALA = (
    (-10, 25, -14.5, 4.5, 2.5, 173), (-7, 24.4, -17.4, 8, 5.4, 159), (-3, 24.4, -22.3, 10.8, 8, 146),
    (1, 25, -24.3, 8.6, 6.6, 136), (3, 25, -24.5, 5, 4, 136),
)  # fmt: skip
_VENTRAL_DC = (
    (-29, 22, -3.5, 6, 1.8, 0), (-25, 20, -5.5, 9, 4, 0), (-23.5, 12.2, -9.5, 15, 7, 2),
    (-21, 12, -10.4, 15.4, 7.4, 3), (-17, 11.3, -11.5, 13.6, 8.2, 4), (-13, 11, -12, 12.4, 7.8, 5),
    (-9, 8.8, -11.2, 10.2, 5.8, 5), (-5, 7.4, -10.6, 8.2, 6.2, 10), (-1, 6.3, -10.8, 7.5, 5.4, 90),
    (2, 6, -11, 4.5, 3.4, 90),
)  # fmt: skip


RULES: dict[str, Rule] = {
    "Thalamus": Rule(lambda p: loft(p, _THALAMUS), 200, 22),
    "Caudate": Rule(_caudate, 180, 14),
    "Putamen": Rule(lambda p: loft(p, _PUTAMEN), 185, 11),
    "Pallidum": Rule(lambda p: loft(p, _PALLIDUM), 208, 12),
    "Accumbens-area": Rule(lambda p: loft(p, _ACCUMBENS), 172, 14),
    "Hippocampus": Rule(lambda p: loft(p, _HIPPOCAMPUS), 175, 15),
    "Amygdala": Rule(lambda p: loft(p, _AMYGDALA), 172, 14),
    "VentralDC": Rule(lambda p: loft(p, _VENTRAL_DC), 205, 28),
    "Lateral-Ventricle": Rule(_lateral_ventricle, 80, 35),
    "Inf-Lat-Vent": Rule(_temporal_horn, 120, 45),
    "3rd-Ventricle": Rule(_third_ventricle, 105, 45),
    "4th-Ventricle": Rule(_fourth_ventricle, 85, 80),
    "Corpus-Callosum": Rule(_corpus_callosum, 235, 14),
}
"""Solids from the centroids and extents of the literature; brightness read off the template."""

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


_STEM_MARGIN_MM = 3.0
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
    solid = tube([p * s for p, s in zip(points, (0.85, 1, 1), strict=True)], path)
    roof = points[2] + 5 + 0.35 * (points[1] + 26)
    return np.maximum(solid, roof).astype(np.float32)


def stem(parenchyma: Array, points: Points) -> Mask:
    """The one piece of tissue about the solid of the brainstem; see `hindbrain` for the arguments."""
    return _main_part((parenchyma > 0.5) & (brainstem(points) < _STEM_MARGIN_MM), bridge=3)


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

    A watershed on the tissue share: the cisterns under the tentorium are the ridges.

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
    return np.asarray((flooded == 1) & (stem > 0))
