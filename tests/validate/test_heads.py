import numpy as np
import torch

from mindscan.core.volume import Grid
from mindscan.validate import heads

GRID = Grid.centred((12, 10, 8), (1.0, 2.0, 3.0), (4.0, -5.0, 6.0))


def test_the_same_head_on_any_grid() -> None:
    small = heads.small_head(8.0)
    assert small is heads.small_head(8.0)
    assert len(small.landmarks) > 80
    assert small.labels.grid.voxel_mm == (8.0, 8.0, 8.0)


def test_places_are_those_of_the_affine() -> None:
    places = heads.world(GRID)
    assert places.shape == (3, 12, 10, 8)
    np.testing.assert_allclose(places[:, 3, 4, 5], (GRID.affine @ [3, 4, 5, 1])[:3])


def test_a_border_is_shared_by_what_it_parts() -> None:
    brain = heads.split(GRID, heads.world(GRID)[0] - 4.2, 2, 3)
    assert brain.fractions is not None
    assert torch.allclose(brain.fractions.sum(0), torch.ones(GRID.shape))
    white = float(brain.fraction("WM").data[:, 0, 0].sum())
    assert white == float(np.float32(6.2))
    assert sorted(torch.unique(brain.labels.data).tolist()) == [2, 3]


def test_one_label_everywhere() -> None:
    assert torch.unique(heads.uniform(GRID, 17).labels.data).tolist() == [17]
