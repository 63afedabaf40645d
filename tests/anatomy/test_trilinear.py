import math

import numpy as np
import pytest
import torch
from scipy import ndimage

from mindscan.anatomy.trilinear import trilinear
from mindscan.core.key import Key


@pytest.mark.parametrize("shape", [(1, 5, 6, 7), (3, 5, 1, 7), (9, 2, 3, 4), (1, 1, 1, 1)])
def test_values_are_those_of_an_independent_library(shape: tuple[int, ...]) -> None:
    rng = Key(1).rng()
    data = rng.normal(size=shape).astype(np.float32)
    origin, step = (-2.0, 1.0, 0.5), 2.0
    xyz = rng.uniform(-6, 18, (500, 3)).astype(np.float32)
    index = (xyz.T.astype(float) - np.reshape(origin, (3, 1))) / step
    wanted = np.stack([ndimage.map_coordinates(d, index, order=1, mode="nearest") for d in data])
    found = trilinear(torch.from_numpy(data), torch.from_numpy(xyz), origin, step)
    assert np.allclose(found.numpy(), wanted, atol=1e-4)


def test_axes_may_lie_in_any_order_in_memory() -> None:
    generator = Key(2).generator()
    data, xyz = (torch.rand(shape, generator=generator) * 6 for shape in ((2, 6, 5, 4), (50, 3)))
    wanted = trilinear(data, xyz, (0, 0, 0), 1)
    turned = data.permute(0, 3, 1, 2).contiguous().permute(0, 2, 3, 1)
    assert torch.equal(trilinear(turned, xyz.T.contiguous().T, (0, 0, 0), 1), wanted)


def test_points_at_infinity_and_no_numbers_stay_within_the_lattice() -> None:
    data = torch.arange(8.0).reshape(1, 2, 2, 2)
    xyz = torch.tensor([[math.inf] * 3, [-math.inf] * 3, [math.nan] * 3])
    assert trilinear(data, xyz, (0, 0, 0), 1).tolist() == [[7, 0, 0]]


def test_no_points_give_no_values() -> None:
    assert trilinear(torch.ones((2, 3, 3, 3)), torch.empty((0, 3)), (0, 0, 0), 1).shape == (2, 0)
