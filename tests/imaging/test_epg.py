import math

import pytest
import torch

from mindscan.imaging.epg import Train, play, turbo_spin_echo
from mindscan.imaging.mri import Relaxation, inversion_recovery, spin_echo

TISSUE = Relaxation(*torch.tensor([[838.0, 4163.0], [69.0, 1875.0], [53.0, 70.0], [0.69, 1.0]]).double())


def test_full_refocusing_decays_with_t2_alone() -> None:
    played = play(TISSUE, Train(10.0, 12, 1, 180.0))
    for n in range(12):
        torch.testing.assert_close(played.echoes[n], torch.exp(-10.0 * (n + 1) / TISSUE.t2_ms))


def test_weaker_refocusing_mixes_in_stimulated_echoes() -> None:
    # Hennig 1988: the first echo of a train without relaxation is sin^2(angle / 2).
    forever = Relaxation(*torch.full((4, 1), 1e12, dtype=torch.float64))
    for angle in (60.0, 120.0):
        first = float(play(forever, Train(10.0, 1, 1, angle)).echoes[0, 0])
        assert first == pytest.approx(math.sin(math.radians(angle / 2)) ** 2)
    late = play(TISSUE, Train(10.0, 30, 1, 100.0)).echoes[-1]
    assert bool((late > torch.exp(-300.0 / TISSUE.t2_ms))[0])


def test_one_fully_refocused_echo_is_the_spin_echo() -> None:
    one = turbo_spin_echo(TISSUE, 3000.0, Train(20.0, 1, 1, 180.0))
    torch.testing.assert_close(one, spin_echo(TISSUE, 3000.0, 20.0))
    inverted = turbo_spin_echo(TISSUE, 9000.0, Train(20.0, 1, 1, 180.0), (2400.0,))
    torch.testing.assert_close(inverted, inversion_recovery(TISSUE, 9000.0, 2400.0, 20.0))


def test_a_train_leaves_a_twentieth_of_short_t1_but_saturates_fluid() -> None:
    left = play(TISSUE, Train(10.0, 16, 1, 180.0)).left
    assert 0 <= float(left[1]) < float(left[0]) < 0.2
