import math

import pytest
import torch

from mindscan.core.key import Key
from mindscan.imaging.tomography import filtered, shadows, smeared


def disc(radius: float, side: int = 96, x: float = 0.0, y: float = 0.0) -> torch.Tensor:
    """A disc of 1, its edge one pixel soft."""
    places = torch.arange(side) - (side - 1) / 2
    away = ((places[None, :] - x) ** 2 + (places[:, None] - y) ** 2).sqrt()
    return (radius + 0.5 - away).clamp(0, 1)[None]


def test_shadows_of_a_disc_are_its_chords() -> None:
    found = shadows(disc(30.0, x=6.0, y=-4.0), 0.5, 12)[0]
    places = torch.arange(96) - 47.5
    for n in range(12):
        middle = 6 * math.cos(math.pi * n / 12) - 4 * math.sin(math.pi * n / 12)
        chord = (30.0**2 - (places - middle) ** 2).clamp_min(0).sqrt()
        deep = (places - middle).abs() < 26
        assert float((found[n] - chord)[deep].abs().max()) < 0.02 * 30
        assert found[n].sum().item() * 0.5 == pytest.approx(math.pi * 15**2, rel=0.01)


def test_a_slice_comes_back_from_its_shadows() -> None:
    scene = disc(35.0) + 0.5 * disc(8.0, x=12.0, y=5.0)
    back = smeared(filtered(shadows(scene, 2.0, 180), 2.0))
    assert float(back[0, 46:50, 30:40].mean()) == pytest.approx(1.0, abs=0.01)
    assert float(back[0, 50:55, 57:62].mean()) == pytest.approx(1.5, abs=0.015)
    assert float(back[0, 3:8, 40:56].mean()) == pytest.approx(0.0, abs=0.01)


def test_slices_are_worked_out_each_for_itself() -> None:
    two = torch.cat([disc(20.0), disc(10.0, x=15.0)])
    both = shadows(two, 1.0, 9)
    assert torch.allclose(both[1], shadows(two[1:], 1.0, 9)[0])
    assert torch.allclose(smeared(both)[0], smeared(both[:1])[0])


def test_noise_of_back_projection_has_no_mean_and_rises_with_frequency() -> None:
    """The power spectrum of filtered back-projection grows from nothing at frequency 0 (Riederer 1978)."""
    rays = torch.randn((4, 120, 96), generator=Key(1).generator())
    noise = smeared(filtered(rays, 1.0))[:, 24:72, 24:72]
    power = torch.fft.fft2(noise - noise.mean(dim=(1, 2), keepdim=True)).abs().square().mean(0)
    frequency = torch.fft.fftfreq(48)
    radius = (frequency[:, None] ** 2 + frequency[None, :] ** 2).sqrt()
    low, middle = (power[(radius > a) & (radius < b)].mean() for a, b in ((0.02, 0.07), (0.15, 0.25)))
    assert float(middle) > 2 * float(low)
