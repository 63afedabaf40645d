"""What a beam of many energies makes of a slice: it hardens, most in bone and metal, and fewer photons pass.

References: Brooks and Di Chiro 1976, doi:10.1088/0031-9155/21/3/004 (beam hardening); Joseph and Spital 1978,
doi:10.1097/00004728-197801000-00017 (what bone does to the correction by water).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import Tensor

from mindscan.imaging.attenuation import BASIS, energies_kev, linear_attenuation
from mindscan.imaging.spectra import CT_DETECTOR, CT_TUBE, absorbed, ct_weights, spectrum

_WATER_MM = np.linspace(-20.0, 700.0, 721)
_RAYS_AT_ONCE = 1 << 15


@cache
def _beam(tube_kv: float) -> tuple[Tensor, Tensor]:
    """Share of each energy in the signal of an open beam, and attenuation of the basis: (e,) and (2, e)."""
    photons = spectrum(tube_kv, CT_TUBE)
    signal = photons * energies_kev() * absorbed(*CT_DETECTOR)
    used = signal > 1e-9 * signal.max()
    steps = torch.stack([linear_attenuation(name) for name in BASIS])[:, used]
    return signal[used] / signal.sum(), steps


def bone_in_water(tube_kv: float) -> float:
    """Mm of water that 1 mm of compact bone counts as where Hounsfield units are told."""
    weights = ct_weights(tube_kv)
    water, bone = (float((weights * linear_attenuation(name)).sum()) for name in BASIS)
    return bone / water


def passed(paths_mm: Tensor, tube_kv: float) -> Tensor:
    """Share of the signal of an open beam behind water and bone.

    Args:
        paths_mm: mm of water and of compact bone, shape (2, ...).
        tube_kv: a multiple of 5 from 50 to 140 kV.

    Returns:
        Shape (...), 1 in air.

    Example:
        >>> round(float(passed(torch.zeros(2, 1), 120)[0]), 5)
        1.0
    """
    weights, steps = (part.to(paths_mm) for part in _beam(tube_kv))
    rays = paths_mm.reshape(2, -1).T
    through = [torch.exp(-(part @ steps)) @ weights for part in torch.split(rays, _RAYS_AT_ONCE)]
    return torch.cat(through).reshape(paths_mm.shape[1:])


def in_water(share: Tensor, tube_kv: float) -> Tensor:
    """Mm of water that let the same share of a beam through: the correction that scanners make.

    Args:
        share: of the open signal, more than 0.
        tube_kv: a multiple of 5 from 50 to 140 kV.
    """
    water = torch.from_numpy(_WATER_MM)
    depth = -torch.log(passed(torch.stack([water, torch.zeros_like(water)]), tube_kv))
    found = np.interp(-torch.log(share.double()).cpu().numpy(), depth.numpy(), _WATER_MM)
    return torch.from_numpy(found).to(share)
