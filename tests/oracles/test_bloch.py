"""The closed forms against a small numerical integration of the Bloch equations."""

import math

import numpy as np
import pytest
import torch

from mindscan.imaging.mri import Relaxation, gradient_echo, inversion_recovery, mprage, spin_echo

T1, T2, PD = 850.0, 75.0, 0.7
TISSUE = Relaxation(*torch.tensor([T1, T2, T2, PD], dtype=torch.float64))
Vector = np.ndarray


def pulse(m: Vector, flip_deg: float, about: str) -> Vector:
    c, s = math.cos(math.radians(flip_deg)), math.sin(math.radians(flip_deg))
    x, y, z = m
    return np.array([x, c * y - s * z, s * y + c * z] if about == "x" else [c * x + s * z, y, c * z - s * x])


def wait(m: Vector, ms: float, step_ms: float = 0.25) -> Vector:
    """Free precession on resonance, integrated with the classical Runge-Kutta method."""
    steps = max(1, math.ceil(ms / step_ms))
    h, rate, equilibrium = ms / steps, np.array([1 / T2, 1 / T2, 1 / T1]), np.array([0, 0, PD])

    def slope(now: Vector) -> Vector:
        return (equilibrium - now) * rate

    for _ in range(steps):
        a = slope(m)
        b = slope(m + h / 2 * a)
        c = slope(m + h / 2 * b)
        m = m + h / 6 * (a + 2 * b + 2 * c + slope(m + h * c))
    return m


def spoiled(m: Vector) -> Vector:
    return np.array([0.0, 0.0, m[2]])


def echo(m: Vector, te_ms: float) -> Vector:
    """90 degrees about x, then 180 degrees about y at TE/2, seen at TE."""
    return wait(pulse(wait(pulse(m, 90, "x"), te_ms / 2), 180, "y"), te_ms / 2)


@pytest.mark.parametrize(("tr", "te"), [(500.0, 15.0), (3000.0, 15.0), (2000.0, 120.0)])
def test_spin_echo(tr: float, te: float) -> None:
    m, seen = np.array([0, 0, PD]), 0.0
    for _ in range(6):
        m = echo(m, te)
        seen = math.hypot(m[0], m[1])
        m = spoiled(wait(m, tr - te, 1.0))
    assert float(spin_echo(TISSUE, tr, te)) == pytest.approx(seen, rel=1e-5)


@pytest.mark.parametrize(
    ("tr", "ti", "te"), [(2500.0, 300.0, 20.0), (2500.0, 1200.0, 20.0), (4000.0, 900.0, 100.0)]
)
def test_inversion_recovery(tr: float, ti: float, te: float) -> None:
    m, seen = np.array([0, 0, PD]), 0.0
    for _ in range(6):
        m = wait(spoiled(pulse(m, 180, "x")), ti, 1.0)
        sign = math.copysign(1, m[2])
        m = echo(m, te)
        seen = sign * math.hypot(m[0], m[1])
        m = spoiled(wait(m, tr - ti - te, 1.0))
    assert float(inversion_recovery(TISSUE, tr, ti, te)) == pytest.approx(seen, rel=1e-5)


@pytest.mark.parametrize(("tr", "te", "flip"), [(20.0, 5.0, 25.0), (100.0, 5.0, 60.0)])
def test_gradient_echo(tr: float, te: float, flip: float) -> None:
    m, seen = np.array([0, 0, PD]), 0.0
    for _ in range(400):
        m = wait(pulse(m, flip, "x"), te, 1.0)
        seen = math.hypot(m[0], m[1])
        m = spoiled(wait(m, tr - te, 5.0))
    assert float(gradient_echo(TISSUE, tr, te, flip)) == pytest.approx(seen, rel=1e-5)


@pytest.mark.parametrize(
    ("tr", "ti", "readouts"), [(1500.0, 700.0, 60), (2000.0, 1000.0, 61), (900.0, 250.0, 40)]
)
def test_mprage(tr: float, ti: float, readouts: int) -> None:
    spacing, te, flip = 8.0, 3.0, 9.0
    m, seen = np.array([0, 0, PD]), 0.0
    before = ti - readouts // 2 * spacing
    for _ in range(12):
        m = wait(spoiled(pulse(m, 180, "x")), before, 2.0)
        for n in range(readouts):
            sign = math.copysign(1, m[2])
            m = wait(pulse(m, flip, "x"), te, 1.0)
            if n == readouts // 2:
                seen = sign * math.hypot(m[0], m[1])
            m = spoiled(wait(m, spacing - te, 1.0))
        m = wait(m, tr - before - readouts * spacing, 2.0)
    assert float(mprage(TISSUE, tr, ti, te, flip, spacing, readouts)) == pytest.approx(seen, rel=1e-4)
