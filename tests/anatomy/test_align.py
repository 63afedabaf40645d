import numpy as np
import pytest
import torch

from mindscan.anatomy import align
from mindscan.core.volume import Volume
from validate.brains import made


def test_the_fit_takes_out_what_an_affine_map_can() -> None:
    labels = made(1, "F", 40)
    turn = np.eye(4)
    turn[:3, :3] = [[1.08, 0.10, 0.0], [-0.08, 0.95, 0.05], [0.0, -0.06, 1.02]]
    turn[:3, 3] = (12, -9, 7)
    moved = Volume(labels.data, turn @ labels.affine)
    undone = np.linalg.inv(turn) @ align.to_template(moved)
    corners = np.array([[x, y, z, 1.0] for x in (-60, 60) for y in (-90, 60) for z in (-40, 70)])
    off = corners @ (undone - align.to_template(labels)).T
    assert np.linalg.norm(off[:, :3], axis=1).max() < 0.5


def test_the_left_half_is_carried_with_the_map() -> None:
    data = np.zeros((60, 60, 60), np.int16)
    data[20:30, 20:40, 20:40] = 3
    affine = np.eye(4)
    affine[:3, 3] = (-60, -30, -30)
    carry = np.diag([1.0, 1.0, 1.0, 1.0])
    labels = Volume(torch.from_numpy(data), affine)
    half = align.left_half(labels, carry)
    assert half.shape == (88, 200, 164)
    assert np.count_nonzero(half == 3) == 10 * 20 * 20
    carry[0, 3] = 40
    assert np.count_nonzero(align.left_half(labels, carry)) == pytest.approx(10 * 20 * 20)
    carry[0, 3] = -200
    assert np.count_nonzero(align.left_half(labels, carry)) == 0
