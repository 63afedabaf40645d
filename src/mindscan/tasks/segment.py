"""Every structure of a brain in a scan: found, brought into pose, told apart at 2 mm, drawn at 1 mm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mindscan.core.volume import Affine, Grid, Volume
from mindscan.dataset.nifti import read_nifti
from mindscan.learn.classes import by_id, ids_of
from mindscan.learn.clothes import normalised
from mindscan.learn.pose import Channels, moved, onto, part, places, seen, shrunk, slabs
from mindscan.tasks.given import accepted
from mindscan.tasks.locate import located, mended
from mindscan.tasks.pieces import in_one_piece
from mindscan.tasks.refine import refined
from mindscan.tasks.segmenter import BOX, Guided, Segmenter, with_places
from mindscan.tasks.trained import in_hardware, trained

FINE_MM = (1.0, 1.0, 1.0)
LOOKS = 1
"""How often the pose is mended by where the structures are found."""
_MARGIN_MM = 4.0


@dataclass(frozen=True)
class Segmentation:
    """What a scan holds.

    Args:
        labels: FreeSurfer ids on the scan's own grid, int16.
        fine: the same at 1 mm over the same field of view.
        brain: where brain or fluid inside the skull is, bool, on the scan's own grid.
        volumes_ml: volume of every structure by FreeSurfer id, partial volume counted.
        quality: by FreeSurfer id, 0 to 1: how far the network would agree with its own labels (the expected
            Dice of what it drew). Below about 0.6 nothing should be made of a structure.
        posteriors: probability of every class, float32, shape (classes, i, j, k), at 1 mm around the brain,
            the last channel that of the right side; and the affine of that grid.
    """

    labels: Volume
    fine: Volume
    brain: Volume
    volumes_ml: dict[int, float]
    quality: dict[int, float]
    posteriors: Channels

    @property
    def icv_ml(self) -> float:
        """Intracranial volume in millilitres."""
        return sum(self.volumes_ml.values())


@torch.no_grad()
def segment(scan: Volume | str | Path, weights: Path | None = None) -> Segmentation:
    """Tell apart 32 structures of the brain in a scan of any contrast, resolution and orientation.

    Args:
        scan: 3-D, any affine; MRI in any unit, or CT in Hounsfield units; with the skull or without. Or the
            path of a NIfTI file.
        weights: of a segmenter that you trained; those that come along when None.

    Raises:
        FileError: the file is missing, damaged or not 3-D.
        SettingsError: the scan is not a picture of a human head, or no brain is found.

    Reference: after Billot 2023 (SynthSeg), doi:10.1016/j.media.2023.102789.
    """
    scan = scan if isinstance(scan, Volume) else read_nifti(Path(scan))
    given = accepted(scan)
    network = trained("segmenter", weights)
    assert isinstance(network, Guided)
    usual = network.usually()
    to_template = located(given, trained("stripper"), Volume(1 - usual.data[0], usual.affine))
    for _ in range(LOOKS):
        coarse = answers(given, to_template, network)
        to_template = mended(to_template, coarse, usual)
    coarse = answers(given, to_template, partial(Segmenter().answer, network))
    fine = _fine(given, coarse, to_template)
    image = seen(given.data[None], moved(places(fine.grid), np.linalg.inv(given.affine)))[0]
    better = refined(fine.data, image, given.grid.voxel_ml * 1000)
    fine = Channels(in_one_piece(better), fine.affine)
    own, at_1mm = scan.grid, scan.grid.with_voxels(FINE_MM)
    at_fine = _laid(fine, at_1mm)
    same = at_1mm.shape == own.shape and np.allclose(at_1mm.affine, own.affine, atol=1e-4)
    labels = at_fine if same else _drawn(fine, own)
    return Segmentation(
        labels=Volume(labels, own.affine),
        fine=Volume(at_fine, at_1mm.affine),
        brain=Volume(labels > 0, own.affine),
        volumes_ml=_volumes_ml(fine),
        quality=_quality(coarse.data),
        posteriors=fine,
    )


def answers(scan: Volume, to_template: Affine, look: Callable[[Tensor], Tensor]) -> Channels:
    """Probabilities of the classes and, the last channel, of the right side, in the box of the segmenter.

    Args:
        scan: a signal that was `accepted`.
        to_template: 4 x 4, from world mm to template mm.
        look: gives scores of the whole box, (1, channels, i, j, k), from image and places (`with_places`):
            a network, the box in one piece; or better and slower `Segmenter.answer`, patch by patch.
    """
    scale = abs(float(np.linalg.det(to_template[:3, :3]))) ** (-1 / 3)
    image = shrunk(scan, BOX.voxel_mm[0] * scale)
    spot = places(BOX)
    back = np.linalg.inv(image.affine) @ np.linalg.inv(to_template)
    picture = seen(image.data[None], moved(spot, back))
    picture = normalised(picture, picture[..., ::3, ::3, ::3].flatten())
    given = with_places(picture, spot)[None]
    with in_hardware():
        said = look(given)[0].float()
    return Channels(torch.cat([said[:-1].softmax(0), said[-1:].sigmoid()]), BOX.affine)


def _fine(scan: Volume, coarse: Channels, to_template: Affine) -> Channels:
    """Probabilities at 1 mm on the part of the scan's field of view that holds the brain."""
    whole = scan.grid.with_voxels(FINE_MM)
    inside = (coarse.data[0] < 0.5).nonzero().float()
    to_voxel = np.linalg.inv(whole.affine) @ np.linalg.inv(to_template) @ BOX.affine
    corners = moved(inside, to_voxel) if len(inside) else torch.zeros(1, 3)
    low = (corners.amin(0) - _MARGIN_MM).floor().int().clamp(min=0)
    high = (corners.amax(0) + _MARGIN_MM).ceil().int()
    high = torch.minimum(high, torch.tensor(whole.shape))
    low = torch.minimum(low, high - 1).clamp(min=0)
    i, j, k = (high - low).clamp(min=1).tolist()
    box = part(whole, low.tolist(), (i, j, k))
    data = onto(coarse, box, to_template)
    data[0] += (1 - data[:-1].sum(0)).clamp(min=0)
    return Channels(data, box.affine)


