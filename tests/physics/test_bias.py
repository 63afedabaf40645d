"""The bias field is a smooth multiplication whose logarithm has mean 0 and the spread asked for."""

import numpy as np
import pytest
import torch

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.magnet import BRIGHT
from mindscan.imaging.scanner import MRI, draw, scan

GRID = Grid.centred((48, 40, 36), (4.0, 4.0, 5.0))
QUIET = {"texture_sd": 0.0, "psf_fwhm_mm": 0.0, "snr": 1e7}


def log_bias(seed: int, **changes: float) -> np.ndarray:
    settings = MRI.parse(
        {**draw("T1w", Key(1), Person(age_years=40, sex="F")).model_dump(), **QUIET, **changes}
    )
    white = Brain.from_labels(Volume(torch.full(GRID.shape, 2, dtype=torch.int16), GRID.affine))
    return np.log(scan(white, settings, Key(seed)).volume.data.double().numpy() / BRIGHT)


def test_its_logarithm_has_mean_zero() -> None:
    for seed in range(4):
        assert abs(log_bias(seed, bias_sd=0.3, bias_mm=70).mean()) < 1e-4


def test_its_logarithm_has_the_spread_asked_for() -> None:
    fields = [log_bias(seed, bias_sd=0.2, bias_mm=40) for seed in range(8)]
    assert np.sqrt(np.mean([field.var() for field in fields])) == pytest.approx(0.2, rel=0.12)


def test_it_is_smooth_in_millimetres() -> None:
    for spacing in (50.0, 80.0):
        field = log_bias(3, bias_sd=0.2, bias_mm=spacing)
        slopes = [np.abs(np.diff(field, axis=axis)).max() / GRID.voxel_mm[axis] for axis in range(3)]
        assert max(slopes) < 6 * 0.2 / spacing
        assert max(slopes) > 0.2 * 0.2 / spacing


def test_no_amplitude_is_no_bias() -> None:
    assert np.abs(log_bias(1, bias_sd=0.0)).max() < 1e-6
