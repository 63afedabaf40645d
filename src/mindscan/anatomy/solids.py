"""The head outside the brain as simple solids on the template: bones, cavities, muscles and skin.

Places and sizes were set by hand against anatomy atlases and checked against label maps of real heads
carried to the template (right half; the left mirrors it). They are the project's own choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from mindscan.anatomy.distance import Array, Point, ellipsoid, tube

Points = Sequence[Array]
Mask = npt.NDArray[np.bool_]
Path = tuple[tuple[Point, float], ...]

OUTER = ("skin", "bone", "muscle")
"""Channels of the template's field "outer": signed distances in template mm."""
CAVITIES = (
    "nose", "airway", "frontal", "maxillary", "ethmoid", "sphenoid", "mastoid", "orbit", "sella",
)  # fmt: skip
"""Channels of the field "cavities", which reaches only so far as one of them does."""

ORIGIN_MM: Point = (0.0, -134.0, -170.0)
STEP_MM = 2.0
NODES = (50, 124, 112)

_BROW: Path = (
    ((0, 75, -22), 6),
    ((12, 75, -22), 6),
    ((26, 74, -25), 5),
    ((38, 67, -29), 5),
    ((47, 57, -37), 5),
)
_ARCH: Path = (
    ((48, 50, -61), 5), ((58.5, 38, -64), 3.6), ((64, 22, -64), 2.8), ((65.5, 6, -62), 2.6),
    ((63, -6, -60), 3), ((57, -14, -58), 4),
)  # fmt: skip
_DENTAL: Path = (
    ((0, 70, 0), 5.5), ((10, 68, 0), 5.5), ((19, 60, 0), 5.5), ((26, 48, 0), 6), ((30, 34, 0), 6),
    ((31, 24, 0), 5.5),
)  # fmt: skip
_BODY: Path = (
    ((49, 2, -127), 6), ((46, 18, -133), 6.5), ((38, 38, -140), 7), ((26, 56, -144), 7.5),
    ((12, 68, -146), 8), ((0, 71, -146), 8.5),
)  # fmt: skip


def _moved(path: Path, x: float = 0, z: float = 0, wider: float = 1, thicker: float = 0) -> Path:
    """The same path elsewhere."""
    return tuple(((p[0] * wider + x, p[1], p[2] + z), r + thicker) for p, r in path)


def _vertebra(z: float) -> tuple[Path, ...]:
    """Body, arch and spine of a lower cervical vertebra around the canal."""
    return (
        (((0, -26, z), 7), ((7, -27, z), 7)),
        (((0, -26, z - 4), 7), ((7, -27, z - 4), 7)),
        (((10, -30, z - 1), 4.5), ((20, -38, z - 2), 6), ((16, -52, z - 4), 4), ((0, -62, z - 6), 4.5)),
        (((0, -64, z - 6), 4), ((0, -78, z - 10), 4)),
    )


