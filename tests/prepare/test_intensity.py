"""Scales do what they say, whatever unit a scan came in."""

import pytest
import torch

from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.volume import Grid, Volume
from mindscan.prepare.intensity import CHOICES, Normalise, scale

GRID = Grid.centred((20, 20, 20), (2.0, 2.0, 2.0))
WHITE = torch.zeros(GRID.shape, dtype=torch.bool)
WHITE[10:] = True
BRAIN = Volume(torch.ones(GRID.shape, dtype=torch.bool), GRID.affine)
NOISE = torch.from_numpy((Key(2) / "greys").rng().normal(0, 5, GRID.shape)).float()
SCAN = Volume(torch.where(WHITE, 120.0, 80.0) + NOISE, GRID.affine)


@pytest.mark.parametrize("how", CHOICES)
def test_the_unit_does_not_matter_and_it_can_be_undone(how: Normalise) -> None:
    white = Volume(WHITE, GRID.affine)
    one = scale(SCAN, BRAIN, white, how)
    other = Volume(SCAN.data * 7 + 100, GRID.affine)
    same = scale(other, BRAIN, white, how).of(other)
    assert float((one.of(SCAN).data - same.data).abs().max()) < 1e-3
    assert float((one.of(SCAN).data * one.unit + one.shift - SCAN.data).abs().max()) < 1e-4


def test_each_scale_means_what_it_says() -> None:
    white = Volume(WHITE, GRID.affine)
    scored = scale(SCAN, BRAIN, white, "zscore").of(SCAN).data
    assert abs(float(scored.mean())) < 1e-4
    assert abs(float(scored.std()) - 1) < 1e-3
    shares = scale(SCAN, BRAIN, white, "percentile").of(SCAN).data.flatten().sort().values
    assert abs(float(shares[80])) < 0.01
    assert abs(float(shares[-80]) - 1) < 0.01
    stripe = scale(SCAN, BRAIN, white, "white-stripe").of(SCAN).data
    spread = float(stripe.std())
    assert abs(float(stripe[WHITE].mean())) < 0.1 * spread
    assert float(stripe[~WHITE].mean()) < -spread


@pytest.mark.parametrize("how", CHOICES)
def test_a_flat_brain_has_no_scale(how: Normalise) -> None:
    flat = Volume(torch.ones(GRID.shape), GRID.affine)
    with pytest.raises(SettingsError, match="same everywhere"):
        scale(flat, BRAIN, BRAIN, how)
