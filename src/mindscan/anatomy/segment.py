"""Where everything lies on the template: a rule-based segmentation of the MNI152 average.

Each deep structure has a simple solid that says where it is (from published coordinates) and the
brightness it has on the template; a voxel goes to whatever explains it best. The template is
left-right symmetric, so only the right half is looked at and then mirrored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from mindscan.anatomy.distance import Array, ellipsoid, tube

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
        ((14, 30, 2), 7), ((9, 22, 8), 6), ((8, 8, 14), 7), ((9, -5, 19), 7),
        ((14, -20, 22), 8), ((24, -34, 17), 9), ((26, -40, 12), 9),
    ]  # fmt: skip
    occipital = [((26, -40, 10), 8), ((24, -58, 8), 5), ((22, -74, 6), 4)]
    temporal = [
        ((28, -40, 8), 7),
        ((34, -36, -2), 5),
        ((37, -24, -12), 4.5),
        ((36, -14, -18), 4.5),
        ((31, -5, -23), 5),
    ]
    return np.minimum(np.minimum(tube(p, body), tube(p, occipital)), tube(p, temporal))


def _third_ventricle(p: Points) -> Array:
    rim = tube(p, [((0, 4, -9), 3.5), ((0, -6, -8), 4), ((0, -6, 2), 4), ((0, -14, 6), 4), ((0, -22, 5), 4)])
    floor = tube(p, [((0, -6, -8), 4), ((0, -12, -5), 4), ((0, -23, 1), 3.5)])
    return np.minimum(rim, floor)


RULES: dict[str, Rule] = {
    "Thalamus": Rule(lambda p: ellipsoid(p, (12.5, -18, 7), (9.5, 15.5, 9), (0, 0, 22)), 203, 12),
    "Caudate": Rule(
        lambda p: tube(
            p,
            [((10, 17, -3), 5.5), ((12, 15, 5), 6), ((14, 8, 13), 5), ((16, -2, 18.5), 4),
             ((18, -12, 21), 2.2), ((21, -22, 21), 1.6), ((26, -31, 17), 1.0)],
        ), 180, 12,
    ),
    "Putamen": Rule(lambda p: ellipsoid(p, (25.5, 1, 0), (5.8, 18, 12), (0, 8, 12)), 185, 12),
    "Pallidum": Rule(lambda p: ellipsoid(p, (19.5, -4, -1), (4.5, 9, 6), (0, 8, 25)), 208, 10),
    "Accumbens-area": Rule(lambda p: ellipsoid(p, (9.5, 12.5, -8), (4, 5, 4)), 172, 14),
    "Hippocampus": Rule(
        lambda p: tube(
            p, [((21, -9, -20), 5.5), ((25, -14, -19), 5), ((29, -24, -13), 4.2),
                ((28, -33, -7), 3.8), ((22, -39, 0), 3)],
        ), 175, 15,
    ),
    "Amygdala": Rule(lambda p: ellipsoid(p, (22.5, -3.5, -19.5), (7.5, 6.5, 7.5)), 172, 14),
    "Lateral-Ventricle": Rule(_lateral_ventricle, 75, 25),
    "3rd-Ventricle": Rule(_third_ventricle, 75, 28),
    "4th-Ventricle": Rule(
        lambda p: tube(
            p, [((0, -33, -14), 2.5), ((0, -38, -24), 4), ((0, -44, -33), 7),
                ((0, -47, -40), 5), ((0, -47, -50), 2)],
        ), 80, 30,
    ),
}  # fmt: skip
"""Solids from the centroids and extents of the literature; brightness read off the template."""

_BACKGROUND = {"WM": (226.0, 9.0, 1.2), "GM": (165.0, 14.0, 2.0), "CSF": (60.0, 30.0, 1.5)}
_REACH_MM = 2.0


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
    best = np.argmin([ndimage.gaussian_filter(c, 0.7) for c in cost], axis=0)
    masks = {name: best == index for index, name in enumerate(RULES)}
    return {name: mask if "Ventricle" in name else _main_part(mask) for name, mask in masks.items()}


def _main_part(mask: Mask) -> Mask:
    """The largest piece of `mask` after cutting bridges of one voxel."""
    core, _ = ndimage.label(ndimage.binary_opening(mask))
    sizes = np.bincount(core.ravel())
    if sizes.size < 2:
        return mask
    main = core == 1 + int(np.argmax(sizes[1:]))
    return np.asarray(ndimage.binary_dilation(main, iterations=2, mask=mask))


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
