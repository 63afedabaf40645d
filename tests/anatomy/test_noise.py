import numpy as np
import pytest
import torch

from mindscan.anatomy.noise import smooth_noise
from mindscan.core.key import Key

SHAPE = (48, 40, 56)


def test_noise_has_zero_mean_and_unit_spread() -> None:
    field = smooth_noise(Key(1), SHAPE, 10)
    assert float(field.mean()) == pytest.approx(0, abs=1e-4)
    assert float(field.square().mean()) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("wavelength", [6.0, 12.0])
def test_power_peaks_at_the_wavelength(wavelength: float) -> None:
    size = 64
    power = torch.zeros(size // 2 + 1)
    for seed in range(3):
        field = smooth_noise(Key(seed), (size, size, size), wavelength)
        power += torch.fft.rfft(field, dim=2).abs().square().mean((0, 1))
    frequency = np.arange(size // 2 + 1) / size
    mean_frequency = float((power * torch.from_numpy(frequency)).sum() / power.sum())
    assert 0.2 / wavelength < mean_frequency < 1.2 / wavelength


def test_streams_differ_and_repeat() -> None:
    assert torch.equal(smooth_noise(Key(1) / "a", SHAPE, 8), smooth_noise(Key(1) / "a", SHAPE, 8))
    assert not torch.equal(smooth_noise(Key(1) / "a", SHAPE, 8), smooth_noise(Key(1) / "b", SHAPE, 8))
