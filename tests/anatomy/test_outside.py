import pytest
import torch

from mindscan.anatomy import template
from mindscan.anatomy.outside import both_sides, grown, last_crossings, solid
from mindscan.anatomy.structure import Frame, Place
from mindscan.anatomy.template import CAVITY_REACH_MM
from mindscan.anatomy.warp import empty_lattice


@pytest.fixture(scope="module")
def frame() -> Frame:
    nowhere = Place(torch.zeros((0, 3)), 1.0, 0.0)
    return Frame(template.load(), 1.0, empty_lattice(), nowhere, torch.zeros(0))


def test_a_ray_leaves_a_shell_at_its_outside(frame: Frame) -> None:
    """A ball of 20 mm with a hollow of 10 mm: the last crossing is at 20 mm."""

    def shell(place: Place) -> torch.Tensor:
        radius = place.xyz.norm(dim=1)
        return torch.maximum(radius - 20, 10 - radius)

    found = last_crossings(shell, {"up": ((0, 0, 0), (0, 0, 50)), "side": ((0, 0, 0), (40, 40, 0))}, frame)
    assert found["up"] == pytest.approx((0, 0, 20), abs=1e-3)
    assert found["side"] == pytest.approx((200**0.5, 200**0.5, 0), abs=1e-3)


def test_solids_have_names(frame: Frame) -> None:
    place = Place(torch.tensor([[32.0, 50.0, -45.0]]), 1.0, 0.0)
    assert float(solid("orbit", place, frame)) < 0 < float(solid("airway", place, frame))
    assert float(solid("skin", place, frame)) < float(solid("bone", place, frame))


def test_cavities_are_far_from_the_edge_of_their_box(frame: Frame) -> None:
    """Beyond the box nobody asks for them; in the neck and beside the ears it ends with all else."""
    field, everything = (frame.template.fields[name] for name in ("cavities", "outer"))
    nearest = field.data.amin(0)
    for axis, side in ((1, 0), (1, -1), (2, -1)):
        assert float(nearest.select(axis, side).min()) > CAVITY_REACH_MM - 0.1
    assert field.box()[0][2] == everything.box()[0][2]
    assert field.box()[1][0] == everything.box()[1][0]


def test_left_rays_mirror_right_ones() -> None:
    rays = both_sides({"gonion": ((47, 2, -122), (50, -8, -130))})
    assert rays["L gonion"] == ((-47, 2, -122), (-50, -8, -130))


def test_growth_ends() -> None:
    assert grown(0, 0.6, 5) == pytest.approx(0.6)
    assert grown(90, 0.6, 5) == pytest.approx(1)
