"""One scan made ready: brain, bias, registration, face, scale, resampling; and the files that come of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

import nibabel as nib
import numpy as np
import torch
from pydantic import Field

from mindscan.core.record import Record
from mindscan.core.volume import Volume
from mindscan.dataset import layout
from mindscan.dataset.nifti import nifti_bytes, read_nifti
from mindscan.dataset.tables import json_bytes
from mindscan.prepare import bias, deface, quality
from mindscan.prepare.brain import Inside, inside
from mindscan.prepare.intensity import Normalise, Scale, scale
from mindscan.prepare.itk import resampled, tfm_bytes
from mindscan.prepare.names import Names
from mindscan.prepare.picture import picture
from mindscan.prepare.register import SPACE, Registration, grid_of, registered
from mindscan.tasks.given import accepted

Files = dict[PurePosixPath, bytes]


class Settings(Record):
    """How scans are made ready.

    Args:
        normalise: the scale of greys, see `intensity.scale`.
        voxel_mm: edge of the voxels in the space of the template.
        deface: take face and ears away first, and keep the scan without them.
    """

    normalise: Normalise = "zscore"
    voxel_mm: Annotated[float, Field(ge=0.5, le=8)] = 1.0
    deface: bool = False


@dataclass(frozen=True)
class Ready:
    """A scan that is ready.

    Args:
        scan: in the space of the template, even, on its scale.
        mask: the brain in that space, int16.
        found: the brain on the scan's own grid.
        bias: the coarse bias field.
        maps: to the scan from the template.
        scale: of the greys.
        taken: what was taken away with the face, bool; None where it stays.
        numbers: of quality.
    """

    scan: Volume
    mask: Volume
    found: Inside
    bias: Volume
    maps: Registration
    scale: Scale
    taken: torch.Tensor | None
    numbers: dict[str, float | None]


def prepare(scan: Volume, settings: Settings, mri: bool = True) -> Ready:
    """Make a scan ready.

    Args:
        scan: 3-D, any contrast, unit, resolution and orientation; voxels that are not finite count as 0.
        settings: how.
        mri: whether it can have a bias field.

    Raises:
        SettingsError: it is not a picture of a head, or no brain is found.
    """
    scan = Volume(torch.nan_to_num(scan.data, 0.0, 0.0, 0.0), scan.affine)
    given, found = accepted(scan), inside(scan)
    field = bias.field_of(given, found.mask) if mri else bias.no_field(scan)
    gain = bias.spread(field, scan)
    brightness = Volume(given.data / gain, scan.affine)
    maps = registered(brightness, found.mask, found.pose, deep=True)
    air, taken, shown = deface.air_level(scan.numpy()), None, scan.data
    if settings.deface:
        to_template = np.asarray(np.linalg.inv(maps.affine), np.float64)
        taken = deface.face(scan.grid, to_template, found.mask)
        shown = torch.where(taken, air, shown)
    even = Volume(shown / gain, scan.affine)
    grey = scale(even, found.mask, found.white, settings.normalise)
    grid = grid_of(settings.voxel_mm)
    mask = resampled(found.mask, grid, maps.affine, nearest=True)
    return Ready(
        scan=grey.of(resampled(even, grid, maps.affine, outside=air)),
        mask=Volume(mask.data.to(torch.int16), mask.affine),
        found=found,
        bias=field,
        maps=maps,
        scale=grey,
        taken=taken,
        numbers=quality.measured(given, brightness, gain, found, maps.affine),
    )


def files_of(path: Path, names: Names, source: str, settings: Settings) -> Files:
    """All files that are made of a scan, by their names; the sidecar comes last.

    Args:
        path: of the scan.
        names: for what is made of it.
        source: its BIDS URI.
        settings: how.

    Raises:
        FileError: the file is damaged or not a 3-D picture.
        SettingsError: it is not a picture of a head, or no brain is found.
    """
    scan = read_nifti(path)
    ready = prepare(scan, settings, mri=names.suffix != "ct")
    own = Volume(ready.found.mask.data.to(torch.int16), scan.affine)
    files = {
        names.prepared: nifti_bytes(ready.scan, "scan"),
        names.prepared_mask: nifti_bytes(ready.mask, "labels"),
        names.mask: nifti_bytes(own, "labels"),
        names.bias: nifti_bytes(ready.bias, "scan"),
        names.transform("rigid"): tfm_bytes(ready.maps.rigid),
        names.transform("affine"): tfm_bytes(ready.maps.affine),
        names.picture: picture(ready.scan, ready.mask),
    }
    if ready.taken is not None:
        files[names.defaced] = deface.defaced_bytes(path, ready.taken)
        files[names.face] = nifti_bytes(Volume(ready.taken.to(torch.int16), scan.affine), "labels")
    told = {
        "Description": f"The scan in the space of {SPACE}, without bias field, on a common scale",
        "Sources": [source],
        "SpatialReference": SPACE,
        "SkullStripped": False,
        "Defaced": settings.deface,
        "Scan": _geometry(scan),
        "Steps": steps(ready, names, settings),
        "Quality": ready.numbers,
        "Doubts": quality.doubts(ready.numbers, ready.found.method, names.suffix),
        "BrainMethod": ready.found.method,
    }
    beside = _beside(names, source).items()
    words = {layout.sidecar(name): json_bytes(about) for name, about in beside if name in files}
    return {**files, **words, names.sidecar: json_bytes(told)}


def _beside(names: Names, source: str) -> dict[PurePosixPath, dict[str, Any]]:
    """What the sidecars of all other pictures say."""
    brain: dict[str, Any] = {
        "Type": "Brain",
        "Description": "Brain and the fluid around it, inside the skull",
    }
    face = {"Type": "Face", "Description": "What was taken away"}
    field = {"SkullStripped": False, "Description": "Bias field on coarse voxels, about 1 in the brain"}
    defaced = {"SkullStripped": False, "Description": "The scan on its own grid without face and ears"}
    told = {names.prepared_mask: brain, names.mask: brain, names.face: face}
    told |= {names.bias: field, names.defaced: defaced}
    return {name: {**words, "Sources": [source]} for name, words in told.items()}


def steps(ready: Ready, names: Names, settings: Settings) -> list[dict[str, Any]]:
    """What was done in turn, with all that is needed to undo it."""
    affine = names.transform("affine").name
    told: list[dict[str, Any]] = [
        {"Step": "brain mask", "Method": ready.found.method, "File": names.mask.name},
        {
            "Step": "bias field",
            "Method": "N4",
            "VoxelMm": bias.EDGE_MM,
            "Iterations": list(bias.STEPS),
            "File": names.bias.name,
            "Undo": "multiply by the field, linear between its voxels",
        },
        {
            "Step": "registration",
            "Method": "Mattes mutual information, rigid and affine",
            "Files": [names.transform("rigid").name, affine],
            "Undo": "the inverse of the transform",
        },
    ]
    if ready.taken is not None:
        told.append({"Step": "face", "Method": "template", "File": names.face.name, "Undo": "not possible"})
    scaled = {"Shift": ready.scale.shift, "Unit": ready.scale.unit, "Undo": "value * Unit + Shift"}
    shape = list(ready.scan.grid.shape)
    return [
        *told,
        {"Step": "intensity", "Method": settings.normalise, **scaled},
        {
            "Step": "orientation and resampling",
            "Method": "linear, RAS",
            "VoxelMm": settings.voxel_mm,
            "Shape": shape,
            "File": affine,
        },
    ]


def _geometry(scan: Volume) -> dict[str, Any]:
    """Grid and orientation of the scan as it came."""
    axes = "".join(str(letter) for letter in nib.orientations.aff2axcodes(scan.affine))
    shape = list(scan.grid.shape)
    return {"Shape": shape, "Affine": np.asarray(scan.affine).tolist(), "Orientation": axes}
