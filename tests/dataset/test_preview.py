import io

import numpy as np
import torch
from PIL import Image

from mindscan.core.volume import Volume
from mindscan.dataset.preview import png_bytes


def radiograph() -> Volume:
    """Bone in soft tissue in air, 60 columns and 40 rows."""
    depth = torch.zeros(60, 40, 1)
    depth[10:50, 5:35] = 2000
    depth[20:24, 10:30] = 4000
    return Volume(depth, np.eye(4))


def test_bone_is_white_and_air_is_black() -> None:
    picture = Image.open(io.BytesIO(png_bytes(radiograph(), "synthetic")))
    assert picture.size == (60, 40)
    grey = np.asarray(picture)
    assert grey[20, 22] > 200
    assert grey[20, 22] > grey[20, 40] > grey[2, 2] == 0
    assert picture.info["Description"] == "synthetic"


def test_an_empty_field_is_no_fault_and_bytes_repeat() -> None:
    empty = Volume(torch.zeros(16, 16, 1), np.eye(4))
    assert np.asarray(Image.open(io.BytesIO(png_bytes(empty, "")))).max() == 0
    assert png_bytes(radiograph(), "x") == png_bytes(radiograph(), "x")
