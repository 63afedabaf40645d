"""The fast way through straight volumes gives what looking up every pixel gives."""

import itertools

import numpy as np
import pytest
import torch

from mindscan.core.key import Key
from mindscan.core.volume import Volume
from mindscan.release.cut import cuts
from mindscan.report.plane import NORMAL, Plane, View, cut, cut_labels

BOX = ((-14.0, 22.0), (-20.0, 16.0), (-11.0, 25.0))
VIEWS: tuple[View, ...] = ("axial", "coronal", "sagittal")


def planes(view: View) -> list[Plane]:
    low, high = BOX[NORMAL[view]]
    return [Plane(view, at, BOX, 1.2) for at in np.arange(low - 1, high + 1, 2.7)]


def volume(order: tuple[int, ...], signs: tuple[int, ...], turn_deg: float = 0.0) -> Volume:
    data = (Key(2) / "cut").rng().integers(3, 200, (7, 9, 8))
    affine = np.eye(4)
    affine[:3, :3] = 0
    for axis, (world, sign) in enumerate(zip(order, signs, strict=True)):
        affine[world, axis] = sign * (2.0, 3.0, 3.7)[axis]
    c, s = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    affine[:3, :3] = np.array([[1, 0, 0], [0, c, -s], [0, s, c]]) @ affine[:3, :3]
    affine[:3, 3] = [4, -2, 6] - affine[:3, :3] @ [3, 4, 3.5]
    return Volume(torch.from_numpy(data.astype(np.float32)), affine)


@pytest.mark.parametrize("turn", [0.0, 20.0])
@pytest.mark.parametrize("view", VIEWS)
def test_every_order_of_axes(view: View, turn: float) -> None:
    for order, signs in itertools.product(
        itertools.permutations(range(3)), itertools.product((1, -1), repeat=3)
    ):
        one = volume(order, signs, turn)
        least = one.data.min()
        raised = Volume(one.data - least, one.affine)
        for plane, found in zip(planes(view), cuts(one, planes(view)), strict=True):
            assert found.dtype == np.float32
            assert np.abs(found - (cut(raised, plane) + float(least))).max() < 1e-2


@pytest.mark.parametrize("turn", [0.0, 20.0])
@pytest.mark.parametrize("view", VIEWS)
def test_labels_are_those_of_the_nearest_voxel(view: View, turn: float) -> None:
    one = volume((2, 0, 1), (1, -1, 1), turn)
    labels = Volume(one.data.to(torch.int16), one.affine)
    for plane, found in zip(planes(view), cuts(labels, planes(view), nearest=True), strict=True):
        assert found.dtype == np.int16
        assert (found != cut_labels(labels, plane)).mean() < 2e-3  # half-way between two voxels


def test_no_planes() -> None:
    assert list(cuts(volume((0, 1, 2), (1, 1, 1)), [])) == []
