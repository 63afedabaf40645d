"""Scans with labels of one's own, as heads that a network learns from or is judged by."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scipy import ndimage

from mindscan.anatomy import align
from mindscan.anatomy.schemes import FREESURFER, PARTS, UNKNOWN, Ids
from mindscan.core.brain import Brain
from mindscan.core.errors import FileError
from mindscan.core.labels import BY_NAME, TISSUES
from mindscan.core.volume import Grid, Volume
from mindscan.dataset.nifti import read_nifti
from mindscan.learn.fit import Stock
from mindscan.learn.heads import Head
from mindscan.learn.pose import moved, places, seen, shrunk

LABELS = "_dseg.nii.gz"
"""Labels of `NAME.nii.gz` stand in `NAME_dseg.nii.gz`, as `mindscan segment` writes them."""
EDGE_MM = 2.0
_SHAPE = (120, 128, 128)
_SULCI_MM = 10.0
"""Fluid between folds of this width counts as inside the skull where a scheme leaves it out."""
_UNKNOWN_AGE = 40.0


def pairs(folder: Path) -> list[tuple[Path, Path]]:
    """Scans and their labels in a folder, in the order of their names.

    Raises:
        FileError: there are none, or a scan is missing.
    """
    found = [
        (path.with_name(path.name.replace(LABELS, ".nii.gz")), path) for path in folder.rglob(f"*{LABELS}")
    ]
    missing = [scan for scan, _ in found if not scan.is_file()]
    if missing or not found:
        given = f"labels without {missing[0]}" if missing else f"no labelled scans in {folder}"
        raise FileError(given, f"NAME.nii.gz with NAME{LABELS}", "put both into one folder")
    return sorted(found)


def digest(folder: Path) -> str:
    """SHA-256 over all labelled scans of a folder, in hexadecimal."""
    whole = hashlib.sha256()
    for path in (one for pair in pairs(folder) for one in pair):
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def stock(folder: Path | None) -> Stock:
    """All labelled scans of a folder, the first quarter of them to judge by; see `labelled`.

    Of two and more, one at least is judged by; a single one is learnt from.
    """
    if folder is None:
        return Stock()
    heads = labelled(folder)
    aside = max(len(heads) // 4, 1) if len(heads) > 1 else 0
    return Stock(learnt=heads[aside:], judged=heads[:aside], digest=digest(folder))


def labelled(folder: Path) -> Sequence[Head]:
    """All labelled scans of a folder, in voxels of 2 mm.

    Args:
        folder: scans of any contrast with FreeSurfer ids on the same voxels, see `LABELS`.

    Raises:
        FileError: there are none; or a file is damaged, does not fit its scan, or has ids of another scheme.
    """
    return [_head(scan, labels) for scan, labels in pairs(folder)]


def _head(scan_path: Path, labels_path: Path) -> Head:
    scan, given = read_nifti(scan_path), read_nifti(labels_path, torch.int32)
    if scan.data.shape != given.data.shape or not np.allclose(scan.affine, given.affine, atol=1e-2):
        raise FileError(
            f"{labels_path} on other voxels than {scan_path.name}", "the same", "resample the labels"
        )
    ids = FREESURFER.own(given.data.numpy())
    lacking = [name for name, sides in PARTS.items() if not np.isin(sides, ids).all()]
    if lacking or (ids == UNKNOWN).any():
        told = f"without {lacking[0]}" if lacking else f"with id {int(given.data.numpy()[ids == UNKNOWN][0])}"
        raise FileError(f"{labels_path} {told}", "FreeSurfer ids of a whole brain", "number them so")
    labels = Volume(torch.from_numpy(_with_fluid(ids, given.grid)), given.affine)
    grid = _around(labels)
    small = shrunk(scan, EDGE_MM)
    image = seen(small.data[None], _index(grid, small))[0]
    coarse = seen(labels.data[None].float(), _index(grid, labels), nearest=True)[0].round().to(torch.int16)
    hard = Brain.from_labels(Volume(coarse, grid.affine))
    shares = torch.stack([hard.fraction(str(tissue)).data for tissue in TISSUES])
    brain = replace(hard, fractions=shares, owners=coarse.expand(shares.shape))
    return Head(brain, np.asarray(np.linalg.inv(align.to_template(labels)), np.float64), _UNKNOWN_AGE, image)


def _with_fluid(ids: Ids, grid: Grid) -> Ids:
    """Labels with fluid in folds and gaps that they leave open."""
    pad = round(_SULCI_MM / min(grid.voxel_mm)) + 2
    brain = np.pad(ids > 0, pad)
    away = ndimage.distance_transform_edt(~brain, sampling=grid.voxel_mm)
    closed = ndimage.distance_transform_edt(away <= _SULCI_MM, sampling=grid.voxel_mm) > _SULCI_MM
    inside = closed[pad:-pad, pad:-pad, pad:-pad]
    return np.where(inside & (ids == 0), BY_NAME["CSF"].id, ids).astype(np.int16)


def _around(labels: Volume) -> Grid:
    """Upright voxels of 2 mm around the brain."""
    index = labels.data.nonzero().double().mean(0).numpy()
    middle = labels.affine[:3, :3] @ index + labels.affine[:3, 3]
    return Grid.centred(_SHAPE, (EDGE_MM,) * 3, (float(middle[0]), float(middle[1]), float(middle[2])))


def _index(grid: Grid, volume: Volume) -> torch.Tensor:
    return moved(places(grid), np.linalg.inv(volume.affine))
