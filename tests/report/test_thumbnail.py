"""Thumbnails of a subject."""

import io

import numpy as np
import pytest
from PIL import Image

from mindscan.core.volume import Volume
from mindscan.report.thumbnail import strip, view_size


def pixels(content: bytes, mode: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert(mode)).astype(int)


def test_picture_and_labels_cover_each_other(signal: Volume, labels: Volume) -> None:
    made = strip(signal, labels, view_size(signal, labels), 2.0)
    picture, colours = pixels(made.picture, "L"), pixels(made.labels, "RGBA")
    assert picture.shape == (made.height, made.width) == colours.shape[:2]
    assert set(np.unique(colours[..., 3])) == {0, 255}
    seen = colours[..., 3] == 255
    assert picture[seen].mean() > 90
    assert (colours[seen][:, :3] == (220, 216, 20)).all(-1).any()


def test_the_right_is_on_the_left_of_the_axial_slice(signal: Volume, labels: Volume) -> None:
    made = strip(signal, labels, view_size(signal, labels), 2.0)
    axial = pixels(made.labels, "RGBA")[:, : made.width // 3, :3]
    right_white = np.argwhere((axial == (0, 225, 0)).all(-1))[:, 1]
    left_white = np.argwhere((axial == (245, 245, 245)).all(-1))[:, 1]
    assert right_white.max() <= left_white.min()


def test_larger_pixels_make_smaller_pictures(signal: Volume, labels: Volume) -> None:
    size = view_size(signal, labels)
    fine, coarse = strip(signal, labels, size, 1.0), strip(signal, labels, size, 3.0)
    assert fine.width == pytest.approx(3 * coarse.width, rel=0.05)
    assert len(fine.picture) > len(coarse.picture)


def test_without_labels_the_head_is_shown(signal: Volume) -> None:
    made = strip(signal, None, view_size(signal, None), 2.0)
    assert made.labels is None
    assert (pixels(made.picture, "L") > 60).mean() > 0.3


def test_room_for_larger_heads(signal: Volume, labels: Volume) -> None:
    assert view_size(signal, labels, 1.2) == pytest.approx([1.2 * mm for mm in view_size(signal, labels)])
    assert view_size(signal, None) > view_size(signal, labels)
