"""Points are found by what lies around them, in any pose, and the uncertainty is what it says."""

import numpy as np
import torch

from mindscan.core.key import Key
from mindscan.core.volume import Grid
from mindscan.learn.pose import moved, places, turned
from mindscan.tasks.cascade import FOLDS, LOOKS, Cascade, around, learn, regressed

GRID = Grid.centred((40, 48, 40), (4.0, 4.0, 4.0))
MIDDLES = torch.from_numpy((Key(8) / "middles").rng().uniform(-50, 50, (12, 3))).float()


def view(number: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Twelve balls that wander by some millimetres, and two points that wander with two of them."""
    key = Key(number)
    off = torch.from_numpy(key.rng().normal(0, 4, (12, 3))).float()
    pose = turned(key / "pose", 4, 0.04, 4, np.zeros(3))
    spot = moved(places(GRID), np.linalg.inv(pose))
    maps = torch.stack([(-((spot - at) / 9).square().sum(-1)).exp() for at in MIDDLES + off])
    points = moved((MIDDLES + off)[:2] + torch.tensor([5.0, 0.0, 3.0]), pose)
    return (maps * 255).round().to(torch.uint8), points


def test_points_are_found_in_views_that_were_not_learnt() -> None:
    cascade = Cascade(GRID, 12, 2)
    views = [view(n) for n in range(60)]
    learn(cascade, views, torch.arange(60) % FOLDS)
    maps, points = zip(*(view(n) for n in range(100, 120)), strict=True)
    said = cascade(torch.stack(maps).float() / 255).detach()
    true = torch.stack(points)
    error = (said[..., :3] - true).norm(dim=-1)
    usual = cascade.start.expand_as(true)
    assert float(error.mean()) < 1.5
    assert float(error.mean()) < 0.3 * float((usual - true).norm(dim=-1).mean())
    assert 0.7 < float((error / said[..., 3]).square().mean().sqrt()) < 1.4


def test_what_is_around_is_seen_on_its_side() -> None:
    maps = (places(GRID)[..., 0] > 0).float()[None]
    features = around(maps, GRID, torch.eye(4), torch.tensor([[8.0, 0.0, 0.0], [0.0, 0.0, 0.0]]), LOOKS[1])
    much, right, front, up = features[:, :4].T
    assert float(much[0]) > 0.9
    torch.testing.assert_close(much[1], torch.tensor(0.5), atol=0.1, rtol=0)
    assert float(right[1]) > 0.3
    torch.testing.assert_close(torch.stack([front, up]), torch.zeros(2, 2), atol=1e-4, rtol=0)


def test_ridge_regression_finds_the_rule_in_noise() -> None:
    draw = Key(3).generator()
    rows, rule = torch.randn((200, 30), generator=draw), torch.randn((30, 3), generator=draw)
    wanted = rows @ rule + 5 + 0.5 * torch.randn((200, 3), generator=draw)
    weight, bias, said = regressed(rows, wanted, torch.arange(200) % FOLDS)
    torch.testing.assert_close(weight, rule, atol=0.25, rtol=0)
    torch.testing.assert_close(bias, torch.full((3,), 5.0), atol=0.2, rtol=0)
    spread = float((said - wanted).std())
    assert 0.5 < spread < 0.62


def test_a_cascade_that_knows_nothing_says_so_without_a_fault() -> None:
    said = Cascade(GRID, 12, 2)(torch.zeros(1, 12, *GRID.shape))
    torch.testing.assert_close(said.detach(), torch.zeros(1, 2, 4))
