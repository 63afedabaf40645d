"""What a scanner is asked to play: sequences in physical units, and the usual ones."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from torch import Tensor

from mindscan.core.errors import SettingsError
from mindscan.core.prior import Rounded
from mindscan.core.record import Record
from mindscan.imaging import mri
from mindscan.imaging.contrast import RandomContrast
from mindscan.imaging.mri import Relaxation

Milliseconds = Annotated[Rounded, Field(gt=0)]
Degrees = Annotated[Rounded, Field(gt=0, le=180)]


def _require(good: bool, expected: str) -> None:
    if not good:
        raise ValueError(expected)


class SpinEcho(Record):
    """A spin echo; a turbo spin echo is approximated by its effective echo time.

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
        return mri.spin_echo(tissue, self.tr_ms, self.te_ms)

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
        return mri.inversion_recovery(tissue, self.tr_ms, self.ti_ms, self.te_ms)

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
        return mri.gradient_echo(tissue, self.tr_ms, self.te_ms, self.flip_deg)

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
        return mri.mprage(
            tissue, self.tr_ms, self.ti_ms, self.te_ms, self.flip_deg, self.echo_spacing_ms, self.readouts
        )

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


Sequence = Annotated[
    SpinEcho | InversionRecovery | GradientEcho | Mprage | RandomContrast, Field(discriminator="kind")
]
"""Any sequence; `kind` tells which."""

PRESETS: dict[str, dict[float, SpinEcho | InversionRecovery | Mprage]] = {
    "T1w": {
        # The MPRAGE of OASIS-1 (Marcus 2007, doi:10.1162/jocn.2007.19.9.1498).
        1.5: Mprage(tr_ms=1462, ti_ms=641, te_ms=4, flip_deg=10, echo_spacing_ms=9.7, readouts=128),
        3.0: Mprage(tr_ms=2000, ti_ms=1050, te_ms=3, flip_deg=8, echo_spacing_ms=7.1, readouts=176),
    },
    "T2w": {1.5: SpinEcho(tr_ms=4000, te_ms=100), 3.0: SpinEcho(tr_ms=5000, te_ms=90)},
    "PDw": {1.5: SpinEcho(tr_ms=3000, te_ms=15), 3.0: SpinEcho(tr_ms=3000, te_ms=15)},
    "FLAIR": {
        1.5: InversionRecovery(tr_ms=9000, ti_ms=2460, te_ms=110),
        3.0: InversionRecovery(tr_ms=9000, ti_ms=2420, te_ms=110),
    },
}
"""The usual sequence by BIDS suffix and field strength in tesla."""


def preset(suffix: str, field_tesla: float) -> SpinEcho | InversionRecovery | Mprage:
    """The usual sequence of a BIDS suffix.

    Raises:
        SettingsError: no preset of this suffix or field strength.

    Example:
        >>> preset("T2w", 3.0).te_ms
        90.0
    """
    if suffix not in PRESETS:
        raise SettingsError(f"suffix '{suffix}'", f"one of {', '.join(PRESETS)}", "choose one of these")
    if field_tesla not in PRESETS[suffix]:
        raise SettingsError(f"field_tesla = {field_tesla:g}", "1.5 or 3", "choose one of these")
    return PRESETS[suffix][field_tesla]
