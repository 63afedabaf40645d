"""What a scanner is asked to play: sequences in physical units."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

import torch
from pydantic import Field, model_validator
from torch import Tensor

from mindscan.core.prior import Rounded
from mindscan.core.record import Record
from mindscan.imaging import mri
from mindscan.imaging.contrast import RandomContrast
from mindscan.imaging.epg import Train, turbo_spin_echo
from mindscan.imaging.mri import Relaxation

Milliseconds = Annotated[Rounded, Field(gt=0)]
Degrees = Annotated[Rounded, Field(gt=0, le=180)]


def _require(good: bool, expected: str) -> None:
    if not good:
        raise ValueError(expected)


def _saturated(signal: Tensor, tissue: Relaxation) -> Tensor:
    return torch.where(tissue.shift_hz == 0, signal, 0.05 * signal)


def _stayed(signal: Tensor, tissue: Relaxation) -> Tensor:
    """What both pulses of a spin echo have seen; what flows has gone."""
    return signal * (1 - tissue.flow)


class SpinEcho(Record):
    """A spin echo.

    Args:
        tr_ms: repetition time.
        te_ms: (effective) echo time, shorter than `tr_ms`.
    """

    kind: Literal["spin_echo"] = "spin_echo"
    tr_ms: Milliseconds
    te_ms: Milliseconds

    @model_validator(mode="after")
    def _in_time(self) -> SpinEcho:
        _require(self.te_ms < self.tr_ms, "te_ms shorter than tr_ms")
        return self

    def signal(self, tissue: Relaxation) -> Tensor:
        """Signal of the tissues, signed, in units of fully relaxed water."""
        return _stayed(mri.spin_echo(tissue, self.tr_ms, self.te_ms), tissue)

    def bids(self) -> dict[str, Any]:
        """What the sidecar says of the sequence; times in seconds."""
        return {
            "PulseSequenceType": "Spin echo",
            "ScanningSequence": "SE",
            "SequenceVariant": "NONE",
            "FlipAngle": 90,
            "RepetitionTime": round(self.tr_ms / 1000, 6),
            "EchoTime": round(self.te_ms / 1000, 6),
        }


class InversionRecovery(Record):
    """A spin echo after an inversion; FLAIR where the inversion time nulls CSF.

    Args:
        tr_ms: time from inversion to inversion, longer than `ti_ms` + `te_ms`.
        ti_ms: time from inversion to excitation.
        te_ms: (effective) echo time.
    """

    kind: Literal["inversion_recovery"] = "inversion_recovery"
    tr_ms: Milliseconds
    ti_ms: Milliseconds
    te_ms: Milliseconds

    @model_validator(mode="after")
    def _in_time(self) -> InversionRecovery:
        _require(self.ti_ms + self.te_ms < self.tr_ms, "ti_ms + te_ms shorter than tr_ms")
        return self

    def signal(self, tissue: Relaxation) -> Tensor:
        """Signal of the tissues, signed, in units of fully relaxed water."""
        return _stayed(mri.inversion_recovery(tissue, self.tr_ms, self.ti_ms, self.te_ms), tissue)

    def bids(self) -> dict[str, Any]:
        """What the sidecar says of the sequence; times in seconds."""
        return {
            "PulseSequenceType": "Inversion recovery spin echo",
            "ScanningSequence": ["SE", "IR"],
            "SequenceVariant": "NONE",
            "FlipAngle": 90,
            "RepetitionTime": round(self.tr_ms / 1000, 6),
            "InversionTime": round(self.ti_ms / 1000, 6),
            "EchoTime": round(self.te_ms / 1000, 6),
        }


class GradientEcho(Record):
    """A perfectly spoiled gradient echo.

    Args:
        tr_ms: repetition time.
        te_ms: echo time, shorter than `tr_ms`.
        flip_deg: flip angle in degrees.
    """

    kind: Literal["gradient_echo"] = "gradient_echo"
    tr_ms: Milliseconds
    te_ms: Milliseconds
    flip_deg: Degrees

    @model_validator(mode="after")
    def _in_time(self) -> GradientEcho:
        _require(self.te_ms < self.tr_ms, "te_ms shorter than tr_ms")
        return self

    def signal(self, tissue: Relaxation) -> Tensor:
        """Signal of the tissues, signed, in units of fully relaxed water."""
        signal = mri.gradient_echo(tissue, self.tr_ms, self.te_ms, self.flip_deg)
        return mri.inflow(signal, tissue, self.te_ms, self.flip_deg)

    def bids(self) -> dict[str, Any]:
        """What the sidecar says of the sequence; times in seconds, angles in degrees."""
        return {
            "PulseSequenceType": "Spoiled gradient echo",
            "ScanningSequence": "GR",
            "RepetitionTime": round(self.tr_ms / 1000, 6),
            "EchoTime": round(self.te_ms / 1000, 6),
            "FlipAngle": self.flip_deg,
        }


class Mprage(Record):
    """Inversions, each followed by a train of spoiled gradient echoes (MPRAGE).

    Args:
        tr_ms: time from inversion to inversion.
        ti_ms: time from inversion to the middle of the train.
        te_ms: echo time, shorter than `echo_spacing_ms`.
        flip_deg: flip angle of every readout.
        echo_spacing_ms: time from readout to readout.
        readouts: number of readouts in a train; the train must fit between the inversions.
    """

    kind: Literal["mprage"] = "mprage"
    tr_ms: Milliseconds
    ti_ms: Milliseconds
    te_ms: Milliseconds
    flip_deg: Degrees
    echo_spacing_ms: Milliseconds
    readouts: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _in_time(self) -> Mprage:
        before = self.ti_ms - self.readouts // 2 * self.echo_spacing_ms
        ends = before + self.readouts * self.echo_spacing_ms
        good = self.te_ms < self.echo_spacing_ms and before >= 0 and ends <= self.tr_ms
        _require(good, "a train that starts after the inversion and ends before tr_ms")
        return self

    def signal(self, tissue: Relaxation) -> Tensor:
        """Signal of the tissues, signed, in units of fully relaxed water."""
        signal = mri.mprage(
            tissue, self.tr_ms, self.ti_ms, self.te_ms, self.flip_deg, self.echo_spacing_ms, self.readouts
        )
        return mri.inflow(signal, tissue, self.te_ms, self.flip_deg)

    def bids(self) -> dict[str, Any]:
        """What the sidecar says of the sequence; times in seconds, angles in degrees."""
        return {
            "PulseSequenceType": "MPRAGE",
            "ScanningSequence": ["GR", "IR"],
            "SequenceVariant": ["SP", "MP"],
            "RepetitionTime": round(self.tr_ms / 1000, 6),
            "InversionTime": round(self.ti_ms / 1000, 6),
            "EchoTime": round(self.te_ms / 1000, 6),
            "FlipAngle": self.flip_deg,
        }


class TurboSpinEcho(Record):
    """A turbo (fast) spin echo, after inversions or not: T2w, FLAIR, STIR and double inversion recovery.

    Args:
        tr_ms: from cycle to cycle; inversions and train fit into it.
        te_ms: effective echo time, of the echo that fills the centre of k-space.
        echo_spacing_ms: from echo to echo; the train is stretched a little so that an echo falls on `te_ms`.
        echoes: echo train length.
        refocusing_deg: flip angle of the refocusing pulses.
        ti_ms: time from the inversion, the last if there are two, to the excitation; None without one.
        first_ti_ms: time from the first of two inversions to the second (double inversion recovery).
        fat_saturated: whether a pulse on the frequency of fat leaves 5 % of it (own choice).
    """

    kind: Literal["turbo_spin_echo"] = "turbo_spin_echo"
    tr_ms: Milliseconds
    te_ms: Milliseconds
    echo_spacing_ms: Milliseconds
    echoes: Annotated[int, Field(ge=1, le=512)]
    refocusing_deg: Degrees = 180.0
    ti_ms: Milliseconds | None = None
    first_ti_ms: Milliseconds | None = None
    fat_saturated: bool = False

    @model_validator(mode="after")
    def _in_time(self) -> TurboSpinEcho:
        train = self.train()
        _require(train.centre <= train.echoes, "te_ms within the echo train")
        _require(self.ti_ms is not None or self.first_ti_ms is None, "ti_ms where there is a first_ti_ms")
        ends = sum(self.inversions_ms) + train.echoes * train.echo_spacing_ms
        _require(ends < self.tr_ms, "inversions and an echo train that fit into tr_ms")
        return self

    @property
    def inversions_ms(self) -> tuple[float, ...]:
        """Time from each inversion to the next, and from the last to the excitation."""
        return tuple(wait for wait in (self.first_ti_ms, self.ti_ms) if wait is not None)

    def train(self) -> Train:
        """The train that is played."""
        centre = max(1, round(self.te_ms / self.echo_spacing_ms))
        return Train(self.te_ms / centre, self.echoes, centre, self.refocusing_deg)

    def signal(self, tissue: Relaxation) -> Tensor:
        """Signal of the tissues, signed, in units of fully relaxed water."""
        signal = _stayed(turbo_spin_echo(tissue, self.tr_ms, self.train(), self.inversions_ms), tissue)
        return _saturated(signal, tissue) if self.fat_saturated else signal

    def bids(self) -> dict[str, Any]:
        """What the sidecar says of the sequence; times in seconds, angles in degrees."""
        inverted = {"InversionTime": round(self.inversions_ms[-1] / 1000, 6)} if self.inversions_ms else {}
        names = ("Turbo spin echo", "Inversion recovery turbo spin echo", "Double inversion recovery")
        return {
            "PulseSequenceType": names[len(self.inversions_ms)],
            "ScanningSequence": ["SE", "IR"] if inverted else "SE",
            "SequenceVariant": "SK",
            "FlipAngle": 90,
            "RepetitionTime": round(self.tr_ms / 1000, 6),
            **inverted,
            "EchoTime": round(self.te_ms / 1000, 6),
            "EchoTrainLength": self.echoes,
        }


class BalancedSteadyState(Record):
    """Balanced steady-state free precession with alternating pulses (bSSFP, TrueFISP, FIESTA).

    Args:
        tr_ms: repetition time.
        te_ms: echo time, shorter than `tr_ms`.
        flip_deg: flip angle.
        off_resonance_hz: of water; dark bands lie at odd multiples of 1 / (2 TR).
    """

    kind: Literal["balanced"] = "balanced"
    tr_ms: Milliseconds
    te_ms: Milliseconds
    flip_deg: Degrees
    off_resonance_hz: Annotated[Rounded, Field(ge=-2000, le=2000)] = 0.0

    @model_validator(mode="after")
    def _in_time(self) -> BalancedSteadyState:
        _require(self.te_ms < self.tr_ms, "te_ms shorter than tr_ms")
        return self

    def signal(self, tissue: Relaxation) -> Tensor:
        """Signal of the tissues, signed, in units of fully relaxed water."""
        return mri.balanced(tissue, self.tr_ms, self.te_ms, self.flip_deg, self.off_resonance_hz)

    def bids(self) -> dict[str, Any]:
        """What the sidecar says of the sequence; times in seconds, angles in degrees."""
        return {
            "PulseSequenceType": "Balanced steady-state free precession",
            "ScanningSequence": "GR",
            "SequenceVariant": "SS",
            "FlipAngle": self.flip_deg,
            "RepetitionTime": round(self.tr_ms / 1000, 6),
            "EchoTime": round(self.te_ms / 1000, 6),
        }


class Diffusion(Record):
    """A spin echo with diffusion weighting, mean over all directions (trace image), fat saturated.

    Args:
        tr_ms: repetition time.
        te_ms: echo time, shorter than `tr_ms`.
        b_s_mm2: diffusion weighting in s/mm^2.
    """

    kind: Literal["diffusion"] = "diffusion"
    tr_ms: Milliseconds
    te_ms: Milliseconds
    b_s_mm2: Annotated[Rounded, Field(ge=0, le=20000)]

    @model_validator(mode="after")
    def _in_time(self) -> Diffusion:
        _require(self.te_ms < self.tr_ms, "te_ms shorter than tr_ms")
        return self

    def signal(self, tissue: Relaxation) -> Tensor:
        """Signal of the tissues in units of fully relaxed water; 5 % of that of fat (own choice)."""
        signal = mri.diffusion(tissue, self.tr_ms, self.te_ms, self.b_s_mm2)
        return _saturated(_stayed(signal, tissue), tissue)

    def bids(self) -> dict[str, Any]:
        """What the sidecar says of the sequence; times in seconds, b in s/mm^2."""
        return {
            "PulseSequenceType": "Diffusion-weighted spin echo",
            "ScanningSequence": "SE",
            "SequenceVariant": "NONE",
            "FlipAngle": 90,
            "RepetitionTime": round(self.tr_ms / 1000, 6),
            "EchoTime": round(self.te_ms / 1000, 6),
            "DiffusionBValue": self.b_s_mm2,
        }


class ParameterMap(Record):
    """The truth itself in place of a contrast: what a perfect quantitative measurement would find.

    Args:
        quantity: "t1", "t2" and "t2star" in seconds, "pd" relative to water, or "adc" in mm^2/s.
    """

    kind: Literal["map"] = "map"
    quantity: Literal["t1", "t2", "t2star", "pd", "adc"]

    def signal(self, tissue: Relaxation) -> Tensor:
        """The quantity of the tissues."""
        scale, field = _QUANTITIES[self.quantity]
        return scale * cast(Tensor, getattr(tissue, field))

    def bids(self) -> dict[str, Any]:
        """What the sidecar says of the map."""
        units = {"pd": "arbitrary", "adc": "mm^2/s"}.get(self.quantity, "s")
        return {"PulseSequenceType": "Quantitative map", "ScanningSequence": "RM", "Units": units}


_QUANTITIES = {
    "t1": (1e-3, "t1_ms"),
    "t2": (1e-3, "t2_ms"),
    "t2star": (1e-3, "t2star_ms"),
    "pd": (1.0, "pd"),
    "adc": (1e-3, "adc"),
}
# Factor to the unit of the map, and where the quantity stands.

PhysicalSequence = (
    SpinEcho
    | InversionRecovery
    | GradientEcho
    | Mprage
    | TurboSpinEcho
    | BalancedSteadyState
    | Diffusion
    | ParameterMap
)
"""A sequence whose signal follows from relaxation."""

Sequence = Annotated[PhysicalSequence | RandomContrast, Field(discriminator="kind")]
"""Any sequence; `kind` tells which."""


def line(sequence: PhysicalSequence | RandomContrast) -> str:
    """A sequence in one line, as a protocol says it.

    Example:
        >>> line(SpinEcho(tr_ms=500, te_ms=12))
        'Spin echo, TR 500, TE 12 ms'
    """
    said = sequence.bids()
    times = {"RepetitionTime": "TR", "InversionTime": "TI", "EchoTime": "TE"}
    parts = [f"{short} {1000 * said[name]:g}" for name, short in times.items() if name in said]
    if isinstance(sequence, TurboSpinEcho) and len(sequence.inversions_ms) > 1:
        parts[1] = "TI " + " + ".join(f"{wait:g}" for wait in sequence.inversions_ms)
    words = (
        [str(said["PulseSequenceType"]), ", ".join(parts) + " ms"] if parts else [said["PulseSequenceType"]]
    )
    if isinstance(sequence, TurboSpinEcho):
        words.append(f"train of {sequence.echoes} at {sequence.refocusing_deg:g} degrees")
    if isinstance(sequence, GradientEcho | Mprage | BalancedSteadyState):
        words.append(f"{sequence.flip_deg:g} degrees")
    if isinstance(sequence, Diffusion):
        words.append(f"b {sequence.b_s_mm2:g} s/mm^2")
    if isinstance(sequence, ParameterMap):
        words.append(f"of {sequence.quantity.upper()}")
    return ", ".join(words)
