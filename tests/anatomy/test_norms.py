import itertools
from collections.abc import Callable

import numpy as np
import pytest

from mindscan.anatomy import anatomy, norms
from mindscan.anatomy.anatomy import Anatomy
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.report.norms import expected

PEOPLE = 500
MEASURES: dict[str, Callable[[Anatomy], float]] = {
    "icv": lambda a: a.head.icv_ml,
    "cortical_gm": lambda a: a.cerebrum.cortex_ml,
    "cerebral_wm": lambda a: a.cerebrum.white_ml,
    "thickness_mm": lambda a: a.cerebrum.thickness_mm,
    "hippocampus": lambda a: sum(a.deep_grey_ml.hippocampus) / 2,
    "thalamus": lambda a: sum(a.deep_grey_ml.thalamus) / 2,
    "lateral_ventricle": lambda a: (a.ventricles.lateral_left_ml + a.ventricles.lateral_right_ml) / 2,
}


@pytest.fixture(scope="module")
def people() -> list[tuple[Person, Anatomy]]:
    persons = [Person(age_years=10 + 68 * n / PEOPLE, sex="FM"[n % 2]) for n in range(PEOPLE)]
    return [(person, anatomy.draw(Key(n), person)) for n, person in enumerate(persons)]


@pytest.mark.parametrize("measure", MEASURES)
def test_drawn_people_have_the_published_medians_and_spreads(measure: str, people) -> None:
    for sex in ("F", "M"):
        mine = [(p.age_years, MEASURES[measure](a)) for p, a in people if p.sex == sex]
        ages, values = (np.array(part) for part in zip(*mine, strict=True))
        middle, low, high = expected(measure, sex, ages)
        known = np.isfinite(middle)
        ratio = values[known] / middle[known]
        reach = np.log(high[known] / low[known]).mean() / 2 / 1.96
        assert np.log(ratio).std() == pytest.approx(reach, rel=0.15)
        noise = 1.25 * reach / np.sqrt(known.sum())
        assert np.median(ratio) == pytest.approx(1, abs=0.02 + 2 * noise)


def test_ageing_goes_the_way_it_goes() -> None:
    for sex, (low, high) in itertools.product(("F", "M"), ((25, 75), (79, 95))):
        for name in ("Cerebral-Cortex", "Hippocampus", "Thickness"):
            assert norms.CURVES[name][sex].median(high) < norms.CURVES[name][sex].median(low)
        ventricle = norms.CURVES["Lateral-Ventricle"][sex]
        assert ventricle.median(75) > 1.4 * ventricle.median(25)
        assert 1.15 < ventricle.median(95) / ventricle.median(79) < 1.5


def test_a_curve_goes_on_without_a_step() -> None:
    for curve in (curve for both in norms.CURVES.values() for curve in both.values()):
        for edge in norms.AGES:
            assert curve.median(edge - 0.01) == pytest.approx(curve.median(edge + 0.01), rel=0.001)


def test_white_matter_of_small_children_grows() -> None:
    curve = norms.CURVES["Cerebral-White-Matter"]["F"]
    assert curve.median(5) == pytest.approx(curve.median(8) * np.exp(-0.021))


def test_men_have_larger_heads_and_children_smaller_ones() -> None:
    for sex, adult in (("F", 1428), ("M", 1629)):
        drawn = [norms.icv_ml(Key(n), Person(age_years=40, sex=sex)) for n in range(300)]
        assert np.mean(drawn) == pytest.approx(adult, rel=0.02)
        assert norms.icv_median_ml(Person(age_years=15, sex=sex)) == adult
        assert 0.89 < norms.icv_median_ml(Person(age_years=5, sex=sex)) / adult < 0.93
    assert norms.icv_ml(Key(1), Person(age_years=40, sex="F", icv_ml=1234)) == 1234


def test_large_heads_hold_large_brains() -> None:
    somebody = Person(age_years=40, sex="M")
    small, large = (anatomy.draw(Key(3), somebody, icv) for icv in (1300.0, 1600.0))
    assert 1.1 < large.cerebrum.white_ml / small.cerebrum.white_ml < 1.4
    assert large.cerebrum.thickness_mm == pytest.approx(small.cerebrum.thickness_mm, rel=0.03)


def test_every_brain_fits_its_skull(people) -> None:
    for person, drawn in [*people, *((p, anatomy.draw(Key(n), p)) for n, p in enumerate(_children()))]:
        icv = drawn.head.icv_ml
        inside = drawn.cerebrum.cortex_ml + drawn.cerebrum.white_ml + drawn.cerebellum.cortex_ml
        assert inside < norms.FULLEST * icv, person


def _children() -> list[Person]:
    return [Person(age_years=5 + n / 20, sex="FM"[n % 2]) for n in range(60)]


def test_sizes_of_a_person_belong_together(people) -> None:
    deep = np.array([[sum(a.deep_grey_ml.thalamus), a.brainstem.volume_ml] for _, a in people])
    alone = np.log(deep) - np.log([[norms.CURVES["Thalamus"][p.sex].median(p.age_years),
                                    norms.CURVES["Brain-Stem"][p.sex].median(p.age_years)]
                                   for p, _ in people])  # fmt: skip
    assert np.corrcoef(alone.T)[0, 1] == pytest.approx(0.65, abs=0.1)


def test_a_person_alone_is_the_same_person() -> None:
    person = Person(age_years=50, sex="F")
    somebody = norms.individual(Key(1), person, 1428)
    assert norms.value("Thalamus", Key(1), person, 1428) == norms.value("Thalamus", Key(9), somebody, 1400)


def test_a_size_without_correlations_varies_alone() -> None:
    norms.CURVES["Made-Up"] = {"F": norms.Curve(0, 0, 0, 0.1)}
    try:
        person = Person(age_years=50, sex="F")
        drawn = [norms.pair("Made-Up", Key(n), person, 1428) for n in range(200)]
    finally:
        del norms.CURVES["Made-Up"]
    assert np.std(np.log([left for left, _ in drawn])) == pytest.approx(0.1, rel=0.15)
    assert all(left == right for left, right in drawn)


def test_sides_differ_as_they_do_in_people() -> None:
    person = Person(age_years=30, sex="F")
    for name, mean, sd in (("Hippocampus", -0.0149, 0.0234), ("Lateral-Ventricle", 0.0531, 0.1062)):
        leans = [np.log(np.divide(*norms.pair(name, Key(n), person, 1428))) / 2 for n in range(300)]
        assert np.mean(leans) == pytest.approx(mean, abs=0.2 * sd)
        assert np.std(leans) == pytest.approx(sd, rel=0.12)
