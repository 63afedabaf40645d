from functools import cache

import numpy as np
import pytest
import torch

from mindscan.anatomy import template
from mindscan.anatomy.gap import Gap, made
from mindscan.anatomy.mass import MIDLINE_MM
from mindscan.anatomy.opening import Opening, carried, levels, spared
from mindscan.anatomy.structure import Frame, Place
from mindscan.anatomy.warp import empty_lattice
from mindscan.core.key import Key

WIDE = Gap((62, -12, 32), 16, 90, 3, 1.35, 7)
LENS = Gap((-66, -22, 14), 20, 45, 2, 1, 4)
THIN = Gap((62, -12, 32), 6, 35, 3, 1.35, 0)
each = pytest.mark.parametrize("gap", [WIDE, LENS, THIN], ids=["wide", "lens", "thin"])
STILL = empty_lattice()


@cache
def opening(gap: Gap) -> Opening:
    nowhere = Place(torch.zeros((0, 3)), 1.0, 0.0)
    frame = Frame(template.load(), 1.0, STILL, nowhere, torch.zeros(0))
    return made("it", gap, frame, np.eye(4), STILL)


@cache
def places() -> torch.Tensor:
    rng = (Key(1) / "places").rng()
    return torch.from_numpy(rng.uniform((-75, -110, -60), (75, 75, 88), (60000, 3))).float()


def depth(xyz: torch.Tensor) -> torch.Tensor:
    return -template.load().fields["hull"].at(xyz)[0]


@each
def test_room_has_volume_and_thickness_asked(gap: Gap) -> None:
    level = levels([opening(gap)])["it"]
    ml = float((0.5 - level.data).clamp(0, 1).sum()) * level.step_mm**3 / 1000
    assert ml == pytest.approx(gap.ml, rel=0.02)
    assert float(depth(level.nodes()[level.data.flatten() < 0]).max()) == pytest.approx(
        gap.thickness_mm + 0.9, abs=1
    )


@each
def test_skull_stays_and_room_holds_what_lay_at_the_wall(gap: Gap) -> None:
    xyz = places()
    before = carried([opening(gap)], xyz)
    bone = (before - xyz)[depth(xyz) < 0].norm(dim=1)
    assert float(bone.max()) < 0.3
    assert float((bone > 0).float().mean()) < 0.003
    inside = opening(gap).level(xyz) < -0.3
    assert int(inside.sum()) > 200
    assert float(depth(before[inside]).max()) < 2.5
    assert bool((spared([opening(gap)], xyz)[inside] < 0.3).all())


@each
def test_brain_keeps_its_order(gap: Gap) -> None:
    xyz = places()[(depth(places()) > 1) & (opening(gap).level(places()) > 1.5)]
    field = opening(gap)
    steps = torch.eye(3) * 0.25
    columns = [(carried([field], xyz + s) - carried([field], xyz - s)) / 0.5 for s in steps]
    determinant = (columns[0] * torch.linalg.cross(columns[1], columns[2])).sum(1)
    assert float(determinant.min()) > 0.3
    assert float(determinant.quantile(0.99)) < 2.5


@each
def test_midline_moves_as_far_as_asked_and_away(gap: Gap) -> None:
    line = torch.tensor([MIDLINE_MM]).repeat(3001, 1)
    line[:, 0] = torch.linspace(-15, 15, 3001)
    middle = line[(carried([opening(gap)], line)[:, 0] > 0).nonzero()[0, 0], 0]
    away = -1 if gap.centre_mm[0] > 0 else 1
    assert float(middle) * away == pytest.approx(gap.shift_mm, abs=0.05)


@each
def test_room_stays_on_its_side_above_the_tentorium(gap: Gap) -> None:
    inside = places()[opening(gap).level(places()) < 0]
    assert bool((inside[:, 0] * np.sign(gap.centre_mm[0]) > 2).all())
    near = inside[depth(inside) < 4]
    assert bool((template.load().fields["tentorium"].at(near)[0] > 0).all())


def test_what_is_thicker_than_the_wall_is_long_gets_thicker() -> None:
    much = opening(Gap((62, -12, 32), 5, 100, 3, 1.35, 2))
    level = levels([much])["it"]
    assert float((0.5 - level.data).clamp(0, 1).sum()) * level.step_mm**3 / 1000 == pytest.approx(
        100, rel=0.03
    )


def test_two_rooms_lie_beside_each_other() -> None:
    both = [opening(WIDE), opening(LENS)]
    free = spared(both, places())
    alone = [1 - spared([one], places()) for one in both]
    assert float((1 - free).sum()) == pytest.approx(sum(float(part.sum()) for part in alone), rel=0.03)
