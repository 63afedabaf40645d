"""Where the deep structures are expected on the template: simple solids of the right half, in mm.

Coronal sections and centre lines after centroids, extents and cross-sections that are means over label
maps of people carried to MNI152 space (SynthSeg's training maps, doi:10.1016/j.media.2023.102789), and after
the AFIDs landmarks (doi:10.1002/hbm.24693). No solid is the shape of a person; the average brain itself draws
the edges.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mindscan.anatomy.distance import Array, Points, Section, ellipsoid, loft, tube


def lateral_ventricle(p: Points) -> Array:
    """Frontal horn, body, atrium and the beginnings of the other horns, wide enough for the edges to show."""
    body = [
        ((15, 30, 3), 8), ((10, 22, 8), 8), ((9, 8, 14), 9), ((9, -5, 19), 8),
        ((14, -20, 23), 9), ((22, -34, 18), 10), ((25, -39, 13), 10),
    ]  # fmt: skip
    occipital = [((26, -40, 10), 9), ((27, -47, 8.5), 6)]
    temporal = [((28, -38, 8), 8), ((34, -35, -2), 5)]
    floor = [((10, 22, 2), 6), ((6, 12, 3), 6), ((5, 3, 8), 5)]
    paths = (body, occipital, temporal, floor)
    return np.asarray(np.min([tube(p, path) for path in paths], axis=0), np.float32)


def occipital_horn(p: Points) -> Array:
    """The thin horn that the average has lost: it runs backwards and ends without a break."""
    return tube(p, [((26.5, -42, 9), 4), ((26.5, -50, 8), 2.6), ((25, -58, 7), 1.9), ((23.5, -66, 6), 1)])


def temporal_horn(p: Points) -> Array:
    """Beside the hippocampus, over its head, down to the tip in front of it."""
    horn: list[Section] = [
        (-35, 36, -6, 3.5, 2.1, 105), (-29, 38, -11, 3.5, 2, 122), (-21, 38, -15.5, 3.7, 2, 120),
        (-16, 36.5, -17.5, 5, 2, 125), (-11, 34, -20.5, 8.5, 2.8, 140), (-5, 34.3, -26, 4.6, 3, 140),
    ]  # fmt: skip
    roof = tube(p, [((36, -14, -17), 2), ((30, -12, -15), 2), ((24, -9, -16), 2)])
    return np.minimum(loft(p, horn), roof)


_THIRD_NARROW = 2.0
"""How much higher than wide the slit between the thalami is drawn."""


def third_ventricle(p: Points) -> Array:
    """The slit between the thalami, around where they adhere, with its recesses, up to the choroid roof."""
    flat = (np.asarray(_THIRD_NARROW * p[0], np.float32), *p[1:])
    front = [((0, 2.5, -9), 2.8), ((0, 0.5, -4), 3), ((0, -0.5, 0), 3), ((0, -4, 2.5), 2.5)]
    floor = [((0, -4, -9), 4), ((0, -12, -6), 4), ((0, -20, 0), 3.5)]
    roof = [((0, -4, 2.5), 2.5), ((0, -13, 5.5), 2), ((0, -22, 5), 2.5), ((0, -25, 3), 1.5)]
    ahead = [((0, -4, -9), 4), ((0, -5, -1), 3.5), ((0, -6, 2), 2.5)]
    behind = [((0, -16, -3), 4), ((0, -17.5, 5), 2.5)]
    recess = [((0, 2.5, -9), 2.8), ((0, 1, -14), 2), ((0, -5, -13), 2), ((0, -8, -9), 3)]
    belly = tube(p, [((0, -1, -3), 2.2), ((0, -7, -4.5), 2.7), ((0, -13, -4), 2.2), ((0, -19, -1.5), 2.2)])
    slit = np.min([tube(flat, path) for path in (front, floor, roof, ahead, behind, recess)], axis=0)
    adhesion = ellipsoid(p, (0, -10.5, 1), (6, 4, 3.2))
    return np.asarray(np.maximum(np.minimum(slit, belly), -adhesion), np.float32)


def fourth_ventricle(p: Points) -> Array:
    """Aqueduct, the tent under the cerebellum, its roof and the recesses to the sides."""
    stem = tube(
        p, [((0, -34, -12), 1.8), ((0, -38, -24), 3), ((0, -43.5, -31), 4.2), ((0, -46, -40), 3.6),
            ((0, -50, -55), 2.2)],
    )  # fmt: skip
    recess = tube(p, [((0, -44, -36), 3), ((7, -44, -37), 2.9), ((11, -44, -40), 2.2)])
    roof = tube(p, [((0, -44, -31), 4.5), ((5, -48, -33), 3.8), ((0, -59, -33), 3.3)])
    return np.minimum(np.minimum(stem, recess), roof)


def caudate(p: Points) -> Array:
    """Head and body, and the tail that bends down behind the thalamus."""
    head: list[Section] = [
        (-9, 18, 22.5, 4.2, 2.2, 25), (-1, 16.8, 19.5, 6, 3.2, 50), (3, 16.3, 17, 8.5, 3.7, 50),
        (7, 15.5, 13.5, 12, 4, 58), (11, 14.4, 8.5, 14.7, 5, 64), (15, 14.9, 5.5, 13.8, 5.9, 67),
        (19, 15.8, 2.7, 11.8, 6, 71), (23, 16.2, -0.5, 8.5, 4.8, 71), (27, 17, -2, 5.5, 3, 71),
    ]  # fmt: skip
    tail = [((18, -9, 22.5), 2.6), ((21, -16, 22), 2.2), ((25, -23, 20), 1.8), ((28, -29, 14), 1.4)]
    return np.minimum(loft(p, head), tube(p, tail))


def corpus_callosum(p: Points) -> Array:
    """The arch, without the fornix that hangs below it."""
    arch = tube(
        p,
        [((0, 20, -0.5), 2), ((0, 27, 1.5), 5.5), ((0, 27.5, 7), 6), ((0, 20, 14.5), 5), ((0, 10, 21.5), 4.5),
         ((0, 0, 24.8), 4.2), ((0, -10, 25.4), 4), ((0, -20, 23.7), 3.8), ((0, -30, 21.7), 5),
         ((0, -37, 17), 7), ((0, -37, 12), 6.5)],
    )  # fmt: skip
    return np.maximum(arch, -ellipsoid(p, (0, -6, 10), (20, 26, 10.5)))


def choroid_plexus(p: Points) -> Array:
    """Along the body to its glomus in the atrium and on towards the temporal horn."""
    body = [((10, -12, 19.5), 1.2), ((13.5, -20, 20.5), 1.9), ((19.5, -31, 17.5), 2.8)]
    glomus = [((19.5, -31, 17.5), 2.8), ((25, -38, 10), 4), ((30, -36.5, 3), 2.5)]
    return np.minimum(tube(p, body), tube(p, glomus))


def optic_chiasm(p: Points) -> Array:
    """The crossing, with the ends of nerves and tracts."""
    nerve = tube(p, [((0, 3.8, -19.6), 2.2), ((6.8, 6.8, -22.6), 1.7)])
    return np.minimum(nerve, tube(p, [((0, 3.8, -19.6), 2.2), ((6.8, 0.8, -16.6), 1.6)]))


def putamen(p: Points) -> Array:
    """The shell around the pallidum, and the fundus that joins it to accumbens and caudate."""
    fundus = tube(p, [((23, 5, -8.5), 2), ((18.5, 8, -8.5), 4), ((18, 12, -8.5), 4.1), ((18.5, 16, -7.5), 3)])
    return np.minimum(loft(p, PUTAMEN), fundus)


_CLAUSTRUM_HALF_MM, _PUTAMEN_LESS_MM = 0.6, 0.7
"""Half the thickness of the claustrum; how much too far the average's putamen reaches, whose external capsule
is blurred."""


def claustrum(p: Points, putamen: Array, white: Array) -> Array:
    """A sheet midway between putamen and insula, by signed distances to putamen and white matter."""
    sheet = np.abs(putamen + white + _PUTAMEN_LESS_MM) / 2 - _CLAUSTRUM_HALF_MM
    beside = ellipsoid(p, (38, 0, 1), (10, 27, 19))
    return np.asarray(np.maximum(sheet, beside), np.float32)


SOLIDS: dict[str, Callable[[Points], Array]] = {
    "choroid-plexus": choroid_plexus,
    "5th-Ventricle": lambda p: tube(p, [((0, 19, 6), 1.2), ((0, 10, 10), 1.5), ((0, 3, 12), 1)]),
    "vessel": lambda p: tube(p, [((20, 3, -11), 1), ((24, 1, -9), 1.2), ((27, -3, -9.5), 1)]),
    "Optic-Chiasm": optic_chiasm,
}
"""Structures too fine for the average to show: their signed distances, in mm, from the literature alone."""

THALAMUS = (
    (-33, 18, 2.5, 6, 4, 150), (-31, 18.1, 3.3, 9.4, 7.3, 152), (-27, 16.4, 6, 10, 8.8, 207),
    (-23, 14.8, 6.5, 11.7, 9.7, 227), (-19, 13.8, 7, 12, 10.7, 229), (-15, 12.5, 7.2, 12, 10.3, 226),
    (-11, 10.9, 7, 11.6, 9, 234), (-7, 10.1, 6, 11, 7.7, 235), (-3, 9.5, 4.5, 8.5, 5.8, 247),
)  # fmt: skip
PUTAMEN = (
    (-21, 30.6, 2, 5, 1.4, 104), (-17, 31.4, 0.8, 9, 2.6, 104), (-13, 31.5, -0.6, 11.4, 3.1, 100),
    (-9, 31, -0.8, 12.8, 3.7, 99), (-5, 30.2, 0.2, 12.8, 4.2, 101), (-1, 29.5, 0, 12.4, 4.8, 102),
    (3, 28, -0.7, 12.4, 6, 90), (7, 26, -2.8, 13.2, 6.5, 69), (11, 24.2, -3.4, 12, 5.9, 62),
    (15, 22.9, -4.6, 9.4, 4.8, 64), (20, 22, -5.4, 4.4, 2.2, 67),
)  # fmt: skip
PALLIDUM = (
    (-14, 27, -3.4, 2.4, 2.2, 80), (-11, 26.6, -3.2, 3.9, 3.5, 80), (-7, 25.4, -2.8, 5.4, 4.1, 86),
    (-3, 23, -2.6, 6.2, 4.8, 62), (1, 21, -3, 6.9, 5.1, 60), (5, 19.6, -3.3, 5.6, 4.6, 60),
    (8.5, 18.6, -3.4, 3, 2.4, 60),
)  # fmt: skip
ACCUMBENS = (
    (4.5, 8.5, -9.2, 3.4, 1.7, 125), (8, 9.2, -9, 6.7, 2.4, 125), (12, 10.2, -9.1, 7, 2.5, 131),
    (16, 11.6, -8.6, 6.4, 2.5, 141), (20.5, 12, -7.4, 4, 1.7, 141),
)  # fmt: skip
HIPPOCAMPUS = (
    (-42, 18, 3.5, 5, 2, 150), (-40, 20.5, 1.5, 7, 3, 150), (-37, 24, -1.8, 10, 4.3, 152),
    (-33, 28.5, -7.4, 8.2, 4.2, 169), (-29, 30.2, -11.3, 7.7, 4.5, 175), (-25, 30.8, -14, 7.2, 5, 177),
    (-21, 30, -17, 8, 5.7, 180), (-17, 28, -19.2, 9.9, 6.5, 174), (-13, 25.6, -21.2, 11, 7, 165),
    (-9, 23.4, -23.8, 10.6, 5.9, 152), (-5, 23, -27.2, 6.4, 3, 136),
)  # fmt: skip
AMYGDALA = (
    (-10, 25, -14.5, 4.5, 2.5, 173), (-7, 23.4, -17, 8, 5.4, 159), (-3, 23.3, -22.3, 11, 8.2, 146),
    (1, 25, -24.3, 7.8, 5.8, 136), (3, 25, -24.5, 4, 3, 136),
)  # fmt: skip
VENTRAL_DC = (
    (-29, 22, -3.5, 6, 1.8, 0), (-25, 20.5, -5.8, 9.4, 4, 0), (-23.5, 12.5, -9.8, 15.2, 6.2, 2),
    (-21, 12.2, -10.6, 15.6, 6.2, 3), (-17, 11.8, -12.2, 13.8, 6.9, 4), (-13, 11.5, -12.6, 12.4, 6.6, 5),
    (-9, 9.2, -11.8, 9.6, 4.8, 5), (-5, 7.8, -11, 8, 5, 10), (-1, 6.5, -11, 7.2, 5, 90),
    (2, 6, -11, 4.5, 3.4, 90),
)  # fmt: skip
