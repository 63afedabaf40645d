import numpy as np
import pytest

from mindscan.anatomy import anatomy, build, conditions
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.validate import plaques


def balls(*places: tuple[int, int, int], reach: int = 2) -> np.ndarray:
    found = np.zeros((40, 40, 40), bool)
    for x, y, z in places:
        found[x : x + reach, y : y + reach, z : z + reach] = True
    return found


def test_plaques_hang_together_over_corners_and_specks_are_left_out() -> None:
    assert plaques.volumes(balls((5, 5, 5), (7, 7, 7), (20, 20, 20))).tolist() == [16, 8]
    assert plaques.volumes(balls((5, 5, 5), reach=1)).tolist() == []


def test_density_is_alike_where_plaques_are() -> None:
    one, other = (plaques.density([balls(place)]) for place in ((10, 10, 10), (11, 10, 10)))
    away = plaques.density([balls((30, 30, 30))])
    assert plaques.correlation(one, one) == pytest.approx(1)
    assert plaques.correlation(one, other) > 0.9
    assert plaques.correlation(one, away) < 0.1


def test_the_same_people_do_not_differ() -> None:
    people = [balls((10, 10, 10)), balls((10, 10, 10), (20, 20, 20))]
    found = {name: value for name, value, _ in plaques.compared(people, people)}
    assert [value for name, value in found.items() if "Kolmogorov" in name] == [0, 0, 0]
    assert found["density, correlation"] == pytest.approx(1)


def test_a_mask_holds_the_volume_of_the_lesions() -> None:
    person = Person(age_years=40, sex="F")
    illness = conditions.draw("multiple-sclerosis", Key(4), person, 0.5)
    head = build.model(anatomy.draw(Key(4), person), Key(4), illnesses=(illness,))
    affine = np.diag([1.0, 1, 1, 1])
    affine[:3, 3] = -90, -126, -72
    ml = plaques.mask(head, (182, 218, 182), affine).sum() * head.scale**3 / 1000
    assert ml == pytest.approx(sum(lesion.ml for lesion in head.lesions), rel=0.2)
