"""The montage: slices, sides, labels and landmarks on one sheet."""

import numpy as np
import pytest
import torch

from mindscan.core.errors import SettingsError
from mindscan.core.parcels import PARCELS
from mindscan.core.volume import Grid, Volume
from mindscan.report.montage import MARK, Look, label_sheet, legend_of, montage, planes_of

SMALL = Look(slices=3, tile_px=90)


def marked_head() -> Volume:
    """A dim ball with a bright lump in front and on the right."""
    grid = Grid.centred((40, 40, 40), (4.0, 4.0, 4.0))
    world = np.moveaxis(np.indices(grid.shape), 0, -1) * 4.0 + grid.affine[:3, 3]
    data = np.where((world**2).sum(-1) < 70**2, 100.0, 0.0)
    data[((world - [30, 30, 0]) ** 2).sum(-1) < 16**2] = 300.0
    return Volume(torch.from_numpy(data.astype(np.float32)), grid.affine)


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize(("convention", "side"), [("radiological", -1), ("neurological", 1)])
def test_the_lump_on_the_right_is_on_its_side_of_the_page(flip: bool, convention: str, side: int) -> None:
    head = marked_head()
    if flip:
        back = np.diag([-1.0, 1, 1, 1])
        back[0, 3] = head.data.shape[0] - 1
        head = Volume(head.data.flip(0), head.affine @ back)
    sheet = np.asarray(montage(head, look=Look(slices=1, tile_px=200, convention=convention))).astype(int)
    axial = sheet[80:260]
    neutral = np.ptp(axial, axis=-1) == 0
    lump = np.argwhere(neutral & (axial.min(-1) == 255))
    ball = np.argwhere(neutral & (axial.min(-1) > 100) & (axial.min(-1) < 250))
    assert len(lump) > 200
    assert np.sign(lump[:, 1].mean() - ball[:, 1].mean()) == side
    assert lump[:, 0].mean() < ball[:, 0].mean()


def test_labels_add_a_row_below_each_and_a_legend(signal: Volume, labels: Volume) -> None:
    plain, both = montage(signal, look=SMALL), montage(signal, labels, look=SMALL)
    assert both.height > 1.5 * plain.height
    grey = np.ptp(np.asarray(plain).astype(int), axis=-1)
    assert (grey > 40).mean() < 0.001
    assert (np.ptp(np.asarray(both).astype(int), axis=-1) > 40).mean() > 0.02


def test_outlines_tint_less_than_fills(signal: Volume, labels: Volume) -> None:
    tinted = {}
    for kind in ("fill", "outline"):
        sheet = np.asarray(montage(signal, labels, look=Look(slices=3, tile_px=90, overlay=kind))).astype(int)
        tinted[kind] = (np.ptp(sheet, axis=-1) > 25).mean()
    assert 0.01 < tinted["outline"] < 0.8 * tinted["fill"]


def test_landmarks_are_drawn_only_when_given(signal: Volume) -> None:
    place = planes_of(((-90, 90), (-120, 90), (-90, 90)), ((-60, 60), (-90, 60), (-60, 60)), SMALL)[0][
        1
    ].at_mm
    bare, dotted = (
        np.asarray(montage(signal, landmarks=points, look=SMALL))
        for points in (None, {"AC": (0.0, 0.0, place)})
    )
    assert not (bare == MARK).all(-1).any()
    assert (dotted == MARK).all(-1).sum() > 20


def test_planes_are_spread_over_the_brain_from_top_to_bottom() -> None:
    box = ((-70.0, 70.0), (-100.0, 70.0), (-50.0, 80.0))
    axial, coronal, sagittal = planes_of(box, box, Look(slices=5))
    assert [plane.view for plane in (axial[0], coronal[0], sagittal[0])] == ["axial", "coronal", "sagittal"]
    heights = [plane.at_mm for plane in axial]
    assert heights == sorted(heights, reverse=True)
    assert -50 < heights[-1] < heights[0] < 80
    assert all(plane.at_mm == round(plane.at_mm) for plane in axial + coronal + sagittal)


def test_proportions_follow_millimetres_not_voxels() -> None:
    fine = marked_head()
    thick = Volume(fine.data[:, :, ::2].contiguous(), fine.affine @ np.diag([1.0, 1, 2, 1]))
    pictures = [montage(volume, look=SMALL) for volume in (fine, thick)]
    assert abs(pictures[0].height - pictures[1].height) <= 12
    assert pictures[0].width == pictures[1].width


def test_the_label_sheet_shows_colours_of_the_table(labels: Volume) -> None:
    sheet = np.asarray(label_sheet(labels, look=SMALL))
    for colour in ((245, 245, 245), (0, 225, 0), (205, 62, 78), (220, 216, 20)):
        assert (sheet == colour).all(-1).any()


def test_legend_merges_sides_of_one_colour(labels: Volume) -> None:
    names = [name for name, _ in legend_of(labels)]
    assert "Hippocampus (L, R)" in names
    assert "Cerebral White Matter (L)" in names
    assert "Brain Stem" in names
    assert legend_of(None) == []
    parcels = Volume(torch.tensor([[[0, 31001, 32001]]]), np.eye(4))
    assert legend_of(parcels) == [("bankssts 1 (L, R)", PARCELS[0].colour)]
    odd = Volume(torch.tensor([[[0, 9999]]]), np.eye(4))
    assert [name for name, _ in legend_of(odd)] == ["label 9999"]


def test_odd_volumes_are_drawn() -> None:
    for shape in ((1, 1, 1), (5, 1, 7)):
        assert montage(Volume(torch.zeros(shape), np.eye(4)), look=SMALL).width > 100
    assert montage(marked_head(), Volume(torch.zeros(3, 3, 3, dtype=torch.int16), np.eye(4)), look=SMALL)


@pytest.mark.parametrize("wrong", [{"slices": 0}, {"tile_px": 10}])
def test_impossible_looks_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(SettingsError):
        Look(**wrong)
