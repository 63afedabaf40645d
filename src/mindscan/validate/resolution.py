"""Resolution by a slanted edge: what a scanner makes of a sharp border that crosses its voxels at a slant.

An edge that is a little oblique meets every voxel at another depth, so that its profile is sampled far more
finely than the voxels are. Its slope is the line spread. ISO 12233; for MRI: Steckner 1994,
doi:10.1118/1.597325.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME
from mindscan.core.volume import Grid
from mindscan.imaging.ct import CT, KERNELS
from mindscan.imaging.magnet import MRI
from mindscan.imaging.xray import XRay
from mindscan.validate.claims import Row, near
from mindscan.validate.heads import PERSON, split, world

Array = npt.NDArray[np.float64]

BAR = 0.05
"""Of what the setting says."""

SLANT_DEG = 9.0
SINC_FWHM = 1.2067
"""Full width at half maximum of sin(x)/x whose cut-off is half a line per voxel, in voxels."""

_CT_PIXEL_MM = 0.25
_QUIET = {"bias_sd": 0.0, "texture_sd": 0.0, "snr": 1e7}
_WHITE, _GREY, _BONE = (
    BY_NAME[name].id for name in ("Left-Cerebral-White-Matter", "Left-Cerebral-Cortex", "Outer-Table")
)


def line_spread(image: Array, away_mm: Array, bin_mm: float) -> tuple[Array, Array]:
    """The line spread of an edge.

    Args:
        image: anything of voxels near the edge, shape (n,).
        away_mm: their distance from the edge, shape (n,).
        bin_mm: width over which the profile is averaged; every bin must hold voxels.

    Returns:
        Distances and slopes, shape (bins - 1,) each.
    """
    number = np.floor(away_mm / bin_mm).astype(np.int64)
    number -= number.min()
    count = np.bincount(number)
    edge = np.bincount(number, image) / np.maximum(count, 1)
    place = np.bincount(number, away_mm) / np.maximum(count, 1)
    full = count > 0
    return (place[full][1:] + place[full][:-1]) / 2, np.diff(edge[full]) / np.diff(place[full])


def fwhm(places: Array, slopes: Array) -> float:
    """Full width at half maximum of a line spread, by straight lines between its points."""
    slopes = slopes * np.sign(slopes[np.abs(slopes).argmax()])
    half, above = slopes.max() / 2, np.flatnonzero(slopes >= slopes.max() / 2)
    first, last = above[0], above[-1]

    def crossing(inside: int, outside: int) -> float:
        share = (slopes[inside] - half) / (slopes[inside] - slopes[outside])
        return float(places[inside] + share * (places[outside] - places[inside]))

    return crossing(last, last + 1) - crossing(first, first - 1)


def half_frequency(places: Array, slopes: Array, soft_mm: float = 0.0) -> float:
    """Line pairs per mm of which one half of the contrast is passed.

    Args:
        places, slopes: see `line_spread`.
        soft_mm: width over which the border itself rises, which is not the scanner's.
    """
    step = float(np.diff(places).mean())
    even = np.arange(places[0], places[-1], step)
    spread = np.interp(even, places, slopes)
    frequency = np.arange(1, 4000) * (0.5 / step / 4000)
    waves = np.abs(np.exp(-2j * np.pi * frequency[:, None] * even) @ spread) / abs(spread.sum())
    # a difference of means over bins is itself a blur by the bin
    passed = waves / np.sinc(frequency * step) ** 2 / np.sinc(frequency * soft_mm)
    return float(frequency[np.flatnonzero(passed < 0.5)[0]])


def resolution() -> list[Row]:
    """Measured widths or frequencies of all scanners against their settings."""
    rows = [_in_plane(axis, mm) for axis, mm in ((0, 1.0), (1, 1.7), (2, 3.0))]
    rows += [_matrix(mm) for mm in (1.5, 2.5)]
    rows += [_slice(profile, mm) for profile in ("boxcar", "gaussian", "truncated_sinc") for mm in (3.0, 5.0)]
    rows += [_kernel(name) for name in KERNELS]
    return rows + [_detector(per_mm) for per_mm in (1.0, 1.8)]


def _row(name: str, found: float, wanted: float) -> Row:
    return near(name, found, wanted, BAR * wanted, "setting")


def _slanted(grid: Grid, axis: int, other: int) -> Tensor:
    """Distance from a border through the middle that faces an axis and leans to another; mm."""
    places, slant = world(grid), math.radians(SLANT_DEG)
    return places[axis] * math.cos(slant) + places[other] * math.sin(slant)


def _spread_of(image: Tensor, away_mm: Tensor, bin_mm: float, reach_mm: float) -> tuple[Array, Array]:
    """Line spread of what lies within reach of the edge and away from the border of the picture."""
    inside = torch.zeros(image.shape, dtype=torch.bool)
    inside[tuple(slice(n // 6, n - n // 6) if n > 12 else slice(None) for n in image.shape)] = True
    inside &= away_mm.abs() < reach_mm
    return line_spread(image[inside].double().numpy(), away_mm[inside].numpy(), bin_mm)


def _seen(grid: Grid, away_mm: Tensor, settings: dict[str, Any]) -> tuple[Tensor, Grid]:
    drawn = MRI.draw("T1w", Key(1), PERSON, field_tesla=3.0).model_dump()
    brain = split(grid, away_mm, _WHITE, _GREY)
    volume = MRI.parse({**drawn, **_QUIET, **settings}).scan(brain, Key(2)).volume
    return volume.data, volume.grid


def _in_plane(axis: int, fwhm_mm: float) -> Row:
    shape = [8, 8, 8]
    shape[axis], shape[(axis + 1) % 3] = 120, 60
    grid = Grid.centred((shape[0], shape[1], shape[2]), (0.25,) * 3)
    away = _slanted(grid, axis, (axis + 1) % 3)
    image, _ = _seen(grid, away, {"psf_fwhm_mm": fwhm_mm})
    found = fwhm(*_spread_of(image, away, 0.1, 2.5 * fwhm_mm))
    return _row(f"MRI, point spread along {'ijk'[axis]}: FWHM in mm", found, fwhm_mm)


def _matrix(acquired_mm: float) -> Row:
    grid = Grid.centred((8, 90, 240), (0.25,) * 3)
    away = _slanted(grid, 2, 1)
    asked = {"readout": "k", "phase": "j", "sampling": {"readout_mm": acquired_mm}}
    image, _ = _seen(grid, away, {"psf_fwhm_mm": 0.0, "acquisition": asked})
    found = fwhm(*_spread_of(image, away, 0.1, 4 * acquired_mm))
    wanted = SINC_FWHM * acquired_mm
    return _row(f"MRI, acquired voxel of {acquired_mm:g} mm: FWHM in mm", found, wanted)


def _slice(profile: str, thickness_mm: float) -> Row:
    grid = Grid.centred((240, 8, 160), (0.5,) * 3)
    asked = {"slices": {"thickness_mm": thickness_mm, "profile": profile}}
    image, seen = _seen(grid, _slanted(grid, 2, 0), {"psf_fwhm_mm": 0.0, "acquisition": asked})
    away = _slanted(seen, 2, 0)
    found = fwhm(*_spread_of(image, away, 0.25, 2.5 * thickness_mm)) / math.cos(math.radians(SLANT_DEG))
    words = profile.replace("_", " ")
    return _row(f"MRI, slice of {thickness_mm:g} mm, {words}: FWHM in mm", found, thickness_mm)


def _kernel(name: str) -> Row:
    machine = CT.parse(
        {
            "mas": 2000.0,
            "slice_mm": 5.0,
            "kernel": name,
            "hardening": 0.0,
            "pixel_mm": 0.4,
            "field_mm": 160.0,
            "length_mm": 40.0,
            "centre_mm": (0, 0, 0),
            "head_holder": False,
        }
    )
    grid = machine.grid(Grid.centred((8, 8, 8), (1.0, 1.0, 1.0)))
    away = _slanted(grid, 0, 1)
    image = machine.scan(split(grid, away, _WHITE, _BONE), Key(1)).volume.data
    found = 10 * half_frequency(*_spread_of(image, away, 0.1, 12.0), soft_mm=_CT_PIXEL_MM)
    return _row(f"CT, {name} kernel: line pairs per cm at one half", found, KERNELS[name][0])


def _detector(mtf50_per_mm: float) -> Row:
    drawn = XRay.draw("XR-AP", Key(1), PERSON).model_dump()
    asked = {"pixels": (400, 200), "pixel_mm": 0.1, "mas": 1000.0, "scatter_fraction": 0.0, "focus_mm": 0.0}
    machine = XRay.parse({**drawn, **asked, "mtf50_per_mm": mtf50_per_mm})
    away = _slanted(Grid.centred((400, 200, 1), (0.1, 0.1, 1.0)), 0, 1)
    water = torch.where(away[..., 0] < 0, 10.0, 11.0)
    image = machine.radiograph(torch.stack([water, torch.zeros_like(water)]), Key(1))
    found = half_frequency(*_spread_of(image, away[..., 0], 0.02, 5.0))
    return _row("X-ray, detector: line pairs per mm at one half", found, mtf50_per_mm)
