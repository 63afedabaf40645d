import pytest
import torch

from mindscan.anatomy import template
from mindscan.anatomy.push import push
from mindscan.anatomy.structure import Frame, Place
from mindscan.anatomy.warp import empty_lattice, exponential


@pytest.fixture(scope="module")
def frame() -> Frame:
    nowhere = Place(torch.zeros((0, 3)), 1.0, 0.0)
    return Frame(template.load(), 1.0, empty_lattice(), nowhere, torch.zeros(0))


def test_a_push_widens_one_side_and_leaves_the_other(frame: Frame) -> None:
    wall = frame.template.fields["Lateral-Ventricle"]
    moved = exponential(push(wall, frame, 0.0, 3.0, 12.0), frame.lattice)
    nodes = wall.nodes()
    before = wall.at(nodes)[0] < 0
    after = wall.at(nodes + moved.at(nodes).T)[0] < 0
    right = nodes[:, 0] > 6
    left = nodes[:, 0] < -6
    assert int((after & right).sum()) > 1.3 * int((before & right).sum())
    assert int((after & left).sum()) == pytest.approx(int((before & left).sum()), rel=0.05)


def test_a_push_fades_with_distance(frame: Frame) -> None:
    wall = frame.template.fields["Lateral-Ventricle"]
    velocity = push(wall, frame, 3.0, 3.0, 12.0).flatten(1).norm(dim=0)
    distance = wall.at(frame.lattice.nodes())[0]
    assert float(velocity[distance > 5.9].max()) <= 3.0
    assert float(velocity.max()) <= 4.5
