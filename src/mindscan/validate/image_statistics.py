"""What a skull-stripped T1-weighted image looks like in numbers, and what real ones look like.

Every measure is taken after the image is put into one frame: smoothed a little, scaled to the size of
the MNI152 average brain on voxels of 2 mm, its midplane upright, white matter at 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage, optimize
from scipy.spatial.transform import Rotation
from scipy.stats import kurtosis, skew

from mindscan.core.errors import SettingsError
from mindscan.core.volume import Affine

Array = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

VOXEL_MM = 2.0
SMOOTHING_MM = 0.55
TREND_MM = 5.0
"""Standard deviation of the smooth copy that is taken away before fine structure is measured; 5 mm gives
the published correlations on single real scans."""

FLUID_BELOW, WHITE_ABOVE = 0.47, 0.83
"""Borders between the three tissues, in units of white matter; they give the published shares and spreads on
single real scans."""

_EXTENT_MM = (91.0, 109.0, 91.0)
_SPREAD_MM = (33.49, 40.72, 31.54)
"""Standard deviation of the place of a voxel of the MNI152 average brain (1,887 mL) along x, y and z."""

REAL: dict[str, tuple[float, float]] = {
    "gm_over_wm": (0.655, 0.018),
    "csf_over_wm": (0.388, 0.035),
    "wm_core_sd": (0.0873, 0.045),
    "gm_sd": (0.0967, 0.01),
    "csf_sd": (0.0804, 0.012),
    "cnr_gm_wm": (3.71, 0.77),
    "wm_core_fine_sd": (0.0433, 0.018),
    "wm_autocorr_2mm": (0.649, 0.024),
    "wm_autocorr_4mm": (0.297, 0.047),
    "wm_autocorr_6mm": (0.116, 0.049),
    "wm_slow_sd": (0.053, 0.041),
    "gm_fine_sd": (0.0898, 0.01),
    "gm_autocorr_2mm": (0.44, 0.047),
    "brain_ml_mni": (1700.0, 67.0),
    "csf_share": (0.0885, 0.034),
    "gm_share": (0.536, 0.038),
    "wm_share": (0.376, 0.024),
    "gradient_mean": (0.129, 0.015),
    "gradient_p95": (0.269, 0.038),
    "laplace_sd": (0.234, 0.028),
    "skewness": (-0.165, 0.28),
    "kurtosis": (3.02, 0.72),
    "left_right_correlation": (0.632, 0.052),
    "p5": (0.381, 0.063),
    "p50": (0.714, 0.031),
    "p95": (1.03, 0.038),
}
"""Mean and standard deviation over 138 real scans (1.5 T MPRAGE averages) of OASIS-1: Marcus 2007,
doi:10.1162/jocn.2007.19.9.1498. Shares are of the brain's volume, intensities in units of white matter."""


@dataclass(frozen=True)
class Framed:
    """An image in the common frame.

    Args:
        image: intensities, white matter near 1, float32, shape (91, 109, 91).
        brain: where the brain is.
    """

    image: Array
    brain: Mask


def image_statistics(image: Array, affine: Affine, brain: Mask) -> dict[str, float]:
    """The measures of `REAL` of one image.

    Args:
        image: T1-weighted, shape (i, j, k), any unit.
        affine: from voxel to world millimetres (RAS+).
        brain: mask of brain and the fluid in and between its folds, shape (i, j, k).

    Raises:
        SettingsError: one of the three tissues is not seen at all.
    """
    frame = framed(image, affine, brain)
    y, inside = frame.image, frame.brain
    fluid, white = inside & (y < FLUID_BELOW), inside & (y >= WHITE_ABOVE)
    grey = inside & ~fluid & ~white
    core = ndimage.binary_erosion(white)
    if not (core.any() and grey.any() and fluid.any()):
        raise SettingsError(
            "an image without white matter, grey matter and fluid",
            "a T1-weighted image of a whole brain",
            "give another image, or another mask",
        )
    values, mirrored = y[inside], inside & inside[::-1]
    slope = np.sqrt(sum(part**2 for part in np.gradient(y)))[inside]
    pooled = np.sqrt((y[white].var() + y[grey].var()) / 2)
    measured = {
        "gm_over_wm": y[grey].mean() / y[white].mean(),
        "csf_over_wm": y[fluid].mean() / y[white].mean(),
        "wm_core_sd": y[core].std(),
        "gm_sd": y[grey].std(),
        "csf_sd": y[fluid].std(),
        "cnr_gm_wm": (y[white].mean() - y[grey].mean()) / pooled,
        **_texture(y, core, grey),
        "brain_ml_mni": inside.sum() * VOXEL_MM**3 / 1000,
        "csf_share": fluid.sum() / inside.sum(),
        "gm_share": grey.sum() / inside.sum(),
        "wm_share": white.sum() / inside.sum(),
        "gradient_mean": slope.mean(),
        "gradient_p95": np.percentile(slope, 95),
        "laplace_sd": ndimage.laplace(y)[inside].std(),
        "skewness": skew(values),
        "kurtosis": kurtosis(values, fisher=False),
        "left_right_correlation": np.corrcoef(y[mirrored], y[::-1][mirrored])[0, 1],
        **{f"p{share}": np.percentile(values, share) for share in (5, 50, 95)},
    }
    return {name: float(measured[name]) for name in REAL}


