"""A point and an edge show the width that was asked for, in millimetres along every axis."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import curve_fit

from mindscan.imaging.blur import FWHM_PER_SD, point_spread

VOXEL_MM = (0.8, 1.0, 1.5)


def profile(axis: int, fwhm_mm: float) -> tuple[np.ndarray, np.ndarray]:
    shape = (61, 61, 61)
    point = torch.zeros(shape)
    point[30, 30, 30] = 1
    spread = point_spread(point, fwhm_mm, VOXEL_MM)
    line = spread.sum([other for other in range(3) if other != axis]).double().numpy()
    return (np.arange(61) - 30) * VOXEL_MM[axis], line


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("fwhm_mm", [1.0, 1.4, 2.0, 5.0])
def test_second_moment_of_a_point_gives_the_width(axis: int, fwhm_mm: float) -> None:
    place, line = profile(axis, fwhm_mm)
    assert line.sum() == pytest.approx(1, abs=1e-5)
    width = FWHM_PER_SD * math.sqrt((line * place**2).sum())
    assert width == pytest.approx(fwhm_mm, rel=0.01)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("fwhm_mm", [3.0, 5.0, 8.0])
def test_a_fitted_gaussian_has_the_width(axis: int, fwhm_mm: float) -> None:
    place, line = profile(axis, fwhm_mm)
    (_, sd), _ = curve_fit(lambda x, a, s: a * np.exp(-0.5 * (x / s) ** 2), place, line, p0=(line.max(), 2.0))
    assert FWHM_PER_SD * abs(sd) == pytest.approx(fwhm_mm, rel=0.02)


def test_an_edge_rises_over_the_width() -> None:
    edge = torch.zeros(60, 3, 3)
    edge[30:] = 1
    line = point_spread(edge, 4.0, (0.5, 1.0, 1.0))[:, 1, 1].numpy()
    low, high = (np.interp(level, line, np.arange(60) * 0.5) for level in (0.1, 0.9))
    # A Gaussian edge rises from 10 % to 90 % over 2.563 standard deviations.
    assert high - low == pytest.approx(2.563 * 4.0 / FWHM_PER_SD, rel=0.02)
