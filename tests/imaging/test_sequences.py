from typing import Any

import pytest
from pydantic import TypeAdapter

from mindscan.core.errors import SettingsError
from mindscan.core.record import Record
from mindscan.imaging import mri
from mindscan.imaging.epg import Train, turbo_spin_echo
from mindscan.imaging.sequences import (
    BalancedSteadyState,
    Diffusion,
    GradientEcho,
    InversionRecovery,
    Mprage,
    ParameterMap,
    Sequence,
    SpinEcho,
    TurboSpinEcho,
    line,
)
from mindscan.imaging.tissues import SUBSTANCES, relaxation

TISSUE = relaxation(3.0, 40, {})
ALL = [
    SpinEcho(tr_ms=3000, te_ms=15),
    InversionRecovery(tr_ms=9000, ti_ms=2400, te_ms=100),
    GradientEcho(tr_ms=20, te_ms=5, flip_deg=25),
    Mprage(tr_ms=2000, ti_ms=1000, te_ms=3, flip_deg=8, echo_spacing_ms=7, readouts=160),
    TurboSpinEcho(
        tr_ms=9000, te_ms=95, echo_spacing_ms=10, echoes=16, refocusing_deg=150, first_ti_ms=3000, ti_ms=400
    ),
    BalancedSteadyState(tr_ms=5, te_ms=2.5, flip_deg=40, off_resonance_hz=20),
    Diffusion(tr_ms=5000, te_ms=80, b_s_mm2=1000),
    ParameterMap(quantity="t2"),
]


@pytest.mark.parametrize("sequence", ALL, ids=lambda s: s.kind)
def test_sequences_read_back_as_their_own_kind(sequence: Record) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(Sequence)
    assert adapter.validate_python(sequence.model_dump(mode="json")) == sequence


def test_sequences_play_their_equation() -> None:
    spin, inversion, gradient, train, turbo, balanced, diffusion, truth = ALL
    stays = 1 - TISSUE.flow
    assert spin.signal(TISSUE).equal(stays * mri.spin_echo(TISSUE, 3000, 15))
    assert inversion.signal(TISSUE).equal(stays * mri.inversion_recovery(TISSUE, 9000, 2400, 100))
    steady, prepared = mri.gradient_echo(TISSUE, 20, 5, 25), mri.mprage(TISSUE, 2000, 1000, 3, 8, 7, 160)
    assert gradient.signal(TISSUE).equal(mri.inflow(steady, TISSUE, 5, 25))
    assert train.signal(TISSUE).equal(mri.inflow(prepared, TISSUE, 3, 8))
    played = Train(95 / 10, 16, 10, 150.0)
    assert turbo.signal(TISSUE).equal(stays * turbo_spin_echo(TISSUE, 9000, played, (3000, 400)))
    assert balanced.signal(TISSUE).equal(mri.balanced(TISSUE, 5, 2.5, 40, 20))
    fat = list(SUBSTANCES).index("fat")
    weighted = mri.diffusion(TISSUE, 5000, 80, 1000)
    assert diffusion.signal(TISSUE)[:fat].equal(weighted[:fat])
    assert float(diffusion.signal(TISSUE)[fat]) == pytest.approx(0.05 * float(weighted[fat]))
    assert truth.signal(TISSUE).equal(1e-3 * TISSUE.t2_ms)


def test_a_train_is_stretched_so_that_an_echo_falls_on_the_echo_time() -> None:
    train = TurboSpinEcho(tr_ms=3000, te_ms=95, echo_spacing_ms=10, echoes=16).train()
    assert train.centre * train.echo_spacing_ms == pytest.approx(95)
    assert abs(train.echo_spacing_ms - 10) < 0.6


def test_flowing_blood_is_dark_in_spin_echoes_alone() -> None:
    blood, grey = (list(SUBSTANCES).index(name) for name in ("blood", "grey"))
    for sequence in ALL[:-1]:
        signal = sequence.signal(TISSUE).abs()
        spin = sequence.kind in ("spin_echo", "inversion_recovery", "turbo_spin_echo", "diffusion")
        assert bool(signal[blood] < 0.35 * signal[grey]) == spin


def test_fat_saturation_takes_fat_and_nothing_else() -> None:
    plain = TurboSpinEcho(tr_ms=3000, te_ms=90, echo_spacing_ms=10, echoes=16)
    ratio = plain.model_copy(update={"fat_saturated": True}).signal(TISSUE) / plain.signal(TISSUE)
    expected = [0.05 if name == "fat" else 1.0 for name in SUBSTANCES]
    assert ratio.tolist() == pytest.approx(expected)


def test_a_sequence_says_itself_in_one_line() -> None:
    said = [line(sequence) for sequence in ALL]
    assert said[1] == "Inversion recovery spin echo, TR 9000, TI 2400, TE 100 ms"
    assert said[4].startswith("Double inversion recovery, TR 9000, TI 3000 + 400, TE 95 ms, train of 16")
    assert said[6].endswith("b 1000 s/mm^2")
    assert all("\n" not in text for text in said)


@pytest.mark.parametrize("sequence", ALL[:4], ids=lambda s: s.kind)
def test_sidecar_times_are_seconds(sequence: Any) -> None:
    said = sequence.bids()
    assert said["RepetitionTime"] == sequence.tr_ms / 1000
    assert said["EchoTime"] == sequence.te_ms / 1000
    assert said.get("InversionTime", 0) == getattr(sequence, "ti_ms", 0) / 1000
    assert said.get("FlipAngle", 0) == getattr(sequence, "flip_deg", 90)


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
        (TurboSpinEcho, {**ALL[4].model_dump(), "te_ms": 200}),
        (TurboSpinEcho, {**ALL[4].model_dump(), "tr_ms": 3500}),
        (TurboSpinEcho, {**ALL[4].model_dump(), "echoes": 0}),
        (TurboSpinEcho, {**ALL[4].model_dump(), "ti_ms": None}),
        (BalancedSteadyState, {"tr_ms": 5, "te_ms": 5, "flip_deg": 40}),
        (Diffusion, {"tr_ms": 5000, "te_ms": 80, "b_s_mm2": -1}),
        (ParameterMap, {"quantity": "t3"}),
    ],
)
def test_impossible_timings_are_refused_in_one_line(kind: type[Record], fields: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="expected") as caught:
        kind.parse(fields)
    assert "\n" not in str(caught.value)
