"""Grey levels and colours."""

import numpy as np
import torch

from mindscan.core.key import Key
from mindscan.core.labels import BY_ID
from mindscan.core.volume import Volume
from mindscan.report.tone import borders, brain_mask, colour_of, colours, grey, head_mask, overlay, window


def ball(bright: float = 0.0) -> np.ndarray:
    """Noise of about 10 around a ball of about 1000, with a few very bright voxels."""
    rng = (Key(3) / "ball").rng()
    index = np.indices((24, 24, 24)) - 11.5
    data = np.where(
        (index**2).sum(0) < 81, rng.normal(1000, 50, (24, 24, 24)), rng.normal(10, 3, (24, 24, 24))
    )
    data[11, 11, :3] += bright
    return data


def test_window_spans_the_head_and_ignores_a_few_bright_voxels() -> None:
    data = ball()
    low, high = window(data, head_mask(data))
    assert 5 < low < 25
    assert 1100 < high < 1600
    assert window(ball(1e6), data > 500)[1] < 1.1 * high


def test_window_of_a_constant_image_is_not_empty() -> None:
    for value in (0.0, 7.0):
        data = np.full((4, 4, 4), value)
        low, high = window(data, head_mask(data))
        assert high > low


def test_grey_clips_to_black_and_white() -> None:
    levels = grey(np.array([[-5.0, 0.0, 50.0, 100.0, 900.0]]), 0.0, 100.0)
    assert levels[0, :, 0].tolist() == [0, 0, 128, 255, 255]
    assert levels.shape == (1, 5, 3)


def test_colours_are_those_of_the_table() -> None:
    assert tuple(colours(np.array([[17, 0]]))[0, 0]) == BY_ID[17].colour
    assert tuple(colours(np.array([[17, 0]]))[0, 1]) == (0, 0, 0)
    assert colour_of(5001) == colour_of(5001) != colour_of(5002)


def test_borders_lie_where_labels_change() -> None:
    labels = np.zeros((5, 6), np.int64)
    labels[1:4, 1:5] = 3
    labels[2, 3] = 10
    edge = borders(labels)
    assert not edge[labels == 0].any()
    assert edge[1, 1]
    assert edge[2, 3]
    assert edge[2, 2]
    solid = np.full((5, 5), 3)
    assert not borders(solid).any()


def test_overlay_leaves_unlabelled_pixels_alone() -> None:
    picture = np.full((6, 6, 3), 90, np.uint8)
    labels = np.zeros((6, 6), np.int64)
    labels[2:5, 2:5] = 17
    painted = overlay(picture, labels, 0.5, 1.0)
    assert (painted[labels == 0] == 90).all()
    assert tuple(painted[2, 2]) == BY_ID[17].colour
    half = np.rint((np.array(BY_ID[17].colour) + 90) / 2)
    assert np.abs(painted[3, 3] - half).max() <= 1


def test_skull_and_skin_are_painted_faintly() -> None:
    picture = np.zeros((5, 5, 3), np.uint8)
    brain, skin = (overlay(picture, np.full((5, 5), i), 1.0, 1.0).max() for i in (2, 258))
    assert skin < 0.5 * brain


def test_brain_mask_falls_back_without_labels_of_that_shape() -> None:
    head = np.ones((3, 3, 3), bool)
    labels = torch.zeros(3, 3, 3, dtype=torch.int16)
    labels[1, 1, 1] = 3
    assert brain_mask(Volume(labels, np.eye(4)), (3, 3, 3), head).sum() == 1
    assert brain_mask(Volume(labels, np.eye(4)), (4, 3, 3), head).all()
    assert brain_mask(None, (3, 3, 3), head).all()
    assert brain_mask(Volume(labels * 0, np.eye(4)), (3, 3, 3), head).all()
