"""Reading a label map that somebody else has made, and saying in one line what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from scipy import ndimage

from mindscan.anatomy.schemes import PARTS, SCHEMES, UNKNOWN, Ids, names_of
from mindscan.core.errors import FileError, SettingsError
from mindscan.core.volume import Volume
from mindscan.dataset.nifti import read_nifti

EDGE_MM = (0.3, 2.0)
"""Edges of voxels that are fine enough, and not so fine that the units must be wrong."""
BRAIN_ML = (400.0, 2500.0)
"""Volumes that the labelled brain of a person may have."""
_LEAST_ML = 0.05
_SOME = 6
_SOLID, _MAIN_SHARE = ("Thalamus", "Putamen", "Brain-Stem"), 0.6
"""In every map these are nearly all in one piece; the largest must hold this share."""


class Given(NamedTuple):
    """What a file holds.

    Args:
        labels: own label ids, `UNKNOWN` where the scheme knows no meaning.
        volumes_ml: own label id to volume in mL.
        ignored: ids of the file that have no meaning here.
    """

    labels: Volume
    volumes_ml: dict[int, float]
    ignored: tuple[int, ...]


def read(path: Path, scheme: str) -> Given:
    """A label map with all the structures that a base needs.

    Args:
        path: a 3-D `.nii` or `.nii.gz` file of whole numbers, any affine.
        scheme: how its structures are numbered, one of `schemes.SCHEMES`.

    Raises:
        SettingsError: the scheme is unknown.
        FileError: the file is missing, damaged, not a label map, too coarse, or lacks structures.
    """
    if scheme not in SCHEMES:
        raise SettingsError(f'labels "{scheme}"', f"one of {', '.join(SCHEMES)}", "choose one of these")
    volume = _volume(path)
    edges = volume.grid.voxel_mm
    if not all(EDGE_MM[0] <= edge <= EDGE_MM[1] for edge in edges):
        sizes = " x ".join(f"{edge:.3g}" for edge in edges)
        mend = "resample the map, or mend the units and the affine of its header"
        raise FileError(
            f"{path} with voxels of {sizes} mm", f"edges of {EDGE_MM[0]:g} to {EDGE_MM[1]:g} mm", mend
        )
    raw = volume.data.numpy().astype(np.int32)
    own = SCHEMES[scheme].own(raw)
    ids, counts = np.unique(own, return_counts=True)
    volumes = {int(i): float(n) * volume.grid.voxel_ml for i, n in zip(ids, counts, strict=True) if i > 0}
    _refuse_lacking(path, scheme, volumes)
    _refuse_scattered(path, own)
    _refuse_odd(path, own, volume, volumes)
    ignored = tuple(int(one) for one in np.unique(raw[own == UNKNOWN]))
    return Given(Volume(torch.from_numpy(own), volume.affine), volumes, ignored)


def _volume(path: Path) -> Volume:
    """Whole numbers from a file."""
    mend = "give a 3-D .nii or .nii.gz file of label ids"
    if not path.name.lower().endswith((".nii", ".nii.gz")):
        raise FileError(f"{path}: unknown kind of file", "a NIfTI file", mend)
    try:
        volume = read_nifti(path)
    except FileError as error:
        raise FileError(error.given, error.expected, mend) from None
    except TypeError as error:
        raise FileError(f"{path}: unsupported kind of voxel ({error})", "one number a voxel", mend) from None
    if min(volume.data.shape) < 2 or abs(np.linalg.det(volume.affine[:3, :3])) < 1e-12:
        raise FileError(f"{path}: flat, or its affine cannot be inverted", "a 3-D picture", mend)
    data = volume.data
    off = ~data.isfinite() | (data != data.round()) | (data < 0) | (data > 2**24)
    if bool(off.any()):
        raise FileError(f"{path} holds {float(data[off][0]):.6g}", "whole numbers, the ids of labels", mend)
    return volume


def _refuse_lacking(path: Path, scheme: str, volumes: dict[int, float]) -> None:
    needed = [one for ids in PARTS.values() for one in ids]
    lacking = [one for one in needed if volumes.get(one, 0) < _LEAST_ML]
    if lacking:
        more = f" and {len(lacking) - _SOME} more" if len(lacking) > _SOME else ""
        raise FileError(
            f"{path} lacks {names_of(lacking[:_SOME])}{more}",
            f"{scheme} ids of {', '.join(PARTS)}",
            "segment the whole brain, or give the scheme that the map uses",
        )


def _refuse_scattered(path: Path, own: Ids) -> None:
    """Refuse a picture whose grey values only happen to be ids: its structures would lie in crumbs."""
    for one in (part for name in _SOLID for part in PARTS[name]):
        box = ndimage.find_objects((own == one).astype(np.uint8))[0]
        pieces, count = ndimage.label(own[box] == one)
        sizes = np.bincount(pieces.ravel())[1:]
        if sizes.max() < _MAIN_SHARE * sizes.sum():
            raise FileError(
                f"{path}: {names_of([one])} lies in {count} pieces",
                "a label map, with each structure in one piece",
                "give the segmentation, not the scan, and the scheme that it uses",
            )


def _refuse_odd(path: Path, own: Ids, volume: Volume, volumes: dict[int, float]) -> None:
    """Refuse a brain that is no person's, and one whose left is right."""
    cortex = PARTS["Cerebral-Cortex"]
    brain_ml = sum(ml for one, ml in volumes.items() if one != 24)
    if not BRAIN_ML[0] <= brain_ml <= BRAIN_ML[1]:
        raise FileError(
            f"{path} with a brain of {brain_ml:.4g} mL",
            f"{BRAIN_ML[0]:g} to {BRAIN_ML[1]:g} mL",
            "mend the units and the affine of its header",
        )
    left, right = (float(volume.affine[0, :3] @ np.argwhere(own == one).mean(0)) for one in cortex)
    if left >= right:
        raise FileError(
            f"{path}: left structures lie on the right of its world space",
            "left at smaller x (RAS+ millimetres)",
            "mend the affine of its header",
        )
