"""The noise of a magnitude image is Rician, Rayleigh in air, and of the size that was asked for."""

import numpy as np
import pytest
import torch
from scipy import stats

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.magnet import BRIGHT
from mindscan.imaging.noise import add_rician
from mindscan.imaging.scanner import MRI, draw, scan

GRID = Grid.centred((40, 40, 40), (1.0, 1.0, 1.0))
PLAIN = {"bias_sd": 0.0, "texture_sd": 0.0, "psf_fwhm_mm": 0.0}


def image_of(label: int, **changes: float) -> torch.Tensor:
    settings = MRI.parse(
        {**draw("T1w", Key(1), Person(age_years=40, sex="F")).model_dump(), **PLAIN, **changes}
    )
    labels = torch.full(GRID.shape, label, dtype=torch.int16)
    return scan(Brain.from_labels(Volume(labels, GRID.affine)), settings, Key(2)).volume.data


@pytest.mark.parametrize("signal", [0.0, 10.0, 30.0, -30.0, 200.0])
def test_noise_is_rician(signal: float) -> None:
    sd = 20.0
    noisy = add_rician(torch.full((60, 60, 60), signal), sd, Key(7)).numpy().ravel()
    exact = stats.rice(abs(signal) / sd, scale=sd)
    assert stats.kstest(noisy, exact.cdf).pvalue > 0.01
    assert noisy.max() > exact.isf(1e-4)


def test_the_test_tells_rician_from_normal_noise() -> None:
    noisy = add_rician(torch.full((60, 60, 60), 30.0), 20.0, Key(7)).numpy().ravel()
    assert stats.kstest(noisy, stats.norm(noisy.mean(), noisy.std()).cdf).pvalue < 1e-6


def test_noise_in_tissue_is_signal_over_snr() -> None:
    image = image_of(2, snr=25.0)
    assert float(image.mean()) == pytest.approx(BRIGHT, rel=0.005)
    assert float(image.std()) == pytest.approx(BRIGHT / 25, rel=0.01)


def test_air_is_a_rayleigh_background() -> None:
    air = image_of(0, snr=25.0).numpy().ravel()
    assert stats.kstest(air, stats.rayleigh(scale=BRIGHT / 25).cdf).pvalue > 0.01
    assert air.mean() == pytest.approx(BRIGHT / 25 * np.sqrt(np.pi / 2), rel=0.01)


def test_noise_does_not_hang_on_the_other_streams() -> None:
    # At a high SNR, magnitude noise adds to the signal, so the same noise shows through another bias.
    flat, bent = (image_of(2, snr=2000.0, bias_sd=sd) for sd in (0.0, 0.05))
    quiet, quiet_bent = (image_of(2, snr=1e7, bias_sd=sd) for sd in (0.0, 0.05))
    torch.testing.assert_close(flat - quiet, bent - quiet_bent, rtol=0, atol=0.02)
    assert float((quiet_bent - quiet).std()) > 5
