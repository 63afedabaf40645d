"""Greys draw a border where the network only knows about where it is."""

import pytest
import torch
from torch.nn import functional

from mindscan.core.key import Key
from mindscan.core.volume import Grid
from mindscan.learn.classes import CLASSES
from mindscan.learn.pose import places
from mindscan.tasks.refine import refined

GRID = Grid.centred((48, 48, 48), (1.0, 1.0, 1.0))
SPOT = places(GRID)


def case(noise: float) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Truth, blurred probabilities (outside, core, shell, right side) and an image with bias and noise."""
    radius = SPOT.norm(dim=-1) + 2 * torch.sin(SPOT[..., 0] / 2) + 2 * torch.sin(SPOT[..., 1] / 2)
    core, inside = radius < 12, SPOT.norm(dim=-1) < 20
    truth = torch.stack([~inside, core & inside, inside & ~core]).float()
    blurred = functional.avg_pool3d(truth[None], 7, stride=1, padding=3, count_include_pad=False)[0]
    image = (100 * truth[1] + 70 * truth[2]) * (1 + SPOT[..., 0] / 120)
    grain = torch.randn(image.shape, generator=Key(2).generator())
    return truth, torch.cat([blurred, torch.zeros(1, *image.shape)]), (image + noise * grain).clamp(min=0)


def dice(chance: torch.Tensor, truth: torch.Tensor) -> float:
    """Overlap of the core."""
    ours, theirs = chance[:3].argmax(0) == 1, truth[1] > 0
    return float(2 * (ours & theirs).sum() / (ours.sum() + theirs.sum()))


def test_greys_make_borders_better() -> None:
    truth, chance, image = case(noise=3)
    better = refined(chance, image)
    assert 1 - dice(better, truth) < 0.5 * (1 - dice(chance, truth))
    torch.testing.assert_close(better[0], chance[0])
    torch.testing.assert_close(better[:3].sum(0), torch.ones(GRID.shape), atol=1e-4, rtol=0)


def test_a_border_lies_where_a_voxel_is_half_and_half() -> None:
    share = (SPOT[..., 0] / 6 + 0.5).clamp(0, 1)
    speckled = 30 * torch.randn(GRID.shape, generator=Key(3).generator())
    image = 200 * (1 - share) + (60 + speckled * (share == 1)) * share
    said = (share > 0.5).float()
    said = functional.avg_pool3d(said[None], 13, stride=1, padding=6, count_include_pad=False)[0]
    nothing = torch.zeros_like(said)
    found = refined(torch.stack([nothing, 1 - said, said, nothing]), image)[2] > 0.5
    width = (found & (SPOT[..., 0].abs() < 6)).float().sum(0).mean()
    assert abs(float(width) - 6) < 0.7


def test_noise_does_no_harm() -> None:
    truth, chance, image = case(noise=200)
    assert dice(refined(chance, image), truth) > dice(chance, truth) - 0.05


@pytest.mark.parametrize(
    ("name", "noise", "grows"),
    [("Hippocampus", 15, False), ("Amygdala", 15, False), ("Putamen", 15, True), ("Hippocampus", 5, True)],
)
def test_how_large_a_hippocampus_is_only_clear_greys_tell(name: str, noise: float, grows: bool) -> None:
    away = SPOT.norm(dim=-1)
    said = functional.avg_pool3d((away < 8).float()[None], 7, stride=1, padding=3)[0]
    chance = torch.zeros(len(CLASSES) + 1, *GRID.shape)
    chance[CLASSES.index(name)], chance[CLASSES.index("Cerebral-White-Matter")] = said, 1 - said
    grain = noise * torch.randn(GRID.shape, generator=Key(3).generator())
    found = refined(chance, torch.where(away < 9, 70.0, 100.0) + grain)[CLASSES.index(name)]
    assert float(found.sum() / said.sum()) == pytest.approx(
        1.3 if grows else 1.0, abs=0.15 if grows else 0.04
    )
    assert float(found[away < 7].mean()) > float(said[away < 7].mean())


def test_thick_slices_count_for_less() -> None:
    truth, chance, image = case(noise=3)
    slices = functional.avg_pool3d(image[None], (1, 1, 8))
    smooth = functional.interpolate(slices[None], GRID.shape, mode="trilinear")[0, 0]
    plain, careful = (dice(refined(chance, smooth, mm3), truth) for mm3 in (1.0, 8.0))
    assert careful > plain + 0.005
    assert careful > dice(chance, truth)


def test_an_image_without_contrast_says_nothing() -> None:
    _, chance, image = case(noise=0)
    torch.testing.assert_close(refined(chance, torch.ones_like(image)), chance)
    nothing = torch.zeros_like(chance)
    nothing[0] = 1
    torch.testing.assert_close(refined(nothing, image), nothing)
