"""Magnetisation followed step by step through a sequence: the Bloch equations, integrated numerically.

It shares nothing with the signal equations of `mindscan.imaging` but the settings of the sequence. Pulses and
precession turn the magnetisation; relaxation is integrated by the classical Runge-Kutta method; a gradient
that winds the magnetisation within a voxel is an ensemble of spins. Bloch 1946, doi:10.1103/PhysRev.70.460.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mindscan.imaging.epg import Train

Array = npt.NDArray[np.float64]
Pulse = tuple[float, str]
"""Flip angle in degrees, and the axis of the rotating frame that it turns about."""


@dataclass(frozen=True)
class Spins:
    """Magnetisation of n tissues, each of m spins spread evenly over the voxel.

    Args:
        m: x, y and z relative to equilibrium, shape (3, n, m).
        t1_ms, t2_ms: relaxation times, shape (n,).
        off_hz: frequency in the rotating frame, shape (n,).
    """

    m: Array
    t1_ms: Array
    t2_ms: Array
    off_hz: Array

    @classmethod
    def at_rest(cls, t1_ms: Array, t2_ms: Array, off_hz: Array | float = 0.0, count: int = 1) -> Spins:
        """Spins in equilibrium."""
        m = np.zeros((3, len(t1_ms), count))
        m[2] = 1
        return cls(m, t1_ms, t2_ms, np.broadcast_to(off_hz, t1_ms.shape))

    def _with(self, *m: Array) -> Spins:
        return Spins(np.stack(m), self.t1_ms, self.t2_ms, self.off_hz)

    def turned(self, pulse: Pulse) -> Spins:
        """After an ideal pulse."""
        angle, axis = math.radians(pulse[0]), pulse[1]
        c, s, (x, y, z) = math.cos(angle), math.sin(angle), self.m
        return (
            self._with(x, c * y - s * z, s * y + c * z)
            if axis == "x"
            else self._with(c * x + s * z, y, c * z - s * x)
        )

    def after(
        self, ms: float, cycles: float = 0.0, loss_per_ms: Callable[[float], Array] | None = None
    ) -> Spins:
        """After free precession.

        Args:
            ms: how long.
            cycles: turns by which a gradient winds the magnetisation across the voxel.
            loss_per_ms: rate at which transverse magnetisation is lost besides, by time; shape (n,).
        """
        rates = np.stack([1 / self.t2_ms, 1 / self.t2_ms, 1 / self.t1_ms])[..., None]
        rest = np.array([0.0, 0.0, 1.0])[:, None, None]

        def slope(m: Array, t: float) -> Array:
            change: Array = (rest - m) * rates
            if loss_per_ms is not None:
                change[:2] -= m[:2] * loss_per_ms(t)[:, None]
            return change

        m = self.m
        steps = max(1, math.ceil(10 * ms / float(self.t2_ms.min())))
        h = ms / steps
        for t in h * np.arange(steps):
            a = slope(m, t)
            b = slope(m + h / 2 * a, t + h / 2)
            c = slope(m + h / 2 * b, t + h / 2)
            m = m + h / 6 * (a + 2 * b + 2 * c + slope(m + h * c, t + h))
        wound = np.arange(m.shape[2]) / m.shape[2] * cycles
        angle = 2 * math.pi * (self.off_hz[:, None] * ms / 1000 + wound)
        x, y, z = m
        return self._with(x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle), z)

    def spoiled(self) -> Spins:
        """Without transverse magnetisation, and with the mean longitudinal one in every spin."""
        z = np.broadcast_to(self.m[2].mean(1, keepdims=True), self.m[2].shape)
        return self._with(np.zeros_like(z), np.zeros_like(z), z)

    def signal(self) -> Array:
        """Length of the mean transverse magnetisation, shape (n,)."""
        return np.asarray(np.hypot(*self.m[:2].mean(2)))


def refocused(spins: Spins, train: Train) -> tuple[list[Array], Spins]:
    """Echoes of a train of refocusing pulses after an excitation of 90 degrees, and the spins after it.

    The gradient winds the voxel once between two pulses' middles, and echoes are the part in phase with
    the excitation; signed, shape (n,).
    """
    half = train.echo_spacing_ms / 2
    spins, seen = spins.turned((90, "y")), []
    for _ in range(train.echoes):
        spins = spins.after(half, 1.0).turned((train.refocusing_deg, "x")).after(half, 1.0)
        seen.append(spins.m[0].mean(1))
    return seen, spins


def steady(cycle: Callable[[Spins], tuple[Array, Spins]], spins: Spins) -> Array:
    """Signal of a cycle that is played until the magnetisation is the same before and after it."""
    change = math.inf
    while change > 1e-8:
        seen, after = cycle(spins)
        change, spins = float(np.abs(after.m - spins.m).max()), after
    return seen
