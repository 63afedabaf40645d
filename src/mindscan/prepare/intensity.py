"""Greys that mean the same in every scan: one linear scale a scan, so that it can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch

from mindscan.core.errors import SettingsError
from mindscan.core.volume import Volume

Normalise = Literal["zscore", "white-stripe", "percentile"]
CHOICES: tuple[str, ...] = get_args(Normalise)
STRIPE = 0.05
"""Half-width of the stripe of white matter around its mode, as a share of voxels (Shinohara 2014)."""
PERCENTILES = (1.0, 99.0)
_BINS = 200


@dataclass(frozen=True)
class Scale:
    """The linear scale of a scan: what is shown is (signal - shift) / unit."""

    shift: float
    unit: float

    def of(self, scan: Volume) -> Volume:
        """A scan on this scale."""
        return Volume((scan.data - self.shift) / self.unit, scan.affine)


def scale(scan: Volume, brain: Volume, white: Volume, how: Normalise) -> Scale:
    """The scale of a scan.

    Args:
        scan: without bias.
        brain: the inside of the skull, bool.
        white: white matter, bool.
        how: "zscore": mean 0 and standard deviation 1 in the brain; "white-stripe": the same of the white
            matter near its mode; "percentile": 0 and 1 are the 1st and 99th percentile of the brain.

    Raises:
        SettingsError: the brain is the same everywhere.

    Reference: white stripe of Shinohara 2014, doi:10.1016/j.nicl.2014.08.008.
    """
    values = scan.data[brain.data].float().numpy()
    if how == "percentile":
        low, high = (float(edge) for edge in np.percentile(values, PERCENTILES))
        return _sound(low, high - low)
    if how == "white-stripe":
        values = _stripe(scan.data[white.data & brain.data].float())
    return _sound(float(values.mean(dtype=np.float64)), float(values.std(dtype=np.float64)))


def _stripe(white: torch.Tensor) -> np.ndarray:
    """White matter within a share of its voxels on either side of the mode."""
    if len(white) == 0:
        return np.zeros(1, np.float32)
    values = np.sort(white.numpy())
    count, edges = np.histogram(values, _BINS, tuple(np.percentile(values, PERCENTILES)))
    smooth = np.convolve(count, np.hanning(15), "same")
    mode = (edges[:-1] + edges[1:])[int(smooth.argmax())] / 2
    rank = np.searchsorted(values, mode) / len(values)
    low, high = (int(len(values) * min(max(rank + step, 0), 1)) for step in (-STRIPE, STRIPE))
    return values[low : max(high, low + 1)]


def _sound(shift: float, unit: float) -> Scale:
    if not unit > 0:
        raise SettingsError("a brain that is the same everywhere", "a picture", "give another scan")
    return Scale(shift, unit)
