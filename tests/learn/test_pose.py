"""What is seen through a box lies where it says."""

import numpy as np
import torch

from mindscan.core.key import Key
from mindscan.core.volume import Grid, Volume
from mindscan.learn.pose import bent, moved, part, places, seen, shrunk, turned

BOX = Grid.centred((5, 6, 7), (2.0, 2.0, 2.0), (1.0, 0.0, 0.0))


def test_voxels_are_seen_where_they_are() -> None:
    data = torch.arange(5 * 6 * 7, dtype=torch.float32).reshape(1, 5, 6, 7)
    index = moved(places(BOX), np.linalg.inv(BOX.affine))
    for nearest in (False, True):
        torch.testing.assert_close(seen(data, index, nearest), data, atol=1e-3, rtol=0)
    assert float(seen(data, index + 100).abs().max()) == 0


def test_a_part_of_a_box_is_at_the_same_place() -> None:
    inner = part(BOX, (1, 2, 3), (2, 2, 2))
    torch.testing.assert_close(places(inner), places(BOX)[1:3, 2:4, 3:5])


def test_a_pose_turns_about_its_centre_and_keeps_the_handedness() -> None:
    centre = np.array([10.0, -20.0, 30.0])
    pose = turned(Key(1), 20, 0.1, 0, centre)
    np.testing.assert_allclose(pose[:3, :3] @ centre + pose[:3, 3], centre)
    assert 0.4 < np.linalg.det(pose[:3, :3]) < 2.5
    np.testing.assert_allclose(turned(Key(1), 0, 0, 0, centre), np.eye(4), atol=1e-12)


def test_a_bend_is_smooth_and_as_large_as_asked() -> None:
    box = Grid.centred((40, 40, 40), (2.0, 2.0, 2.0))
    bend = bent(box, Key(3), 2.0, 20.0, "cpu")
    assert bend.shape == (40, 40, 40, 3)
    assert 0.5 < float(bend.std()) < 2.5
    assert float(bend.diff(dim=0).abs().max()) < 2.0


def test_a_shrunk_volume_shows_the_same_place() -> None:
    grid = Grid.centred((40, 41, 30), (1.0, 1.0, 3.0), (5.0, 6.0, 7.0))
    x = places(grid)[..., 0]
    small = shrunk(Volume(x, grid.affine), 4.0)
    assert small.grid.voxel_mm == (4.0, 4.0, 3.0)
    torch.testing.assert_close(small.data[:9], places(small.grid)[:9, ..., 0])
    assert shrunk(Volume(x, grid.affine), 1.0).data is x
