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
from mindscan.imaging.ct import CT, LOWEST, WINDOWS
from mindscan.imaging.presets import Preset, preset_row
from mindscan.imaging.scanner import draw, scan
from mindscan.report.plane import Box, Plane, View, field_of_view, widened
from mindscan.report.tone import BRAIN, window
from mindscan.validate.heads import PERSON, head
from mindscan.validate.page import Picture
from mindscan.validate.pictures import beside, grey_planes, webp

VIEWS: tuple[View, ...] = ("axial", "coronal", "sagittal")
PIXEL_MM, MARGIN_MM = 1.1, 4.0
RADIOGRAPH_PX = 360
ASIDE_MM = 9.0
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
        # pictures are 0 beyond the volume, where there should be air
        lifted = Volume(seen.volume.data - LOWEST, seen.volume.affine)
        brain, bone = (_slices(lifted, _ends(name)) for name in ("brain", "bone"))
        return np.concatenate([brain, bone])
    if seen.part == "phase":
        return _slices(seen.volume, (-math.pi, math.pi))
    data = np.asarray(seen.volume.numpy(), np.float32)
    labels = (seen.brain or head()).labels.numpy()
    inside = np.isin(labels, BRAIN)
    if seen.suffix.endswith("map"):
        # fluid may have twenty times the T2 of tissue; it is shown white, so that tissue is seen
        return _slices(seen.volume, (0.0, 2 * float(np.percentile(data[inside], 75))))
    return _slices(seen.volume, window(data, inside))


def _ends(name: str) -> tuple[float, float]:
    """Ends of a window above the lowest Hounsfield unit."""
    centre, width = WINDOWS[name]
    return centre - width / 2 - LOWEST, centre + width / 2 - LOWEST


def _slices(volume: Volume, ends: tuple[float, float]) -> npt.NDArray[np.uint8]:
    """Through the thalami, and on the left of the fold between the sides."""
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
    return float(ventricle[0]) - ASIDE_MM, float(middle[1]), float(middle[2])


def _radiograph(volume: Volume) -> npt.NDArray[np.uint8]:
    with Image.open(io.BytesIO(png_bytes(volume, "synthetic"))) as whole:
        return beside([np.asarray(whole.resize((RADIOGRAPH_PX, RADIOGRAPH_PX), Image.Resampling.BOX))])
