"""A prepared brain at one look: three slices of what is inside the skull, and how the template lies on it.

Only what lies inside the brain mask is drawn, so that nobody can be known by their face.
"""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from mindscan.core.volume import Volume
from mindscan.prepare.register import BOX_MM, template
from mindscan.report.plane import Plane, View, cut, cut_labels
from mindscan.report.tone import borders, grey

CUTS: tuple[tuple[View, float], ...] = (("axial", 6.0), ("coronal", -18.0), ("sagittal", -8.0))
"""Where the slices lie on the template: through thalamus and ventricles, beside the midline."""
PIXEL_MM = 0.8
OWN, TEMPLATE = (255, 193, 7), (77, 182, 255)
"""Colours of the outline of the brain that was found, and of the template's."""
_QUALITY = 82

Pixels = npt.NDArray[np.uint8]


def picture(ready: Volume, mask: Volume) -> bytes:
    """Slices of a brain in the space of the template as a WebP picture, outlines in the row below.

    Args:
        ready: the scan in the space of the template.
        mask: its brain there, integers.
    """
    inside = mask.data > 0
    values = ready.data[inside].float().numpy()
    low, high = (float(edge) for edge in np.percentile(values, (1, 99))) if values.size else (0.0, 1.0)
    low, high = low - 0.1 * (high - low), high + 0.05 * (high - low)
    shown = Volume(torch.where(inside, ready.data.float() - low, 0.0), ready.affine)
    planes = [Plane(view, at, BOX_MM, PIXEL_MM) for view, at in CUTS]
    plain = [grey(cut(shown, plane), 0.0, max(high - low, 1e-6)) for plane in planes]
    usual = Volume(template()[1].data.to(torch.int16), template()[1].affine)
    marked = [
        _outlined(_outlined(tile.copy(), usual, plane, TEMPLATE), mask, plane, OWN)
        for tile, plane in zip(plain, planes, strict=True)
    ]
    sheet = Image.fromarray(np.concatenate([_beside(plain), _beside(marked)], 0))
    content = io.BytesIO()
    sheet.save(content, "WEBP", quality=_QUALITY, method=4)
    return content.getvalue()


def _outlined(tile: Pixels, mask: Volume, plane: Plane, colour: tuple[int, int, int]) -> Pixels:
    tile[borders((cut_labels(mask, plane) > 0).astype(np.int64))] = colour
    return tile


def _beside(tiles: list[Pixels]) -> Pixels:
    """Tiles side by side, each in the middle of the common height."""
    height = max(tile.shape[0] for tile in tiles)
    padded = []
    for tile in tiles:
        spare = height - tile.shape[0]
        padded.append(np.pad(tile, ((spare // 2, spare - spare // 2), (0, 0), (0, 0))))
    return np.concatenate(padded, 1)
