"""From signal to grey and from labels to colour."""

from __future__ import annotations

import colorsys
from typing import Any

import numpy as np
import numpy.typing as npt

from mindscan.core.labels import LABELS, in_skull
from mindscan.core.parcels import row_of
from mindscan.core.volume import Volume

Image8 = npt.NDArray[np.uint8]
OUTSIDE = tuple(label.id for label in LABELS if label.extracranial)
BRAIN = tuple(label.id for label in LABELS if label.tissue in ("GM", "WM") and in_skull(label))
"""Grey and white matter inside the skull."""

FAINT = 0.35
"""How much of its colour a label outside the brain keeps."""

SAMPLES = 1_000_000
"""Voxels that are enough to find a window."""


def head_mask(data: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Voxels that are brighter than the background by a tenth of the signal range."""
    sample = _thin(data)
    low, high = np.percentile(sample, (1, 99.5)) if len(sample) else (0.0, 0.0)
    mask: npt.NDArray[np.bool_] = data > low + 0.1 * (high - low)
    return mask


def brain_mask(
    labels: Volume | None, shape: tuple[int, ...], otherwise: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Voxels of the brain; `otherwise` where there are no labels of it in that shape."""
    if labels is None or labels.data.shape != shape:
        return otherwise
    brain: npt.NDArray[np.bool_] = np.isin(labels.numpy(), BRAIN)
    return brain if brain.any() else otherwise


def window(
    data: npt.NDArray[Any], inside: npt.NDArray[np.bool_], head: npt.NDArray[np.bool_] | None = None
) -> tuple[float, float]:
    """The signal that is shown black and the one that is shown white.

    Black is the level of the air around the head. White lies a quarter above the 98th percentile of what
    matters, so that a few bright voxels do not darken the picture.

    Args:
        data: signal, any shape.
        inside: the voxels that matter: the brain where it is known, else the head.
        head: the mask of the head where it is known already.
    """
    sample, matters = _thin(data), _thin(inside)
    shown, air = sample[matters], sample[~_thin(head_mask(data) if head is None else head)]
    if not len(shown):
        return 0.0, 1.0
    low = float(np.percentile(air, 75)) if len(air) else float(shown.min())
    high = low + 1.25 * (float(np.percentile(shown, 98)) - low)
    return (low, high) if high > low else (low, low + 1.0)


def _thin(data: npt.NDArray[Any]) -> npt.NDArray[Any]:
    flat = data.reshape(-1)
    return flat[:: max(1, flat.size // SAMPLES)]


def levels(signal: npt.NDArray[Any], low: float, high: float) -> Image8:
    """Signal as grey levels from 0 at `low` to 255 at `high`, of the same shape."""
    level = np.clip((signal - low) / (high - low), 0, 1) * 255
    rounded: Image8 = np.rint(level).astype(np.uint8)
    return rounded


def grey(signal: npt.NDArray[Any], low: float, high: float) -> Image8:
    """Signal as grey levels in three channels, shape (h, w, 3)."""
    return np.repeat(levels(signal, low, high)[..., None], 3, axis=-1)


def colour_of(label_id: int) -> tuple[int, int, int]:
    """The table's colour of a label or cortical parcel; others get a fixed bright colour of their own."""
    row = row_of(label_id)
    if row is not None:
        return row.colour
    hue = (label_id * 0.6180339887) % 1
    red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(hue, 0.7, 0.95))
    return red, green, blue


def colours(labels: npt.NDArray[np.int64]) -> Image8:
    """A picture of labels in their colours; 0 is black; shape (h, w, 3)."""
    ids, where = np.unique(labels, return_inverse=True)
    table = np.array([colour_of(int(i)) for i in ids], np.uint8)
    painted: Image8 = table[where].reshape(*labels.shape, 3)
    return painted


def borders(labels: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Labelled pixels that have a neighbour (left, right, above or below) of another label."""
    edge: npt.NDArray[np.bool_] = labels != 0
    differs = np.zeros(labels.shape, bool)
    for axis in (0, 1):
        step = np.diff(labels, axis=axis) != 0
        differs |= np.pad(step, [(0, int(axis == 0)), (0, int(axis == 1))])
        differs |= np.pad(step, [(int(axis == 0), 0), (int(axis == 1), 0)])
    edge &= differs
    return edge


def overlay(picture: Image8, labels: npt.NDArray[np.int64], share: float, edge_share: float) -> Image8:
    """Labels in colour over a picture, skull and soft tissue more faintly.

    Args:
        picture: grey levels, shape (h, w, 3).
        labels: label ids, shape (h, w).
        share: of colour inside a label, 0 to 1.
        edge_share: of colour on the border of a label, 0 to 1.
    """
    alpha = np.where(borders(labels), edge_share, share) * (labels != 0)
    alpha = np.where(np.isin(labels, OUTSIDE), FAINT * alpha, alpha)
    mixed = picture * (1 - alpha[..., None]) + colours(labels) * alpha[..., None]
    painted: Image8 = np.rint(mixed).astype(np.uint8)
    return painted
