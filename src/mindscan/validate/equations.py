"""The signal of every preset against magnetisation that is followed step by step, and what must be null."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from mindscan.imaging.mri import Relaxation
from mindscan.imaging.presets import MRI_PRESETS, USUAL
from mindscan.imaging.sequences import (
    BalancedSteadyState,
    Diffusion,
    GradientEcho,
    InversionRecovery,
    Mprage,
    ParameterMap,
    PhysicalSequence,
    SpinEcho,
    TurboSpinEcho,
)
from mindscan.imaging.tissues import SUBSTANCES, relaxation
from mindscan.validate.bloch import Array, Spins, refocused, steady
from mindscan.validate.claims import Row, row

BAR = 1e-3
"""Of the signal of fully relaxed water."""

NULL_BAR = 0.01
"""Of the signal of grey matter."""

AGE_YEARS = 40.0
_WATER = ("white", "grey", "csf")
_NULLS = {"FLAIR": ("csf",), "STIR": ("fat",), "DIR": ("csf", "white")}


def agreement() -> list[Row]:
    """By kind of sequence, the largest difference from the integration over all presets and tissues."""
    worst: dict[str, list[float]] = defaultdict(list)
    for sequence, field_tesla in every_sequence():
        tissue = _of(_tissues(sequence), field_tesla)
        seen = np.abs(sequence.signal(tissue).numpy())
        worst[str(sequence.bids()["PulseSequenceType"])].append(
            float(np.abs(seen - np.abs(integrated(sequence, tissue))).max())
        )
    return [row(f"{kind} ({len(off)})", max(off), 0, BAR, "Bloch equations") for kind, off in worst.items()]


def nulls() -> list[Row]:
    """What is left, as a share of the signal of grey matter, of what a preset is made to darken."""
    rows = []
    for preset in MRI_PRESETS:
        dark = _NULLS.get(preset.name.partition("-")[0], ())
        if preset.field_tesla is not None:
            for name in dark:
                signal = preset.settings["sequence"].signal(_of(("grey", name), preset.field_tesla))
                left = abs(float(signal[1] / signal[0]))
                rows.append(row(f"{preset.name}: {name} over grey matter", left, 0, NULL_BAR))
    return rows


def every_sequence() -> Iterator[tuple[PhysicalSequence, float]]:
    """Sequences with their field strengths, of all presets and of all usual scans; no maps."""
    for preset in MRI_PRESETS:
        sequence = preset.settings.get("sequence")
        if sequence is not None and preset.field_tesla and not isinstance(sequence, ParameterMap):
            yield sequence, preset.field_tesla
    for by_field in USUAL.values():
        for field_tesla, sequence in by_field.items():
            yield sequence, field_tesla


def _tissues(sequence: PhysicalSequence) -> tuple[str, ...]:
    """Fat too, where it is not saturated: what saturation leaves is a choice, not an equation."""
    saturated = isinstance(sequence, Diffusion) or getattr(sequence, "fat_saturated", False)
    return _WATER if saturated else (*_WATER, "fat")


def _of(names: tuple[str, ...], field_tesla: float) -> Relaxation:
    every, at = relaxation(field_tesla, AGE_YEARS, {}), [list(SUBSTANCES).index(name) for name in names]
    return Relaxation(*(part[at] if part.ndim else part for part in every))


def integrated(sequence: PhysicalSequence, tissue: Relaxation) -> Array:
    """Signal of a sequence in its steady state, shape (n,), by integration; signed but for balanced ones.

    Args:
        sequence: anything but a map.
        tissue: relaxation of n tissues.
    """
    played: Array = tissue.pd.numpy() * _PLAYS[type(sequence)](sequence, tissue)
    return played


def _spins(tissue: Relaxation, t2_ms: Any, off_hz: Any = 0.0, count: int = 1) -> Spins:
    return Spins.at_rest(tissue.t1_ms.numpy(), t2_ms.numpy(), off_hz, count)


def _along(spins: Spins) -> Array:
    """Mean magnetisation on the side of y to which a pulse about x turns it from rest; no spin precesses."""
    return np.asarray(-spins.m[1].mean(1))


def _echo(spins: Spins, te_ms: float) -> Spins:
    return spins.turned((90, "x")).after(te_ms / 2).turned((180, "y")).after(te_ms / 2)


def _spin_echo(sequence: SpinEcho, tissue: Relaxation) -> Array:
    def cycle(spins: Spins) -> tuple[Array, Spins]:
        spins = _echo(spins, sequence.te_ms)
        return _along(spins), spins.after(sequence.tr_ms - sequence.te_ms).spoiled()

    return steady(cycle, _spins(tissue, tissue.t2_ms))


def _inversion_recovery(sequence: InversionRecovery, tissue: Relaxation) -> Array:
    rest = sequence.tr_ms - sequence.ti_ms - sequence.te_ms

    def cycle(spins: Spins) -> tuple[Array, Spins]:
        spins = _echo(spins.turned((180, "x")).spoiled().after(sequence.ti_ms), sequence.te_ms)
        return _along(spins), spins.after(rest).spoiled()

    return steady(cycle, _spins(tissue, tissue.t2_ms))


def _gradient_echo(sequence: GradientEcho, tissue: Relaxation) -> Array:
    def cycle(spins: Spins) -> tuple[Array, Spins]:
        spins = spins.turned((sequence.flip_deg, "x")).after(sequence.te_ms)
        return _along(spins), spins.after(sequence.tr_ms - sequence.te_ms).spoiled()

    return steady(cycle, _spins(tissue, tissue.t2star_ms))


def _mprage(sequence: Mprage, tissue: Relaxation) -> Array:
    spacing, middle = sequence.echo_spacing_ms, sequence.readouts // 2
    before = sequence.ti_ms - middle * spacing
    rest = sequence.tr_ms - before - sequence.readouts * spacing

    def cycle(spins: Spins) -> tuple[Array, Spins]:
        spins = spins.turned((180, "x")).spoiled().after(before)
        for n in range(sequence.readouts):
            spins = spins.turned((sequence.flip_deg, "x")).after(sequence.te_ms)
            if n == middle:
                seen = _along(spins)
            spins = spins.after(spacing - sequence.te_ms).spoiled()
        return seen, spins.after(rest)

    return steady(cycle, _spins(tissue, tissue.t2star_ms))


def _turbo_spin_echo(sequence: TurboSpinEcho, tissue: Relaxation) -> Array:
    train = sequence.train()
    rest = sequence.tr_ms - sum(sequence.inversions_ms) - train.echoes * train.echo_spacing_ms

    def cycle(spins: Spins) -> tuple[Array, Spins]:
        for wait in sequence.inversions_ms:
            spins = spins.turned((180, "x")).spoiled().after(wait)
        echoes, spins = refocused(spins, train)
        return echoes[train.centre - 1], spins.spoiled().after(rest)

    return steady(cycle, _spins(tissue, tissue.t2_ms, count=4 * train.echoes + 1))


def _balanced(sequence: BalancedSteadyState, tissue: Relaxation) -> Array:
    off_hz = np.asarray(tissue.shift_hz.numpy() + sequence.off_resonance_hz)

    def cycle(spins: Spins) -> tuple[Array, Spins]:
        for flip in (sequence.flip_deg, -sequence.flip_deg):
            spins = spins.turned((flip, "x")).after(sequence.te_ms)
            seen = spins.signal()
            spins = spins.after(sequence.tr_ms - sequence.te_ms)
        return seen, spins

    return steady(cycle, _spins(tissue, tissue.t2_ms, off_hz))


def _diffusion(sequence: Diffusion, tissue: Relaxation) -> Array:
    """Two gradients of a quarter of TE, the first after the excitation and the second before the echo.

    Between them spins are wound by k, and diffusion takes away D k^2 of the magnetisation: Torrey 1956,
    doi:10.1103/PhysRev.104.563.
    """
    half = sequence.te_ms / 2
    lobe = half / 2
    apart_s = (sequence.te_ms - lobe - lobe / 3) / 1000
    strongest = sequence.b_s_mm2 / apart_s * tissue.adc.numpy() / 1000 / 1000

    def cycle(spins: Spins) -> tuple[Array, Spins]:
        spins = spins.turned((90, "x")).after(lobe, loss_per_ms=lambda t: strongest * (t / lobe) ** 2)
        spins = spins.after(half - lobe, loss_per_ms=lambda t: strongest).turned((180, "y"))
        spins = spins.after(half - lobe, loss_per_ms=lambda t: strongest)
        spins = spins.after(lobe, loss_per_ms=lambda t: strongest * (1 - t / lobe) ** 2)
        return _along(spins), spins.after(sequence.tr_ms - sequence.te_ms).spoiled()

    return steady(cycle, _spins(tissue, tissue.t2_ms))


_PLAYS: dict[type, Callable[[Any, Relaxation], Array]] = {
    SpinEcho: _spin_echo,
    InversionRecovery: _inversion_recovery,
    GradientEcho: _gradient_echo,
    Mprage: _mprage,
    TurboSpinEcho: _turbo_spin_echo,
    BalancedSteadyState: _balanced,
    Diffusion: _diffusion,
}
