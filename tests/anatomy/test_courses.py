import numpy as np
import torch

from mindscan.anatomy.courses import settle
from mindscan.anatomy.structure import Course


def straight(x: float, y: float, count: int = 20, fixed: bool = False) -> Course:
    xyz = np.stack([np.full(count, x), np.full(count, y), 2.0 * np.arange(count)], 1)
    return Course(950, xyz, np.full(count, 2.0), False, fixed)


def canal(xyz: torch.Tensor) -> torch.Tensor:
    """Fluid in a canal along z, 3 mm beside the axis."""
    return (torch.hypot(xyz[:, 0] - 3, xyz[:, 1]) < 1.6).float()


def test_a_course_finds_the_fluid_beside_it() -> None:
    tubes, gone = settle([straight(0, 0)], canal)
    assert np.abs(tubes[0].xyz[:, 0] - 3).max() <= 1.6
    assert np.abs(np.diff(tubes[0].xyz, axis=0)).max() < 4
    assert gone[0.0, 0.0, 38.0] == tuple(tubes[0].xyz[-1])


def test_a_fixed_course_stays() -> None:
    tubes, _ = settle([straight(0, 0), straight(0, 0, fixed=True)], canal)
    assert np.allclose(tubes[1].xyz[1:-1, :2], 0, atol=3)


def test_a_branch_starts_where_its_trunk_has_gone() -> None:
    trunk = straight(0, 0)
    xyz = trunk.xyz[10] + np.arange(12)[:, None] * (0, 2.0, 0)
    branch = Course(951, xyz, np.ones(12), False, False)
    tubes, gone = settle([trunk, branch], canal)
    assert tuple(tubes[1].xyz[0]) == gone[tuple(trunk.xyz[10])]
