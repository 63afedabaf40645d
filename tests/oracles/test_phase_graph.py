"""Phase graph and balanced steady state against isochromats that are turned and relaxed one by one."""

import math

import numpy as np
import pytest
import torch

from mindscan.imaging.epg import Train, play, turbo_spin_echo
from mindscan.imaging.mri import Relaxation, balanced

TISSUES = {"white": (838.0, 69.0, 0.69), "fluid": (4163.0, 1875.0, 1.0), "fat": (374.0, 127.0, 1.0)}
SPINS = 257
Spins = np.ndarray


def relaxation(name: str) -> Relaxation:
    t1, t2, pd = TISSUES[name]
    return Relaxation(*torch.tensor([[t1], [t2], [t2], [pd]], dtype=torch.float64))


def turned(spins: Spins, flip_deg: float, about: str) -> Spins:
    c, s = math.cos(math.radians(flip_deg)), math.sin(math.radians(flip_deg))
    x, y, z = spins
    return np.stack([x, c * y - s * z, s * y + c * z] if about == "x" else [c * x + s * z, y, c * z - s * x])


def relaxed(spins: Spins, ms: float, name: str, cycles: float = 0.0) -> Spins:
    """Free precession over some time, with a gradient that winds the voxel by so many cycles."""
    t1, t2, _ = TISSUES[name]
    angle = 2 * math.pi * cycles * np.arange(SPINS) / SPINS
    x, y, z = spins
    e1, e2 = math.exp(-ms / t1), math.exp(-ms / t2)
    return np.stack(
        [
            e2 * (x * np.cos(angle) - y * np.sin(angle)),
            e2 * (x * np.sin(angle) + y * np.cos(angle)),
            1 - (1 - z) * e1,
        ]
    )


def longitudinal(z: float) -> Spins:
    return np.stack([np.zeros(SPINS), np.zeros(SPINS), np.full(SPINS, z)])


def train(z: float, played: Train, name: str) -> tuple[list[float], float]:
    """Echoes of a train, and the mean longitudinal magnetisation after it."""
    spins, seen = turned(longitudinal(z), 90, "y"), []
    for _ in range(played.echoes):
        spins = relaxed(spins, played.echo_spacing_ms / 2, name, 1.0)
        spins = relaxed(turned(spins, played.refocusing_deg, "x"), played.echo_spacing_ms / 2, name, 1.0)
        seen.append(float(spins[0].mean()))
    return seen, float(spins[2].mean())


@pytest.mark.parametrize("refocusing", [180.0, 150.0, 120.0, 60.0])
@pytest.mark.parametrize("name", TISSUES)
def test_every_echo_of_a_train(name: str, refocusing: float) -> None:
    asked = Train(9.0, 24, 1, refocusing)
    echoes, left = train(1.0, asked, name)
    played = play(relaxation(name), asked)
    np.testing.assert_allclose(played.echoes[:, 0].numpy(), echoes, atol=1e-9)
    assert float(played.left[0]) == pytest.approx(left, abs=1e-9)


@pytest.mark.parametrize("inversions", [(), (259.0,), (2416.0,), (3141.0, 561.0)])
@pytest.mark.parametrize("name", TISSUES)
def test_the_steady_state_of_cycles_with_and_without_inversions(
    name: str, inversions: tuple[float, ...]
) -> None:
    asked, tr = Train(10.0, 16, 9, 150.0), 9000.0
    z, seen = 1.0, 0.0
    for _ in range(4):
        for wait in inversions:
            z = float(relaxed(longitudinal(-z), wait, name)[2, 0])
        echoes, z = train(z, asked, name)
        seen = echoes[asked.centre - 1]
        z = float(relaxed(longitudinal(z), tr - sum(inversions) - 160.0, name)[2, 0])
    found = float(turbo_spin_echo(relaxation(name), tr, asked, inversions)[0])
    assert found == pytest.approx(TISSUES[name][2] * seen, abs=1e-6)


@pytest.mark.parametrize("flip", [15.0, 40.0, 70.0])
@pytest.mark.parametrize("off_hz", [0.0, 30.0, 80.0, 99.0, 150.0, -220.0])
@pytest.mark.parametrize("name", TISSUES)
def test_the_balanced_steady_state_off_resonance(name: str, off_hz: float, flip: float) -> None:
    tr, te = 5.0, 2.5
    t1, t2, pd = TISSUES[name]

    def precessed(m: np.ndarray, ms: float) -> np.ndarray:
        angle = 2 * math.pi * off_hz * ms / 1000
        x, y, z = m
        e1, e2 = math.exp(-ms / t1), math.exp(-ms / t2)
        c, s = math.cos(angle), math.sin(angle)
        return np.array([e2 * (c * x - s * y), e2 * (s * x + c * y), 1 - (1 - z) * e1])

    m, sign, seen = np.array([0.0, 0.0, 1.0]), 1.0, 0.0
    for _ in range(int(12 * t1 / tr)):
        m = precessed(turned(m, sign * flip, "x"), te)
        seen = math.hypot(m[0], m[1])
        m, sign = precessed(m, tr - te), -sign
    found = float(balanced(relaxation(name), tr, te, flip, off_hz)[0])
    assert abs(found) == pytest.approx(pd * seen, abs=1e-4)
