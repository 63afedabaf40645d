"""The pose that is found is the pose that was."""

import numpy as np
import torch
from torch import nn

from mindscan.core.key import Key
from mindscan.core.volume import Grid, Volume
from mindscan.learn.classes import CLASSES
from mindscan.learn.pose import Channels, moved, places, turned
from mindscan.tasks.locate import located, mended

BOX = Grid.centred((40, 48, 40), (4.0, 4.0, 4.0), (0.0, -19.0, 5.0))
RNG = (Key(8) / "middles").rng()
MIDDLES = torch.from_numpy(RNG.uniform(-45, 45, (len(CLASSES), 3))).float() + torch.tensor([0.0, -19.0, 5.0])


def chances(pose: np.ndarray) -> Channels:
    """Every class a ball, left and right alike, where a pose carries it."""
    spot = moved(places(BOX), np.linalg.inv(pose))
    balls = torch.stack([(-((spot - middle) / 9).square().sum(-1)).exp() for middle in MIDDLES])
    balls[0] = 0.3
    right = (spot[..., :1] > 0).float().movedim(-1, 0)
    return Channels(torch.cat([balls / balls.sum(0), right]), BOX.affine)


def test_middles_mend_a_pose() -> None:
    off = turned(Key(9), 4, 0.03, 4, np.array([0.0, -19.0, 5.0]))
    mended_pose = np.eye(4)
    for _ in range(3):
        seen_so = chances(mended_pose @ off)
        mended_pose = mended(mended_pose, seen_so, chances(np.eye(4)))
    left = moved(places(BOX), mended_pose @ off) - places(BOX)
    assert float(left.norm(dim=-1).mean()) < 0.25 * float(
        (moved(places(BOX), off) - places(BOX)).norm(dim=-1).mean()
    )


def test_nothing_found_nothing_mended() -> None:
    nothing = Channels(torch.zeros(len(CLASSES) + 1, *BOX.shape), BOX.affine)
    pose = turned(Key(9), 4, 0.03, 4, np.zeros(3))
    np.testing.assert_array_equal(mended(pose, nothing, chances(np.eye(4))), pose)


class Bright(nn.Module):
    """Takes what is bright for the inside of the skull."""

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return (given - 0.5) * 40


def ball(centre: tuple[float, float, float], radii: tuple[float, float, float], grid: Grid) -> Volume:
    """An ellipsoid of 1 in 0."""
    away = ((places(grid) - torch.tensor(centre)) / torch.tensor(radii)).square().sum(-1)
    return Volume((away < 1).float(), grid.affine)


def test_size_and_place_are_found_whatever_the_affine() -> None:
    inside = ball((0, -19, 5), (65, 80, 62), BOX)
    grid = Grid.centred((100, 110, 90), (2.0, 2.0, 2.5), (40.0, -30.0, 60.0))
    scan = ball((30, -20, 70), (60, 85, 58), grid)
    turned_over = Volume(scan.data.flip(0).movedim(0, 2), _flipped(grid))
    for given in (scan, turned_over):
        pose = located(given, Bright(), inside)
        middle = pose @ np.array([30, -20, 70, 1.0])
        np.testing.assert_allclose(middle[:3], [0, -19, 5], atol=1.0)
        np.testing.assert_allclose(np.diag(pose)[:3], [65 / 60, 80 / 85, 62 / 58], rtol=0.03)


def _flipped(grid: Grid) -> np.ndarray:
    i = grid.shape[0]
    flip = np.array([[0, 0, -1, i - 1], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1.0]])
    return np.asarray(grid.affine @ flip)
