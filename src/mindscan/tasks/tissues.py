"""Grey matter, white matter and fluid: how much of each a voxel of 1 mm holds.

Most structures are of one tissue. Some hold grey and white matter side by side, finer than their borders:
nuclei and tracts of thalamus and brainstem, folia and dentate nuclei of the cerebellum. There the scan
decides, by where it lies between the greys of cortex and of cerebral white matter in the neighbourhood, as a
voxel that is half of one and half of the other lies midway (Tohka 2004,
doi:10.1016/j.neuroimage.2004.05.007). Where these two hardly differ, against the spread about them, what the
structure usually holds counts instead.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from mindscan.core.labels import BY_ID, structure_of
from mindscan.core.volume import Volume
from mindscan.imaging.tissues import MADE_OF
from mindscan.learn.classes import CLASSES, by_id
from mindscan.learn.pose import Channels, moved, places, seen
from mindscan.tasks.given import accepted
from mindscan.tasks.refine import local_mean
from mindscan.tasks.segment import Segmentation

GREY, WHITE, FLUID = "GM", "WM", "CSF"
TISSUES = (GREY, WHITE, FLUID)
"""What is told apart; fluid is all else inside the skull, dura and veins with it."""
_MIXED = {name: parts["white"] for name, parts in MADE_OF.items() if {"white", "grey"} <= set(parts)}
_MIXED |= {"Pallidum": 0.8}
"""Usual share of white matter in structures that hold both, as in made heads (`mindscan.imaging.tissues`)."""


@torch.no_grad()
def tissue_maps(scan: Volume, found: Segmentation) -> Channels:
    """How much grey matter, white matter and fluid lies where.

    Args:
        scan: 3-D, any contrast.
        found: what was found in it, see `mindscan.segment`.

    Returns:
        Shares of `TISSUES`, float32, 0 to 1, shape (3, i, j, k), at 1 mm around the brain; 0 outside of it.

    Raises:
        SettingsError: the scan is not a picture of a human head.
    """
    given, affine = accepted(scan), found.posteriors.affine
    grid = found.posteriors.grid
    image = seen(given.data[None], moved(places(grid), np.linalg.inv(given.affine)))[0]
    white, trust = _white(image, found.posteriors.data)
    shares = dict.fromkeys(TISSUES, torch.zeros_like(image))
    for label, chance in by_id(found.posteriors.data):
        usual = _MIXED.get(structure_of(BY_ID[label]))
        if usual is None:
            tissue = BY_ID[label].tissue
            shares[tissue] = shares[tissue] + chance
        else:
            share = usual + trust * (white - usual)
            shares[GREY] = shares[GREY] + chance * (1 - share)
            shares[WHITE] = shares[WHITE] + chance * share
    return Channels(torch.stack([shares[tissue] for tissue in TISSUES]).clamp(0, 1), affine)


def _white(image: Tensor, chance: Tensor) -> tuple[Tensor, Tensor]:
    """Share of white matter by the grey of the scan, and how far to trust it; 0 to 1, shape (i, j, k)."""
    sure = [chance[CLASSES.index(name)].square() for name in ("Cerebral-Cortex", "Cerebral-White-Matter")]
    if not all(bool(where.any()) for where in sure):
        return torch.zeros_like(image), torch.zeros_like(image)
    grey, white = (local_mean(image * where, where) for where in sure)
    squares = sure[0] * (image - grey).square() + sure[1] * (image - white).square()
    spread = local_mean(squares, sure[0] + sure[1]).clamp(min=1e-12)
    contrast = white - grey
    share = (image - grey) * contrast / contrast.square().clamp(min=1e-12)
    return share.clamp(0, 1), 1 - torch.exp(-contrast.square() / spread)
