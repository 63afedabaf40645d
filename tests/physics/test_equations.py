"""What the signal equations must do in cases with a known answer."""

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
from mindscan.imaging.presets import usual
from mindscan.imaging.sequences import InversionRecovery
from mindscan.imaging.tissues import SUBSTANCES, relaxation

FOREVER = 1e7


def tissue(t1: float, t2: float = 80.0, t2star: float = 50.0, pd: float = 0.8) -> Relaxation:
    return Relaxation(*torch.tensor([t1, t2, t2star, pd], dtype=torch.float64))


def test_a_fully_relaxed_spin_echo_decays_with_t2() -> None:
    for te in (5.0, 80.0, 200.0):
        assert float(spin_echo(tissue(900), FOREVER, te)) == pytest.approx(0.8 * math.exp(-te / 80))


def test_a_spin_echo_of_short_te_saturates_as_the_textbook_says() -> None:
    for tr in (100.0, 900.0, 3000.0):
        assert float(spin_echo(tissue(900), tr, 1e-6)) == pytest.approx(0.8 * (1 - math.exp(-tr / 900)))


def test_an_endless_inversion_recovery_is_null_at_t1_ln_2() -> None:
    for t1 in (300.0, 900.0, 4000.0):
        assert float(null_inversion_ms(torch.tensor(t1), FOREVER, 10)) == pytest.approx(t1 * math.log(2))
        signal = inversion_recovery(tissue(t1), FOREVER, t1 * math.log(2), 10)
        assert float(signal) == pytest.approx(0, abs=1e-9)


def test_inversion_recovery_runs_from_minus_to_plus_full_signal() -> None:
    assert float(inversion_recovery(tissue(900), FOREVER, 1e-6, 1e-6)) == pytest.approx(-0.8)
    assert float(inversion_recovery(tissue(900), FOREVER, FOREVER / 10, 1e-6)) == pytest.approx(0.8)


def test_a_gradient_echo_is_brightest_at_the_ernst_angle() -> None:
    for t1, tr in ((300.0, 10.0), (900.0, 20.0), (4000.0, 1000.0)):
        best = float(ernst_angle_deg(torch.tensor(t1, dtype=torch.float64), tr))
        peak, below, above = (
            float(gradient_echo(tissue(t1), tr, 1, angle)) for angle in (best, best - 0.5, best + 0.5)
        )
        assert peak > below
        assert peak > above
        assert math.cos(math.radians(best)) == pytest.approx(math.exp(-tr / t1))


def test_a_gradient_echo_of_90_degrees_is_saturation_recovery() -> None:
    expected = 0.8 * (1 - math.exp(-500 / 900)) * math.exp(-10 / 50)
    assert float(gradient_echo(tissue(900), 500, 10, 90)) == pytest.approx(expected)


def test_a_train_of_tiny_pulses_reads_an_undisturbed_inversion_recovery() -> None:
    signal = float(mprage(tissue(900), FOREVER, 700, 1e-6, 0.01, 7, 100)) / math.sin(math.radians(0.01))
    assert signal == pytest.approx(0.8 * (1 - 2 * math.exp(-700 / 900)), rel=1e-3)


def test_an_endless_train_reaches_the_steady_state_of_the_gradient_echo() -> None:
    train = mprage(tissue(500), 100_100, 50_000, 3, 12, 10, 10_000)
    assert float(train) == pytest.approx(float(gradient_echo(tissue(500), 10, 3, 12)), rel=1e-9)


@pytest.mark.parametrize("field", [1.5, 3.0])
def test_flair_nulls_the_fluid(field: float) -> None:
    sequence = usual("FLAIR", field)
    assert isinstance(sequence, InversionRecovery)
    typical = relaxation(field, 40, {})
    signal = dict(zip(SUBSTANCES, sequence.signal(typical).tolist(), strict=True))
    assert abs(signal["csf"]) < 0.01 * signal["white"]
    csf = typical.t1_ms[list(SUBSTANCES).index("csf")]
    assert float(null_inversion_ms(csf, sequence.tr_ms, sequence.te_ms)) == pytest.approx(
        sequence.ti_ms, rel=0.002
    )
