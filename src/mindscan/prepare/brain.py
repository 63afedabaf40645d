"""Where the brain is in a scan: by the trained network, and by a classical method where that errs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from skimage.filters import threshold_otsu
from torch import Tensor

from mindscan.anatomy.align import shipped
from mindscan.core.errors import SettingsError
from mindscan.core.labels import LABELS
from mindscan.core.volume import Affine, Volume
from mindscan.learn.classes import by_id
from mindscan.learn.pose import Channels, moved, onto, places, seen, shrunk
from mindscan.prepare.outline import carried, laid
from mindscan.prepare.register import registered
from mindscan.tasks.given import accepted
from mindscan.tasks.locate import located, mended
from mindscan.tasks.pieces import islands
from mindscan.tasks.segment import answers
from mindscan.tasks.segmenter import Guided
from mindscan.tasks.trained import trained

Method = Literal["network", "classical"]
Mask = npt.NDArray[np.bool_]

LEAST_ML, MOST_ML = 700.0, 2300.0
"""Volumes that are believed of the inside of a skull (choices of this project, as are the next)."""
ONE_PIECE = 0.97
"""Share of the mask that must hang together."""
SURE = 0.85
"""How sure the network must be of the voxels that it takes for brain, on average."""
_COARSE_MM = 2.0
_RADII_MM = (3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0)
"""How far the head is worn down until the brain is a piece of its own."""
_MOST_PIECES, _LEAST_CORE_ML = 3, 50.0
_CLOSED_MM = 10.0
_AGREES = 0.94
"""Dice with the template's brain from where on a piece is believed."""


@dataclass(frozen=True)
class Inside:
    """What lies inside the skull.

    Args:
        mask: brain and the fluid around it, bool, on the scan's grid.
        grey, white: where grey and white matter are, bool, on the same grid.
        pose: 4 x 4, from world mm to template mm.
        method: that found it.
    """

    mask: Volume
    grey: Volume
    white: Volume
    pose: Affine
    method: Method


@torch.no_grad()
def inside(scan: Volume) -> Inside:
    """Find the brain, by the network if what it says can be believed.

    Args:
        scan: any contrast, unit, resolution and orientation.

    Raises:
        SettingsError: no picture of a head, or no brain is found by either method.
    """
    given = accepted(scan)
    try:
        found, sure = _by_network(given)
    except SettingsError:
        return classical(given)
    return found if sure >= SURE and believed(found.mask) else classical(given)


def believed(mask: Volume) -> bool:
    """Whether a mask has the size of the inside of a skull and hangs together."""
    volume = shrunk(Volume(mask.data.float(), mask.affine), _COARSE_MM)
    solid = volume.data.numpy() > 0.5
    ml = float(mask.data.sum()) * mask.grid.voxel_ml
    if not LEAST_ML <= ml <= MOST_ML or not solid.any():
        return False
    return float(_largest(solid).sum() / solid.sum()) >= ONE_PIECE


def _by_network(given: Volume) -> tuple[Inside, float]:
    """What the segmenter says, and how sure it is."""
    network = trained("segmenter")
    assert isinstance(network, Guided)
    usual = network.usually()
    pose = located(given, trained("stripper"), Volume(1 - usual.data[0], usual.affine))
    said = answers(given, pose, network)
    first = onto(Channels(1 - said.data[:1], said.affine), given.grid, pose)[0] > 0.5
    pose = mended(pose, said, usual)
    maps = registered(given, Volume(first, given.affine), pose)
    pose = np.asarray(np.linalg.inv(maps.affine), np.float64)
    said = answers(given, pose, network)
    chances = torch.stack([1 - said.data[0], *(_tissue(said, name) for name in ("GM", "WM"))])
    own = onto(Channels(chances, said.affine), given.grid, pose)
    mask = own[0] > 0.5
    mask &= ~islands(mask)
    sure = float(own[0][mask].mean()) if bool(mask.any()) else 0.0
    grey, white = (Volume((one > 0.8) & mask, given.affine) for one in own[1:])
    return Inside(Volume(mask, given.affine), grey, white, pose, "network"), sure


def _tissue(said: Channels, name: str) -> Tensor:
    ids = {label.id for label in LABELS if label.tissue == name}
    return torch.stack([chance for i, chance in by_id(said.data) if i in ids]).sum(0)


