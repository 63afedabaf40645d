import numpy as np
import pytest

from mindscan.anatomy import conditions
from mindscan.anatomy.conditions.sclerosis import Sclerosis, SclerosisSize
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
