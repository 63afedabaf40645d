"""Flat pictures of world space: where a pixel lies, and what a volume holds there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mindscan.core.volume import Volume

View = Literal["axial", "coronal", "sagittal"]
Convention = Literal["radiological", "neurological"]
Box = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
"""Lowest and highest x, y and z of a field of view, in world millimetres."""

NORMAL: dict[View, int] = {"sagittal": 0, "coronal": 1, "axial": 2}
LETTERS = (("L", "R"), ("P", "A"), ("I", "S"))
"""The letter at the low and at the high end of the world axes x, y and z."""


@dataclass(frozen=True)
class Plane:
    """A picture of one plane of world space, seen by one convention.

    The pixels are square and lie in world millimetres, so that any affine (flipped, oblique,
    anisotropic) gives a picture with the right sides and the right aspect.

    Args:
        view: "axial", "coronal" or "sagittal".
        at_mm: where the plane cuts the world axis that it is perpendicular to.
        box: field of view in world millimetres.
        pixel_mm: edge length of a pixel, more than 0.
        convention: "radiological" puts the patient's right on the left of axial and coronal pictures,
            "neurological" on the right. Sagittal pictures look to the left of the page in both.

    Example:
        >>> plane = Plane("axial", 0.0, ((-50, 50), (-60, 60), (-40, 40)), 1.0)
        >>> plane.size, plane.sides
        ((100, 120), ('R', 'L', 'A', 'P'))
        >>> plane.pixel((50.0, 60.0, 0.0))
        (-0.5, -0.5)
    """

    view: View
    at_mm: float
    box: Box
    pixel_mm: float
    convention: Convention = "radiological"

    @property
    def normal(self) -> int:
        """World axis that the plane is perpendicular to."""
        return NORMAL[self.view]

    @property
    def axes(self) -> tuple[int, int]:
        """World axes that run across and up the picture."""
        across, up = (axis for axis in range(3) if axis != self.normal)
        return across, up

    @property
    def mirrored(self) -> bool:
        """Whether the world axis runs from right to left across the picture."""
        return self.view == "sagittal" or self.convention == "radiological"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        width, height = (
            max(1, round((self.box[axis][1] - self.box[axis][0]) / self.pixel_mm)) for axis in self.axes
        )
        return width, height

    @property
    def sides(self) -> tuple[str, str, str, str]:
        """The letters at the left, right, top and bottom of the picture."""
        across, up = self.axes
        low, high = LETTERS[across]
        left, right = (high, low) if self.mirrored else (low, high)
        return left, right, LETTERS[up][1], LETTERS[up][0]

    def pixel(self, point: tuple[float, float, float]) -> tuple[float, float]:
        """Column and row of a point in world millimetres; whole numbers are the middles of pixels."""
        across, up = self.axes
        low, high = self.box[across]
        column = (high - point[across]) if self.mirrored else (point[across] - low)
        row = self.box[up][1] - point[up]
        return column / self.pixel_mm - 0.5, row / self.pixel_mm - 0.5

    def points(self) -> npt.NDArray[np.float64]:
        """World millimetres of the middle of every pixel, shape (height, width, 3)."""
        width, height = self.size
        across, up = self.axes
        steps = (np.arange(width) + 0.5) * self.pixel_mm
        world = np.empty((height, width, 3))
        world[..., self.normal] = self.at_mm
        world[..., across] = self.box[across][1] - steps if self.mirrored else self.box[across][0] + steps
        world[..., up] = (self.box[up][1] - (np.arange(height) + 0.5) * self.pixel_mm)[:, None]
        return world


def cut(volume: Volume, plane: Plane) -> npt.NDArray[np.float32]:
    """What a volume holds in a plane, linear between voxels; 0 outside the volume; (height, width)."""
    data, index = volume.numpy(), _voxel_index(volume, plane)
    base = np.floor(index).astype(np.int64)
    part = index - base
    total = np.zeros(index.shape[:-1])
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(np.array(corner) == 1, part, 1 - part), axis=-1)
        total += weight * _pick(data, base + np.array(corner))
    return total.astype(np.float32)


def cut_labels(labels: Volume, plane: Plane) -> npt.NDArray[np.int64]:
    """The label of the nearest voxel in a plane; 0 outside the volume; (height, width)."""
    return _pick(labels.numpy(), np.rint(_voxel_index(labels, plane)).astype(np.int64)).astype(np.int64)


def _voxel_index(volume: Volume, plane: Plane) -> npt.NDArray[np.float64]:
    inverse = np.linalg.inv(volume.affine)
    index: npt.NDArray[np.float64] = plane.points() @ inverse[:3, :3].T + inverse[:3, 3]
    return index


def _pick(data: npt.NDArray[Any], index: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Values at whole indices of shape (..., 3), 0 where an index lies outside the data."""
    last = np.array(data.shape) - 1
    inside = np.all((index >= 0) & (index <= last), axis=-1)
    i, j, k = np.moveaxis(np.clip(index, 0, last), -1, 0)
    picked: npt.NDArray[Any] = np.where(inside, data[i, j, k], 0)
    return picked


def field_of_view(volume: Volume, inside: npt.NDArray[np.bool_]) -> Box:
    """The world box around the voxels that are `inside`, or around all voxels when none is."""
    others = ((1, 2), (0, 2), (0, 1))
    spans = [np.flatnonzero(inside.any(axis=axes)) for axes in others]
    if not len(spans[0]):
        spans = [np.arange(size) for size in inside.shape]
    low, high = (np.array([span[end] for span in spans]) for end in (0, -1))
    corners = np.array([[(low, high)[c[a]][a] for a in range(3)] for c in np.ndindex(2, 2, 2)])
    world = corners @ volume.affine[:3, :3].T + volume.affine[:3, 3]
    sides = zip(world.min(axis=0), world.max(axis=0), strict=True)
    x, y, z = ((float(low), float(high)) for low, high in sides)
    return x, y, z


def widened(box: Box, margin_mm: float) -> Box:
    """A box with a margin on every side."""
    x, y, z = ((low - margin_mm, high + margin_mm) for low, high in box)
    return x, y, z
