"""Pictures are read back as they were by another program."""

import io

import numpy as np
import pytest
from PIL import Image

from mindscan.core.key import Key
from mindscan.release.png import png_bytes


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (64, 64), (7, 300)])
def test_greys(shape: tuple[int, int]) -> None:
    picture = (Key(1) / "png").rng().integers(0, 256, shape).astype(np.uint8)
    with Image.open(io.BytesIO(png_bytes(picture))) as found:
        found.load()
        assert found.mode == "L"
        assert np.array_equal(np.asarray(found), picture)
    assert png_bytes(picture) == png_bytes(picture.copy())


def test_a_palette() -> None:
    picture = np.arange(12, dtype=np.uint8).reshape(3, 4)
    colours = bytes(range(36))
    with Image.open(io.BytesIO(png_bytes(picture, colours))) as found:
        found.load()
        assert found.mode == "P"
        assert np.array_equal(np.asarray(found), picture)
        assert (found.getpalette() or [])[:36] == list(range(36))