def deviations(measured: dict[str, float]) -> dict[str, float]:
    """How many standard deviations of real scans each measure lies above their mean.

    Example:
        >>> deviations({"p95": 1.068})
        {'p95': 1.0}
    """
    return {name: round((value - REAL[name][0]) / REAL[name][1], 6) for name, value in measured.items()}


def framed(image: Array, affine: Affine, brain: Mask) -> Framed:
    """An image in the common frame, its outermost voxels taken away."""
    voxel_mm = np.linalg.norm(affine[:3, :3], axis=0)
    smooth = ndimage.gaussian_filter(np.where(brain, image, 0).astype(np.float32), SMOOTHING_MM / voxel_mm)
    upright = _upright(affine, brain)
    into = np.linalg.inv(affine) @ upright
    shape = tuple(round(extent / VOXEL_MM) * 2 + 1 for extent in _EXTENT_MM)
    y = _read(smooth, into, shape)
    inside = ndimage.binary_erosion(_read(brain.astype(np.float32), into, shape) > 0.5)
    return Framed(y / np.float32(_white_peak(y[inside])), inside)


def _read(image: Array, into: Affine, shape: tuple[int, ...]) -> Array:
    """An image on the voxels of the frame, whose middle is the origin."""
    steps = into[:3, :3] * VOXEL_MM
    first = into[:3, 3] - steps @ ((np.array(shape) - 1) / 2)
    read: Array = ndimage.affine_transform(image, steps, first, shape, order=1)
    return read


def _upright(affine: Affine, brain: Mask) -> Affine:
    """From the frame to the world: the brain's middle, its tilt by its own mirror image, and its size."""
    places = np.argwhere(brain) @ affine[:3, :3].T + affine[:3, 3]
    middle = places.mean(0)
    coarse = ndimage.gaussian_filter(brain.astype(np.float32), 1.5 / np.linalg.norm(affine[:3, :3], axis=0))

    def pose(given: npt.NDArray[np.float64]) -> Affine:
        matrix = np.eye(4)
        matrix[:3, :3] = Rotation.from_euler("yz", given[:2]).as_matrix() * 2
        matrix[:3, 3] = middle + matrix[:3, 0] * given[2]
        return matrix

    def unlike(given: npt.NDArray[np.float64]) -> float:
        seen = _read(coarse, np.linalg.inv(affine) @ pose(given), (51, 61, 51))
        return float(((seen - seen[::-1]) ** 2).mean())

    best = optimize.minimize(
        unlike, np.zeros(3), method="Nelder-Mead", options={"initial_simplex": _SIMPLEX, "maxfev": 60}
    )
    result = pose(best.x)
    turned = (places - result[:3, 3]) @ result[:3, :3] / 4
    result[:3, 3] += result[:3, :3] @ [0, *(2 * turned.mean(0)[1:])]
    result[:3, :3] *= 2 * turned.std(0) / _SPREAD_MM / 2
    return result


_SIMPLEX = np.array([[0, 0, 0], [0.1, 0, 0], [0, 0.1, 0], [0, 0, 1.0]])


def _white_peak(values: Array) -> float:
    """The brightest peak of the histogram."""
    low, high = (float(np.percentile(values, share)) for share in (1, 99.5))
    counts, borders = np.histogram(values, 200, (low, high + 0.05 * abs(high)))
    even = ndimage.gaussian_filter1d(counts.astype(float), 3)
    inner = even[1:-1]
    peaks = np.flatnonzero((inner > even[:-2]) & (inner >= even[2:]) & (inner > 0.1 * even.max())) + 1
    best = peaks[-1] if len(peaks) else int(even.argmax())
    return float(borders[best] + borders[best + 1]) / 2


def _texture(y: Array, core: Mask, grey: Mask) -> dict[str, float]:
    """Fine and slow variation inside white and grey matter, and how far fine variation reaches."""
    slow, slow_grey = _trend(y, core), _trend(y, grey)
    fine, fine_grey = y - slow, y - slow_grey
    reach = {f"wm_autocorr_{2 * n}mm": _autocorrelation(fine, core, n) for n in (1, 2, 3)}
    return {
        "wm_core_fine_sd": float(fine[core].std()),
        **reach,
        "wm_slow_sd": float(slow[core].std()),
        "gm_fine_sd": float(fine_grey[grey].std()),
        "gm_autocorr_2mm": _autocorrelation(fine_grey, grey, 1),
    }


def _trend(y: Array, mask: Mask) -> Array:
    """The smooth copy of what lies inside a mask."""
    sd = TREND_MM / VOXEL_MM
    inside: Array = ndimage.gaussian_filter(mask.astype(np.float32), sd)
    within: Array = ndimage.gaussian_filter(np.where(mask, y, np.float32(0)), sd)
    trend: Array = (within / np.maximum(inside, np.float32(1e-3))).astype(np.float32)
    return trend


def _autocorrelation(fine: Array, mask: Mask, steps: int) -> float:
    """Correlation of a field with itself some voxels away, mean over the three axes."""
    found = []
    for axis in range(3):
        values, inside = np.moveaxis(fine, axis, 0), np.moveaxis(mask, axis, 0)
        both = inside[steps:] & inside[:-steps]
        found.append(np.corrcoef(values[steps:][both], values[:-steps][both])[0, 1])
    return float(np.mean(found))
