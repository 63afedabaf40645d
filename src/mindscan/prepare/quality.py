"""Numbers that tell a sound scan from a doubtful one, after MRIQC (Esteban 2017), and what they doubt."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from torch import Tensor

from mindscan.core.volume import Affine, Volume
from mindscan.learn.pose import moved, places, shrunk
from mindscan.prepare.brain import Inside
from mindscan.prepare.register import template
from mindscan.report.tone import head_mask

Mask = npt.NDArray[np.bool_]
Numbers = Mapping[str, float | None]

LEAST_AIR = 200
"""Voxels of air that must be there before anything is said of it."""
_AWAY_MM = 8.0
_COARSE_MM = 4.0
_FLOOR_MM = -60.0
"""Lowest place of the template's brain that counts: below it is the cord, where scans may end."""
_BINS = 64


@dataclass(frozen=True)
class Measure:
    """One number of the table.

    Args:
        text: what it is, with its source.
        low, high: values from there to there raise no doubt (choices of this project).
        doubt: what to say of a value outside.
    """

    text: str
    low: float = -math.inf
    high: float = math.inf
    doubt: str = ""


MEASURES: Mapping[str, Measure] = {
    "brain_ml": Measure("Volume of the inside of the skull in mL", 900, 2200, "brain of unusual size"),
    "snr": Measure(
        "Mean of white matter over its standard deviation, without the bias field (MRIQC: Esteban 2017, "
        "doi:10.1371/journal.pone.0184661)", 3, doubt="noisy white matter",
    ),
    "snr_air": Measure(
        "0.66 times the mean of white matter over the standard deviation of the air (Dietrich 2007, "
        " doi:10.1002/jmri.20969)", 5, doubt="noise in the air",
    ),
    "cnr": Measure(
        "Difference of grey and white matter over the noise of both and of the air (Magnotta 2006, "
        "doi:10.1007/s10278-006-0264-x)", 0.7, doubt="little contrast of grey and white matter",
    ),
    "cjv": Measure(
        "Spread of grey and white matter over their difference; small is good (Ganzetti 2016, "
        "doi:10.3389/fninf.2016.00010)", high=1.4, doubt="grey and white matter overlap",
    ),
    "efc": Measure(
        "Entropy of the signal over its most, 0 to 1; ghosts and blur raise it (Atkinson 1997, "
        "doi:10.1109/42.650886)", high=0.85, doubt="signal spread over the picture",
    ),
    "bias_percent": Measure("Standard deviation of the bias field in the brain in per cent", high=45,
                            doubt="very uneven"),
    "ghosts": Measure(
        "Air in line with the head along the worst axis, over the air in the corners: 1 without ghosts; "
        "they and motion are smeared along one axis (Wood 1985, doi:10.1118/1.595783)", high=1.6,
        doubt="ghosts in the air, perhaps of motion",
    ),
    "overlap": Measure(
        "Dice of the brain with the template's after registration, 0 to 1", 0.9,
        doubt="brain and template differ",
    ),
    "similarity": Measure(
        "Normalised mutual information with the template, 1 to 2 (Studholme 1999, "
        "doi:10.1016/S0031-3203(98)00091-0)", 1.01, doubt="unlike the template",
    ),
    "cut_percent": Measure(
        "Share of the brain that lies outside the field of view, by the template, in per cent", high=0.5,
        doubt="field of view cuts the brain",
    ),
}  # fmt: skip
"""Column of `quality.tsv` to what it is."""
T1W_ONLY = ("cnr", "cjv")


def doubtful(name: str, value: float | None, suffix: str) -> bool:
    """Whether a number of a scan raises a doubt; contrasts of grey and white matter only do in T1w scans."""
    if value is None or (name in T1W_ONLY and suffix != "T1w"):
        return False
    return not MEASURES[name].low <= value <= MEASURES[name].high


def doubts(numbers: Numbers, method: str, suffix: str) -> list[str]:
    """What is doubtful of a scan, in words; nothing where all is well.

    Example:
        >>> doubts({"snr": 2.0, "cjv": None}, "network", "T1w")
        ['noisy white matter (snr 2)']
    """
    found = [] if method == "network" else ["brain found by the classical method: look at it"]
    for name, value in numbers.items():
        if value is not None and doubtful(name, value, suffix):
            shown = f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
            found.append(f"{MEASURES[name].doubt} ({name} {shown})")
    return found


def measured(
    scan: Volume, even: Volume, bias: Tensor, found: Inside, to_scan: Affine
) -> dict[str, float | None]:
    """All numbers of a scan.

    Args:
        scan: as it was given, air about 0.
        even: without bias, on the same grid.
        bias: the field, shape of the scan.
        found: its brain.
        to_scan: 4 x 4, from template mm to world mm of the scan.
    """
    brain = found.mask
    white, grey = (even.data[one.data & brain.data].double() for one in (found.white, found.grey))
    air = air_of(scan)
    beside = scan.data[torch.from_numpy(air)].double()
    noise = float(beside.std()) if len(beside) >= LEAST_AIR else None
    numbers: dict[str, float | None] = {"brain_ml": float(brain.data.sum()) * brain.grid.voxel_ml}
    numbers |= _contrast(white, grey, noise)
    numbers["efc"] = _focus(scan.data)
    inside = bias[brain.data]
    numbers["bias_percent"] = 100 * float(inside.std() / inside.mean())
    numbers["ghosts"] = ghosts(scan, air)
    numbers["overlap"], numbers["cut_percent"] = overlap(brain, to_scan)
    numbers["similarity"] = similarity(even, to_scan)
    return {name: None if (v := numbers[name]) is None else round(v, 4) for name in MEASURES}


