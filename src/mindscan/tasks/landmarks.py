"""The 32 AFIDs of a scan, by where its structures are."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch

from mindscan.core.volume import Volume
from mindscan.learn.classes import IDS, by_id
from mindscan.learn.pose import shrunk
from mindscan.tasks.cascade import Cascade
from mindscan.tasks.landmarker import BOX, NAMES
from mindscan.tasks.segment import Segmentation, segment
from mindscan.tasks.trained import trained


class Landmark(NamedTuple):
    """A point of a head, world mm (RAS+)."""

    x: float
    y: float
    z: float
    uncertainty_mm: float
    """Root mean square of the distance to the true place, as it is on made heads."""


def landmarks(
    scan: Volume | str | Path, weights: Path | None = None, landmarker: Path | None = None
) -> dict[str, Landmark]:
    """The 32 landmarks of the AFIDs protocol in a scan of any contrast, resolution and orientation.

    Args:
        scan: as for `segment`.
        weights: of a segmenter that you trained; those that come along when None.
        landmarker: weights of a landmarker that you trained, likewise.

    Returns:
        Name to `Landmark`, in the order of the protocol.

    Raises:
        FileError, SettingsError: as `segment` does.

    Reference: Lau et al. 2019, doi:10.1002/hbm.24693.
    """
    return marked(segment(scan, weights), landmarker)


@torch.no_grad()
def marked(found: Segmentation, landmarker: Path | None = None) -> dict[str, Landmark]:
    """The landmarks of a scan that is segmented."""
    network = trained("landmarker", landmarker)
    assert isinstance(network, Cascade)
    affine = found.posteriors.affine
    maps = {i: shrunk(Volume(chance, affine), BOX.voxel_mm[0]) for i, chance in by_id(found.posteriors.data)}
    said = network.found(torch.stack([maps[i].data for i in IDS]), maps[IDS[0]].grid)
    return {name: Landmark(*row) for name, row in zip(NAMES, said.tolist(), strict=True)}
