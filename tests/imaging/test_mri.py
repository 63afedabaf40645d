import math

import pytest
import torch

from mindscan.imaging.mri import (
    Relaxation,
    ernst_angle_deg,
    gradient_echo,
    inversion_recovery,
    mprage,
    null_inversion_ms,
    spin_echo,
)

TISSUE = Relaxation(
    torch.tensor([400.0, 900.0, 4000.0]),
    torch.tensor([60.0, 80.0, 2000.0]),
    torch.tensor([30.0, 50.0, 70.0]),
    torch.tensor([0.5, 0.7, 1.0]),
)


@pytest.mark.parametrize(
    "signal",
    [
        spin_echo(TISSUE, 500, 15),
        inversion_recovery(TISSUE, 9000, 2500, 100),
        gradient_echo(TISSUE, 20, 5, 25),
        mprage(TISSUE, 2000, 1000, 3, 8, 7, 160),
    ],
)
def test_every_equation_is_elementwise_and_below_the_proton_density(signal: torch.Tensor) -> None:
    assert signal.shape == (3,)
    assert bool((signal.abs() < TISSUE.pd).all())


def test_signal_scales_with_proton_density() -> None:
    double = TISSUE._replace(pd=2 * TISSUE.pd)
    for one, two in (
        (spin_echo(TISSUE, 500, 15), spin_echo(double, 500, 15)),
        (mprage(TISSUE, 2000, 1000, 3, 8, 7, 160), mprage(double, 2000, 1000, 3, 8, 7, 160)),
    ):
        torch.testing.assert_close(two, 2 * one)


def test_an_mprage_of_one_readout_without_wait_after_it_is_an_inversion_and_one_pulse() -> None:
    # One pulse of 90 degrees at TI leaves nothing, which recovers for TR - TI and is then inverted.
    recovered = 1 - torch.exp(-(3000 - 800) / TISSUE.t1_ms)
    expected = 1 - (1 + recovered) * torch.exp(-800 / TISSUE.t1_ms)
    found = mprage(TISSUE, 3000, 800, 1e-9, 90, 5, 1) / TISSUE.pd
    torch.testing.assert_close(found, expected)


def test_null_inversion_time_nulls_only_its_own_tissue() -> None:
    ti_ms = float(null_inversion_ms(TISSUE.t1_ms, 9000, 100)[2])
    signal = inversion_recovery(TISSUE, 9000, ti_ms, 100)
    assert abs(float(signal[2])) < 1e-6
    assert float(signal[:2].min()) > 0.01


def test_ernst_angle_falls_as_t1_grows() -> None:
    angles = ernst_angle_deg(TISSUE.t1_ms, 30.0)
    assert angles.tolist() == sorted(angles.tolist(), reverse=True)
    assert math.isclose(math.cos(math.radians(float(angles[0]))), math.exp(-30 / 400), rel_tol=1e-5)
