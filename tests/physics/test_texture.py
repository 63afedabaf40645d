"""Tissue is not flat: its texture has the size and the grain that was asked for, and air has none."""

import numpy as np
import pytest
import torch

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.magnet import BRIGHT
from mindscan.imaging.scanner import MRI, draw, scan

GRID = Grid.centred((64, 64, 64), (1.0, 1.0, 1.0))
QUIET = {"bias_sd": 0.0, "psf_fwhm_mm": 0.0, "snr": 1e7}


def image_of(label: int, suffix: str = "T1w", **changes: float) -> np.ndarray:
    drawn = draw(suffix, Key(1), Person(age_years=40, sex="F")).model_dump()
    brain = Brain.from_labels(Volume(torch.full(GRID.shape, label, dtype=torch.int16), GRID.affine))
    return scan(brain, MRI.parse({**drawn, **QUIET, **changes}), Key(2)).volume.data.double().numpy()


def test_white_matter_varies_by_the_texture() -> None:
    image = image_of(2, texture_sd=0.05, texture_mm=3.0)
    assert image.mean() == pytest.approx(BRIGHT, rel=0.01)
    assert image.std() == pytest.approx(0.05 * BRIGHT, rel=0.05)


def test_grain_is_a_distance_in_millimetres() -> None:
    image = image_of(2, texture_sd=0.05, texture_mm=3.0)
    for away, expected in ((3, 0.49), (6, 0.05)):
        assert np.corrcoef(image[away:].ravel(), image[:-away].ravel())[0, 1] == pytest.approx(
            expected, abs=0.04
        )


def test_air_has_no_texture() -> None:
    assert image_of(0, texture_sd=0.5, texture_mm=3.0).max() < 1e-2


def test_random_contrast_brings_its_own_spread() -> None:
    settings = draw("random", Key(1), Person(age_years=40, sex="F"))
    mean, sd = settings.levels()["Thalamus"]
    image = image_of(10, "random", texture_mm=2.0)
    assert image.mean() == pytest.approx(mean, rel=0.02)
    assert image.std() == pytest.approx(sd, rel=0.1)
