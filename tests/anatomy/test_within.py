import math

import pytest
import torch

from mindscan.anatomy.within import within
from mindscan.core.key import Key


@pytest.mark.parametrize("turned", [False, True])
def test_points_are_those_that_comparisons_find(turned: bool) -> None:
    xyz = torch.rand((3, 4000) if turned else (4000, 3), generator=Key(1).generator()) * 10
    xyz = xyz.T if turned else xyz
    low, high = (1.5, 0.0, 4.1), (9.0, 5.0, 8.2)
    inside = ((xyz >= torch.tensor(low)) & (xyz <= torch.tensor(high))).all(1)
    assert 0 < int(inside.sum()) < 4000
    assert torch.equal(within(xyz, low, high), inside.nonzero()[:, 0])


def test_the_border_counts_and_what_is_no_number_does_not() -> None:
    rows = [(0, 0, 0), (1, 2, 3), (1.001, 2, 3), (0, 0, math.nan), (0, math.inf, 0)]
    assert within(torch.tensor(rows), (0, 0, 0), (1, 2, 3)).tolist() == [0, 1]


def test_whole_numbers_and_no_points_at_all() -> None:
    assert within(torch.tensor([[5, 5, 5], [0, 5, 0]]), (0, 0, 0), (4, 6, 4)).tolist() == [1]
    assert within(torch.empty((0, 3)), (0, 0, 0), (1, 1, 1)).tolist() == []
