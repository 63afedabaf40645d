"""Every artefact at three strengths on one head, as pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.imaging.magnet import MRI
from mindscan.report.plane import Box, Plane, field_of_view
from mindscan.report.tone import head_mask
from mindscan.validate.page import Picture
from mindscan.validate.pictures import grey_planes, webp

Strength = Mapping[str, Any]

ARTEFACTS: Mapping[str, tuple[Strength, Strength, Strength]] = {
    "motion": ({"translation_mm": 1, "rotation_deg": 1}, {"translation_mm": 3}, {"rotation_deg": 5}),
    "ghosting": (
        {"phase_deg": 5},
        {"phase_deg": 15},
        {"phase_deg": 30, "period_lines": 8.5},
    ),
    "spikes": ({"share": 0.15}, {"share": 0.4}, {"count": 4, "share": 0.4}),
    "zipper": (
        {"strength": 0.2, "offset_hz": 1200},
        {"strength": 0.5, "offset_hz": 1200},
        {"strength": 1, "offset_hz": -900},
    ),
    "saturation": ({"clipped_db": 3}, {"clipped_db": 8}, {"clipped_db": 15}),
    "sampling": (
        {"readout_mm": 2, "phase_mm": 2},
        {"phase_mm": 4},
        {"partial_fourier": 0.55},
    ),
    "wrap": ({"phase_share": 0.8}, {"phase_share": 0.7}, {"phase_share": 0.55}),
    "coils": (
        {"channels": 32},
        {"channels": 8, "acceleration": 3, "combine": "sense"},
        {"channels": 8, "acceleration": 4},
    ),
    "off_resonance": ({"strength": 0.5}, {"strength": 1}, {"strength": 3}),
    "chemical_shift": ({"ppm": 1}, {"ppm": 3.5}, {"ppm": 7}),
    "slices": (
        {"thickness_mm": 5, "gap_mm": 1},
        {"orientation": "coronal", "thickness_mm": 4, "profile": "gaussian"},
        {"thickness_mm": 3, "profile": "truncated_sinc", "tilt_deg": 20},
    ),
    "field_of_view": (
        {"k_mm": 150, "offset_k_mm": 20},
        {"j_mm": 120},
        {"k_mm": 60, "offset_k_mm": 30},
    ),
    "quantisation": ({"bits": 6}, {"bits": 4}, {"bits": 3}),
    "masking": ({"keep": "defaced"}, {"keep": "brain"}, {"keep": "brain", "margin_mm": 10}),
}
"""Three settings of every artefact, in the words of a plan."""

BANDWIDTH_HZ = 60.0
"""Of one voxel; low, so that what moves with frequency is seen."""

PIXEL_MM = 1.2
_MIDDLE_OFF_MM = -12.0
_UNITS = {"mm": " mm", "deg": "°", "hz": " Hz", "db": " dB", "lines": " lines", "ppm": " ppm"}


def pictures(name: str, brain: Brain, settings: MRI, key: Key) -> list[Picture]:
    """An artefact alone at three strengths, each a sagittal and an axial slice, with its settings.

    Args:
        name: in `ARTEFACTS`.
        brain: a whole head.
        settings: of a scan without artefacts.
        key: the random stream of all scans.
    """
    labels = brain.labels
    shown = field_of_view(labels, np.asarray(labels.numpy(), np.int64) > 0)
    return [
        Picture(
            f"{name.replace('_', ' ')}: {words(asked)}",
            webp(_seen(brain, settings, {name: asked}, key, shown)),
        )
        for asked in ARTEFACTS[name]
    ]


def words(asked: Strength) -> str:
    """Settings as a reader says them.

    Example:
        >>> words({"translation_mm": 3, "keep": "brain", "ppm": 1})
        'translation 3 mm, keep brain, 1 ppm'
    """
    told = []
    for name, value in asked.items():
        what, _, unit = name.rpartition("_")
        shown = f"{what} {value}{_UNITS[unit]}" if unit in _UNITS else f"{name} {value}"
        told.append(shown.strip().replace("_", " "))
    return ", ".join(told)


def _seen(
    brain: Brain, settings: MRI, asked: Mapping[str, Strength], key: Key, shown: Box
) -> npt.NDArray[np.uint8]:
    plain = settings.model_dump()
    acquisition = {"bandwidth_hz": BANDWIDTH_HZ, **{name: dict(given) for name, given in asked.items()}}
    volume = MRI.parse({**plain, "acquisition": acquisition}).scan(brain, key).volume
    data = np.asarray(volume.numpy(), np.float32)
    high = 1.25 * float(np.percentile(data[head_mask(data)], 90))
    (left, right), _, (bottom, top) = shown
    sagittal = Plane("sagittal", (left + right) / 2 + _MIDDLE_OFF_MM, shown, PIXEL_MM)
    axial = Plane("axial", (bottom + 2 * top) / 3, shown, PIXEL_MM)
    return grey_planes(volume, (sagittal, axial), (0.0, high))
