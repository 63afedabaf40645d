"""Label volumes and images as pictures that a page can hold."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from scipy import ndimage

from mindscan.anatomy.touch import Pair
from mindscan.core.volume import Volume
from mindscan.report.plane import Box, Plane, cut, cut_labels
from mindscan.report.thumbnail import VIEWS
from mindscan.report.tone import BRAIN, colours, grey
from mindscan.validate.contacts import touching
from mindscan.validate.parts import astray, islands

WHOLE_MM = (170.0, 210.0, 170.0)
NEAR_MM = (70.0, 70.0, 70.0)
PIXEL_MM, NEAR_PIXEL_MM = 1.3, 0.5
MARK = (255, 255, 0)
QUALITY = 72
_GAP_PX = 3


def three_planes(labels: Volume) -> str:
    """Axial, coronal and sagittal slice through the middle of a brain, as the address of a picture.

    The sagittal slice lies 12 mm left of the middle, where it meets more than the fold between the sides.
    """
    middle = _world(labels, np.isin(labels.numpy(), BRAIN))
    points = (middle, middle, [middle[0] - 12, *middle[1:]])
    return _png(labels, points, WHOLE_MM, PIXEL_MM, None)


def offence(labels: Volume, kind: str, name: str) -> str:
    """Three slices through the largest patch of an offence, its voxels bright, as the address of a picture.

    Args:
        labels: where it happened.
        kind: "contacts", "pieces" or "astray".
        name: two structures with " | " between them, one label, or anything.
    """
    marked = _marked(labels, kind, name)
    parts, _ = ndimage.label(marked, np.ones((3, 3, 3)))
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    patch = np.argwhere(parts == sizes.argmax())
    index = patch[np.abs(patch - patch.mean(0)).sum(1).argmin()]
    at = (labels.affine[:3, :3] @ index + labels.affine[:3, 3]).tolist()
    return _png(labels, (at, at, at), NEAR_MM, NEAR_PIXEL_MM, marked)


def _marked(labels: Volume, kind: str, name: str) -> npt.NDArray[np.bool_]:
    if kind == "contacts":
        one, _, other = name.partition(" | ")
        pair: Pair = (one, other)
        return touching(labels, pair)
    return islands(labels, name) if kind == "pieces" else astray(labels)


def _world(labels: Volume, mask: npt.NDArray[np.bool_]) -> list[float]:
    """The middle of a mask in world millimetres."""
    index = np.argwhere(mask[::2, ::2, ::2]).mean(0) * 2
    middle: list[float] = (labels.affine[:3, :3] @ index + labels.affine[:3, 3]).tolist()
    return middle


def grey_planes(
    volume: Volume, planes: Sequence[Plane], window: tuple[float, float]
) -> npt.NDArray[np.uint8]:
    """Slices of an image side by side, shape (h, w); each is sampled twice as finely and shrunk."""
    tiles = []
    for plane in planes:
        fine = grey(cut(volume, replace(plane, pixel_mm=plane.pixel_mm / 2)), *window)[..., 0]
        tiles.append(np.asarray(Image.fromarray(fine).resize(plane.size, Image.Resampling.BOX)))
    return beside(tiles)


def beside(tiles: Sequence[npt.NDArray[np.uint8]]) -> npt.NDArray[np.uint8]:
    """Pictures side by side, black below the lower ones."""
    height = max(tile.shape[0] for tile in tiles)
    padded = []
    for n, tile in enumerate(tiles):
        edges = [(0, height - tile.shape[0]), (_GAP_PX if n else 0, 0), (0, 0)]
        padded.append(np.pad(tile, edges[: tile.ndim]))
    return np.concatenate(padded, 1)


def webp(pixels: npt.NDArray[np.uint8]) -> str:
    """A picture as an address that a page can hold, compressed."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", quality=QUALITY, method=6)
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"


def _png(
    labels: Volume,
    points: Sequence[Sequence[float]],
    size_mm: tuple[float, float, float],
    pixel_mm: float,
    marked: npt.NDArray[np.bool_] | None,
) -> str:
    """Slices side by side, each through its own point."""
    tiles = []
    for view, at in zip(VIEWS, points, strict=True):
        x, y, z = ((c - s / 2, c + s / 2) for c, s in zip(at, size_mm, strict=True))
        box: Box = (x, y, z)
        plane = Plane(view, 0.0, box, pixel_mm)
        plane = Plane(view, at[plane.normal], box, pixel_mm)
        tile = colours(cut_labels(labels, plane))
        if marked is not None:
            bright = cut(Volume(torch.from_numpy(marked.astype(np.float32)), labels.affine), plane) >= 0.5
            tile[bright] = MARK
        tiles.append(tile)
    file = io.BytesIO()
    picture = Image.fromarray(beside(tiles)).quantize(64, dither=Image.Dither.NONE)
    picture.save(file, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"
