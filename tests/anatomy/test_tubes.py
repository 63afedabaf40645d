import numpy as np
import pytest
import torch

from mindscan.anatomy.tubes import Tube, fill, filling
from mindscan.core.labels import BY_NAME, TABLE_SIZE, TISSUES
from mindscan.core.volume import Grid

BASILAR = BY_NAME["Basilar-Artery"].id


def tube(width: float, bored: bool = False) -> Tube:
    xyz = np.stack([np.full(21, 0.3), np.full(21, -0.2), np.linspace(-20, 20, 21)], 1)
    return Tube(BASILAR, xyz, np.full(21, width), bored)


@pytest.mark.parametrize("width", [0.5, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("voxel", [(1.0, 1.0, 1.0), (0.5, 0.5, 0.5), (2.0, 2.0, 3.0)])
def test_a_tube_holds_what_its_width_says(width: float, voxel: tuple[float, float, float]) -> None:
    """Away from its ends: pi r^2 a millimetre, whatever the grid."""
    shape = [round(size / edge) for size, edge in zip((16, 16, 24), voxel, strict=True)]
    grid = Grid.centred(shape, voxel)
    parts = [max(1, round(edge)) for edge in voxel]
    filled = filling([tube(width)], grid, parts)
    area = float(filled.cover.sum()) * grid.voxel_ml * 1000 / 24
    assert area == pytest.approx(np.pi * width**2 / 4, rel=0.15)
    assert float(filled.cover.max()) <= 1


@pytest.mark.parametrize("bored", [False, True])
def test_a_tube_takes_fluid_and_bone_only_where_it_is_bored(bored: bool) -> None:
    grid = Grid.centred((12, 12, 12), (1, 1, 1))
    labels = torch.full(grid.shape, BY_NAME["CSF"].id, dtype=torch.int16)
    labels[:, :, 4:8] = BY_NAME["Skull"].id
    labels[:, :, 8:] = 2
    rows = torch.tensor([TISSUES.index(name) for name in ("CSF", "bone", "WM")])
    row = rows[torch.tensor([0] * 4 + [1] * 4 + [2] * 4)].expand(grid.shape)
    fractions = torch.zeros((6, *grid.shape)).scatter_(0, row[None], 1.0)
    owners = (fractions * labels).to(torch.int16)
    totals = torch.bincount(labels.flatten().int(), minlength=TABLE_SIZE).double()
    fill(filling([tube(3, bored)], grid, (1, 1, 1)), labels, fractions, owners, totals)
    middle = labels[6, 5]
    assert middle[:3].tolist() == [BASILAR] * 3
    assert middle[5:7].tolist() == [BY_NAME["Artery" if bored else "Skull"].id] * 2
    assert middle[8:].tolist() == [2] * 4
    assert fractions.sum(0).sub(1).abs().max() < 1e-5
    assert float(totals.sum()) == pytest.approx(12**3)
    assert (float(totals[BY_NAME["Artery"].id]) > 0) == bored
