"""The table of published norms."""

import numpy as np
import pytest

from mindscan.report.norms import FEWEST, ages_covered, expected, norms

STRUCTURES = sorted({norm.structure for norm in norms()})


def test_every_norm_is_sane() -> None:
    assert len(STRUCTURES) > 20
    for norm in norms():
        assert norm.people > 0
        assert norm.sd > 0
        assert norm.sd < norm.mean
        assert norm.age_from <= norm.mean_age <= norm.age_to + 1


@pytest.mark.parametrize("structure", ["icv", "etiv", "cortical_gm", "cerebral_wm", "deep_gm"])
def test_men_have_more_than_women(structure: str) -> None:
    ages = np.array([25.0, 45.0, 65.0])
    assert (expected(structure, "M", ages)[0] > expected(structure, "F", ages)[0]).all()


def test_intracranial_volumes_are_those_of_the_same_people() -> None:
    women, men = ([n for n in norms() if n.structure == "icv" and n.sex == sex] for sex in "FM")
    assert [(n.mean, n.sd) for n in women + men] == [(1433, 122), (1634, 134)]


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("sex", ["F", "M"])
def test_curves_run_through_the_bands(structure: str, sex: str) -> None:
    found = [n for n in norms() if n.structure == structure and n.sex == sex and n.people >= 20]
    ages = np.array([n.mean_age for n in found])
    middle, low, high = expected(structure, sex, ages)
    assert (low < middle).all()
    assert (middle < high).all()
    means, sds = np.array([n.mean for n in found]), np.array([n.sd for n in found])
    assert (np.abs(middle - means) < sds).all()


def test_volumes_change_with_age_as_they_do_in_people() -> None:
    ages = np.array([25.0, 75.0])
    for sex in "FM":
        for shrinking in ("cortical_gm", "deep_gm", "hippocampus", "thickness_mm", "putamen"):
            young, old = expected(shrinking, sex, ages)[0]
            assert old < young
        young, old = expected("ventricles", sex, ages)[0]
        assert old > 1.5 * young


def test_ages_outside_the_table_have_no_norm() -> None:
    youngest, oldest = ages_covered("hippocampus", "M")
    middle, low, high = expected("hippocampus", "M", np.array([youngest - 1, youngest, oldest, oldest + 1]))
    assert np.isnan(middle).tolist() == [True, False, False, True]
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == np.isnan(middle).tolist()


def test_the_parts_of_the_table_agree() -> None:
    by_name = {(n.structure, n.sex, n.age_from): n for n in norms()}
    nuclei = ("thalamus", "caudate", "putamen", "pallidum", "hippocampus", "amygdala", "accumbens")
    for sex in "FM":
        total = 2 * sum(by_name[name, sex, 20].mean for name in nuclei)
        assert by_name["deep_gm", sex, 20].mean == pytest.approx(total, rel=0.01)
        parts = sum(by_name[n, sex, 20].mean for n in ("third_ventricle", "fourth_ventricle"))
        parts += 2 * sum(by_name[n, sex, 20].mean for n in ("lateral_ventricle", "temporal_horn"))
        assert by_name["ventricles", sex, 20].mean == pytest.approx(parts, rel=0.01)


def test_small_bands_are_shown_but_not_used() -> None:
    small = [n for n in norms() if n.people < FEWEST]
    assert small
    for norm in small:
        assert ages_covered(norm.structure, norm.sex)[0] > norm.age_from


def test_unknown_structures_are_refused() -> None:
    with pytest.raises(ValueError, match="no norm of 'soul'"):
        expected("soul", "F", np.array([1.0]))
