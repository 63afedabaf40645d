"""What scans must leave as it is: the image where an artefact has no strength, the truth in any contrast."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.labels import LABELS, TISSUES, structure_of
from mindscan.imaging.blur import point_spread
from mindscan.imaging.contrast import RandomContrast
from mindscan.imaging.magnet import MRI
from mindscan.validate.claims import Row, row
from mindscan.validate.heads import PERSON, small_head

NOTHING: Mapping[str, Mapping[str, Any]] = {
    "motion": {},
    "ghosting": {},
    "spikes": {},
    "zipper": {},
    "saturation": {},
    "sampling": {},
    "coils": {"channels": 1},
    "off_resonance": {"strength": 0},
    "chemical_shift": {"ppm": 0},
    "wrap": {},
    "field_of_view": {},
}
"""Every artefact that has a strength, at no strength, in the words of a plan."""

CONTRASTS, BENT_CONTRASTS = 200, 20
"""How many contrasts are compared, and how many where the geometry costs more time."""

GEOMETRY: Mapping[str, Any] = {
    "bandwidth_hz": 100,
    "off_resonance": {"strength": 2},
    "slices": {"thickness_mm": 8, "gap_mm": 2},
}
"""An acquisition in which labels and landmarks follow what the image shows."""

LANDMARK_MM = 0.01


def identity() -> list[Row]:
    """Voxels of the image that an artefact of no strength changes, of one small head."""
    plain = MRI.draw("T1w", Key(1), PERSON, field_tesla=3.0).model_dump()

    def seen(asked: Mapping[str, Any]) -> torch.Tensor:
        settings = MRI.parse({**plain, "acquisition": {"bandwidth_hz": 100, **asked}})
        return settings.scan(small_head(), Key(2)).volume.data

    clean = seen({})
    return [
        row(f"{name.replace('_', ' ')}: voxels changed", int((seen({name: none}) != clean).sum()), 0, 0)
        for name, none in NOTHING.items()
    ]


def truth() -> list[Row]:
    """Labels and landmarks of one small head in `CONTRASTS` random contrasts, and where images show it."""
    head, marks = small_head(), small_head().landmarks
    plain, bent = _differences(head, {}, CONTRASTS), _differences(head, GEOMETRY, BENT_CONTRASTS)
    shifts = [_shift_mm(head, settings, image) for settings, image in _images(head)]
    return [
        row(f"labels of {CONTRASTS} contrasts: voxels that differ", plain[0], 0, 0, "labels of the head"),
        row(f"their {len(marks)} landmarks: largest difference in mm", plain[1], 0, LANDMARK_MM, "the head"),
        row(
            f"of {BENT_CONTRASTS} contrasts, distorted and in slices: voxels that differ",
            bent[0],
            0,
            0,
            "the first contrast",
        ),
        row("their landmarks: largest difference in mm", bent[1], 0, LANDMARK_MM, "the first contrast"),
        row(
            "place of the head in noiseless images: largest shift in mm",
            max(shifts),
            0,
            LANDMARK_MM,
            "labels",
        ),
    ]


def _drawn(asked: Mapping[str, Any], count: int) -> Iterator[MRI]:
    for seed in range(count):
        yield MRI.parse({**MRI.draw("random", Key(seed), PERSON, field_tesla=3.0).model_dump(), **asked})


def _differences(head: Brain, acquisition: Mapping[str, Any], count: int) -> tuple[int, float]:
    """Voxels whose label, and millimetres by which landmarks, differ from the first contrast or the head."""
    first = None if acquisition else head
    voxels, away_mm = 0, 0.0
    for seed, settings in enumerate(_drawn({"acquisition": acquisition}, count)):
        seen = settings.scan(head, Key(seed)).brain or head
        first = first or seen
        voxels += int((seen.labels.data != first.labels.data).sum())
        for name, place in first.landmarks.items():
            away_mm = max(away_mm, float(np.abs(np.subtract(place, seen.landmarks[name])).max()))
    return voxels, away_mm


def _images(head: Brain) -> Iterator[tuple[MRI, npt.NDArray[np.float64]]]:
    """Images of every contrast without noise, bias and texture."""
    for seed, settings in enumerate(_drawn({"snr": 1e7, "bias_sd": 0.0}, CONTRASTS)):
        flat = RandomContrast(levels={name: (mean, 0.0) for name, (mean, _) in settings.levels().items()})
        quiet = settings.model_copy(update={"sequence": flat})
        yield quiet, quiet.scan(head, Key(seed)).volume.data.double().numpy()


def _shift_mm(head: Brain, settings: MRI, image: npt.NDArray[np.float64]) -> float:
    """How far an image lies from one that is painted anew from the labels, equally blurred.

    The shift that explains the difference best, by least squares on the slopes of the image.
    """
    painted = _painted(head, {name: mean for name, (mean, _) in settings.levels().items()})
    edges = head.labels.grid.voxel_mm
    painted = point_spread(torch.from_numpy(painted).float(), settings.psf_fwhm_mm, edges).double().numpy()
    slopes = np.stack([part.ravel() for part in np.gradient(painted, *edges)])
    shift = np.linalg.solve(slopes @ slopes.T, slopes @ (painted - image).ravel())
    return float(np.linalg.norm(shift))


def _painted(head: Brain, means: Mapping[str, float]) -> npt.NDArray[np.float64]:
    assert head.fractions is not None
    assert head.owners is not None
    table = np.zeros(max(label.id for label in LABELS) + 1)
    for label in LABELS:
        table[label.id] = means.get(structure_of(label), 0.0)
    total = np.zeros(head.labels.grid.shape)
    for tissue, share, owner in zip(TISSUES, head.fractions.numpy(), head.owners.numpy(), strict=True):
        if tissue != "air":
            total += share * table[owner]
    return total
