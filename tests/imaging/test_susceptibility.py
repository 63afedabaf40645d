import math

import numpy as np
import pytest
import torch

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.susceptibility import ComplexEcho, dipole_field, part_of, phase, upwards
from mindscan.imaging.tissues import GAMMA_MHZ, susceptibility_ppm

ECHO = ComplexEcho(3.0, 20.0, 0.0, 1e-6)


def distances(n: int) -> tuple[torch.Tensor, ...]:
    axes = [torch.arange(n, dtype=torch.float32) - n // 2] * 3
    return torch.meshgrid(*axes, indexing="ij")


def test_a_sphere_bends_the_field_like_a_dipole_and_not_inside() -> None:
    x, y, z = distances(96)
    r = (x**2 + y**2 + z**2).sqrt()
    field = dipole_field((r < 8).float(), (1.0, 1.0, 1.0), [0.0, 0.0, 1.0])
    volume = float((r < 8).sum())
    outside = (r > 12) & (r < 22)
    expected = volume / (4 * math.pi) * (3 * (z / r) ** 2 - 1) / r**3
    # The periodic copies of a sphere add a little.
    assert float((field - expected)[outside].abs().max()) < 0.05 * float(expected[outside].abs().max())
    assert float(field[r < 5].abs().max()) < 0.02


def test_a_vein_along_the_field_is_off_by_a_third_and_across_by_minus_a_sixth() -> None:
    x, y, _ = distances(64)
    vein = ((x**2 + y**2) < 36).float()
    for axis, expected in ((2, 1 / 3), (0, -1 / 6)):
        towards = [float(n == axis) for n in range(3)]
        inside = dipole_field(vein, (1.0, 1.0, 1.0), towards)[32, 32, 32]
        assert float(inside) == pytest.approx(expected, abs=0.03)


def head() -> Brain:
    """White matter with a vein along z in the middle of it."""
    grid = Grid.centred((48, 48, 24), (1.0, 1.0, 1.0))
    labels = torch.full(grid.shape, 2, dtype=torch.int16)
    labels[22:26, 22:26] = 914
    return Brain.from_labels(Volume(labels, grid.affine))


def test_phase_grows_with_field_echo_time_and_susceptibility() -> None:
    chi = susceptibility_ppm(40)
    one = phase(head(), chi, ECHO)
    far = phase(head(), chi, ECHO._replace(field_tesla=1.5, te_ms=40.0))
    torch.testing.assert_close(one, far)
    vein = float(one[24, 24, 12] - one[2:8, 2:8, 12].mean())
    expected = 2 * math.pi * GAMMA_MHZ * 3 * 0.02 * (chi["blood"] - chi["white"]) / 3
    assert vein == pytest.approx(expected, rel=0.1)


def test_magnitude_and_phase_are_of_one_complex_image() -> None:
    brain, chi = head(), susceptibility_ppm(40)
    signal = torch.full(brain.labels.data.shape, 500.0)
    magnitude, angle = (part_of(part, signal, brain, chi, ECHO, Key(1)) for part in ("mag", "phase"))
    torch.testing.assert_close(magnitude, signal)
    wrapped = torch.remainder(phase(brain, chi, ECHO) + math.pi, 2 * math.pi) - math.pi
    assert float((angle - wrapped).abs().median()) < 1e-4
    assert float(angle.abs().max()) <= math.pi + 1e-6


def test_noise_alone_has_an_even_phase_and_a_rayleigh_magnitude() -> None:
    brain = head()
    dark = torch.zeros(brain.labels.data.shape)
    noisy = ECHO._replace(noise_sd=20.0)
    magnitude, angle = (
        part_of(part, dark, brain, susceptibility_ppm(40), noisy, Key(1)) for part in ("mag", "phase")
    )
    assert float(magnitude.mean()) == pytest.approx(20 * math.sqrt(math.pi / 2), rel=0.02)
    assert float(angle.std()) == pytest.approx(math.pi / math.sqrt(3), rel=0.02)


def test_upwards_follows_the_affine() -> None:
    turned = np.array([[0, 0, -2.0, 5], [1.0, 0, 0, 0], [0, 3.0, 0, 0], [0, 0, 0, 1]])
    assert upwards(turned) == [0.0, 1.0, 0.0]