def classical(given: Volume) -> Inside:
    """The brain without any network: the template's, laid into the head.

    Where a piece of the worn-down head agrees with that, as in contrasts whose fluid is bright, it takes its
    place: it follows this very brain. Tissues are where the template has them.

    Args:
        given: a signal that was `accepted`.

    Raises:
        SettingsError: what is found has not the size of a brain, or lies in a head of nothing but specks.

    Reference: pieces after Shattuck 2001 (BSE), doi:10.1006/nimg.2000.0730.
    """
    coarse = shrunk(given, _COARSE_MM)
    data, edges = coarse.data.numpy(), coarse.grid.voxel_mm
    top = float(np.percentile(data[data > 0], 98))
    bright = data > threshold_otsu(np.minimum(data, top)[data > 0])
    depth = ndimage.distance_transform_edt(bright, edges)
    if float(depth.max()) < _RADII_MM[0]:
        raise _NO_BRAIN
    to_scan = laid(given)
    usual = carried(to_scan, coarse).data
    pieces = [piece for radius in _RADII_MM for piece in _pieces(bright, depth, radius, coarse)]
    best = max(pieces, key=lambda piece: _shared(piece.data, usual), default=None)
    if best is None or _shared(best.data, usual) < _AGREES:
        mask = carried(to_scan, given).data
    else:
        near = moved(places(given.grid), np.linalg.inv(best.affine))
        mask = seen(best.data[None].float(), near)[0] > 0.5
    if not LEAST_ML <= float(mask.sum()) * given.grid.voxel_ml <= MOST_ML:
        raise _NO_BRAIN
    return _described(given, mask, np.asarray(np.linalg.inv(to_scan), np.float64))


_NO_BRAIN = SettingsError(
    "a scan in which neither the network nor the template finds a brain",
    "a human brain",
    "check orientation and voxel size in the header, or give a scan that shows the brain",
)


def _shared(one: Tensor, other: Tensor) -> float:
    """Dice of two masks."""
    return 2 * float((one & other).sum()) / max(float(one.sum() + other.sum()), 1.0)


def _pieces(bright: Mask, depth: npt.NDArray[np.floating], radius: float, coarse: Volume) -> list[Volume]:
    """The largest pieces of a head worn down by a radius, grown back, that have the size of a brain."""
    edges, cores = coarse.grid.voxel_mm, ndimage.label(depth > radius)[0]
    sizes = np.bincount(cores.ravel())
    sizes[0] = 0
    found = []
    for number in np.argsort(-sizes)[:_MOST_PIECES]:
        if sizes[number] * coarse.grid.voxel_ml < _LEAST_CORE_ML:
            break
        grown = ndimage.distance_transform_edt(cores != number, edges) <= radius + 1
        grown = _closed(_largest(grown & bright), edges)
        if LEAST_ML <= float(grown.sum()) * coarse.grid.voxel_ml <= MOST_ML:
            found.append(Volume(torch.from_numpy(grown), coarse.affine))
    return found


def _described(given: Volume, mask: Tensor, pose: Affine) -> Inside:
    """A mask with its pose, and tissues where the template has them."""
    maps = [torch.from_numpy(shipped(kind)[0]) / 255 for kind in ("gm", "wm")]
    tissues = onto(Channels(torch.stack(maps), shipped("gm")[1]), given.grid, pose) > 0.7
    grey, white = (Volume(one & mask, given.affine) for one in tissues)
    return Inside(Volume(mask, given.affine), grey, white, pose, "classical")


def _largest(mask: Mask) -> Mask:
    pieces, count = ndimage.label(mask)
    if count < 2:
        return mask
    return np.asarray(pieces == 1 + int(np.argmax(np.bincount(pieces.ravel())[1:])))


def _closed(mask: Mask, edges: tuple[float, float, float]) -> Mask:
    """A mask without gaps, notches and holes narrower than fluid around a brain is."""
    pad = [int(np.ceil(_CLOSED_MM / edge)) + 1 for edge in edges]
    wide = np.pad(mask, [(n, n) for n in pad])
    wide = ndimage.distance_transform_edt(~wide, edges) <= _CLOSED_MM
    wide = ndimage.distance_transform_edt(wide, edges) > _CLOSED_MM
    cut = tuple(slice(n, -n) for n in pad)
    return np.asarray(ndimage.binary_fill_holes(wide[cut] | mask))
