import numpy as np
import pytest
import torch

from mindscan.anatomy.distance import ellipsoid, joined, rods, signed_distance, tube


def radius(shape: tuple[int, int, int], centre: tuple[float, float, float]) -> np.ndarray:
    grid = np.indices(shape, np.float32)
    return np.sqrt(sum((axis - c) ** 2 for axis, c in zip(grid, centre, strict=True)))


@pytest.mark.parametrize("size", [6.0, 9.3, 12.7])
def test_distance_to_a_sphere_is_right_between_voxels(size: float) -> None:
    r = radius((40, 42, 44), (19.6, 20.3, 21.1))
    share = np.clip(0.5 - (r - size), 0, 1).astype(np.float32)
    found = signed_distance(share, smooth_mm=0.0)
    band = np.abs(r - size) < 5
    gaps = np.abs(found - (r - size))[band]
    assert gaps.mean() < 0.13
    assert np.percentile(gaps, 99) < 0.4
    assert gaps.max() < 0.6


def test_sign_is_negative_inside() -> None:
    r = radius((30, 30, 30), (15, 15, 15))
    found = signed_distance((r < 8).astype(np.float32))
    assert found[15, 15, 15] < -6
    assert found[0, 0, 0] > 10


def test_ellipsoid_with_equal_axes_is_a_sphere() -> None:
    points = [axis - 10 for axis in np.indices((20, 20, 20), np.float32)]
    expected = radius((20, 20, 20), (10, 10, 10)) - 4
    away = radius((20, 20, 20), (10, 10, 10)) > 0.5
    assert np.allclose(ellipsoid(points, (0, 0, 0), (4, 4, 4))[away], expected[away], atol=1e-4)


def test_turning_an_ellipsoid_about_z_swaps_its_axes() -> None:
    points = [axis - 10 for axis in np.indices((21, 21, 21), np.float32)]
    turned = ellipsoid(points, (0, 0, 0), (6, 3, 2), (0, 0, 90))
    assert np.allclose(turned, ellipsoid(points, (0, 0, 0), (3, 6, 2)), atol=1e-3)


def test_tube_is_a_capsule() -> None:
    points = [axis.astype(np.float32) for axis in np.indices((5, 5, 30))]
    found = tube(points, [((2, 2, 5), 2), ((2, 2, 20), 4)])
    assert found[2, 2, 5] == pytest.approx(-2)
    assert found[2, 2, 20] == pytest.approx(-4)
    assert found[2, 2, 27] == pytest.approx(3)


def test_rods_are_tubes_at_points() -> None:
    path = (((0, 0, 0), 2.0), ((10, 0, 3), 4.0), ((12, 8, 3), 1.0))
    axes = np.meshgrid(*[np.linspace(-5, 15, 6, dtype=np.float32)] * 3, indexing="ij")
    points = torch.tensor(np.stack([axis.ravel() for axis in axes], 1))
    assert np.allclose(rods(points, path), tube(axes, path).ravel(), atol=1e-4)


def test_a_joined_solid_holds_both_and_little_more() -> None:
    a, b = torch.linspace(-10, 10, 81), torch.linspace(10, -10, 81)
    both = joined(a, b, 4.0)
    assert bool((both <= torch.minimum(a, b)).all())
    assert float((torch.minimum(a, b) - both).max()) == 1.0
