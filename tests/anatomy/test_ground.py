import numpy as np
import pytest
import torch
from scipy import ndimage
from skimage.measure import euler_number

from mindscan.anatomy.build import Model
from mindscan.anatomy.cerebrum import SheetPainter
from mindscan.anatomy.ground import NEVER_MM, SHARE, Ground, ground
from mindscan.anatomy.level import level


@pytest.fixture(scope="module")
def right(model: Model) -> Ground:
    return ground(level(next(p.sheet for p in model.inner if isinstance(p, SheetPainter)), 1))


def test_the_carved_hemisphere_is_a_ball(right: Ground) -> None:
    solid = right.valley.data[0].numpy() > 0
    assert euler_number(solid, 3) == 1
    assert ndimage.label(solid, np.ones((3, 3, 3)))[1] == 1
    assert ndimage.label(~solid)[1] == 1


def test_the_ball_is_nearly_what_the_level_says(right: Ground) -> None:
    nodes = right.valley.nodes()
    inside = torch.lerp(*right.shells.data, SHARE).flatten() > 0
    within = right.valley.data[1].flatten() > 0
    same = (right.valley.data[0].flatten() > 0) == inside
    assert float(same.float().mean()) > 0.97
    assert float(same[within].float().mean()) > 0.85
    assert float((right.at(nodes[::97], 0.0) - right.level.at(nodes[::97], 0.0)).abs().max()) < 1e-3


def test_ways_lead_from_outside_to_the_bottoms_of_sulci(right: Ground) -> None:
    way = right.valley.data[1].numpy()
    carved = right.valley.data[0].numpy() < 0
    assert (way[carved] < NEVER_MM).all()
    assert (way <= NEVER_MM).all()
    assert 12 < right.deepest() < 120
    step = np.abs(np.diff(way, axis=0))[carved[1:] & carved[:-1] & (way[1:] > 0) & (way[:-1] > 0)]
    assert step.max() < right.valley.step_mm + 1e-3
