"""Signal equations of magnetic resonance: closed forms, one function a sequence.

All radio-frequency pulses are ideal. Signals are signed: an inverted tissue gives a negative one, so
that partial volume mixes as it does in a scanner; the magnitude is taken when noise is added.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor


class Relaxation(NamedTuple):
    """What the equations need to know of tissues; tensors of one shape.

    Args:
        t1_ms: longitudinal relaxation time in milliseconds.
        t2_ms: transverse relaxation time of a spin echo in milliseconds.
        t2star_ms: transverse relaxation time of a gradient echo in milliseconds.
        pd: proton density relative to water, 0 to 1.
        adc: apparent diffusion coefficient in 10^-3 mm^2/s.
        shift_hz: chemical shift relative to water; 0 but of fat.
        flow: share that flows out of the slice between excitation and echo of a spin echo, 0 to 1.
        inflow: share that has flowed in, fully relaxed, before each pulse of a gradient echo, 0 to 1.
    """

    t1_ms: Tensor
    t2_ms: Tensor
    t2star_ms: Tensor
    pd: Tensor
    adc: Tensor = torch.zeros((), dtype=torch.float64, device="cpu")
    shift_hz: Tensor = torch.zeros((), dtype=torch.float64, device="cpu")
    flow: Tensor = torch.zeros((), dtype=torch.float64, device="cpu")
    inflow: Tensor = torch.zeros((), dtype=torch.float64, device="cpu")


def spin_echo(tissue: Relaxation, tr_ms: float, te_ms: float) -> Tensor:
    """Steady-state signal of 90 degrees - TE/2 - 180 degrees - TE/2 - echo, repeated every TR.

    For TE much shorter than TR this is the textbook PD (1 - exp(-TR/T1)) exp(-TE/T2).

    Args:
        tissue: relaxation of the tissues.
        tr_ms: repetition time, longer than `te_ms`.
        te_ms: echo time; for a turbo spin echo the effective one.

    Example:
        >>> water = Relaxation(*torch.tensor([1000.0, 100.0, 50.0, 1.0]))
        >>> round(float(spin_echo(water, 1e6, 100.0)), 4)
        0.3679

    Reference:
        Hahn 1950, doi:10.1103/PhysRev.80.580.
    """
    recovered = 1 - 2 * torch.exp(-(tr_ms - te_ms / 2) / tissue.t1_ms) + torch.exp(-tr_ms / tissue.t1_ms)
    return tissue.pd * recovered * torch.exp(-te_ms / tissue.t2_ms)


def inversion_recovery(tissue: Relaxation, tr_ms: float, ti_ms: float, te_ms: float) -> Tensor:
    """Steady-state signal of a spin echo that follows an inversion by TI; FLAIR where TI nulls CSF.

    Args:
        tissue: relaxation of the tissues.
        tr_ms: time from inversion to inversion, longer than `ti_ms` + `te_ms`.
        ti_ms: time from inversion to excitation.
        te_ms: echo time; for a turbo spin echo the effective one.

    Reference:
        Hajnal 1992 (FLAIR), doi:10.1097/00004728-199211000-00001.
    """
    before = _before_inversion(tissue.t1_ms, tr_ms, te_ms)
    excited = 1 - 2 * torch.exp(-ti_ms / tissue.t1_ms) + before
    return tissue.pd * excited * torch.exp(-te_ms / tissue.t2_ms)


def null_inversion_ms(t1_ms: Tensor, tr_ms: float, te_ms: float) -> Tensor:
    """The inversion time at which a tissue gives no signal; T1 ln 2 for an endless TR.

    Example:
        >>> round(float(null_inversion_ms(torch.tensor(1000.0), 1e6, 10.0)), 1)
        693.1
    """
    return -t1_ms * torch.log((1 + _before_inversion(t1_ms, tr_ms, te_ms)) / 2)


def gradient_echo(tissue: Relaxation, tr_ms: float, te_ms: float, flip_deg: float) -> Tensor:
    """Steady-state signal of a perfectly spoiled gradient echo.

    Args:
        tissue: relaxation of the tissues.
        tr_ms: repetition time.
        te_ms: echo time.
        flip_deg: flip angle in degrees, above 0 to 180.

    Reference:
        Ernst and Anderson 1966, doi:10.1063/1.1719961.
    """
    flip = math.radians(flip_deg)
    recovery = torch.exp(-tr_ms / tissue.t1_ms)
    steady = (1 - recovery) / (1 - math.cos(flip) * recovery)
    return tissue.pd * math.sin(flip) * steady * torch.exp(-te_ms / tissue.t2star_ms)


def inflow(signal: Tensor, tissue: Relaxation, te_ms: float, flip_deg: float) -> Tensor:
    """A gradient echo of which a part has flowed in, fully relaxed; the rest gives `signal`.

    Example:
        >>> blood = Relaxation(*torch.tensor([1600.0, 200.0, 60.0, 1.0]), inflow=torch.tensor(1.0))
        >>> round(float(inflow(torch.tensor(0.1), blood, 0.001, 90)), 3)
        1.0
    """
    fresh = tissue.pd * math.sin(math.radians(flip_deg)) * torch.exp(-te_ms / tissue.t2star_ms)
    return signal + tissue.inflow * (fresh - signal)


def ernst_angle_deg(t1_ms: Tensor, tr_ms: float) -> Tensor:
    """The flip angle in degrees at which a spoiled gradient echo is brightest.

    Example:
        >>> round(float(ernst_angle_deg(torch.tensor(1000.0), 1000.0)), 2)
        68.42
    """
    return torch.rad2deg(torch.arccos(torch.exp(-tr_ms / t1_ms)))


def mprage(
    tissue: Relaxation,
    tr_ms: float,
    ti_ms: float,
    te_ms: float,
    flip_deg: float,
    echo_spacing_ms: float,
    readouts: int,
) -> Tensor:
    """Steady-state signal at the centre of k-space of inversions, each followed by a readout train.

    Args:
        tissue: relaxation of the tissues.
        tr_ms: time from inversion to inversion.
        ti_ms: time from inversion to the middle readout (number `readouts` // 2, counted from 0).
        te_ms: echo time.
        flip_deg: flip angle of every readout in degrees.
        echo_spacing_ms: time from readout to readout.
        readouts: number of readouts in a train.

    Reference:
        Mugler and Brookeman 1990, doi:10.1002/mrm.1910150117.
    """
    flip, middle = math.radians(flip_deg), readouts // 2
    wait_ms = ti_ms - middle * echo_spacing_ms
    rest_ms = tr_ms - wait_ms - readouts * echo_spacing_ms
    wait, rest, spacing = (torch.exp(-t / tissue.t1_ms) for t in (wait_ms, rest_ms, echo_spacing_ms))
    # One readout and the spacing after it pull Mz towards `driven`; what is left decays by `keep`.
    keep = math.cos(flip) * spacing
    driven = (1 - spacing) / (1 - keep)
    kept = keep**readouts
    # The state `m` before the inversion, from m = 1 - rest + rest * (state after the train).
    after = driven * (1 - kept) + kept * (1 - wait)
    m = (1 - rest + rest * after) / (1 + rest * kept * wait)
    start = 1 - (1 + m) * wait
    centre = driven + (start - driven) * keep**middle
    return tissue.pd * centre * math.sin(flip) * torch.exp(-te_ms / tissue.t2star_ms)


def balanced(
    tissue: Relaxation, tr_ms: float, te_ms: float, flip_deg: float, off_resonance_hz: float = 0.0
) -> Tensor:
    """Steady-state signal of balanced free precession with alternating pulses (bSSFP, TrueFISP, FIESTA).

    Args:
        tissue: relaxation of the tissues; those that are off resonance precess so much between pulses.
        tr_ms: repetition time.
        te_ms: echo time, half of `tr_ms` at best.
        flip_deg: flip angle in degrees, above 0 to 180.
        off_resonance_hz: of water; dark bands lie at odd multiples of 1 / (2 TR).

    Returns:
        The magnitude, negative where the pass band is the inverted one.

    Reference:
        Freeman and Hill 1971, doi:10.1016/0022-2364(71)90068-3; Hargreaves 2012, doi:10.1002/jmri.23742.
    """
    flip = math.radians(flip_deg)
    e1, e2 = torch.exp(-tr_ms / tissue.t1_ms), torch.exp(-tr_ms / tissue.t2_ms)
    off = tissue.shift_hz + off_resonance_hz
    angle = 2 * math.pi * off * tr_ms / 1000 + math.pi
    c = e2 * (e1 - 1) * (1 + math.cos(flip))
    d = 1 - e1 * math.cos(flip) - (e1 - math.cos(flip)) * e2**2
    steady = (1 - e1) * math.sin(flip) * torch.sqrt(1 + e2**2 - 2 * e2 * torch.cos(angle))
    band = torch.where(torch.round(off * tr_ms / 1000) % 2 == 0, 1.0, -1.0)
    return band * tissue.pd * steady / (c * torch.cos(angle) + d) * torch.exp(-te_ms / tissue.t2_ms)


def diffusion(tissue: Relaxation, tr_ms: float, te_ms: float, b_s_mm2: float) -> Tensor:
    """Spin echo with diffusion weighting, mean over all directions (trace).

    Args:
        tissue: relaxation and diffusion of the tissues.
        tr_ms: repetition time, longer than `te_ms`.
        te_ms: echo time.
        b_s_mm2: diffusion weighting in s/mm^2, at least 0.

    Reference:
        Stejskal and Tanner 1965, doi:10.1063/1.1695690; Le Bihan 1986, doi:10.1148/radiology.161.2.3763909.
    """
    return spin_echo(tissue, tr_ms, te_ms) * torch.exp(-b_s_mm2 * tissue.adc / 1000)


def _before_inversion(t1_ms: Tensor, tr_ms: float, te_ms: float) -> Tensor:
    """What full recovery leaves of the last cycle: 2 exp(-(TR - TE/2)/T1) - exp(-TR/T1)."""
    return 2 * torch.exp(-(tr_ms - te_ms / 2) / t1_ms) - torch.exp(-tr_ms / t1_ms)
