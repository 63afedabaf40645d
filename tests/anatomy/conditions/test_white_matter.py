import numpy as np
import pytest

from mindscan.anatomy import conditions
from mindscan.anatomy.conditions.white_matter import WhiteMatter, WhiteMatterProgression
from mindscan.cohort.plan import Plan
from mindscan.cohort.recipe import draw
from mindscan.core.key import Key
from mindscan.core.person import Person
from surveys import survey

NAME = "white-matter-hyperintensities"
MOST_MM = {1: 2.4 * 1.15, 2: 6.2 * 1.15, 3: 13 * 1.15}


def made(**settings):
    wanted = {"name": NAME, "severity": 1, "settings": settings}
    return draw(Plan.parse({"conditions": [wanted]}), 3, "0001").conditions[0]


@pytest.mark.parametrize("deep", [1, 2, 3])
def test_a_grade_brings_its_own_number_and_sizes(deep: int) -> None:
    found = made(deep=deep)
    assert found.deep == deep
    assert 0 < found.largest_mm <= MOST_MM[deep]
    assert {1: 3, 2: 12, 3: 22}[deep] <= found.foci <= {1: 12, 2: 28, 3: 45}[deep]


def test_grade_0_has_nothing() -> None:
    found = made(around=0, deep=0)
    assert (found.around_ml, found.foci, found.largest_mm) == (0, 0, 0)


def test_what_is_given_stays() -> None:
    found = made(deep=1, foci=40, largest_mm=7)
    assert (found.foci, found.largest_mm) == (40, 7)


def test_grade_0_grows_into_the_middle_of_another() -> None:
    usual = WhiteMatter.record.parse(
        {"severity": 0.1, "around": 0, "deep": 0, "around_ml": 0, "foci": 0, "largest_mm": 0}
    )
    params = usual.model_copy(update={"around": 2, "deep": 2})
    found = WhiteMatter().follow(usual, params, ("around", "deep"))
    assert 3.5 < found.around_ml < 9
    assert found.foci == 20
    assert found.largest_mm == pytest.approx(6.2)


def test_grades_go_with_the_severity() -> None:
    drawn = [conditions.draw(NAME, Key(2), Person(age_years=70, sex="M"), s) for s in (0.2, 0.5, 0.9)]
    assert [each.around for each in drawn] == [1, 2, 3]
    assert drawn[0].around_ml < drawn[1].around_ml < drawn[2].around_ml


def test_volumes_grow_by_the_rate_around_the_same_places() -> None:
    params = made(around=2, deep=2)
    way = WhiteMatterProgression(growth_percent=20)
    first = {each.name: each for each in WhiteMatter().lesions(params, Key(1), survey())}
    now = {each.name: each for each in WhiteMatter().later(params, way, 3.0, Key(1), survey())}
    assert set(now) == set(first)
    for name, each in now.items():
        assert each.ml == pytest.approx(first[name].ml * 1.2**3)
        if name.startswith("focus"):
            middles = [np.mean(one.level.box(), axis=0) for one in (each, first[name])]
            assert np.allclose(*middles, atol=1e-3)
    band, was = now["around-Left"].level, first["around-Left"].level
    there = was.nodes()[was.data.flatten() < 0]
    gap = band.at(there)[0] - was.at(there)[0]  # the same level set, known farther out
    assert float(gap.std()) < 1e-3
    assert float(gap.mean()) < -5


def test_most_people_progress_and_some_regress() -> None:
    rates = [WhiteMatter().progression(Key(n), made()).growth_percent for n in range(100)]
    assert np.mean(rates) == pytest.approx(10, abs=2)
    assert 0.02 < np.mean(np.array(rates) < 0) < 0.2


def test_large_foci_keep_off_what_lines_the_ventricles() -> None:
    params = made(around=2, deep=2, foci=20, largest_mm=6.5)
    look = survey()
    foci = [each for each in WhiteMatter().lesions(params, Key(7), look) if each.name.startswith("focus-")]
    assert len(foci) == 20
    for focus in foci[:3]:
        inside = focus.level.data.flatten() < 0
        nodes = focus.level.nodes()[inside].numpy()
        assert look.to_ventricle[look.index(nodes)].min() > 10
