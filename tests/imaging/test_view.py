import numpy as np
import pytest
import torch

from mindscan.imaging.view import View


def test_from_the_front_the_right_of_the_head_is_at_the_left_of_the_picture() -> None:
    view = View.towards((0, 0, 0), (0, 0, 0), (1000, 1200), (101, 101), 1.0)
    right, up = view.project(torch.tensor([[10.0, 0, 0], [0, 0, 10.0]])).tolist()
    assert right == pytest.approx([50 - 12, 50, 1.2])
    assert up == pytest.approx([50, 50 - 12, 1.2])


def test_from_the_right_the_face_is_at_the_right_of_the_picture() -> None:
    view = View.towards((0, 0, 0), (90, 0, 0), (1000, 1200), (101, 101), 1.0)
    assert view.source.tolist() == pytest.approx([1000, 0, 0], abs=1e-9)
    assert view.project(torch.tensor([[0, 10.0, 0]]))[0].tolist() == pytest.approx([62, 50, 1.2])


def test_tilt_leads_the_beam_to_the_feet_and_roll_turns_the_detector() -> None:
    low = View.towards((0, 0, 0), (0, 30, 0), (1000, 1200), (11, 11), 1.0)
    assert float(low.source[2]) == pytest.approx(500)
    turned = View.towards((0, 0, 0), (0, 0, 90), (1000, 1200), (101, 101), 1.0)
    up = turned.project(torch.tensor([[0.0, 0, 10.0]]))[0, :2].tolist()
    assert up == pytest.approx([50 - 12, 50])


@pytest.mark.parametrize("turns", [(0, 0, 0), (93, -20, 12), (45, 15, -170)])
def test_points_fall_where_the_rays_end(turns: tuple[float, float, float]) -> None:
    view = View.towards((5, -10, 20), turns, (900, 1150), (32, 48), 4.0)
    targets = view.targets()
    assert targets.shape == (32, 48, 3)
    for column, row, way in ((0, 0, 0.8), (31, 47, 0.7), (7, 30, 0.95)):
        point = view.source + (targets[column, row] - view.source) * way
        assert view.project(point[None])[0].tolist() == pytest.approx([column, row, 1 / way])
        assert view.affine() @ [column, row, 0, 1] == pytest.approx([*targets[column, row].tolist(), 1])
    centre = view.project(torch.tensor([[5.0, -10, 20]]))[0].tolist()
    assert centre == pytest.approx([15.5, 23.5, 1150 / 900])


def test_the_affine_is_a_frame() -> None:
    axes = View.towards((0, 0, 0), (40, 10, 5), (900, 1150), (8, 8), 0.5).affine()[:3, :3]
    assert np.linalg.norm(axes, axis=0) == pytest.approx([0.5, 0.5, 0.5])
    assert axes.T @ axes == pytest.approx(np.diag([0.25] * 3), abs=1e-12)


def test_what_is_behind_the_focus_has_no_place() -> None:
    view = View.towards((0, 0, 0), (0, 0, 0), (1000, 1200), (8, 8), 0.5)
    assert view.project(torch.tensor([[0.0, 1001.0, 0.0]])).isnan().all()
