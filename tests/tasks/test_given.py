"""What is no scan of a human head is refused in one line."""

import numpy as np
import pytest
import torch

from mindscan.core.errors import SettingsError
from mindscan.core.volume import Grid, Volume
from mindscan.tasks.given import accepted

HEAD = Grid.centred((90, 100, 80), (2.0, 2.0, 2.0))


def picture(shape: tuple[int, ...], voxel_mm: float) -> Volume:
    """A slope, so that it is not constant."""
    data = torch.linspace(0, 1, int(np.prod(shape))).reshape(shape)
    return Volume(data, np.diag([voxel_mm, voxel_mm, voxel_mm, 1.0]))


def dot() -> Volume:
    """Air with one bright voxel."""
    data = torch.zeros(HEAD.shape)
    data[45, 50, 40] = 1
    return Volume(data, HEAD.affine)


def test_a_head_is_accepted() -> None:
    scan = Volume(picture(HEAD.shape, 2).data.clone(), HEAD.affine)
    scan.data[0, 0, 0] = torch.nan
    signal = accepted(scan)
    assert bool(signal.data.isfinite().all())
    assert float(signal.data.min()) >= 0


@pytest.mark.parametrize(
    ("scan", "told"),
    [
        (picture((90, 100, 80, 3), 2), "3-D picture"),
        (picture((200, 200, 5), 1), "at least 8 along each axis"),
        (picture((180, 200, 180), 0.001), "unit is millimetres"),
        (picture((128, 128, 96), 0.15), "unit is millimetres"),
        (picture((90, 100, 80), 20), "unit is millimetres"),
        (Volume(torch.full((90, 100, 80), 7.0), HEAD.affine), "7 everywhere"),
        (Volume(torch.zeros(90, 100, 80), HEAD.affine), "0 everywhere"),
        (Volume(picture((90, 100, 80), 2).data, np.diag([2.0, 2.0, 0.0, 1.0])), "cannot be inverted"),
        (dot(), "0.008 mL show anything"),
    ],
    ids=["4-D", "five slices", "metres", "mouse", "giant", "constant", "empty", "flat", "dot"],
)
def test_what_is_no_head_is_refused(scan: Volume, told: str) -> None:
    with pytest.raises(SettingsError, match=told) as caught:
        accepted(scan)
    assert "\n" not in str(caught.value)