BONES: dict[str, tuple[Path, ...]] = {
    "forehead": (_BROW, (((47, 57, -37), 4.5), ((47, 53, -48), 4), ((47, 51, -60), 6))),
    "nasal": ((((3, 79, -30), 4), ((3, 83, -44), 2.6), ((3, 87, -54), 2)),
              (((7, 77, -36), 3), ((10, 74, -50), 3), ((13, 71, -66), 3))),
    "cheek": ((((47, 51, -60), 7), ((36, 62, -68), 5.5), ((24, 69, -66), 4.5), ((14, 71, -62), 3.5)),
              (((45, 50, -64), 6), ((36, 48, -80), 5), ((32, 44, -92), 5))),
    "arch": (_ARCH,),
    "maxilla": (_moved(_DENTAL, z=-96), _moved(_DENTAL, z=-102), _moved(_DENTAL, z=-107, thicker=-2),
                (((14, 68, -76), 3), ((14, 68, -92), 5)), (((0, 74, -94), 4), ((0, 68, -98), 5)),
                (((0, 64, -95), 3), ((0, 26, -95), 2.6)), (((7, 64, -95), 3), ((7, 26, -95), 2.6)),
                (((14, 60, -95), 3), ((14, 28, -95), 2.6)), (((20, 54, -95), 3), ((21, 30, -95), 2.6))),
    "pterygoid": ((((17, 14, -58), 5), ((18, 12, -76), 3), ((17, 14, -92), 2.6)),),
    "jaw": (_moved(_DENTAL, z=-115, wider=1.02, thicker=-2), _moved(_DENTAL, z=-119, wider=1.1),
            _moved(_DENTAL, z=-128, wider=1.25), _BODY, _moved(_BODY, z=8, thicker=-0.5),
            (((0, 72, -148), 7), ((8, 71, -148), 6)),
            (((53, -11, -69), 5), ((52, -8, -80), 3.6), ((50, -4, -94), 4), ((48.5, 1, -126), 5.5)),
            (((50, 4, -88), 3.4), ((47.5, 9, -124), 5)),
            (((49, 14, -70), 2.4), ((49, 12, -92), 3.6), ((47.5, 16, -126), 5)),
            (((56, -11, -69), 4), ((49, -11, -69), 4))),
    "base": ((((0, 34, -44), 6), ((0, 22, -40), 8), ((0, 8, -46), 12), ((0, -6, -42), 10), ((0, -18, -54), 8),
              ((0, -28, -66), 5.5)),
             (((9, 22, -42), 7), ((10, 8, -47), 10), ((10, -8, -48), 9), ((8, -20, -58), 7)),
             (((10, 22, -38), 5), ((20, 16, -40), 4)),
             (((14, 14, -52), 8), ((30, 16, -54), 7), ((46, 10, -54), 7)),
             (((14, -34, -68), 6), ((18, -38, -73), 6)), (((20, -46, -62), 8), ((40, -60, -58), 6))),
    "petrous": ((((12, -12, -44), 6), ((28, -22, -46), 10), ((46, -28, -50), 14), ((58, -32, -52), 11)),
                (((55, -34, -58), 12), ((53, -34, -78), 6.5)), (((54, -12, -56), 5), ((60, -20, -56), 6))),
    "styloid": ((((40, -20, -66), 2.5), ((36, -10, -92), 1.6)),),
    "C1": ((((0, -18, -80), 4), ((10, -20, -80), 4), ((19, -34, -80), 8), ((19, -48, -80), 4),
            ((10, -60, -80), 3.5), ((0, -62, -80), 4)), (((22, -36, -80), 6), ((38, -38, -80), 3.6))),
    "C2": ((((0, -28, -74), 4.8), ((0, -28, -92), 5.4)), (((0, -27, -96), 8), ((6, -28, -100), 7)),
           (((0, -26, -103), 7), ((6, -27, -103), 7)),
           (((10, -32, -94), 6), ((19, -38, -94), 7), ((16, -54, -100), 4), ((0, -64, -102), 5)),
           (((0, -66, -102), 5), ((0, -82, -106), 5))),
    "C3": _vertebra(-120), "C4": _vertebra(-140), "C5": _vertebra(-160), "C6": _vertebra(-180),
    "hyoid": ((((0, 30, -150), 3), ((14, 22, -150), 3), ((20, 6, -147), 2.2)),),
}  # fmt: skip
"""Bones of base, face and neck as tubes: (centre, radius) along paths."""

MUSCLES: dict[str, tuple[Path, ...]] = {
    "masseter": ((((58, 30, -70), 7), ((58, 12, -122), 9)), (((59, 18, -70), 7), ((58, 2, -116), 8.5))),
    "pterygoid": ((((23, 12, -72), 7), ((40, 2, -116), 8)), (((24, 16, -65), 7.5), ((44, -8, -68), 6.5))),
    "tongue": ((((0, 56, -108), 8), ((0, 40, -108), 12), ((0, 16, -112), 12), ((0, 6, -124), 9)),
               (((10, 48, -110), 8), ((11, 28, -112), 11)), (((0, 60, -128), 9), ((0, 30, -132), 13))),
    "floor": ((((0, 60, -144), 6), ((0, 32, -146), 8)), (((10, 58, -144), 5), ((14, 26, -148), 5))),
    "lips": ((((0, 79, -103), 4), ((16, 74, -106), 4), ((22, 68, -110), 4), ((14, 73, -115), 4),
              ((0, 78, -116), 4)),),
    "cheek": ((((30, 58, -106), 3.5), ((40, 38, -104), 4), ((40, 18, -104), 5)),
              (((44, 56, -66), 3), ((24, 70, -104), 3))),
    "palate": ((((0, 24, -94), 4), ((0, 8, -98), 4.5)),),
    "throat": ((((16, 4, -80), 4), ((15, -4, -120), 4), ((17, 0, -170), 5)),),
    "nape": ((((8, -74, -74), 9), ((9, -72, -120), 10), ((10, -72, -180), 11)),
             (((22, -68, -74), 10), ((25, -64, -120), 12), ((28, -62, -180), 13)),
             (((12, -90, -66), 6), ((16, -89, -120), 8.5), ((18, -90, -180), 9)),
             (((36, -70, -72), 9), ((38, -74, -120), 11), ((44, -74, -180), 12)),
             (((46, -56, -70), 7), ((46, -52, -120), 9), ((50, -50, -180), 10))),
    "side": ((((56, -42, -76), 7.5), ((51, -22, -120), 9), ((38, 6, -180), 10)),
             (((30, -40, -88), 6), ((33, -34, -130), 9), ((38, -32, -180), 12))),
    "front": ((((8, -12, -82), 4.5), ((9, -11, -180), 5.5)), (((10, 22, -154), 4), ((14, 20, -180), 4))),
}  # fmt: skip
"""Muscles of face and neck; the temporal muscle is an ellipsoid cut by skull and skin."""

