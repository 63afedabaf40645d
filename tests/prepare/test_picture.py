"""Pictures show the brain and nothing around it."""

import io

import numpy as np
import torch
from PIL import Image

from mindscan.core.volume import Volume
from mindscan.prepare.picture import picture
from mindscan.prepare.register import grid_of, template


def test_nothing_outside_the_brain_is_drawn() -> None:
    grid = grid_of(2.0)
    t1, brain = template()
    mask = torch.zeros(grid.shape, dtype=torch.int16)
    mask[30:60, 30:80, 30:60] = 1
    data = torch.full(grid.shape, 5.0) + torch.linspace(0, 1, grid.size).reshape(grid.shape)
    pixels = np.asarray(Image.open(io.BytesIO(picture(Volume(data, grid.affine), Volume(mask, grid.affine)))))
    height = len(pixels)
    upper = pixels[: height // 2].astype(int)
    assert upper.max() > 100
    assert (upper > 40).any(-1).mean() < 0.4
    assert t1.data.shape == brain.data.shape


def test_an_empty_mask_gives_a_picture_too() -> None:
    grid = grid_of(4.0)
    nothing = Volume(torch.zeros(grid.shape), grid.affine)
    assert Image.open(io.BytesIO(picture(nothing, nothing))).size[0] > 500
