import math

import numpy as np
import pytest
import torch

from mindscan.core.key import Key
from mindscan.core.volume import Grid
from mindscan.imaging.projector import line_integrals
from mindscan.imaging.view import View

OBLIQUE = np.array([[0.9, 0.2, 0.0, -6.0], [-0.1, 1.1, 0.3, -7.0], [0.1, 0.0, 1.3, -6.0], [0, 0, 0, 1.0]])


def ball(radius_mm: float, size: int = 48) -> tuple[torch.Tensor, np.ndarray]:
    """A ball with a soft edge of one voxel, in float64, and its affine."""
    grid = Grid.centred((size, size + 4, size - 4), (1.0, 1.0, 1.0))
    axes = [torch.arange(n, dtype=torch.float64) - (n - 1) / 2 for n in grid.shape]
    i, j, k = torch.meshgrid(*axes, indexing="ij")
    return (radius_mm + 0.5 - (i * i + j * j + k * k).sqrt()).clamp(0, 1)[None], grid.affine


def seen(azimuth: float, tilt: float, pixels: int = 40, pixel_mm: float = 1.0) -> View:
    return View.towards((0, 0, 0), (azimuth, tilt, 0), (1000, 1200), (pixels, pixels), pixel_mm)


@pytest.mark.parametrize("azimuth", [0, 30, 45, 90, 133, 180, -90])
@pytest.mark.parametrize("tilt", [0, 20, -50])
def test_a_ball_is_as_thick_as_its_chords_from_everywhere(azimuth: float, tilt: float) -> None:
    volume, affine = ball(18.0)
    view = seen(azimuth, tilt)
    found = line_integrals(volume, affine, view.source, view.targets())[0]
    way = view.targets() - view.source
    way = way / way.norm(dim=-1, keepdim=True)
    nearest = (view.source - (view.source @ way.reshape(-1, 3).T).reshape(40, 40, 1) * way).norm(dim=-1)
    chord = 2 * (18.0**2 - nearest**2).clamp_min(0).sqrt()
    deep = nearest < 15
    assert bool(deep.any())
    assert float((found / chord - 1)[deep].abs().max()) < 0.02
    assert float((found - chord)[deep].mean().abs()) < 0.05
    assert float(found[nearest > 20].abs().sum()) == 0


def test_all_volumes_are_marched_alike_and_lengths_are_of_the_world() -> None:
    volume, affine = ball(18.0)
    view = seen(20, 10)
    one = line_integrals(volume, affine, view.source, view.targets())
    both = line_integrals(torch.cat([volume, 3 * volume]), affine, view.source, view.targets())
    assert torch.allclose(both, torch.cat([one, 3 * one]))
    wide = View.towards((0, 0, 0), (20, 10, 0), (2000, 2400), (40, 40), 2.0)
    large = line_integrals(volume, np.diag([2, 2, 2, 1]) @ affine, wide.source, wide.targets())
    assert torch.allclose(large, 2 * one)


def test_rays_through_an_oblique_slab() -> None:
    """Through a slab that reaches beyond the rays, a ray is as long as the slab is thick along it."""
    volume = torch.ones((1, 60, 8, 60), dtype=torch.float64)
    affine = OBLIQUE.copy()
    affine[:3, 3] = -(OBLIQUE[:3, :3] @ [29.5, 3.5, 29.5])
    source = torch.tensor([3.0, 500.0, -5.0], dtype=torch.float64)
    ends = torch.tensor([[0.0, -300, 0], [5, -300, 8], [-6, -300, 2]], dtype=torch.float64)
    found = line_integrals(volume, affine, source, ends)[0]
    across = torch.linalg.inv(torch.from_numpy(affine))[1, :3]
    way = ends - source
    length = 8 * way.norm(dim=-1) / (way @ across).abs()
    assert torch.allclose(found, length, rtol=1e-9)


def test_gradients_equal_finite_differences() -> None:
    """In every voxel, in the place of the source and in the pose of the detector."""
    generator = Key(3).generator()
    volume = torch.rand((2, 5, 6, 4), generator=generator, dtype=torch.float64, requires_grad=True)
    source = torch.tensor([7.3, 60.1, -4.2], dtype=torch.float64, requires_grad=True)
    ends = torch.rand((3, 3), generator=generator, dtype=torch.float64) * 3 - torch.tensor([1.2, 40.0, 1.3])
    grid = Grid.centred((5, 6, 4), (1.0, 1.1, 0.9))
    ends.requires_grad_()

    def project(volume: torch.Tensor, source: torch.Tensor, ends: torch.Tensor) -> torch.Tensor:
        return line_integrals(volume, grid.affine, source, ends)

    assert torch.autograd.gradcheck(project, (volume, source, ends), eps=1e-6, atol=1e-6)


def test_gradients_find_where_a_ball_was_seen_from() -> None:
    volume, affine = ball(10.0, 28)
    view = seen(0, 0, 16, 2.0)
    wanted = line_integrals(volume, affine, view.source, view.targets())
    shift = torch.tensor([1.5, 0.0, -1.0], dtype=torch.float64, requires_grad=True)
    climber = torch.optim.LBFGS([shift], max_iter=30, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        climber.zero_grad()
        moved = line_integrals(volume, affine, view.source + shift, view.targets() + shift)
        off = (moved - wanted).square().mean()
        off.backward()
        return off

    climber.step(loss)
    assert float(shift.detach()[[0, 2]].norm()) < 0.02


def test_single_precision_is_enough_for_a_head() -> None:
    volume, affine = ball(18.0)
    view = seen(33, 12)
    exact = line_integrals(volume, affine, view.source, view.targets())
    rough = line_integrals(volume.float(), affine, view.source, view.targets())
    assert rough.dtype == torch.float32
    assert float((rough - exact).abs().max()) < 2e-3


def test_shapes_follow_the_targets() -> None:
    volume, affine = ball(5.0, 12)
    view = seen(0, 0, 6)
    assert line_integrals(volume, affine, view.source, view.targets()).shape == (1, 6, 6)
    assert line_integrals(volume, affine, view.source, view.targets()[0, 0]).shape == (1,)
    middle = line_integrals(volume, affine, view.source, torch.tensor([0.0, -200.0, 0.0]))
    assert math.isclose(float(middle), 10, abs_tol=0.2)
