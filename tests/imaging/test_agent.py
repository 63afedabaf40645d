import pytest

from mindscan.core.errors import SettingsError
from mindscan.imaging.agent import RELAXIVITIES, enhanced
from mindscan.imaging.tissues import FIELDS_TESLA, SUBSTANCES, relaxation

NAMES = list(SUBSTANCES)


@pytest.mark.parametrize("field", FIELDS_TESLA)
def test_rates_rise_by_relaxivity_times_concentration(field: float) -> None:
    before, after = relaxation(field, 40, {}), enhanced(relaxation(field, 40, {}), field, 0.5)
    r1, r2 = RELAXIVITIES[field]
    for name, row in SUBSTANCES.items():
        n = NAMES.index(name)
        for times, other, relaxivity in (
            (before.t1_ms, after.t1_ms, r1),
            (before.t2_ms, after.t2_ms, r2),
            (before.t2star_ms, after.t2star_ms, r2),
        ):
            rise = 1000 / float(other[n]) - 1000 / float(times[n])
            assert rise == pytest.approx(0.5 * row.uptake * relaxivity, abs=1e-9)
    assert after.pd.equal(before.pd)


def test_the_blood_brain_barrier_keeps_it_out() -> None:
    taken = {name for name, row in SUBSTANCES.items() if row.uptake}
    broken = {"active plaque", "subacute infarct", "enhancing tumour"}
    assert taken == {"blood", "arterial blood", "dura", "skin", "choroid"} | broken
    assert all(SUBSTANCES[name].sick for name in broken)
    assert all(0 < SUBSTANCES[name].uptake < 1 for name in taken)


def test_blood_after_the_usual_dose_recovers_faster_than_white_matter_and_as_fast_as_fat() -> None:
    times = enhanced(relaxation(3.0, 40, {}), 3.0, 0.5).t1_ms
    assert 300 < float(times[NAMES.index("blood")]) < 550


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(SettingsError, match="field_tesla = 4"):
        enhanced(relaxation(3.0, 40, {}), 4.0, 0.5)
