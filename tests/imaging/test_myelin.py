import pytest

from mindscan.imaging.myelin import FALL, PEAK_YEARS, YEARS, myelination


def test_myelin_is_mirrored_about_its_peak() -> None:
    assert myelination(PEAK_YEARS) == 1
    for away in (5, 20, 32):
        assert myelination(PEAK_YEARS - away) == pytest.approx(myelination(PEAK_YEARS + away))
    assert myelination(8) == pytest.approx(1 - FALL)


def test_myelin_grows_through_childhood_and_falls_in_old_age() -> None:
    ages = (8, 12, 20, 40, 60, 75, 85)
    found = [myelination(age) for age in ages]
    assert found[:4] == sorted(found[:4])
    assert found[3:] == sorted(found[3:], reverse=True)


def test_ages_that_were_not_measured_are_as_the_nearest_that_were() -> None:
    assert myelination(0) == myelination(YEARS[0])
    assert myelination(110) == myelination(YEARS[1])