def _contrast(white: Tensor, grey: Tensor, noise: float | None) -> dict[str, float | None]:
    if min(len(white), len(grey)) < LEAST_AIR:
        return dict.fromkeys(("snr", "snr_air", "cnr", "cjv"))
    w, g = float(white.mean()), float(grey.mean())
    spread_w, spread_g, gap = float(white.std()), float(grey.std()), max(abs(w - g), 1e-9)
    rayleigh = math.sqrt(2 - math.pi / 2)
    return {
        "snr": w / max(spread_w, 1e-9),
        "snr_air": rayleigh * w / noise if noise else None,
        "cnr": gap / max(math.sqrt((noise or 0) ** 2 + spread_w**2 + spread_g**2), 1e-9),
        "cjv": min((spread_w + spread_g) / gap, 99.0),
    }


def air_of(scan: Volume) -> Mask:
    """Voxels of air, well away from the head; none where the head was cut out already."""
    coarse = shrunk(scan, _COARSE_MM)
    head = ndimage.binary_opening(head_mask(coarse.data.numpy()))
    head = ndimage.binary_fill_holes(ndimage.binary_closing(head, iterations=2))
    away = ndimage.distance_transform_edt(~head, coarse.grid.voxel_mm) > _AWAY_MM
    index = np.linalg.inv(coarse.affine) @ scan.affine
    steps = [np.rint(np.arange(n) * index[a, a] + index[a, 3]) for a, n in enumerate(scan.data.shape)]
    near = [np.clip(step, 0, n - 1).astype(int) for step, n in zip(steps, away.shape, strict=True)]
    full = away[np.ix_(*near)]
    data = scan.data.numpy()
    return np.asarray(full & (data != data.min())) if (data[full] == data.min()).mean() > 0.5 else full


def _focus(data: Tensor) -> float:
    """Entropy focus criterion: 0 for one bright voxel, 1 for a flat picture."""
    values = data.clamp(min=0).double().flatten()
    share = values / values.square().sum().sqrt().clamp(min=1e-9)
    share = share[share > 0]
    most = math.sqrt(len(values)) * math.log(math.sqrt(len(values)))
    return float(-(share * share.log()).sum()) / most


def ghosts(scan: Volume, air: Mask) -> float | None:
    """Mean of the air in line with the head along the worst axis, over that of air in line along none."""
    data = scan.data.numpy()
    head = head_mask(data) & ~air
    shadows = [np.broadcast_to(_solid(np.asarray(head.any(axis)), axis), head.shape) for axis in range(3)]
    corner = air & ~np.any(shadows, axis=0)
    if corner.sum() < LEAST_AIR or not float(data[corner].mean()) > 0:
        return None
    found = [air & shadow for shadow in shadows]
    lines = [float(data[line].mean()) for line in found if line.sum() >= LEAST_AIR]
    return max(lines) / float(data[corner].mean()) if lines else None


def _solid(shadow: Mask, axis: int) -> Mask:
    """The outline of a head seen along an axis, without specks, one voxel deep along it."""
    return np.expand_dims(ndimage.binary_opening(shadow, iterations=2), axis)


def overlap(brain: Volume, to_scan: Affine) -> tuple[float, float]:
    """Dice of a brain with the template's, and the share in per cent that lies outside the picture."""
    mask = shrunk(Volume(template()[1].data.float(), template()[1].affine), _COARSE_MM)
    spot = places(mask.grid)
    counted = spot[..., 2] > _FLOOR_MM
    index = moved(spot, np.linalg.inv(brain.affine) @ to_scan)
    size = torch.tensor(brain.data.shape)
    within = ((index > -0.5) & (index < size - 0.5)).all(-1)
    at = torch.minimum(index.round().long().clamp(min=0), size - 1)
    ours = brain.data[tuple(at.unbind(-1))] & within & counted
    theirs = (mask.data > 0.5) & counted
    dice = 2 * float((ours & theirs).sum()) / float(ours.sum() + theirs.sum())
    return dice, 100 * float((theirs & ~within).sum()) / float(theirs.sum())


def similarity(even: Volume, to_scan: Affine) -> float:
    """Normalised mutual information of a scan with the template in its brain."""
    t1 = shrunk(template()[0], 2.0)
    inside = t1.data > 0
    index = moved(places(t1.grid)[inside], np.linalg.inv(even.affine) @ to_scan).round().long()
    size = torch.tensor(even.data.shape)
    seen = ((index >= 0) & (index < size)).all(-1)
    ours = even.data[tuple(index[seen].unbind(-1))].float().numpy()
    theirs = t1.data[inside][seen].numpy()
    ours = np.clip(ours, *np.percentile(ours, (0.5, 99.5))) if len(ours) else ours
    joint = np.histogram2d(ours, theirs, _BINS)[0] if len(ours) else np.ones((1, 1))
    entropies = [_entropy(joint.sum(axis)) for axis in (0, 1)]
    return float(sum(entropies) / max(_entropy(joint), 1e-9))


def _entropy(count: npt.NDArray[np.float64]) -> float:
    share = count[count > 0] / count.sum()
    return float(-(share * np.log(share)).sum())
