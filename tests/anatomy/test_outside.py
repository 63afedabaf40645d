import pytest
import torch

from mindscan.anatomy import template
from mindscan.anatomy.outside import both_sides, channels, grown, last_crossings
from mindscan.anatomy.solids import OUTER
from mindscan.anatomy.structure import Frame, Place
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


def test_channels_have_names(frame: Frame) -> None:
    found = channels(Place(torch.tensor([[32.0, 50.0, -45.0]]), 1.0, 0.0), frame)
    assert tuple(found) == OUTER
    assert float(found["orbit"]) < 0 < float(found["airway"])


def test_left_rays_mirror_right_ones() -> None:
    rays = both_sides({"gonion": ((47, 2, -122), (50, -8, -130))})
    assert rays["L gonion"] == ((-47, 2, -122), (-50, -8, -130))


def test_growth_ends() -> None:
    assert grown(0, 0.6, 5) == pytest.approx(0.6)
    assert grown(90, 0.6, 5) == pytest.approx(1)
