import pytest
import torch

from mindscan.anatomy import template
from mindscan.anatomy.structure import Frame, Place
from mindscan.anatomy.warp import Warp, WarpSize, empty_lattice, exponential, inverse
from mindscan.core.key import Key


@pytest.fixture(scope="module")
def displacement():
    lattice = empty_lattice()
    nowhere = Place(torch.zeros((0, 3)), 0.9, 0.0)
    frame = Frame(template.load(), 0.9, lattice, nowhere, torch.zeros(0))
    size = WarpSize(broad_mm=4.2, middle_mm=2.9, fine_mm=1.6)
    return exponential(Warp().move(size, Key(3), frame), lattice)


def test_no_velocity_is_the_identity() -> None:
    lattice = empty_lattice()
    assert float(exponential(lattice.data, lattice).data.abs().max()) == 0


def test_the_strongest_usual_warp_moves_but_never_folds(displacement) -> None:
    u = displacement.data
    assert 1.5 < float(u.square().sum(0).mean().sqrt()) < 8
    rows = [torch.stack(torch.gradient(u[axis], spacing=displacement.step_mm)) for axis in range(3)]
    jacobian = torch.stack(rows).permute(2, 3, 4, 0, 1) + torch.eye(3)
    assert float(torch.linalg.det(jacobian).min()) > 0.2


def test_inverse_is_exact(displacement) -> None:
    targets = torch.rand((200, 3), generator=Key(5).generator(), dtype=torch.float64) * 120 - 60
    points = inverse(displacement, targets)
    reached = points + displacement.at(points.float()).T.double()
    assert float((reached - targets).abs().max()) < 1e-4


def test_each_scale_has_its_own_stream() -> None:
    lattice = empty_lattice()
    nowhere = Place(torch.zeros((0, 3)), 1.0, 0.0)
    frame = Frame(template.load(), 1.0, lattice, nowhere, torch.zeros(0))
    only_broad = Warp().move(WarpSize(broad_mm=2, middle_mm=0, fine_mm=0), Key(3), frame)
    only_fine = Warp().move(WarpSize(broad_mm=0, middle_mm=0, fine_mm=1), Key(3), frame)
    both = Warp().move(WarpSize(broad_mm=2, middle_mm=0, fine_mm=1), Key(3), frame)
    assert torch.allclose(only_broad + only_fine, both, atol=1e-5)
