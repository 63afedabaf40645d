import numpy as np
import pytest
import torch

from mindscan.core.volume import Volume
from mindscan.validate import shape

X, Y, Z = np.indices((90, 90, 90)) - 44.5
RADIUS = np.sqrt(X**2 + Y**2 + Z**2)


def ball(thickness: float, voxel_mm: float = 1.0) -> Volume:
    labels = np.where(RADIUS < 38, 3, 0)
    labels[38 - thickness > RADIUS] = 2
    return Volume(torch.from_numpy(labels.astype(np.int16)), np.diag([voxel_mm, voxel_mm, voxel_mm, 1]))


def test_area_of_a_ball() -> None:
    assert shape.area_mm2(RADIUS < 38) == pytest.approx(4 * np.pi * 38**2, rel=0.03)
    assert shape.area_mm2(RADIUS < 38, 2.0) == pytest.approx(4 * np.pi * 76**2, rel=0.09)


def test_a_ball_is_not_folded_and_a_cut_ball_is() -> None:
    whole = RADIUS < 38
    assert shape.folding_index(whole) == pytest.approx(1, abs=0.03)
    cut = whole & ~((np.abs(X) < 2) & (Y > -10))
    assert shape.folding_index(cut) > 1.25


@pytest.mark.parametrize("thickness", [2.0, 3.0, 4.0])
def test_thickness_of_a_shell(thickness: float) -> None:
    found = shape.thickness_mm(ball(thickness)) / shape.THICKNESS_SCALE
    assert found == pytest.approx(thickness, rel=0.05)
    assert shape.thickness_mm(ball(thickness, 0.5)) == pytest.approx(found * shape.THICKNESS_SCALE / 2)


def test_a_hemisphere_is_filled_and_of_one_side() -> None:
    data = ball(3.0).data.clone()
    data[40:50, 40:50, 40:50] = 0
    data[:10, :10, :10] = 42
    data[85:, 85:, 85:] = 3
    filled = shape.hemisphere(Volume(data, np.eye(4)), "Left")
    assert filled.sum() == (RADIUS < 38).sum()
