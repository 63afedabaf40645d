"""Brains are found in made heads with strong bias, by the network and without it."""

import numpy as np
import pytest
import torch

from heads import found, head
from mindscan.core.errors import SettingsError
from mindscan.core.volume import Grid, Volume
from mindscan.learn.classes import classes_of
from mindscan.prepare import brain
from mindscan.prepare.brain import believed, classical, inside
from mindscan.tasks.given import accepted

GRID = Grid.centred((48, 56, 48), (4.0, 4.0, 4.0))


def dice(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    """Overlap of two masks."""
    return float(2 * (ours & theirs).sum() / (ours.sum() + theirs.sum()))


def ball(radius_mm: float) -> Volume:
    """A ball around the middle."""
    index = torch.stack(torch.meshgrid(*(torch.arange(n) - n / 2 for n in GRID.shape), indexing="ij"), -1)
    return Volume((index * 4).norm(dim=-1) < radius_mm, GRID.affine)


def test_the_network_finds_a_brain_and_its_tissues() -> None:
    _, truth = head()
    ids = truth.labels.data
    assert found().method == "network"
    assert dice(found().mask.data, classes_of(ids) > 0) > 0.93
    white = torch.isin(ids, torch.tensor([2, 41, 7, 46, 16, 251, 252, 253, 254, 255]))
    assert float(white[found().white.data].float().mean()) > 0.85
    assert not bool((found().white.data & found().grey.data).any())


@pytest.mark.parametrize("preset", ["T1w", "T2w"])
def test_the_template_finds_it_too(preset: str) -> None:
    scan, truth = head(preset)
    other = classical(accepted(scan))
    assert other.method == "classical"
    assert dice(other.mask.data, classes_of(truth.labels.data) > 0) > 0.93
    np.testing.assert_allclose(np.diag(other.pose)[:3], 1.0, atol=0.2)


def test_what_cannot_be_believed_is_found_without_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    scan, _ = head("T2w")
    wrong = brain.Inside(ball(20), ball(5), ball(5), np.eye(4), "network")
    monkeypatch.setattr(brain, "_by_network", lambda given: (wrong, 1.0))
    assert inside(scan).method == "classical"

    def lost(given: Volume) -> None:
        raise SettingsError("nothing")

    monkeypatch.setattr(brain, "_by_network", lost)
    assert inside(scan).method == "classical"


def test_only_one_piece_of_a_likely_size_is_believed() -> None:
    assert believed(ball(70))
    assert not believed(ball(30))
    assert not believed(Volume(torch.ones(GRID.shape, dtype=torch.bool), GRID.affine))
    two = ball(62)
    two.data[:, :4] = True
    assert not believed(two)


def test_where_there_is_no_brain_one_line_says_so() -> None:
    speckled = Volume((torch.linspace(0, 9e4, GRID.size).sin() > 0).float().reshape(GRID.shape), GRID.affine)
    with pytest.raises(SettingsError, match="neither the network nor the template"):
        classical(speckled)
