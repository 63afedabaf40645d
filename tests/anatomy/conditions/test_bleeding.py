import numpy as np
import pytest

from mindscan.anatomy.conditions.bleeding import clotted, mixed, poured, way_mm
from mindscan.imaging.attenuation import MATTER, linear_attenuation
from mindscan.imaging.tissues import MADE_OF
from surveys import survey


def attenuates(name: str) -> float:
    (substance,) = MADE_OF[name]
    return float(linear_attenuation(substance)[60])


def test_blood_in_fluid_loses_its_density_within_two_weeks() -> None:
    for label in (clotted, mixed):
        seen = [attenuates(label(days)) for days in (0.1, 5, 20)]
        assert seen[0] > seen[1] >= seen[2]
    assert attenuates(mixed(1)) < attenuates(clotted(1))
    assert MATTER["clot in fluid"].hounsfield == (50, 70)


def test_the_way_goes_through_fluid() -> None:
    look = survey()
    fluid = np.abs(look.nodes[..., 0]) < 6
    way = way_mm(look, (0, 0, 0), fluid)
    along, across = way[look.index(np.array([[0, 40, 0], [40, 0, 0]], float))]
    assert along == pytest.approx(40, abs=6)
    assert across > 3 * along


def test_what_is_poured_fills_what_comes_first_and_rather_more_than_asked() -> None:
    look = survey()
    fluid = look.mask("Lateral-Ventricle")
    level = poured(look.nodes[..., 1], fluid, 2.0, look)
    inside = level.nodes()[level.data.flatten() < 0]
    ball = np.linalg.norm(inside.numpy() / (1.2, 2, 1), axis=1) < 12
    assert level.step_mm == 1
    assert 2.0 < ball.sum() / 1000 < 2.6
    assert inside[:, 1].max() < 0
