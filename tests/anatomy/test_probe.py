import pytest
import torch

from mindscan.anatomy import probe


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("at", [0.0, 0.4, 1.0, 1.7])
def test_thin_sheets_count_as_thick_as_they_are(axis: int, at: float) -> None:
    nodes = probe.nodes("cpu")
    inside = ((nodes - torch.tensor([-1.0, -17.0, 10.0])).abs() < 40).all(1)
    sheet = (0.5 + 0.5 - (nodes[:, axis] - at).abs()).clamp(0, 1)
    ml = float((inside * sheet).sum()) * probe.point_ml(1.0)
    assert ml == pytest.approx(80 * 80 * 1.0 / 1000, rel=0.03)


def test_volumes_grow_with_the_cube_of_the_scale() -> None:
    assert probe.point_ml(2.0) == 8 * probe.point_ml(1.0)
    assert probe.nodes("cpu").unique(dim=0).shape == probe.nodes("cpu").shape
