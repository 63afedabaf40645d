import numpy as np
import pytest

from mindscan.anatomy import conditions
from mindscan.anatomy.conditions.metastases import Metastases, MetastasesProgression, MetastasesSize
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID
from mindscan.core.person import Person
from surveys import survey

PERSON = Person(age_years=60, sex="M")


def made(number: int, ml: float) -> MetastasesSize:
    return MetastasesSize(
        severity=0.5, number=number, tumour_ml=ml, largest=1.0 if number == 1 else 0.6, oedema=2
    )


def parts(params: MetastasesSize) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for lesion in Metastases().lesions(params, Key(1), survey()):
        found.setdefault(BY_ID[lesion.label].name, []).append(lesion.ml)
    return found


def test_half_of_the_people_have_one() -> None:
    drawn = [conditions.draw("metastases", Key(n), PERSON, 0.5).model_dump()["number"] for n in range(400)]
    assert 0.42 < np.mean(np.array(drawn) == 1) < 0.56
    assert max(drawn) > 5


def test_volumes_sum_up_and_the_largest_is_as_asked() -> None:
    found = parts(made(4, 10))
    tumour = sum(found["Tumour-Enhancing"]) + sum(found["Tumour-Necrosis"])
    assert tumour == pytest.approx(10)
    assert found["Tumour-Enhancing"][0] + found["Tumour-Necrosis"][0] == pytest.approx(6)
    assert sum(found["Oedema"]) == pytest.approx(20)


def test_small_ones_are_solid() -> None:
    assert set(parts(made(1, 0.3))) == {"Tumour-Enhancing", "Oedema"}


def test_they_lie_under_the_cortex_or_in_the_cerebellum_apart_from_each_other() -> None:
    look = survey()
    found = Metastases().lesions(made(6, 6), Key(1), look)
    middles = np.array(
        [np.mean(each.level.box(), axis=0) for each in found if BY_ID[each.label].name == "Tumour-Enhancing"]
    )
    assert (look.to_cortex[look.index(middles)] < 5).all()
    gaps = np.linalg.norm(middles[:, None] - middles[None], axis=-1)[np.triu_indices(len(middles), 1)]
    assert gaps.min() > 4


def test_volumes_double_about_the_same_middles() -> None:
    params, way = made(4, 2.0), MetastasesProgression(doubling_days=100)
    first = {each.name: each for each in Metastases().lesions(params, Key(1), survey())}
    now = {each.name: each for each in Metastases().later(params, way, 200 / 365.25, Key(1), survey())}
    assert set(first) <= set(now)
    for name in first:
        middles = [np.mean(found[name].level.box(), axis=0) for found in (first, now)]
        assert np.allclose(*middles, atol=1e-3)
    total = [sum(each.ml for name, each in found.items() if "Oedema" not in name) for found in (first, now)]
    assert 3 < total[1] / total[0] < 5.5
    assert any(name.startswith("Tumour-Necrosis") for name in set(now) - set(first)) or len(now) == len(first)
    late = Metastases().later(params, way, 5.0, Key(1), survey())
    assert sum(each.ml for each in late if "Oedema" not in each.name) == pytest.approx(60)


def test_below_0_they_halve_and_none_goes_at_once() -> None:
    params = made(1, 4.0)
    less = Metastases().later(params, MetastasesProgression(doubling_days=-365.25), 1.0, Key(1), survey())
    assert 1.2 < sum(each.ml for each in less if "Oedema" not in each.name) < 2.8
    with pytest.raises(SettingsError, match="5 to 100000 days"):
        MetastasesProgression.parse({"doubling_days": 0})
