import numpy as np
import pytest

from mindscan.imaging.epg import Train
from mindscan.validate.bloch import Spins, refocused, steady

T1_MS, T2_MS = np.array([800.0, 4000.0]), np.array([70.0, 2000.0])


def excited(count: int = 1, off_hz: float = 0.0) -> Spins:
    return Spins.at_rest(T1_MS, T2_MS, off_hz, count).turned((90, "y"))


def test_free_precession_decays_recovers_and_turns() -> None:
    spins = excited(off_hz=2.5).after(100)
    np.testing.assert_allclose(spins.signal(), np.exp(-100 / T2_MS), rtol=1e-5)
    np.testing.assert_allclose(spins.m[2, :, 0], 1 - np.exp(-100 / T1_MS), rtol=1e-5)
    np.testing.assert_allclose(spins.m[0, :, 0], 0, atol=1e-9)


def test_pulses_turn_about_their_axis() -> None:
    rest = Spins.at_rest(T1_MS, T2_MS)
    np.testing.assert_allclose(rest.turned((90, "x")).m[:, 0, 0], [0, -1, 0], atol=1e-12)
    np.testing.assert_allclose(rest.turned((90, "y")).m[:, 0, 0], [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(rest.turned((180, "x")).m[:, 0, 0], [0, 0, -1], atol=1e-12)


def test_a_gradient_winds_the_signal_away_and_a_pulse_brings_it_back() -> None:
    wound = excited(64).after(5, 1.0)
    assert float(wound.signal().max()) < 1e-12
    echoes, _ = refocused(Spins.at_rest(T1_MS, T2_MS, count=64), Train(10.0, 3, 1, 180.0))
    np.testing.assert_allclose(echoes, np.exp(-np.array([[10], [20], [30]]) / T2_MS), rtol=1e-6)


def test_what_is_lost_besides_adds_to_the_decay() -> None:
    spins = excited().after(10, loss_per_ms=lambda t: np.array([0.002 * t, 0.0]))
    np.testing.assert_allclose(spins.signal(), np.exp(-10 / T2_MS - [0.1, 0.0]), rtol=1e-4)


def test_a_steady_state_is_the_same_every_time() -> None:
    def saturation(spins: Spins) -> tuple[np.ndarray, Spins]:
        spins = spins.turned((90, "x"))
        return spins.signal(), spins.spoiled().after(500)

    found = steady(saturation, Spins.at_rest(T1_MS, T2_MS))
    assert found == pytest.approx(1 - np.exp(-500 / T1_MS), rel=1e-4)
