"""Closed forms and phase graph against magnetisation that is followed step by step."""

import numpy as np
import pytest
import torch

from mindscan.imaging.epg import Train, play
from mindscan.imaging.mri import Relaxation
from mindscan.imaging.sequences import (
    BalancedSteadyState,
    GradientEcho,
    InversionRecovery,
    Mprage,
    PhysicalSequence,
    SpinEcho,
    TurboSpinEcho,
)
from mindscan.validate.bloch import Spins, refocused
from mindscan.validate.equations import integrated

T1_MS, T2_MS = np.array([838.0, 4163.0, 374.0]), np.array([69.0, 1875.0, 127.0])
TISSUE = Relaxation(*map(torch.from_numpy, (T1_MS, T2_MS, 0.6 * T2_MS, np.array([0.69, 1.0, 1.0]))))


@pytest.mark.parametrize(
    "sequence",
    [
        SpinEcho(tr_ms=500, te_ms=15),
        SpinEcho(tr_ms=3000, te_ms=15),
        SpinEcho(tr_ms=2000, te_ms=120),
        InversionRecovery(tr_ms=2500, ti_ms=300, te_ms=20),
        InversionRecovery(tr_ms=2500, ti_ms=1200, te_ms=20),
        InversionRecovery(tr_ms=4000, ti_ms=900, te_ms=100),
        GradientEcho(tr_ms=20, te_ms=5, flip_deg=25),
        GradientEcho(tr_ms=100, te_ms=5, flip_deg=60),
        Mprage(tr_ms=1500, ti_ms=700, te_ms=3, flip_deg=9, echo_spacing_ms=8, readouts=60),
        Mprage(tr_ms=2000, ti_ms=1000, te_ms=3, flip_deg=9, echo_spacing_ms=8, readouts=61),
        Mprage(tr_ms=900, ti_ms=250, te_ms=3, flip_deg=9, echo_spacing_ms=8, readouts=40),
        TurboSpinEcho(tr_ms=9000, te_ms=90, echo_spacing_ms=10, echoes=16, refocusing_deg=150),
        TurboSpinEcho(tr_ms=9000, te_ms=90, echo_spacing_ms=10, echoes=16, refocusing_deg=150, ti_ms=259),
        TurboSpinEcho(
            tr_ms=9000,
            te_ms=90,
            echo_spacing_ms=10,
            echoes=16,
            refocusing_deg=60,
            first_ti_ms=3141,
            ti_ms=561,
        ),
    ],
    ids=lambda one: f"{one.kind}-{one.tr_ms:g}",
)
def test_the_steady_state(sequence: PhysicalSequence) -> None:
    found = np.abs(sequence.signal(TISSUE).numpy())
    np.testing.assert_allclose(found, np.abs(integrated(sequence, TISSUE)), atol=2e-6)


@pytest.mark.parametrize("flip_deg", [15.0, 40.0, 70.0])
@pytest.mark.parametrize("off_hz", [0.0, 30.0, 80.0, 99.0, 150.0, -220.0])
def test_the_balanced_steady_state_off_resonance(off_hz: float, flip_deg: float) -> None:
    sequence = BalancedSteadyState(tr_ms=5, te_ms=2.5, flip_deg=flip_deg, off_resonance_hz=off_hz)
    found = np.abs(sequence.signal(TISSUE).numpy())
    np.testing.assert_allclose(found, np.abs(integrated(sequence, TISSUE)), atol=1e-5)


@pytest.mark.parametrize("refocusing_deg", [180.0, 150.0, 120.0, 60.0])
def test_every_echo_of_a_train(refocusing_deg: float) -> None:
    asked = Train(9.0, 24, 1, refocusing_deg)
    echoes, left = refocused(Spins.at_rest(T1_MS, T2_MS, count=257), asked)
    played = play(TISSUE, asked)
    np.testing.assert_allclose(played.echoes.numpy(), echoes, atol=1e-6)
    np.testing.assert_allclose(played.left.numpy(), left.m[2].mean(1), atol=1e-6)
