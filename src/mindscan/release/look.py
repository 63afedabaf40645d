"""How a scan is to be seen in flat pictures: which planes, which window, and the pictures themselves."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from mindscan.core.errors import MindscanError, SettingsError
from mindscan.core.labels import BY_ID, LABELS, TABLE_SIZE
from mindscan.core.volume import Volume
from mindscan.dataset import layout
from mindscan.dataset.nifti import read_nifti
from mindscan.imaging.ct import WINDOWS
from mindscan.release.cut import cuts
from mindscan.release.png import png_bytes
from mindscan.release.scans import truth_of
from mindscan.report.plane import NORMAL, Box, Plane, View, field_of_view
from mindscan.report.tone import brain_mask, head_mask, levels, window

Array = npt.NDArray[Any]
Format = Literal["png", "jpg", "webdataset"]

_QUALITY = 95
"""Of JPEG."""
_ROWS = np.zeros(TABLE_SIZE, np.uint8)
_ROWS[[label.id for label in LABELS]] = range(len(LABELS))
_KNOWN = np.zeros(1 << 16, bool)
_KNOWN[[*BY_ID]] = True
_PALETTE = bytes(part for label in LABELS for part in label.colour)


@dataclass(frozen=True)
class Look:
    """How scans are cut.

    Args:
        plane: "axial", "coronal" or "sagittal" of world space, whatever the order of the voxels.
        every_mm: from slice to slice, more than 0.
        size: pixels along the edge of every picture, 8 to 4096; the pixels are square in mm.
        window: what is shown black and white: "auto" by the head, "brain" by grey and white matter where
            labels are known, or percentiles of the head such as "p1,p99". For CT the first two are the window
            in which brains are read, 0 to 80 HU.
        format: "png"; "jpg", which loses a little; or "webdataset", PNG in tar files.
        labels: column of the table of participants whose values become folders; "" for one folder, "all".
        per_shard: scans in a tar file, at least 1.
    """

    plane: View = "axial"
    every_mm: float = 3.0
    size: int = 256
    window: str = "auto"
    format: Format = "png"
    labels: str = ""
    per_shard: int = 8

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if not (math.isfinite(self.every_mm) and self.every_mm > 0):
            raise SettingsError(f"slices {self.every_mm} mm apart", "more than 0 mm", "give another distance")
        if not 8 <= self.size <= 4096:
            raise SettingsError(f"pictures of {self.size} pixels", "8 to 4096", "give another size")
        if self.per_shard < 1:
            raise SettingsError(f"{self.per_shard} scans in a shard", "at least 1", "give another number")
        percentiles(self.window)


class Slice(NamedTuple):
    """One plane of a scan as the bytes of pictures; no mask where no labels are known."""

    name: str
    plane: Plane
    picture: bytes
    mask: bytes | None


class Seen(NamedTuple):
    """A scan that is ready to be cut: its window, its slices one after the other, and what to say of it."""

    black: float
    white: float
    masked: bool
    slices: Iterator[Slice]
    note: str


def see(root: Path, scan: Path, look: Look) -> Seen:
    """Read a scan and what is known of it, and cut it as its slices are taken.

    Raises:
        MindscanError: it cannot be read, or there is nothing to be seen.
    """
    volume, odd = _sound(read_nifti(root / scan))
    labels, missing = _labels(root, scan)
    head = head_mask(volume.numpy())
    black, white = _window(scan, volume, head, labels, look)
    note = "; ".join(word for word in (odd, missing) if word)
    found = _slices(volume, labels, planes(volume, head, look), look, (black, white))
    return Seen(black, white, labels is not None, found, note)


def percentiles(text: str) -> tuple[float, float] | None:
    """The two percentiles that a window such as "p1,p99" names; None for "auto" and "brain".

    Raises:
        SettingsError: it is none of these.
    """
    if text in ("auto", "brain"):
        return None
    match = re.fullmatch(r"p(\d+(?:\.\d+)?),p(\d+(?:\.\d+)?)", text)
    low, high = map(float, match.groups()) if match else (0.0, 0.0)
    if not 0 <= low < high <= 100:
        raise SettingsError(f"window {text!r}", "auto, brain or percentiles such as p1,p99", "choose one")
    return low, high


def planes(volume: Volume, inside: npt.NDArray[np.bool_], look: Look) -> list[Plane]:
    """The planes that meet what is `inside`, low to high, all of one square field of view."""
    whole = field_of_view(volume, np.ones(volume.data.shape, bool))
    x, y, z = (_widened(low, high, max(b - a for a, b in whole)) for low, high in whole)
    low, high = field_of_view(volume, inside)[NORMAL[look.plane]]
    first = math.ceil(low / look.every_mm)
    box: Box = (x, y, z)
    pixel_mm = (x[1] - x[0]) / look.size
    count = max(0, math.floor(high / look.every_mm) - first + 1)
    return [Plane(look.plane, (first + n) * look.every_mm, box, pixel_mm) for n in range(count)]


def mask_bytes(ids: Array) -> bytes:
    """Label ids as a PNG with a palette; its greys are rows of the table of labels, see `labels.tsv`."""
    return png_bytes(_ROWS[ids], _PALETTE)


def _slices(
    volume: Volume, labels: Volume | None, chosen: list[Plane], look: Look, ends: tuple[float, float]
) -> Iterator[Slice]:
    masks = iter([None] * len(chosen)) if labels is None else cuts(labels, chosen, nearest=True)
    pairs = zip(chosen, cuts(volume, chosen), masks, strict=True)
    for number, (plane, signal, ids) in enumerate(pairs):
        picture = levels(signal, *ends)
        packed = _jpeg(picture) if look.format == "jpg" else png_bytes(picture)
        yield Slice(f"{look.plane}_{number:03d}", plane, packed, None if ids is None else mask_bytes(ids))


def _jpeg(picture: Array) -> bytes:
    content = io.BytesIO()
    Image.fromarray(picture).save(content, "JPEG", quality=_QUALITY)
    return content.getvalue()


def _widened(low: float, high: float, length: float) -> tuple[float, float]:
    middle = (low + high) / 2
    return middle - length / 2, middle + length / 2


def _sound(volume: Volume) -> tuple[Volume, str]:
    """A scan with every voxel finite, and what to say of those that were not.

    Raises:
        SettingsError: there is nothing to be seen in it, or its voxels have no size.
    """
    affine = volume.affine
    if not np.isfinite(affine).all() or abs(np.linalg.det(affine[:3, :3])) < 1e-9:
        raise SettingsError("an affine that cannot be inverted", "voxels of some size", "mend the header")
    low, high = (float(edge) for edge in torch.aminmax(volume.data)) if volume.data.numel() else (0.0, 0.0)
    note = ""
    if not math.isfinite(low + high):
        finite = volume.data.isfinite()
        values = volume.data[finite]
        low, high = (float(edge) for edge in torch.aminmax(values)) if len(values) else (0.0, 0.0)
        volume = Volume(torch.where(finite, volume.data, low), affine)
        note = f"{int((~finite).sum())} voxels are not finite and shown as air"
    if low == high:
        raise SettingsError("a scan that is the same everywhere", "a picture", "give another file")
    return volume, note


def _labels(root: Path, scan: Path) -> tuple[Volume | None, str]:
    """The labels of a scan that masks can be drawn of, and what to say where there are some that cannot."""
    path = truth_of(root, scan)
    if path is None:
        return None, ""
    try:
        labels = read_nifti(path, torch.int16)
    except MindscanError as error:
        return None, f"no masks: {error}"
    ids = labels.numpy().view(np.uint16)
    odd = [plane[~known] for plane in ids if not (known := _KNOWN.take(plane)).all()]
    if odd:
        strange = min(int(some.min()) for some in odd)
        return None, f"no masks: label id {strange} of {path} is not in the table of labels"
    return labels, ""


def _window(
    scan: Path, volume: Volume, head: npt.NDArray[np.bool_], labels: Volume | None, look: Look
) -> tuple[float, float]:
    data, ends = volume.numpy(), percentiles(look.window)
    if ends is not None:
        low, high = (
            map(float, np.percentile(data[head].astype(np.float64), ends)) if head.any() else (0.0, 0.0)
        )
        return (low, high) if high > low else (low, low + 1.0)
    if layout.suffix_of(scan) == "ct":
        centre, width = WINDOWS["brain"]
        return centre - width / 2, centre + width / 2
    nothing = np.zeros_like(head)
    brain = brain_mask(labels, head.shape, nothing) if look.window == "brain" else head
    if look.window == "brain" and not brain.any():
        raise SettingsError(
            "window 'brain' without labels on the grid of the scan",
            "a scan with labels",
            "take --window auto",
        )
    return window(data, brain, head)
