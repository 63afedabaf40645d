"""Where the brain lies in a scan: the affine map that brings it into the pose of the template.

First by size and place of the inside of the skull, then by where the structures are.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from mindscan.core.errors import SettingsError
from mindscan.core.volume import Affine, Grid, Volume
from mindscan.learn.classes import by_id
from mindscan.learn.clothes import normalised
from mindscan.learn.pose import Channels, moved, places, seen, shrunk
from mindscan.tasks.stripper import BOX, MIDDLE_MM

_LOOKS = 2
"""The second look is centred on what the first one found."""
_LEAST_ML, _MOST_ML = 400.0, 3000.0
"""Volumes that are taken for the inside of a skull (choices of this project)."""
_LEAST_SHARE = 0.1
"""Structures of which less than this share of the usual volume is found say nothing about the pose."""
_FEWEST = 8
"""Structures that must be found before they say anything of the pose (a choice of this project)."""


@torch.no_grad()
def located(scan: Volume, stripper: nn.Module, inside: Volume) -> Affine:
    """The map from world mm to template mm, 4 x 4, by what lies inside the skull; axes stay as they are.

    Args:
        scan: a signal that was `accepted`.
        stripper: network of the `Stripper`.
        inside: chance of lying inside the skull, over the template.

    Raises:
        SettingsError: there is no brain, as far as the network can tell.
    """
    coarse = shrunk(scan, 4.0)
    spot, middle = places(BOX), _middle(coarse)
    for _ in range(_LOOKS):
        world = spot + torch.from_numpy(middle - MIDDLE_MM).float()
        image = seen(coarse.data[None], moved(world, np.linalg.inv(coarse.affine)))
        given = normalised(image, image[..., ::2, ::2, ::2].flatten())
        chance = stripper(given[None])[0, 0].float().sigmoid()
        found_ml = float((chance > 0.5).sum()) * BOX.voxel_ml
        if not _LEAST_ML < found_ml < _MOST_ML:
            raise SettingsError(
                f"a scan in which {found_ml:.0f} mL look like the inside of a skull",
                "a human brain",
                "check orientation and voxel size in the header, or give a scan that shows the brain",
            )
        centre, spread = _moments(chance * (chance > 0.5), world)
        middle = centre
    usual_centre, usual_spread = _moments(inside.data, places(inside.grid))
    pose = np.eye(4)
    pose[:3, :3] = np.diag(usual_spread / spread)
    pose[:3, 3] = usual_centre - pose[:3, :3] @ centre
    return pose


def mended(to_template: Affine, chance: Channels, usual: Channels) -> Affine:
    """A pose brought nearer to the template's by the middles of all structures.

    Args:
        to_template: the pose so far.
        chance: of every class and the right side, as the network says it in this pose.
        usual: the same as it usually is over the template.
    """
    ours, theirs = (middles([one for _, one in by_id(x.data)], x.grid) for x in (chance, usual))
    return brought(ours, theirs) @ to_template


def middles(chances: Iterable[Tensor], grid: Grid) -> Tensor:
    """Middle in mm and volume in mL of every structure, float64, shape (n, 4).

    Args:
        chances: probability of each structure, shape (i, j, k).
        grid: where its voxels lie.
    """
    spot = places(grid).double()
    found = []
    for one in chances:
        weight = one.double().square()
        middle = (spot * weight[..., None]).sum((0, 1, 2)) / weight.sum().clamp(min=1e-9)
        found.append(torch.cat([middle, one.double().sum()[None] * grid.voxel_ml]))
    return torch.stack(found)


def brought(ours: Tensor, usual: Tensor) -> Affine:
    """The affine map, 4 x 4, that brings middles nearest to the usual ones; none where too few are found.

    Args:
        ours, usual: as `middles` gives them, shape (n, 4).
    """
    found = (ours[:, 3] > _LEAST_SHARE * usual[:, 3]) & (usual[:, 3] > 0)
    step = np.eye(4)
    if int(found.sum()) < _FEWEST:
        return step
    weight = usual[found, 3:].sqrt()
    x = functional.pad(ours[found, :3], (0, 1), value=1.0)
    step[:3] = torch.linalg.lstsq(x * weight, usual[found, :3] * weight).solution.T.numpy()
    return step


def _moments(weight: Tensor, spot: Tensor) -> tuple[Affine, Affine]:
    """Mean and standard deviation of places along each axis, in mm."""
    weight = weight.double()[..., None] / float(weight.sum())
    mean = (spot * weight).sum((0, 1, 2))
    spread = ((spot - mean).square() * weight).sum((0, 1, 2)).sqrt()
    return mean.numpy(), spread.numpy()


def _middle(scan: Volume) -> Affine:
    """World mm of the middle of what is bright, no voxel counting for more than the bright end."""
    some = scan.data[scan.data > 0].flatten()
    bright = float(some.sort().values[int(0.98 * (len(some) - 1))])
    weight = (scan.data.clamp(max=bright) / bright).double()
    weight = torch.where(weight > 0.1, weight, 0.0)
    return _moments(weight, places(scan.grid))[0]