_SINUSES: dict[str, tuple[Path, ...]] = {
    "frontal": ((((7, 75, -24), 4.5), ((10, 77, -14), 5), ((11, 76, -4), 4)),
                (((10, 77, -14), 4.5), ((22, 75, -16), 3.5))),
    "maxillary": ((((28, 32, -74), 9), ((31, 46, -76), 11.5)), (((26, 34, -66), 7), ((29, 38, -86), 8))),
    "ethmoid": ((((6.5, 32, -44), 4.5), ((6.5, 46, -44), 4.8), ((6.5, 62, -43), 4.2)),
                (((7, 34, -52), 4.2), ((7, 56, -50), 4.2))),
    "sphenoid": ((((8, 18, -50), 7.5), ((8, 8, -52), 7)),),
    "mastoid": ((((50, -30, -50), 9), ((55, -34, -58), 9), ((53.5, -34, -74), 4.5)),),
}  # fmt: skip
_AIRWAY: tuple[Path, ...] = (
    (((0, 14, -74), 8), ((0, 4, -80), 9), ((0, -3, -94), 6), ((0, -5, -120), 4.5), ((0, -4, -150), 5),
     ((0, 2, -180), 8)),
    (((5, 14, -76), 7), ((6, 3, -82), 7), ((8, -4, -96), 4.5), ((8, -5, -122), 4)),
    (((4, -3, -94), 5), ((4, -5, -122), 4.4)),
    (((42, -23, -54), 3), ((60, -25, -54), 3.6), ((70, -25, -54), 3.8), ((90, -28, -54), 5)),
    (((7, 70, -82), 4), ((7.5, 84, -92), 4), ((8, 86, -108), 4)),
)  # fmt: skip
_ORBIT: Path = (
    ((13, 21, -38), 3.5),
    ((20, 34, -40), 10),
    ((27, 46, -43), 14.5),
    ((32.5, 58, -45), 17),
    ((34, 69, -46), 18),
)
SELLA: Point = (0, 3, -29)
"""Middle of the pituitary fossa."""
_SELLA: Path = (((0, 3, -20), 4.5), ((0, 3, -26), 5.5), (SELLA, 6))
_SKIN: dict[str, tuple[float, tuple[Path, ...]]] = {
    "middle": (12, ((((0, 63, -36), 16), ((0, 66, -56), 17), ((0, 64, -80), 17), ((0, 63, -104), 16),
                     ((0, 56, -130), 18)),)),
    "cheeks": (10, ((((44, 42, -66), 18), ((30, 52, -84), 19), ((38, 34, -108), 19)),)),
    "jaw": (12, (_moved(_BODY, thicker=6), (((49, 2, -127), 13), ((54, -6, -86), 15)))),
    "temples": (10, (_moved(_ARCH, x=-4, thicker=11), (((54, 24, -74), 16), ((53, 6, -116), 17)))),
    "rim": (8, ((((44, 52, -26), 14), ((44, 50, -40), 13), ((44, 49, -56), 15)),)),
    "brow": (6, (_moved(_BROW, thicker=6),)),
    "chin": (8, ((((0, 68, -144), 15), ((9, 66, -144), 13)),
                 (((0, 50, -140), 18), ((0, 28, -148), 18)), (((16, 48, -138), 18), ((20, 24, -147), 19)))),
    "eyes": (5, ((((13, 65, -44), 11), ((24, 60, -45), 14.5), ((33, 58, -45), 16.6)),)),
    "nose": (6, ((((0, 80, -32), 8.5), ((0, 84, -50), 9), ((0, 90, -70), 10.5), ((0, 96, -86), 11)),)),
    "wings": (4, ((((10, 88, -89), 7.5), ((9, 80, -90), 8)),)),
    "lips": (3, ((((0, 80, -104.5), 6), ((14, 75, -106), 5.5), ((23, 66, -108), 6)),
                 (((0, 79, -115), 6.5), ((12, 75, -114), 6), ((22, 66, -111), 6)))),
    "mastoid": (8, ((((56, -30, -50), 19), ((54, -34, -80), 14)),)),
    "ears": (4, ((((66, -24, -54), 7), ((74, -30, -48), 5)), (((75, -30, -60), 3), ((79, -38, -40), 3)),
                 (((73, -24, -68), 3.5), ((76, -30, -56), 3.2), ((80, -38, -46), 3), ((82, -42, -34), 3),
                  ((80, -34, -24), 3), ((75, -24, -28), 3)))),
}  # fmt: skip
"""Face, jaw, nose, lips, ears: the width of the rounded seam in mm, and tubes."""
EARS = _SKIN["ears"][1]
"""Outer ears as tubes."""


