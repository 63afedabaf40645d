"""A voxel at a known place of the world appears at the right pixel, for any affine."""

import numpy as np
import pytest
import torch

from mindscan.core.volume import Volume
from mindscan.report.plane import NORMAL, Plane, cut, cut_labels, field_of_view, widened

BOX = ((-60.0, 60.0), (-80.0, 70.0), (-50.0, 55.0))
VIEWS = ("axial", "coronal", "sagittal")


def turned(degrees: float) -> np.ndarray:
    """A rotation about all three axes."""
    a, b, c = np.radians([degrees, degrees / 2, -degrees])
    x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return x @ y @ z


AXES = {
    "ras": np.diag([2.0, 2.0, 2.0]),
    "anisotropic": np.diag([1.5, 2.0, 5.0]),
    "flipped": np.diag([-2.0, -2.0, 2.0]),
    "turned axes": np.array([[0, 0, 3.0], [-2.0, 0, 0], [0, 1.5, 0]]),
    "oblique": turned(20) @ np.diag([2.0, 1.5, 3.0]),
}


def marked(axes: np.ndarray, place: tuple[float, float, float]) -> tuple[Volume, np.ndarray]:
    """A dark volume around the origin with one bright voxel near a place, and where that voxel lies."""
    shape = np.ceil(2 * 62 / np.linalg.norm(axes, axis=0)).astype(int) + 40
    affine = np.eye(4)
    affine[:3, :3] = axes
    affine[:3, 3] = -axes @ ((shape - 1) / 2)
    index = np.rint(np.linalg.solve(axes, np.array(place) - affine[:3, 3])).astype(int)
    data = torch.zeros(*shape)
    data[tuple(index)] = 100.0
    return Volume(data, affine), axes @ index + affine[:3, 3]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("convention", ["radiological", "neurological"])
@pytest.mark.parametrize("name", AXES)
def test_a_marked_voxel_is_where_the_letters_say(view: str, convention: str, name: str) -> None:
    volume, (x, y, z) = marked(AXES[name], (31.0, 42.0, -23.0))
    plane = Plane(view, (x, y, z)[NORMAL[view]], BOX, 0.5, convention)
    picture = cut(volume, plane)
    row, column = np.unravel_index(picture.argmax(), picture.shape)
    letters = {"axial": (x, y), "coronal": (x, z), "sagittal": (y, z)}[view]
    ends = {"axial": "LRPA", "coronal": "LRIS", "sagittal": "PAIS"}[view]
    left, right, top, bottom = plane.sides
    (low, high), (floor, ceiling) = (
        BOX["xyz".index(axis)] for axis in {"axial": "xy", "coronal": "xz"}.get(view, "yz")
    )
    share = (letters[0] - low) / (high - low)
    across = share if (left, right) == (ends[0], ends[1]) else 1 - share
    assert {left, right} == set(ends[:2])
    assert (top, bottom) == (ends[3], ends[2])
    width, height = plane.size
    assert column + 0.5 == pytest.approx(across * width, abs=1.5)
    assert row + 0.5 == pytest.approx((ceiling - letters[1]) / (ceiling - floor) * height, abs=1.5)
    assert picture.max() > 60


def test_conventions_differ_only_in_the_side_of_the_right() -> None:
    volume, place = marked(AXES["ras"], (31.0, 42.0, -23.0))
    radiological = cut(volume, Plane("axial", place[2], BOX, 1.0, "radiological"))
    neurological = cut(volume, Plane("axial", place[2], BOX, 1.0, "neurological"))
    assert np.array_equal(radiological, neurological[:, ::-1])
    assert radiological.argmax(axis=1).max() < radiological.shape[1] / 2


def test_pixel_agrees_with_the_picture() -> None:
    volume, place = marked(AXES["oblique"], (-20.0, 10.0, 5.0))
    for view in VIEWS:
        plane = Plane(view, place[NORMAL[view]], BOX, 0.5)
        picture = cut(volume, plane)
        row, column = np.unravel_index(picture.argmax(), picture.shape)
        assert plane.pixel(tuple(place)) == pytest.approx((column, row), abs=1.0)


def test_points_and_pixels_are_inverse() -> None:
    plane = Plane("coronal", 7.0, BOX, 0.7, "neurological")
    points = plane.points()
    assert plane.pixel(tuple(points[13, 29])) == pytest.approx((29, 13))
    assert np.all(points[..., 1] == 7.0)


def test_cut_is_exact_for_linear_signals_and_zero_outside() -> None:
    axes = AXES["oblique"]
    volume, _ = marked(axes, (0.0, 0.0, 0.0))
    world = np.moveaxis(np.indices(volume.data.shape), 0, -1) @ axes.T + volume.affine[:3, 3]
    linear = Volume(torch.from_numpy((world @ [1.0, -2.0, 0.5]).astype(np.float32)), volume.affine)
    plane = Plane("sagittal", 3.0, ((-9, 9), (-9, 9), (-9, 9)), 1.0)
    assert cut(linear, plane) == pytest.approx(plane.points() @ [1.0, -2.0, 0.5], abs=1e-3)
    far = Plane("sagittal", 900.0, BOX, 1.0)
    assert not cut(linear, far).any()
    assert not cut_labels(linear, far).any()


def test_labels_are_never_mixed() -> None:
    labels = Volume(torch.tensor([2, 41]).repeat(6, 6, 3).to(torch.int16), np.diag([3.0, 3.0, 3.0, 1.0]))
    seen = cut_labels(labels, Plane("coronal", 4.4, ((-3, 20), (-3, 20), (-3, 20)), 0.31))
    assert set(np.unique(seen)) == {0, 2, 41}


def test_field_of_view_holds_what_is_inside() -> None:
    volume, place = marked(AXES["flipped"], (31.0, 42.0, -23.0))
    box = widened(field_of_view(volume, volume.numpy() > 50), 5.0)
    for (low, high), at in zip(box, place, strict=True):
        assert (low, high) == pytest.approx((at - 5.0, at + 5.0))
    whole = field_of_view(volume, volume.numpy() > 500)
    assert whole[0][1] - whole[0][0] == pytest.approx(2.0 * (volume.data.shape[0] - 1))
