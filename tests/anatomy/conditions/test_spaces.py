from functools import cache

import numpy as np
import pytest
import torch

from mindscan.anatomy import conditions
from mindscan.anatomy.conditions.perforators import ground
from mindscan.anatomy.conditions.spaces import Space, Spaces, SpacesSize, grade, laid, level
from mindscan.core.key import Key
from mindscan.core.person import Person
from surveys import survey

PERSON = Person(age_years=70, sex="F")
SITE = "centrum-semiovale"


@cache
def spaces() -> list[Space]:
    return list(laid(SITE, "Right", 15, 1.2, survey(), Key(1)))


def cut(z: float) -> int:
    """How many of them a plane cuts."""
    return sum(
        space.line[:, 2].min() - space.radius_mm <= z <= space.line[:, 2].max() + space.radius_mm
        for space in spaces()
    )


def test_the_fullest_plane_cuts_as_many_as_asked() -> None:
    assert max(cut(z) for z in range(10, 70)) == 15
    assert len(spaces()) > 15


def test_they_are_thin_and_run_from_cortex_to_ventricle_on_their_side() -> None:
    along = []
    for space in spaces():
        assert 0.3 <= space.radius_mm < 1.5
        assert (space.line[:, 0] > -2).all()
        on = space.line[-1] - space.line[0]
        middle = space.line.mean(0)
        along.append(abs(on @ middle) / np.linalg.norm(on) / np.linalg.norm(middle))
    assert np.median(along) > 0.9
    ends = np.concatenate([space.line[[0, -1]] for space in spaces()])
    assert (ground(survey(), SITE)[survey().index(ends)] > 0).all()


def test_the_level_is_the_distance_to_a_space_and_far_away_elsewhere() -> None:
    line = np.array([[0.0, 0, 0], [0, 0, 5], [0, 0, 10]])
    found = level([Space(line, 1.0), Space(line + np.array([12, 0, 0]), 1.0)], 1.0)
    at = found.at(torch.tensor([[0.0, 0, 5], [1.0, 0, 5], [13.0, 0, 5], [6.0, 0, 5]]))[0]
    assert -1 <= at[0] < -0.4
    assert at[1:3].tolist() == pytest.approx([0, 0], abs=0.3)
    assert at[3] == 60


def test_the_volume_is_that_of_a_tube_with_round_ends() -> None:
    line = np.array([[0.0, 0, 0], [0, 0, 10]])
    assert Space(line, 0.5).ml(1.0) * 1000 == pytest.approx(np.pi * 2.5 + np.pi / 6)


def test_grades_are_those_of_the_published_scale() -> None:
    assert [grade(n) for n in (0, 1, 10, 11, 20, 21, 40, 41)] == [0, 1, 1, 2, 2, 3, 3, 4]


def test_grades_go_with_the_severity() -> None:
    for site in ("basal_ganglia", "centrum_semiovale"):
        drawn = [conditions.draw("perivascular-spaces", Key(3), PERSON, s) for s in (0.1, 0.45, 1.0)]
        grades = [conditions.columns((each,))[f"pvs_{site}"] for each in drawn]
        assert grades == sorted(grades)
        assert grades[0] == 1 < grades[1] < grades[2]


def test_one_lesion_holds_all_spaces_of_a_side_and_the_fuller_side_has_more() -> None:
    params = SpacesSize(
        severity=0.5, basal_ganglia=0, centrum_semiovale=12, fuller="R", other=0.5, width_mm=1.2
    )
    left, right = Spaces().lesions(params, Key(1), survey())
    assert left.grade == right.grade == "centrum-semiovale-2"
    assert left.ml < 0.8 * right.ml
