from typing import Any

import pytest
from pydantic import TypeAdapter

from mindscan.core.errors import SettingsError
from mindscan.core.record import Record
from mindscan.imaging import mri
from mindscan.imaging.sequences import (
    PRESETS,
    GradientEcho,
    InversionRecovery,
    Mprage,
    Sequence,
    SpinEcho,
    preset,
)
from mindscan.imaging.tissues import FIELDS_TESLA, relaxation

TISSUE = relaxation(3.0, 40, {})
ALL = [
    SpinEcho(tr_ms=3000, te_ms=15),
    InversionRecovery(tr_ms=9000, ti_ms=2400, te_ms=100),
    GradientEcho(tr_ms=20, te_ms=5, flip_deg=25),
    Mprage(tr_ms=2000, ti_ms=1000, te_ms=3, flip_deg=8, echo_spacing_ms=7, readouts=160),
]


@pytest.mark.parametrize("sequence", ALL, ids=lambda s: s.kind)
def test_sequences_read_back_as_their_own_kind(sequence: Record) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(Sequence)
    assert adapter.validate_python(sequence.model_dump(mode="json")) == sequence


def test_sequences_play_their_equation() -> None:
    spin, inversion, gradient, train = ALL
    assert spin.signal(TISSUE).equal(mri.spin_echo(TISSUE, 3000, 15))
    assert inversion.signal(TISSUE).equal(mri.inversion_recovery(TISSUE, 9000, 2400, 100))
    assert gradient.signal(TISSUE).equal(mri.gradient_echo(TISSUE, 20, 5, 25))
    assert train.signal(TISSUE).equal(mri.mprage(TISSUE, 2000, 1000, 3, 8, 7, 160))


@pytest.mark.parametrize("sequence", ALL, ids=lambda s: s.kind)
def test_sidecar_times_are_seconds(sequence: Any) -> None:
    said = sequence.bids()
    assert said["RepetitionTime"] == sequence.tr_ms / 1000
    assert said["EchoTime"] == sequence.te_ms / 1000
    assert said.get("InversionTime", 0) == getattr(sequence, "ti_ms", 0) / 1000
    assert said.get("FlipAngle", 0) == getattr(sequence, "flip_deg", 90)


@pytest.mark.parametrize("field", FIELDS_TESLA)
@pytest.mark.parametrize("suffix", PRESETS)
def test_every_preset_gives_signal_at_every_field(suffix: str, field: float) -> None:
    signal = preset(suffix, field).signal(relaxation(field, 40, {}))
    assert bool(signal.isfinite().all())
    assert float(signal.abs().max()) > 0.02


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (SpinEcho, {"tr_ms": 10, "te_ms": 15}),
        (SpinEcho, {"tr_ms": -5, "te_ms": 15}),
        (GradientEcho, {"tr_ms": 20, "te_ms": 5, "flip_deg": 0}),
        (GradientEcho, {"tr_ms": 20, "te_ms": 30, "flip_deg": 9}),
        (InversionRecovery, {"tr_ms": 2000, "ti_ms": 1990, "te_ms": 20}),
        (Mprage, {**ALL[3].model_dump(), "ti_ms": 100}),
        (Mprage, {**ALL[3].model_dump(), "tr_ms": 1200}),
        (Mprage, {**ALL[3].model_dump(), "te_ms": 8}),
    ],
)
def test_impossible_timings_are_refused_in_one_line(kind: type[Record], fields: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="expected") as caught:
        kind.parse(fields)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("suffix", "field"), [("T3w", 3.0), ("T1w", 7.0)])
def test_unknown_presets_are_refused(suffix: str, field: float) -> None:
    with pytest.raises(SettingsError, match="expected"):
        preset(suffix, field)
