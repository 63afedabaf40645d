"""A labelled montage of one volume: axial, coronal and sagittal slices, as a radiologist reads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from mindscan.core.brain import Landmarks
from mindscan.core.errors import SettingsError
from mindscan.core.parcels import row_of
from mindscan.core.volume import Volume
from mindscan.report.plane import (
    NORMAL,
    Box,
    Convention,
    Plane,
    View,
    cut,
    cut_labels,
    field_of_view,
    widened,
)
from mindscan.report.tone import BRAIN, brain_mask, colour_of, colours, grey, head_mask, overlay, window

Overlay = Literal["fill", "outline"]
Colour = tuple[int, int, int]

BACKGROUND, INK, QUIET, MARK = (0, 0, 0), (236, 240, 245), (138, 149, 164), (255, 214, 10)
SHARES: dict[Overlay, tuple[float, float]] = {"fill": (0.45, 0.75), "outline": (0.0, 1.0)}
ROWS: tuple[View, ...] = ("axial", "coronal", "sagittal")
PAD, GAP, DOT = 24, 6, 3.5
MARGIN_MM, AROUND_MM = 14.0, 32.0
"""Room for the letters, and how much of the head is shown around a brain that is known."""

NEAR_MM = 2.0
"""A landmark this close to a slice lies on it: a full dot; on its nearest slice elsewhere: a ring."""


@dataclass(frozen=True)
class Look:
    """How a montage is drawn.

    Args:
        slices: pictures in each row, at least 1.
        tile_px: width of the largest picture, in pixels, at least 40.
        convention: which side of the page shows the patient's right.
        overlay: labels as a see-through fill or as outlines.
        title: first line of the caption.

    Raises:
        SettingsError: no slices, or pictures too small to carry their letters.
    """

    slices: int = 7
    tile_px: int = 230
    convention: Convention = "radiological"
    overlay: Overlay = "fill"
    title: str = ""

    def __post_init__(self) -> None:
        if self.slices < 1:
            raise SettingsError(f"{self.slices} slices", "at least 1", "ask for more")
        if self.tile_px < 40:
            raise SettingsError(f"pictures of {self.tile_px} pixels", "at least 40", "ask for larger ones")


def montage(
    volume: Volume, labels: Volume | None = None, landmarks: Landmarks | None = None, look: Look | None = None
) -> Image.Image:
    """Axial, coronal and sagittal slices of a volume on one sheet.

    Every picture says which side is which and where it was cut; the sheet states the convention, the
    voxel size and the window. Slices lie in world space, so flipped, oblique and anisotropic volumes
    come out upright and in proportion. With labels, each row is repeated with the labels in colour,
    and a legend names them.

    Args:
        volume: signal of shape (i, j, k), any affine.
        labels: label ids on any grid of the same world space.
        landmarks: points in world millimetres; full dots on their slice, rings on the nearest slice.
        look: how it is drawn; the default is a sheet about 1,700 pixels wide.

    Example:
        >>> import torch
        >>> from mindscan.core.volume import Grid
        >>> ball = Volume(torch.ones(8, 8, 8), Grid.centred((8, 8, 8), (2, 2, 2)).affine)
        >>> montage(ball, look=Look(slices=3)).mode
        'RGB'
    """
    look = look or Look()
    data = volume.numpy()
    inside = head_mask(data)
    low, high = window(data, brain_mask(labels, data.shape, inside))
    brush = _Brush(volume, labels, landmarks or {}, look, (low, high))
    facts = [*_size_facts(volume), f"window {low:.4g} to {high:.4g}"]
    return _compose(brush, inside, (False,) if labels is None else (False, True), facts)


def label_sheet(labels: Volume, landmarks: Landmarks | None = None, look: Look | None = None) -> Image.Image:
    """A montage of a label map alone, every label in its colour, with a legend of names.

    Args:
        labels: label ids, shape (i, j, k), any affine.
        landmarks: points in world millimetres.
        look: how it is drawn.
    """
    brush = _Brush(labels, labels, landmarks or {}, look or Look(), None)
    return _compose(brush, labels.numpy() != 0, (True,), ["labels", *_size_facts(labels)])


def _compose(
    brush: _Brush, inside: npt.NDArray[np.bool_], overlays: Sequence[bool], facts: list[str]
) -> Image.Image:
    """All rows of a sheet, its caption and its legend."""
    look = brush.look
    shown, extent = _framed(brush, inside)
    rows = [
        brush.row(planes, with_labels)
        for planes in planes_of(shown, extent, look)
        for with_labels in overlays
    ]
    side = "left" if look.convention == "radiological" else "right"
    facts += [f"{look.convention} convention: the patient's right is on the {side} of axial and coronal"]
    facts += ["places in mm, RAS"]
    if brush.landmarks:
        facts += ["landmarks: dot on the slice, ring on the nearest slice"]
    return _sheet(rows, facts, legend_of(brush.labels), look)


def _framed(brush: _Brush, inside: npt.NDArray[np.bool_]) -> tuple[Box, Box]:
    """What is shown, and where slices are cut: the brain and its surroundings where it is known."""
    head = field_of_view(brush.volume, inside)
    if brush.labels is None or not (brain := np.isin(brush.labels.numpy(), BRAIN)).any():
        return widened(head, MARGIN_MM), head
    extent = field_of_view(brush.labels, brain)
    near = widened(extent, AROUND_MM)
    sides = ((max(a[0], b[0]), min(a[1], b[1])) for a, b in zip(head, near, strict=True))
    x, y, z = sides
    return widened((x, y, z), MARGIN_MM), extent


def _size_facts(volume: Volume) -> list[str]:
    voxel = " x ".join(f"{round(mm, 3):g}" for mm in volume.grid.voxel_mm)
    return [f"voxel {voxel} mm", f"{' x '.join(str(n) for n in volume.grid.shape)} voxels"]


def planes_of(shown: Box, extent: Box, look: Look) -> list[list[Plane]]:
    """The planes of each row: evenly spaced over the middle of `extent`, at whole millimetres."""
    widest = max(high - low for low, high in shown[:2])
    pixel_mm = widest / look.tile_px
    rows = []
    for view in ROWS:
        low, high = extent[NORMAL[view]]
        steps = (np.arange(look.slices) + 0.5) / look.slices * 0.84 + 0.08
        places = [float(np.rint(low + step * (high - low))) for step in steps]
        if view != "sagittal":
            places.reverse()
        rows.append([Plane(view, at, shown, pixel_mm, look.convention) for at in places])
    return rows


@dataclass(frozen=True)
class _Brush:
    """Everything that the pictures of one sheet share; no window means colours on black."""

    volume: Volume
    labels: Volume | None
    landmarks: Landmarks
    look: Look
    window: tuple[float, float] | None

    def row(self, planes: Sequence[Plane], with_labels: bool) -> Image.Image:
        """Pictures of one row side by side."""
        tiles = [self.tile(plane, planes, with_labels) for plane in planes]
        sheet = Image.new("RGB", ((self.look.tile_px + GAP) * len(tiles) - GAP, tiles[0].height), BACKGROUND)
        for n, tile in enumerate(tiles):
            sheet.paste(tile, (n * (self.look.tile_px + GAP) + (self.look.tile_px - tile.width) // 2, 0))
        return sheet

    def tile(self, plane: Plane, row: Sequence[Plane], with_labels: bool) -> Image.Image:
        """One slice with its letters, its place and its landmarks."""
        tile = Image.fromarray(self.paint(plane, with_labels))
        draw = ImageDraw.Draw(tile)
        step = abs(row[1].at_mm - row[0].at_mm) / 2 if len(row) > 1 else NEAR_MM
        shown = self.landmarks.values() if with_labels or self.labels is None else ()
        for point in shown:
            _draw_landmark(draw, plane, point, step)
        _draw_letters(draw, plane)
        return tile

    def paint(self, plane: Plane, with_labels: bool) -> npt.NDArray[np.uint8]:
        """The pixels of one slice."""
        if self.window is None:
            return colours(cut_labels(self.volume, plane))
        picture = grey(cut(self.volume, plane), *self.window)
        if with_labels and self.labels is not None:
            picture = overlay(picture, cut_labels(self.labels, plane), *SHARES[self.look.overlay])
        return picture


def _draw_landmark(
    draw: ImageDraw.ImageDraw, plane: Plane, point: tuple[float, float, float], step: float
) -> None:
    """A dot where the point lies on the slice, a ring where the slice is its nearest."""
    away = abs(point[plane.normal] - plane.at_mm)
    x, y = plane.pixel(point)
    dot = (x - DOT, y - DOT, x + DOT, y + DOT)
    if away <= NEAR_MM:
        draw.ellipse(dot, fill=MARK, outline=(0, 0, 0))
    elif away <= step:
        draw.ellipse(dot, outline=MARK)


def _draw_letters(draw: ImageDraw.ImageDraw, plane: Plane) -> None:
    """The side letters in the middles of the edges and the place in the lower left corner."""
    width, height = plane.size
    left, right, top, bottom = plane.sides
    size = max(10, round(height / 17))
    middle = ((3, height / 2, "lm", left), (width - 3, height / 2, "rm", right))
    for x, y, anchor, letter in (*middle, (width / 2, 2, "mt", top), (width / 2, height - 2, "mb", bottom)):
        _text(draw, (x, y), letter, size, INK, anchor)
    place = f"{'xyz'[plane.normal]} {plane.at_mm:+.0f}"
    _text(draw, (4, height - 3), place, max(10, size - 1), QUIET, "lb")


def _text(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    size: int,
    fill: Colour,
    anchor: str = "la",
) -> None:
    font = ImageFont.load_default(size)
    draw.text(at, text, fill, font, anchor, stroke_width=1, stroke_fill=(0, 0, 0))


def legend_of(labels: Volume | None) -> list[tuple[str, Colour]]:
    """Names and colours of the labels that occur; sides of nearly the same colour share a line."""
    if labels is None:
        return []
    sides: dict[tuple[str, Colour], list[str]] = {}
    shown: dict[tuple[str, Colour], Colour] = {}
    for i in (int(i) for i in np.unique(labels.numpy()) if i != 0):
        row = row_of(i)
        name = row.name.replace("-", " ") if row else f"label {i}"
        short = re.sub("^(Left|Right|ctx [lr]h) ", "", name)
        red, green, blue = colour_of(i)
        key = short, (red // 8, green // 8, blue // 8)
        shown.setdefault(key, (red, green, blue))
        sides.setdefault(key, []).extend([] if row is None or short == name else [row.side])
    return [(f"{k[0]} ({', '.join(sides[k])})" if sides[k] else k[0], shown[k]) for k in shown]


def _sheet(
    rows: Sequence[Image.Image],
    facts: Sequence[str],
    legend: Sequence[tuple[str, Colour]],
    look: Look,
) -> Image.Image:
    """Title, facts, rows and legend under each other."""
    width = max(rows[0].width, 480)
    notes = _wrapped(facts, width)
    columns = max(1, width // 270)
    lines = -(-len(legend) // columns)
    top = PAD + (30 if look.title else 0) + 20 * len(notes) + 12
    height = top + sum(row.height + GAP for row in rows) + (lines * 22 + 16 if legend else 0) + PAD
    sheet = Image.new("RGB", (width + 2 * PAD, height), BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    _text(draw, (PAD, PAD - 4), look.title, 21, INK)
    for n, note in enumerate(notes):
        _text(draw, (PAD, top - 12 - 20 * (len(notes) - n)), note, 14, QUIET)
    y = top
    for row in rows:
        sheet.paste(row, (PAD + (width - row.width) // 2, y))
        y += row.height + GAP
    for n, (name, colour) in enumerate(legend):
        x, line = PAD + (n // lines) * (width // columns), y + 16 + (n % lines) * 22
        draw.rounded_rectangle((x, line, x + 14, line + 14), 3, fill=colour, outline=QUIET)
        _text(draw, (x + 22, line - 1), name, 14, INK)
    return sheet


def _wrapped(facts: Sequence[str], width: int) -> list[str]:
    """The facts in as few lines as fit the width."""
    font, lines = ImageFont.load_default(14), [""]
    for fact in facts:
        longer = f"{lines[-1]} · {fact}" if lines[-1] else fact
        if lines[-1] and font.getlength(longer) > width:
            lines.append(fact)
        else:
            lines[-1] = longer
    return lines
