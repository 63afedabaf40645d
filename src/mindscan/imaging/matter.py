"""A head as X-rays see it: how much water and how much compact bone stand for what every voxel holds."""

from __future__ import annotations

import torch
from torch import Tensor

from mindscan.core.brain import Brain
from mindscan.imaging.attenuation import BASIS, basis_shares
from mindscan.imaging.compose import check_ids, mixed
from mindscan.imaging.slabs import slabs
from mindscan.imaging.spectra import hounsfield
from mindscan.imaging.tissues import MADE_OF, label_table


def basis_volumes(brain: Brain) -> Tensor:
    """Shares of water and compact bone that attenuate like each voxel at every energy.

    Args:
        brain: the head; where tissue shares are known, they mix.

    Returns:
        float32, shape (2, i, j, k), in the order of `attenuation.BASIS`; air is nothing of either.

    Raises:
        SettingsError: the brain holds ids that are not in the label table.

    Example:
        >>> from mindscan.core.volume import Grid, Volume
        >>> grid = Grid.centred((2, 2, 2), (1.0, 1.0, 1.0))
        >>> brain = Brain.from_labels(Volume(torch.full(grid.shape, 147), grid.affine))
        >>> [abs(round(share, 3)) for share in basis_volumes(brain)[:, 0, 0, 0].tolist()]
        [0.0, 1.0]
    """
    check_ids(brain)
    tables = [table.to(brain.labels.data.device) for table in _tables()]
    volumes = torch.empty((len(tables), *brain.labels.grid.shape), device=brain.labels.data.device)
    for rows in slabs(volumes[0]):
        for volume, part in zip(volumes, mixed(brain, rows, tables), strict=True):
            volume[rows] = part
    return volumes


def hounsfield_volume(brain: Brain, tube_kv: float) -> Tensor:
    """Hounsfield units of every voxel by what it is made of; float32, shape (i, j, k).

    Raises:
        SettingsError: the brain holds ids that are not in the label table, or no such voltage is known.
    """
    check_ids(brain)
    above_air = {
        structure: sum(share * (hounsfield(name, tube_kv) + 1000) for name, share in parts.items())
        for structure, parts in MADE_OF.items()
    }
    table = label_table(above_air).to(brain.labels.data.device)
    volume = torch.empty(brain.labels.grid.shape, device=brain.labels.data.device)
    for rows in slabs(volume):
        volume[rows] = mixed(brain, rows, [table])[0]
    return volume.sub_(1000)


def _tables() -> list[Tensor]:
    """By label id, shares of each substance of the basis."""
    shares = {
        structure: [sum(share * basis_shares(name)[end] for name, share in parts.items()) for end in (0, 1)]
        for structure, parts in MADE_OF.items()
    }
    return [label_table({name: pair[end] for name, pair in shares.items()}) for end in range(len(BASIS))]
