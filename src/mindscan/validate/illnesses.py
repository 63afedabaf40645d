"""Yardsticks for conditions: what a radiologist would measure, from labels and shares of voxels alone.

Nothing here is shared with what makes the conditions.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from mindscan.core.brain import Brain
from mindscan.core.labels import BY_ID, BY_NAME, LABELS, TISSUES, both_sides, in_skull
from mindscan.core.volume import Volume

Mask = npt.NDArray[np.bool_]
Shares = npt.NDArray[np.float32]
_VENTRICLE = both_sides("Lateral-Ventricle")
_HYPER = both_sides("WM-hypointensities")
_INSIDE = tuple(label.id for label in LABELS if in_skull(label))
_LEFT = tuple(label.id for label in LABELS if label.side == "L")
_RIGHT = tuple(label.id for label in LABELS if label.side == "R")
_SEPTUM = (0.05, 0.53)
"""Where the shift is measured: in front of the anterior commissure and above it, so many times as far as the
posterior one lies behind it."""
_WINDOW_MM, _REACH_MM = 3.0, 40.0
_THIN_MM, _THICK_MM = 5.0, 10.0
_SMALL_MM, _LARGE_MM = 10.0, 25.0
"""Thickness of caps and bands, and diameter of deep foci, from which the grade is 2 and 3: the scale of Noh
et al. 2014, doi:10.1016/j.jstrokecerebrovasdis.2013.06.002."""
_TOUCH_MM, _DEEP_MM = 2.5, 13.0
"""From the ventricle: what comes so near touches it; what has run together with that is deep from so far on.
The usual distance is 10 mm (Chen et al. 2020, doi:10.1016/j.acra.2020.07.039); a halo of the highest grade
reaches a little farther."""


def ids(labels: Volume) -> npt.NDArray[np.int64]:
    """A label volume as numbers."""
    return np.asarray(labels.data.cpu().numpy(), np.int64)


def voxels_ml(labels: Volume, *names: str) -> float:
    """Volume of the voxels of structures in mL; a name without side means both."""
    return float(np.isin(ids(labels), _named(names)).sum()) * labels.grid.voxel_ml


def _named(names: Iterable[str]) -> list[int]:
    return [i for name in names for i in ((BY_NAME[name].id,) if name in BY_NAME else both_sides(name))]


def shares(brain: Brain, labels: Collection[int]) -> Shares:
    """How much of every voxel some labels own, 0 to 1."""
    assert brain.fractions is not None
    assert brain.owners is not None
    found = np.zeros(brain.labels.grid.shape, np.float32)
    for row in sorted({TISSUES.index(BY_ID[label].tissue) for label in labels}):
        own = np.isin(brain.owners[row].cpu().numpy(), list(labels))
        found += np.where(own, brain.fractions[row].cpu().numpy(), 0)
    return found


def shares_ml(brain: Brain, *names: str) -> float:
    """Volume of structures in mL, partial volume counted; a name without side means both."""
    return float(shares(brain, _named(names)).sum(dtype=np.float64)) * brain.labels.grid.voxel_ml


def evans_index(brain: Brain) -> float:
    """Largest width of the frontal horns in an axial slice over the largest inner width of the skull.

    Frontal horns are what of the lateral ventricles lies in front of the anterior commissure. Widths end
    where half of a voxel is inside, between voxels where it must be. The head is upright, RAS.
    """
    affine = brain.labels.affine
    y = affine[1, 3] + affine[1, 1] * np.arange(brain.labels.grid.shape[1])
    horns = shares(brain, _VENTRICLE)[:, y > brain.landmarks["AC"][1]]
    return _widest(horns) / max(_widest(shares(brain, _INSIDE)), 1.0)


def _widest(share: Shares) -> float:
    """Largest extent from side to side of an axial slice, voxels."""
    ends = [_end(one) for one in (share, share[::-1])]
    wide = sum(end.max(0) for end in ends) - (len(share) - 1)
    return float(max(wide.max(initial=0.0), 0.0))


def _end(share: Shares) -> npt.NDArray[np.float64]:
    """Where each row along the first axis is half for the last time; -inf where it never is."""
    inside = share >= 0.5
    last = len(share) - 1 - inside[::-1].argmax(0)
    here = np.take_along_axis(share, last[None], 0)[0].astype(np.float64)
    after = np.take_along_axis(share, np.minimum(last + 1, len(share) - 1)[None], 0)[0]
    beyond = (here - 0.5) / np.maximum(here - after, 1e-6)
    found: npt.NDArray[np.float64] = np.where(inside.any(0), last + np.clip(beyond, 0, 1), -np.inf)
    return found


def septum_mm(brain: Brain, at_mm: tuple[float, float]) -> float:
    """World x of the border between the sides near (y, z): between the last left and first right voxel."""
    data, affine = ids(brain.labels), brain.labels.affine
    axes = [affine[a, 3] + affine[a, a] * np.arange(data.shape[a]) for a in range(3)]
    near = [np.abs(axis - at) <= _WINDOW_MM for axis, at in zip(axes[1:], at_mm, strict=True)]
    slab = data[np.abs(axes[0]) <= _REACH_MM][:, near[0]][..., near[1]].reshape(
        -1, near[0].sum() * near[1].sum()
    )
    x = axes[0][np.abs(axes[0]) <= _REACH_MM][:, None]
    left = np.where(np.isin(slab, _LEFT), x, -np.inf).max(0)
    right = np.where(np.isin(slab, _RIGHT), x, np.inf).min(0)
    known = np.isfinite(left) & np.isfinite(right)
    return float(((left + right) / 2)[known].mean()) if known.any() else float("nan")


def midline_shift_mm(well: Brain, sick: Brain) -> float:
    """How far the border between the sides has moved sideways at the septum pellucidum."""
    anterior, posterior = (well.landmarks[name] for name in ("AC", "PC"))
    ahead, above = (share * math.dist(anterior, posterior) for share in _SEPTUM)
    place = (anterior[1] + ahead, anterior[2] + above)
    return abs(septum_mm(sick, place) - septum_mm(well, place))


def fazekas(labels: Volume) -> tuple[int, int]:
    """Grades (beside the ventricles, deep) of hyperintensities, by the mm scale of Noh 2014.

    Beside the ventricles counts how thick the layer is that touches them (95th percentile of the distance);
    deep, the longest diameter of a focus in an axial slice, what has run together with it cut off there.
    """
    data, edge = ids(labels), labels.grid.voxel_mm[0]
    sick = np.isin(data, _HYPER)
    if not sick.any():
        return 0, 0
    away = ndimage.distance_transform_edt(~np.isin(data, _VENTRICLE), labels.grid.voxel_mm)
    parts, _ = ndimage.label(sick, np.ones((3, 3, 3)))
    touching = np.unique(parts[sick & (away <= _TOUCH_MM)])
    beside = np.isin(parts, touching[touching > 0])
    around = 0
    if beside.any():
        thick = float(np.percentile(away[beside], 95))
        around = 1 + int(thick >= _THIN_MM) + int(thick >= _THICK_MM)
    foci, number = ndimage.label(sick & (~beside | (away > _DEEP_MM)), np.ones((3, 3, 3)))
    sizes = [_longest_mm(foci == n, edge) for n in range(1, number + 1)]
    longest = max(sizes, default=0.0)
    deep = 0 if not sizes else 1 + int(longest >= _SMALL_MM) + int(longest >= _LARGE_MM)
    return around, deep


def _longest_mm(mask: Mask, edge_mm: float) -> float:
    """Longest extent of a focus along a row, a column or a diagonal of an axial slice."""
    where = np.argwhere(mask)
    longest = 0.0
    for k in np.unique(where[:, 2]):
        flat = where[where[:, 2] == k][:, :2].astype(float)
        for angle in np.deg2rad([0, 30, 60, 90, 120, 150]):
            line = flat @ [np.cos(angle), np.sin(angle)]
            longest = max(longest, float(line.max() - line.min()) + 1)
    return longest * edge_mm


def changed_outside(well: Brain, sick: Brain) -> int:
    """Voxels that differ although no lesion has grown in them."""
    assert well.fractions is not None
    assert sick.fractions is not None
    differs = (well.fractions != sick.fractions).any(0) | (well.labels.data != sick.labels.data)
    lesions = [label for label in LABELS if label.lesion]
    held = differs.new_zeros(differs.shape)
    for tissue in {label.tissue for label in lesions}:
        row = TISSUES.index(tissue)
        held |= sick.fractions[row] > well.fractions[row]
    return int((differs & ~held).sum())
