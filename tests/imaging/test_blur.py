import math

import pytest
import torch

from mindscan.core.key import Key
from mindscan.imaging.blur import gaussian_taps, point_spread

NOISE = torch.rand((17, 19, 23), generator=Key(1).generator())


@pytest.mark.parametrize("sd", [0.0, 0.13, 0.3, 0.5, 1.0, 2.7, 9.0])
def test_taps_sum_to_one_and_have_the_second_moment_asked_for(sd: float) -> None:
    taps = gaussian_taps(sd)
    assert taps[0] + 2 * sum(taps[1:]) == pytest.approx(1)
    moment = 2 * sum(x * x * tap for x, tap in enumerate(taps))
    assert math.sqrt(moment) == pytest.approx(sd, rel=1e-6)
    assert taps == sorted(taps, reverse=True)


def test_no_width_changes_nothing() -> None:
    assert point_spread(NOISE, 0.0, (1.0, 1.0, 1.0)).equal(NOISE)


def test_the_argument_is_left_as_it_is() -> None:
    before = NOISE.clone()
    point_spread(NOISE, 3.0, (1.0, 1.0, 1.0))
    assert NOISE.equal(before)


def test_a_wide_blur_of_a_constant_is_that_constant_up_to_the_border() -> None:
    flat = torch.full((5, 4, 3), 7.0)
    torch.testing.assert_close(point_spread(flat, 20.0, (1.0, 1.0, 1.0)), flat)


def test_axes_are_treated_alike() -> None:
    turned = point_spread(NOISE.permute(2, 0, 1).contiguous(), 2.0, (3.0, 1.0, 2.0))
    torch.testing.assert_close(turned.permute(1, 2, 0), point_spread(NOISE, 2.0, (1.0, 2.0, 3.0)))


def test_slabs_leave_no_seams() -> None:
    # 40 planes of 100 x 100 voxels are worked on in several slabs; one column of them in one.
    column = torch.rand((40, 1, 1), generator=Key(2).generator())
    wide = point_spread(column.expand(40, 100, 100).contiguous(), 4.0, (1.0, 1.0, 1.0))
    torch.testing.assert_close(wide[:, 50:51, 50:51], point_spread(column, 4.0, (1.0, 1.0, 1.0)))