def _laid(fine: Channels, grid: Grid) -> Tensor:
    """The most probable structure of every voxel of the grid that `fine` is a part of, int16 ids."""
    ids = torch.zeros(grid.shape, dtype=torch.int16)
    low = np.linalg.solve(grid.affine, fine.affine)[:3, 3].round().astype(int)
    at = tuple(slice(i, i + n) for i, n in zip(low.tolist(), fine.data.shape[1:], strict=True))
    ids[at] = ids_of(fine.data[:-1].argmax(0), fine.data[-1] > 0.5)
    return ids


def _drawn(fine: Channels, grid: Grid) -> Tensor:
    """The most probable structure of every voxel of a grid, int16 FreeSurfer ids."""
    to_fine = np.linalg.inv(fine.affine)
    drawn = []
    for slab in slabs(grid):
        index = moved(places(slab), to_fine)
        reach = torch.tensor(fine.data.shape[1:]) - 0.5
        near = ((index > -0.5) & (index < reach)).all(-1)
        ids = torch.zeros(slab.shape, dtype=torch.int16)
        if bool(near.any()):
            chance = seen(fine.data, index[near][:, None, None])[..., 0, 0]
            chance[0] += (1 - chance[:-1].sum(0)).clamp(min=0)
            ids[near] = ids_of(chance[:-1].argmax(0), chance[-1] > 0.5)
        drawn.append(ids)
    return torch.cat(drawn)


def _volumes_ml(fine: Channels) -> dict[int, float]:
    voxel_ml = fine.grid.voxel_ml
    return {i: float(chance.sum(dtype=torch.float64)) * voxel_ml for i, chance in by_id(fine.data)}


def _quality(coarse: Tensor) -> dict[int, float]:
    ids = ids_of(coarse[:-1].argmax(0), coarse[-1] > 0.5)
    quality = {}
    for i, chance in by_id(coarse):
        drawn = ids == i
        whole = float(drawn.sum() + chance.sum())
        quality[i] = 2 * float(chance[drawn].sum()) / whole if whole > 0 else 0.0
    return quality
