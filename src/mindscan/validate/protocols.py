"""Every preset on one head, as pictures."""

from __future__ import annotations

import io
import math

import numpy as np
import numpy.typing as npt
from PIL import Image

from mindscan.core.key import Key
from mindscan.core.scan import Scan
from mindscan.core.volume import Volume
from mindscan.dataset.preview import png_bytes
from mindscan.imaging.ct import CT, WINDOWS
from mindscan.imaging.presets import Preset, preset_row
from mindscan.imaging.scanner import draw, scan
from mindscan.report.plane import Box, Plane, View, field_of_view, widened
from mindscan.report.tone import BRAIN, head_mask, window
from mindscan.validate.heads import PERSON, head
from mindscan.validate.page import Picture
from mindscan.validate.pictures import beside, grey_planes, webp

VIEWS: tuple[View, ...] = ("axial", "coronal", "sagittal")
PIXEL_MM, MARGIN_MM = 1.1, 4.0
RADIOGRAPH_PX = 360
_THALAMI, _THIRD_VENTRICLE = (10, 49), (14,)
_KEY = Key(11) / "protocols"


def picture(preset: Preset) -> Picture:
    """One preset as it is made of the head of `heads.PERSON`, with its row in the table of presets."""
    settings = draw(preset.name, _KEY / "settings", PERSON)
    usual = head().labels.grid
    grid = settings.grid(usual)
    brain = head() if grid is usual else head(grid)
    seen = scan(brain, settings, _KEY / preset.name)
    name, _, field, voxel, technique, about = preset_row(preset)
    words = " · ".join(word for word in (name, technique, field, voxel, about) if word)
    return Picture(words, webp(_pixels(seen, isinstance(settings, CT))))


def _pixels(seen: Scan, is_ct: bool) -> npt.NDArray[np.uint8]:
    if seen.maps:
        return _radiograph(seen.volume)
    if is_ct:
        brain, bone = (_slices(seen.volume, _ends(name)) for name in ("brain", "bone"))
        return np.concatenate([brain, bone])
    if seen.part == "phase":
        return _slices(seen.volume, (-math.pi, math.pi))
    data, labels = seen.volume.numpy(), (seen.brain or head()).labels.numpy()
    inside = np.isin(labels, BRAIN)
    return _slices(seen.volume, window(data, inside if inside.any() else head_mask(data)))


def _ends(name: str) -> tuple[float, float]:
    centre, width = WINDOWS[name]
    return centre - width / 2, centre + width / 2


def _slices(volume: Volume, ends: tuple[float, float]) -> npt.NDArray[np.uint8]:
    """Through the thalami, and close to the midline."""
    box, at = _box(), _aim()
    planes = [Plane(view, at[n], box, PIXEL_MM) for view, n in zip(VIEWS, (2, 1, 0), strict=True)]
    return grey_planes(volume, planes, ends)


def _box() -> Box:
    labels = head().labels
    return widened(field_of_view(labels, np.asarray(labels.numpy(), np.int64) > 0), MARGIN_MM)


def _aim() -> tuple[float, float, float]:
    labels = head().labels
    middle, ventricle = (
        labels.affine[:3] @ [*np.argwhere(np.isin(labels.numpy(), ids)).mean(0), 1]
        for ids in (_THALAMI, _THIRD_VENTRICLE)
    )
    return float(ventricle[0]), float(middle[1]), float(middle[2])


def _radiograph(volume: Volume) -> npt.NDArray[np.uint8]:
    with Image.open(io.BytesIO(png_bytes(volume, "synthetic"))) as whole:
        return beside([np.asarray(whole.resize((RADIOGRAPH_PX, RADIOGRAPH_PX), Image.Resampling.BOX))])
