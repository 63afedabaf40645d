import numpy as np
import pytest
import torch

from mindscan.anatomy import template
from mindscan.anatomy.places import USUAL, Places, PlaceSize
from mindscan.anatomy.structure import Frame, Place
from mindscan.anatomy.warp import empty_lattice, exponential
from mindscan.core.key import Key
from mindscan.core.person import Person

PERSON = Person(age_years=40, sex="F")
STILL = ((0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0))


def frame() -> Frame:
    return Frame(template.load(), 1.0, empty_lattice(), Place(torch.zeros(0, 3), 1.0, 0.0), torch.zeros(0))


def moved(**sides: object) -> torch.Tensor:
    return Places().move(PlaceSize(**(dict.fromkeys(USUAL, STILL) | sides)), Key(1), frame())


def at(velocity: torch.Tensor, point: tuple[float, float, float]) -> list[float]:
    """Where the structure that was at a point has gone; points are looked up against the motion."""
    lattice = empty_lattice()
    return (-exponential(velocity, lattice).at(torch.tensor([point]))[:, 0]).tolist()


def test_nothing_moves_by_itself() -> None:
    assert float(moved().abs().max()) == 0


def test_a_structure_goes_where_it_is_told_and_its_twin_stays() -> None:
    velocity = moved(thalamus=(STILL[0], (1.5, -1.0, 2.0, 0.0)))
    assert at(velocity, (13.5, -17, 8)) == pytest.approx([1.5, -1.0, 2.0], abs=0.3)
    assert at(velocity, (-13.5, -17, 8)) == pytest.approx([0, 0, 0], abs=0.02)
    assert at(velocity, (45, 20, 40)) == pytest.approx([0, 0, 0], abs=1e-6)


def test_lateral_is_away_from_the_middle_on_both_sides() -> None:
    velocity = moved(thalamus=((1.5, 0, 0, 0), (1.5, 0, 0, 0)))
    assert at(velocity, (13.5, -17, 8))[0] > 1
    assert at(velocity, (-13.5, -17, 8))[0] < -1


def test_pitch_raises_the_front() -> None:
    velocity = moved(putamen=(STILL[0], (0, 0, 0, 8.0)))
    assert at(velocity, (29, 12, -1))[2] > 0.5
    assert at(velocity, (31, -10, -1))[2] < -0.5


def test_space_is_never_folded() -> None:
    for seed in range(5):
        velocity = Places().move(Places().draw(Key(seed), PERSON, 1400), Key(seed), frame())
        field = exponential(velocity, empty_lattice()).data
        slopes = torch.stack([torch.stack(torch.gradient(c, spacing=4.0)) for c in field])
        jacobian = slopes.permute(2, 3, 4, 0, 1) + torch.eye(3)
        assert float(torch.linalg.det(jacobian).min()) > 0


def test_sides_are_drawn_alike_but_not_equal_with_the_measured_spread() -> None:
    sizes = [Places().draw(Key(seed), PERSON, 1400) for seed in range(400)]
    for name, usual in USUAL.items():
        sides = np.array([getattr(size, name) for size in sizes])
        both, apart = sides.mean(1), (sides[:, 1] - sides[:, 0]) / 2
        assert both.std(0) == pytest.approx(np.array(usual.both), rel=0.15), name
        assert apart.std(0) == pytest.approx(np.array(usual.apart), rel=0.15), name