def outer(points: Points) -> dict[str, Array]:
    """Signed distances in mm, negative inside, for every channel of `OUTER` and `CAVITIES`.

    Args:
        points: x (at least 0), y, z in template millimetres, all of one shape.
    """
    fields = {name: _union(points, paths) for name, paths in _SINUSES.items()}
    fields["bone"] = _union(points, [path for paths in BONES.values() for path in paths])
    fields["airway"] = _union(points, _AIRWAY)
    fields["nose"] = _nasal_cavity(points)
    fields["orbit"] = tube(points, _ORBIT)
    fields["sella"] = tube(points, _SELLA)
    temporal = ellipsoid(points, (70, 12, -22), (24, 46, 50))
    fields["muscle"] = np.minimum(_union(points, [p for paths in MUSCLES.values() for p in paths]), temporal)
    fields["skin"] = _skin(points, MUSCLES)
    return {name: fields[name] for name in (*OUTER, *CAVITIES)}


def tentorium(cerebrum: Mask, cerebellum: Mask, stem: Array) -> Array:
    """The tent between cerebrum and cerebellum, on voxels of 1 mm.

    Args:
        cerebrum, cerebellum: masks, shape (i, j, k).
        stem: signed distance to the brainstem.

    Returns:
        Shape (2, i, j, k): mm above the tent's middle, and mm beyond its edge (negative on the tent).
    """
    up, down = (ndimage.distance_transform_edt(~mask) for mask in (cerebellum, cerebrum))
    middle = ndimage.gaussian_filter((up - down) / 2, 1)
    edge = np.maximum((up + down - 14) / 2, 6 - stem)
    return np.stack([middle, edge]).astype(np.float32)


def _union(points: Points, paths: Sequence[Path]) -> Array:
    total = np.full(points[0].shape, np.inf, np.float32)
    for path in paths:
        np.minimum(total, tube(points, path), out=total)
    return total


def _nasal_cavity(points: Points) -> Array:
    """A tall narrow room from the nostrils to the back of the palate, narrower under its roof."""
    x, y, z = points
    half = np.interp(z, (-90, -76, -52, -46), (12, 12, 4.5, 3)).astype(np.float32)
    front = np.interp(z, (-92, -60, -46), (76, 80, 72)).astype(np.float32)
    gaps = [x - half + 3, (y - front) * 0.9 + 3, 17 - y, z + 50 + 3, -89 - z]
    outside = np.sqrt(sum(np.maximum(gap, 0) ** 2 for gap in gaps))
    return np.asarray(outside + np.minimum(np.max(gaps, axis=0), 0) - 3, np.float32)


def _skin(points: Points, muscles: Mapping[str, tuple[Path, ...]]) -> Array:
    """Face, jaw, nose, lips, ears and neck joined with rounded seams."""
    x, y, z = points
    neck = (np.hypot(x / 60, (y + 36) / 68) - 1) * 60
    skin = np.maximum(neck, z + 62).astype(np.float32)
    skin = _joined(skin, ellipsoid(points, (0, 24, -84), (63, 56, 62)), 20)
    skin = _joined(skin, ellipsoid(points, (0, -5, -45), (56, 66, 40)), 20)
    skin = _joined(skin, _union(points, muscles["nape"]) - 5, 16)
    for blend, paths in _SKIN.values():
        skin = _joined(skin, _union(points, paths), blend)
    return skin


def _joined(a: Array, b: Array, blend: float) -> Array:
    """Union of two solids with a rounded seam `blend` mm wide (polynomial smooth minimum)."""
    overlap = np.clip(blend - np.abs(a - b), 0, None) / blend
    return np.asarray(np.minimum(a, b) - overlap**2 * blend / 4, np.float32)
