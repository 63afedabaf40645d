import numpy as np
import pytest
import torch

from mindscan.anatomy import conditions
from mindscan.anatomy.conditions.sclerosis import Sclerosis, SclerosisProgression, SclerosisSize
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.survey import PARENCHYMA, ids_of
from mindscan.core.key import Key
from mindscan.core.person import Person
from surveys import survey

PERSON = Person(age_years=40, sex="F")


def drawn(severity: float, n: int = 0) -> SclerosisSize:
    found = conditions.draw("multiple-sclerosis", Key(n), PERSON, severity)
    assert isinstance(found, SclerosisSize)
    return found


@pytest.mark.parametrize(
    ("severity", "few", "many", "least", "most"), [(0.25, 15, 50, 0.6, 2.4), (0.75, 44, 150, 13, 45)]
)
def test_the_severity_is_the_rank_among_patients(
    severity: float, few: int, many: int, least: float, most: float
) -> None:
    for n in range(20):
        assert few <= drawn(severity, n).lesions <= many
        assert least <= drawn(severity, n).load_ml <= most


def test_sizes_are_those_of_the_masks_and_sum_to_the_load() -> None:
    params = drawn(0.5)
    found = Sclerosis().lesions(params, Key(1), survey())
    assert len(found) == params.lesions
    assert sum(each.ml for each in found) == pytest.approx(params.load_ml, rel=0.01)
    single = np.array([each.ml for each in found if "confluent" not in each.grade])
    assert 0.015 < np.median(single) < 0.05
    assert (np.diff(single) <= 0).all()


def test_the_mild_have_nothing_confluent() -> None:
    assert not [
        each for each in Sclerosis().lesions(drawn(0.1), Key(1), survey()) if "confluent" in each.grade
    ]


def test_every_kind_takes_from_its_own_tissue_only() -> None:
    brain, below = set(ids_of(*PARENCHYMA)), set(ids_of("Brain-Stem", "Cerebellum-White-Matter"))
    found = Sclerosis().lesions(drawn(0.6), Key(1), survey())
    assert {each.grade.split("-")[0] for each in found} == {
        "periventricular",
        "deep",
        "juxtacortical",
        "infratentorial",
    }
    for each in found:
        assert set(each.hosts) <= brain
        assert (set(each.hosts) == below) == each.grade.startswith("infratentorial")


def test_as_many_are_active_and_black_as_asked() -> None:
    params = drawn(0.6).model_copy(update={"lesions": 200, "active": 3, "black_holes": 0.5})
    grades = [each.grade for each in Sclerosis().lesions(params, Key(1), survey())]
    assert sum(grade.endswith("active") for grade in grades) == 3
    black = sum(grade.endswith("black-hole") for grade in grades) / len(grades)
    assert 0.35 < black < 0.65


def course(**given: float) -> SclerosisProgression:
    usual = Sclerosis().progression(Key(2), drawn(0.3))
    return usual.model_copy(update={"shrinking": 0.0, "expanding": 0.0, **given})


def later(params: SclerosisSize, way: SclerosisProgression, years: float) -> dict[str, Lesion]:
    return {each.name: each for each in Sclerosis().later(params, way, years, Key(1), survey())}


def test_people_on_placebo_had_as_many_new_plaques() -> None:
    rates = [Sclerosis().progression(Key(n), drawn(0.5)).new_per_year for n in range(300)]
    assert np.mean(rates) == pytest.approx(4.9, rel=0.2)
    assert np.median(rates) == pytest.approx(2.5, rel=0.25)


def test_old_plaques_stay_where_new_ones_come_and_the_same_come_whenever_one_looks() -> None:
    params, way = drawn(0.3), course(new_per_year=8.0)
    first = {each.name: each for each in Sclerosis().lesions(params, Key(1), survey())}
    one, three = later(params, way, 1.0), later(params, way, 3.0)
    for name, plaque in first.items():
        if not plaque.grade.endswith("active"):
            assert one[name].ml == plaque.ml
            assert torch.equal(one[name].level.data, plaque.level.data)
            assert one[name].level.origin_mm == plaque.level.origin_mm
    new, more = ({name for name in found if name.startswith("new")} for found in (one, three))
    assert new < more
    assert 12 < len(more) < 40
    assert set(later(params, course(new_per_year=24.0), 1.0)) == set(three)
    middles = {name: np.mean(each.level.box(), axis=0) for name, each in three.items() if name in new}
    assert all(
        np.allclose(np.mean(one[name].level.box(), axis=0), at, atol=1e-3) for name, at in middles.items()
    )


def test_active_ones_cease_to_enhance_and_some_become_black_holes() -> None:
    params = drawn(0.6).model_copy(update={"lesions": 120, "active": 20})
    before = active(params)
    soon, late = (later(params, course(new_per_year=0.0), years) for years in (0.04, 1.0))
    assert len(before) == 20
    assert 10 <= sum(soon[name].grade.endswith("active") for name in before) < 20
    assert not any(late[name].grade.endswith("active") for name in before)
    holes = sum(late[name].grade.endswith("black-hole") for name in before)
    assert 1 <= holes <= 11, holes
    assert all(late[name].ml == pytest.approx(0.6 * each.ml, rel=0.02) for name, each in before.items())


def active(params: SclerosisSize) -> dict[str, Lesion]:
    found = Sclerosis().lesions(params, Key(1), survey())
    return {each.name: each for each in found if each.grade.endswith("active")}


def test_as_many_shrink_and_expand_as_is_said() -> None:
    params = drawn(0.6).model_copy(update={"lesions": 150, "active": 0})
    way = course(new_per_year=0.0, shrinking=0.3, shrinking_percent=50.0, expanding=0.2)
    first = Sclerosis().lesions(params, Key(1), survey())
    now = later(params, way, 1.0)
    ratios = np.array([now[each.name].ml / each.ml if each.name in now else 0 for each in first])
    assert 0.2 < (ratios <= 0.51).mean() < 0.4
    assert 0.1 < (ratios > 1).mean() < 0.3
