"""Grids and volumes: where voxels lie."""

import numpy as np
import pytest
import torch

from mindscan.core.volume import Grid, Volume


def test_centred_grid_has_its_middle_where_it_says() -> None:
    grid = Grid.centred((4, 5, 7), (1.0, 2.0, 0.5), (10.0, -3.0, 2.0))
    middle = grid.affine @ [(4 - 1) / 2, (5 - 1) / 2, (7 - 1) / 2, 1]
    assert middle.tolist() == [10.0, -3.0, 2.0, 1.0]
    assert grid.shape == (4, 5, 7)
    assert grid.size == 140


def test_index_grows_to_the_right_to_the_front_and_up() -> None:
    affine = Grid.centred((4, 5, 7), (1.0, 2.0, 0.5)).affine
    assert np.diag(affine).tolist() == [1.0, 2.0, 0.5, 1.0]


def test_voxel_edges_and_volume_do_not_depend_on_the_turn() -> None:
    angle = 0.4
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.diag([1.0, 2.0, 3.0])
    grid = Grid((2, 2, 2), affine)
    assert grid.voxel_mm == pytest.approx((1.0, 2.0, 3.0))
    assert grid.voxel_ml == pytest.approx(0.006)


def test_a_mirrored_grid_has_a_positive_volume() -> None:
    assert Grid((2, 2, 2), np.diag([-1.0, 1.0, 1.0, 1.0])).voxel_ml == pytest.approx(0.001)


def test_volume_knows_its_grid() -> None:
    grid = Grid.centred((2, 3, 4), (1.0, 1.0, 1.0))
    volume = Volume(torch.arange(24.0).reshape(grid.shape), grid.affine)
    assert volume.grid.shape == (2, 3, 4)
    assert volume.grid.affine is grid.affine
    assert volume.numpy()[1, 2, 3] == 23
    assert volume.to("cpu").data.device.type == "cpu"


def test_only_three_axes() -> None:
    with pytest.raises(ValueError, match="unpack"):
        _ = Volume(torch.zeros(2, 2), np.eye(4)).grid


def test_other_voxels_keep_the_field_of_view_about_its_middle() -> None:
    affine = np.array([[0, 0, -2.0, 5], [1.0, 0, 0, 0], [0, 1.5, 0, 0], [0, 0, 0, 1]])
    grid = Grid((40, 30, 20), affine)
    thick = grid.with_voxels((2.0, 1.0, 4.0))
    assert thick.shape == (20, 45, 10)
    assert thick.voxel_mm == pytest.approx((2.0, 1.0, 4.0))
    middles = [g.affine @ [*((n - 1) / 2 for n in g.shape), 1] for g in (grid, thick)]
    assert middles[0] == pytest.approx(middles[1])
    assert grid.with_voxels((500.0, 500.0, 500.0)).shape == (1, 1, 1)
