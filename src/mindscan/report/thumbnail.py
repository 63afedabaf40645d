"""One subject at a glance: axial, coronal and sagittal slices side by side, and their labels."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image

from mindscan.core.labels import LABELS, TABLE_SIZE, in_skull, palette
from mindscan.core.volume import Volume
from mindscan.report.plane import Box, Plane, View, cut, cut_labels, field_of_view, widened
from mindscan.report.tone import BRAIN, brain_mask, grey, head_mask, window

VIEWS: tuple[View, ...] = ("axial", "coronal", "sagittal")
AIMS: tuple[tuple[int, ...], ...] = ((14, 16), (10, 49), (10, 49, 4, 43))
"""Labels whose middle the sagittal, coronal and axial slices go through: midline, thalami, ventricles."""

T = TypeVar("T", bound=np.generic)
MARGIN_MM, GAP_PX, FINER, QUALITY = 15.0, 3, 2, 62


@dataclass(frozen=True)
class Strip:
    """Three slices side by side, as files that a page can hold.

    Args:
        width: in pixels.
        height: in pixels.
        picture: WebP, grey levels.
        labels: PNG with a palette, see-through where there is no label; None without labels.
    """

    width: int
    height: int
    picture: bytes
    labels: bytes | None


def view_size(volume: Volume, labels: Volume | None, growth: float = 1.0) -> tuple[float, float, float]:
    """Width, depth and height in millimetres of a field of view for subjects `growth` times as long.

    It holds the brain and the skin around it where the brain is known, else the head.
    """
    x, y, z = (high - low for low, high in widened(_box(volume, labels), MARGIN_MM))
    return x * growth, y * growth, z * growth


def strip(
    volume: Volume, labels: Volume | None, size_mm: tuple[float, float, float], pixel_mm: float
) -> Strip:
    """Three slices through the middle of a brain, in radiological convention.

    Args:
        volume: signal of shape (i, j, k), any affine.
        labels: label ids in the same world space, where they are known.
        size_mm: field of view; the same for all subjects, so that small heads look small.
        pixel_mm: edge length of a pixel, more than 0.
    """
    data = volume.numpy()
    low, high = window(data, brain_mask(labels, data.shape, head_mask(data)))
    middle = [(a + b) / 2 for a, b in _box(volume, labels)]
    shown = _around(middle, size_mm)
    at = _aim(labels, middle)
    planes = [Plane(view, at[Plane(view, 0.0, shown, 1.0).normal], shown, pixel_mm) for view in VIEWS]
    fine = [Plane(plane.view, plane.at_mm, shown, pixel_mm / FINER) for plane in planes]
    tiles = [_shrunk(grey(cut(volume, f), low, high)[..., 0], p) for f, p in zip(fine, planes, strict=True)]
    picture = _beside(tiles)
    seen = None if labels is None else _beside([cut_labels(labels, plane) for plane in planes])
    height, width = picture.shape
    return Strip(width, height, _webp(picture), None if seen is None else _label_png(seen))


def _box(volume: Volume, labels: Volume | None) -> Box:
    """The brain where it is known, else the head."""
    if labels is not None and (brain := np.isin(labels.numpy(), BRAIN)).any():
        return field_of_view(labels, brain)
    return field_of_view(volume, head_mask(volume.numpy()))


def _around(middle: list[float], size_mm: tuple[float, float, float]) -> Box:
    x, y, z = ((centre - size / 2, centre + size / 2) for centre, size in zip(middle, size_mm, strict=True))
    return x, y, z


def _aim(labels: Volume | None, middle: list[float]) -> list[float]:
    """Where the three slices cut; the middle of the head along an axis without a label to aim at."""
    if labels is None:
        return middle
    ids, aims = labels.numpy(), []
    for axis, wanted in enumerate(AIMS):
        where = np.argwhere(np.isin(ids, wanted))
        world = where @ labels.affine[:3, :3].T + labels.affine[:3, 3]
        aims.append(float(world[:, axis].mean()) if len(where) else middle[axis])
    return aims


def _shrunk(pixels: npt.NDArray[np.uint8], plane: Plane) -> npt.NDArray[np.uint8]:
    """A finely sampled tile at the size of its plane."""
    return np.asarray(Image.fromarray(pixels).resize(plane.size, Image.Resampling.BOX))


def _beside(tiles: list[npt.NDArray[T]]) -> npt.NDArray[T]:
    """Tiles side by side, each in the middle of the common height."""
    height = max(tile.shape[0] for tile in tiles)
    padded = []
    for n, tile in enumerate(tiles):
        spare = height - tile.shape[0]
        edges = ((spare // 2, spare - spare // 2), (0 if n == 0 else GAP_PX, 0))
        padded.append(np.pad(tile, edges))
    return np.concatenate(padded, axis=1)


def _webp(pixels: npt.NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", quality=QUALITY, method=6)
    return file.getvalue()


def _label_png(ids: npt.NDArray[np.int64]) -> bytes:
    """Labels of the table in their colours; what lies outside the brain's hull is see-through."""
    brain = [label.id for label in LABELS if in_skull(label)]
    index = np.zeros(TABLE_SIZE, np.uint8)
    index[brain] = np.arange(1, len(brain) + 1)
    known = np.where((ids >= 0) & (ids < TABLE_SIZE), ids, 0)
    image = Image.fromarray(index[known])
    image.putpalette([0, 0, 0, *palette()[brain].flatten().tolist()])
    file = io.BytesIO()
    image.save(file, "PNG", transparency=0, optimize=True)
    return file.getvalue()
