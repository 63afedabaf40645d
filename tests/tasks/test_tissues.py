"""Shares of grey matter, white matter and fluid, where a structure holds more than one of them."""

import pytest
import torch

from mindscan.core.volume import Grid, Volume
from mindscan.learn.classes import CLASSES, IDS
from mindscan.learn.pose import Channels, places
from mindscan.tasks.segment import Segmentation
from mindscan.tasks.tissues import tissue_maps

GRID = Grid.centred((64, 64, 64), (1.0, 1.0, 1.0))
X, Y, Z = places(GRID).unbind(-1)
STRUCTURES = {
    "CSF": X < -20,
    "Cerebral-Cortex": (X >= -20) & (X < -5),
    "Brain-Stem": (X >= -5) & (X < 5),
    "Cerebral-White-Matter": X >= 5,
}


def shares(cortex: float, white: float, mixed: torch.Tensor, without: str = "") -> torch.Tensor:
    """What is found of a block of fluid, cortex, brainstem and white matter with some greys."""
    chance = torch.zeros(len(CLASSES) + 1, *GRID.shape)
    image = torch.ones(GRID.shape)
    greys = {"CSF": 20.0, "Cerebral-Cortex": cortex, "Brain-Stem": mixed, "Cerebral-White-Matter": white}
    for name, where in STRUCTURES.items():
        chance[CLASSES.index(name)][where] = float(name != without)
        image = torch.where(where, greys[name], image)
    image += 3 * torch.sin(7 * Y + 3 * Z)
    ids = torch.ones(GRID.shape, dtype=torch.int16)
    labels = Volume(ids, GRID.affine)
    numbers = dict.fromkeys(IDS, 1.0)
    found = Segmentation(labels, labels, labels, numbers, numbers, Channels(chance, GRID.affine))
    return tissue_maps(Volume(image, GRID.affine), found).data


@pytest.mark.parametrize(("cortex", "white"), [(100.0, 180.0), (180.0, 100.0)])
def test_a_mixed_structure_is_divided_by_its_grey(cortex: float, white: float) -> None:
    wanted = ((Z + 32) / 64).clamp(0, 1)
    found = shares(cortex, white, cortex + wanted * (white - cortex))
    stem = STRUCTURES["Brain-Stem"]
    assert float((found[1][stem] - wanted[stem]).abs().mean()) < 0.04
    torch.testing.assert_close(found.sum(0), torch.ones(GRID.shape))


def test_one_tissue_stays_one_whatever_the_scan_shows() -> None:
    found = shares(100.0, 180.0, torch.full(GRID.shape, 140.0))
    for n, name in enumerate(("Cerebral-Cortex", "Cerebral-White-Matter", "CSF")):
        assert bool((found[n][STRUCTURES[name]] == 1).all())


def test_without_contrast_it_holds_what_it_usually_does() -> None:
    found = shares(120.0, 120.2, torch.full(GRID.shape, 200.0))
    torch.testing.assert_close(
        found[1][STRUCTURES["Brain-Stem"]].mean(), torch.tensor(0.7), atol=0.05, rtol=0
    )


@pytest.mark.parametrize("without", ["Cerebral-Cortex", "Cerebral-White-Matter"])
def test_where_one_of_both_is_out_of_view_it_holds_what_it_usually_does(without: str) -> None:
    found = shares(100.0, 180.0, torch.full(GRID.shape, 100.0), without)
    torch.testing.assert_close(found[1][STRUCTURES["Brain-Stem"]].mean(), torch.tensor(0.7))
