"""Stacks keep every voxel where it is."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mindscan.core.errors import FileError
from mindscan.core.volume import Volume
from mindscan.release.planes import Planes, as_planes, slice_axis, stack
from release import shelf

ANGLES = st.tuples(*[st.floats(-180, 180)] * 3)


@given(ANGLES, st.sampled_from(["RAS", "LAS", "PSR", "IRA"]), st.integers(0, 2))
def test_every_voxel_keeps_its_place(angles: tuple[float, ...], codes: str, axis: int) -> None:
    where = shelf.affine((1, 2, 3), codes, angles)
    values = torch.arange(24.0).reshape(2, 3, 4)
    planes = stack(Volume(values, where), axis)
    assert sorted(planes.data.shape) == [2, 3, 4]
    assert len(planes.data) == values.shape[axis]
    assert planes.gap_mm > 0
    for plane, row, column in np.ndindex(*planes.data.shape):
        lps = planes.affine @ (column, row, plane, 1)
        index = np.linalg.inv(where) @ (lps * (-1, -1, 1, 1))
        i, j, k = index[:3].round().astype(int)
        assert values[i, j, k] == planes.data[plane, row, column]
        assert np.abs(index[:3] - (i, j, k)).max() < 1e-9


@pytest.mark.parametrize(
    ("axis", "pointing"),
    [(0, ["P", "F"]), (1, ["L", "F"]), (2, ["L", "P"])],
    ids=["sagittal", "coronal", "axial"],
)
def test_stacks_are_shown_upright(axis: int, pointing: list[str]) -> None:
    assert stack(Volume(torch.zeros(2, 3, 4), shelf.affine((1, 1, 1))), axis).pointing() == pointing


def test_oblique_rows_run_two_ways() -> None:
    assert as_planes(Volume(torch.zeros(2, 3, 4), shelf.affine((1, 1, 1), "LPS", (0, 0, 20)))).pointing() == [
        "LP",
        "PR",
    ]


def test_slices_are_counted_along_the_axis_that_stands_out() -> None:
    wanted = {"axial": 2, "thick": 2, "sagittal": 0, "coronal": 1, "oblique": 2, "obliquesagittal": 0}
    found = {name: slice_axis(Volume(torch.zeros(2, 2, 2), shelf.GRIDS[name]).grid) for name in wanted}
    assert found == wanted


def test_a_skewed_picture_is_refused() -> None:
    skewed = shelf.affine((1, 1, 1))
    skewed[0, 1] = 0.01
    with pytest.raises(FileError, match="not at a right angle"):
        stack(Volume(torch.zeros(2, 2, 2), skewed), 2)
    assert isinstance(stack(Volume(torch.zeros(2, 2, 2), shelf.tilted()), 2), Planes)
