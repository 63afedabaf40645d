"""Lesions hold what is asked, take from their hosts only and leave all else alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from mindscan.anatomy.canvas import Canvas
from mindscan.anatomy.lesions import Lesion, Taken, fill, gathered, named, settle, takes
from mindscan.anatomy.survey import blob
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME, TABLE_SIZE, TISSUES
from mindscan.core.volume import Grid

WHITE, CORTEX = BY_NAME["Left-Cerebral-White-Matter"].id, BY_NAME["Left-Cerebral-Cortex"].id
OEDEMA, CAVITY = BY_NAME["Oedema"].id, BY_NAME["Cavity"].id
GRID = Grid.centred((48, 48, 48), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))


def paint(xyz: Tensor) -> Canvas:
    """White matter below z = 4 mm, cortex above."""
    canvas = Canvas.blank(xyz)
    grey = (xyz[:, 2] - 4 + 0.5).clamp(0, 1)
    canvas.share[TISSUES.index("GM")], canvas.share[TISSUES.index("WM")] = grey, 1 - grey
    canvas.owner[TISSUES.index("GM")], canvas.owner[TISSUES.index("WM")] = CORTEX, WHITE
    return canvas


def lump(ml: float, centre: tuple[float, float, float], label: int = OEDEMA, hosts=(WHITE,)) -> Lesion:
    radius = (ml * 1000 * 3 / 4 / np.pi) ** (1 / 3)
    level = blob(np.array(centre), (radius, radius), np.array([0, 0, 1.0]), 1.0, Key(3))
    return Lesion("made-up", label, level, hosts, ml)


def centres() -> Tensor:
    index = np.stack(np.meshgrid(*map(np.arange, GRID.shape), indexing="ij"), -1).reshape(-1, 3)
    return torch.from_numpy(index @ GRID.affine[:3, :3].T + GRID.affine[:3, 3]).float()


@pytest.mark.parametrize("ml", [0.05, 0.5, 5.0])
def test_a_lesion_holds_what_is_asked_wherever_its_tissue_ends(ml: float) -> None:
    (fitted,) = settle([lump(ml, (0.0, 0.0, 1.0))], paint, 1.0)
    canvas = paint(centres())
    (taken,) = takes([fitted], centres(), canvas)
    assert float(taken.part.sum()) / 1000 == pytest.approx(ml, rel=0.02 if ml > 0.1 else 0.08)
    assert float(taken.part[TISSUES.index("GM")].sum()) == 0


def test_those_that_overlap_hold_what_is_asked_together() -> None:
    asked = [lump(1.0, (0, 0, -6), CAVITY), lump(2.0, (2, 0, -6))]
    fitted = settle(asked, paint, 1.0)
    found = list(takes(fitted, centres(), paint(centres())))
    assert [float(each.part.sum()) / 1000 for each in found] == pytest.approx([1.0, 2.0], rel=0.03)


def test_one_without_room_stays_small_rather_than_take_all_there_is() -> None:
    (fitted,) = settle([replace(lump(0.1, (0.0, 0.0, -10.0)), ml=50.0)], paint, 1.0)
    (taken,) = takes([fitted], centres(), paint(centres()))
    assert 0.5 < float(taken.part.sum()) / 1000 < 2


def test_what_has_less_room_than_it_asks_for_says_what_there_is_room_for() -> None:
    (fitted,) = settle([replace(lump(0.1, (0.0, 0.0, -10.0)), ml=50.0)], paint, 1.0, closely=True)
    (taken,) = takes([fitted], centres(), paint(centres()))
    assert fitted.ml < 10
    assert float(taken.part.sum()) / 1000 == pytest.approx(fitted.ml, rel=0.02)


def test_a_resized_one_is_of_the_same_shape_and_one_without_volume_takes_nothing() -> None:
    first = replace(lump(1.0, (0.0, 0.0, -12.0)), hosts=(WHITE, CORTEX))
    small, large = (settle([lesion], paint, 1.0)[0] for lesion in (first, first.resized(3.0)))
    xyz = centres()
    (inner,), (outer,) = (list(takes([lesion], xyz, paint(xyz))) for lesion in (small, large))
    outside = set(inner.at.tolist()) - set(outer.at.tolist())
    assert len(outside) < 0.01 * len(inner.at)
    assert float(outer.part.sum()) / 1000 == pytest.approx(3.0, rel=0.02)
    away = torch.tensor([[0.0, 0.0, 9.0]])
    middle = torch.tensor([[0.0, 0.0, -12.0]])
    assert float(large.level.at(middle + away * 3 ** (1 / 3))[0]) == pytest.approx(
        float(small.level.at(middle + away)[0]) * 3 ** (1 / 3), abs=0.3
    )
    assert list(takes([replace(small, ml=0.0)], xyz, paint(xyz))) == []


def test_one_without_its_host_is_left_out() -> None:
    assert settle([lump(0.5, (0.0, 0.0, 20.0))], paint, 1.0) == ()
    assert settle([], paint, 1.0) == ()


def test_filling_changes_nothing_outside_and_names_what_is_mostly_lesion() -> None:
    (fitted,) = settle([lump(2.0, (0.0, 0.0, -6.0))], paint, 1.0)
    canvas = paint(centres())
    labels = canvas.winner().reshape(GRID.shape)
    shares, owners = (x.reshape(-1, *GRID.shape).clone() for x in (canvas.share, canvas.owner))
    before, was = shares.clone(), labels.clone()
    totals = torch.zeros(2000, dtype=torch.float64)[: 1 + max(row.id for row in BY_NAME.values())]
    found = [gathered(each, 1, torch.arange(labels.numel())) for each in takes([fitted], centres(), canvas)]
    filled = fill([fitted], found, labels, shares, owners, totals)
    inside = torch.zeros(labels.numel(), dtype=torch.bool)
    inside[found[0].at] = True
    inside = inside.reshape(GRID.shape)
    assert torch.equal(shares[:, ~inside], before[:, ~inside])
    assert torch.equal(labels[~inside], was[~inside])
    assert float((shares.sum(0) - 1).abs().max()) < 1e-6
    soft = shares[TISSUES.index("soft")]
    assert torch.equal(labels == OEDEMA, (soft > 0.5) & inside)
    assert torch.equal(filled.ids > 0, labels == OEDEMA)
    assert float(totals[OEDEMA]) == pytest.approx(2000, rel=0.02)
    assert float(totals.sum()) == pytest.approx(0, abs=1e-3)


def test_next_to_nothing_of_a_voxel_is_not_taken() -> None:
    (fitted,) = settle([lump(2.0, (0.0, 0.0, -6.0))], paint, 1.0)
    shares, owners = torch.zeros((6, 1, 1, 2)), torch.zeros((6, 1, 1, 2), dtype=torch.int16)
    labels, totals = torch.tensor([[[WHITE, WHITE]]], dtype=torch.int16), torch.zeros(TABLE_SIZE).double()
    white = TISSUES.index("WM")
    shares[white], owners[white] = torch.tensor([1.0, 4e-9]), WHITE
    part = torch.zeros((6, 2))
    part[white] = 0.5
    both = Taken(0, torch.tensor([0, 1]), part)
    filled = fill([fitted], [both], labels, shares, owners, totals)
    assert filled.voxels[0].tolist() == [0]
    assert float(shares[white, 0, 0, 1]) == pytest.approx(4e-9)
    nothing = Taken(0, torch.tensor([1]), part[:, 1:])
    assert fill([fitted], [nothing], labels, shares, owners, totals).voxels == {}


def test_coarse_voxels_hold_the_mean_of_their_parts() -> None:
    (fitted,) = settle([lump(0.5, (0.0, 0.0, -6.0))], paint, 1.0)
    (fine,) = takes([fitted], centres(), paint(centres()))
    coarse = gathered(fine, 8, torch.arange(GRID.size // 8))
    assert float(coarse.part.sum()) * 8 == pytest.approx(float(fine.part.sum()), rel=1e-5)


def test_lesions_without_a_name_are_called_by_their_place() -> None:
    one = lump(1.0, (0, 0, 0))
    assert [each.name for each in named([one, replace(one, name="blood"), one])] == ["1", "blood", "3"]
