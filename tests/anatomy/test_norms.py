import numpy as np
import pytest

from mindscan.anatomy import norms
from mindscan.core.key import Key
from mindscan.core.person import Person


@pytest.mark.parametrize("sex", ["F", "M"])
def test_drawn_values_have_the_published_median_and_spread(sex: str) -> None:
    person = Person(age_years=40, sex=sex)
    drawn = []
    for n in range(600):
        icv = norms.icv_ml(Key(n) / "icv", sex)
        drawn.append(norms.value("Cerebral-Cortex", Key(n), person, icv))
    curve = norms.CURVES["Cerebral-Cortex"][sex]
    assert np.median(drawn) == pytest.approx(curve.median(40), rel=0.02)
    assert np.log(drawn).std() == pytest.approx(curve.log_sd, rel=0.12)


def test_ageing_goes_the_way_it_goes() -> None:
    for sex in ("F", "M"):
        by_name = norms.CURVES
        assert by_name["Cerebral-Cortex"][sex].median(75) < by_name["Cerebral-Cortex"][sex].median(25)
        assert by_name["Hippocampus"][sex].median(75) < by_name["Hippocampus"][sex].median(25)
        assert by_name["Lateral-Ventricle"][sex].median(75) > 1.4 * by_name["Lateral-Ventricle"][sex].median(
            25
        )


def test_men_have_larger_heads() -> None:
    men = [norms.icv_ml(Key(n), "M") for n in range(300)]
    women = [norms.icv_ml(Key(n), "F") for n in range(300)]
    assert np.mean(men) == pytest.approx(1469, rel=0.02)
    assert np.mean(women) == pytest.approx(1289, rel=0.02)


def test_sides_differ_by_a_few_per_cent() -> None:
    person = Person(age_years=30, sex="F")
    leans = [np.log(np.divide(*norms.pair("Hippocampus", Key(n), person, 1289))) for n in range(300)]
    assert 0.03 < np.std(leans) < 0.09
    assert abs(np.mean(leans)) < 0.01


def test_ages_beyond_the_data_are_held() -> None:
    curve = norms.CURVES["Lateral-Ventricle"]["F"]
    assert curve.median(95) == curve.median(85)
    assert curve.median(2) == curve.median(8)
