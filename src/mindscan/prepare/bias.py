"""The uneven brightness of a scan, found by N4 on coarse voxels inside the brain, and taken away everywhere.

The field is kept on coarse voxels, so that the step can be undone exactly.
"""

from __future__ import annotations

import numpy as np
import SimpleITK
import torch
from torch import Tensor
from torch.nn import functional

from mindscan.core.volume import Volume
from mindscan.learn.pose import moved, part, places, shrunk
from mindscan.prepare.itk import image_of, volume_of

EDGE_MM = 6.0
"""Voxels that the field is found and kept on (a choice of this project, as are the next)."""
STEPS = (40, 30, 30, 20)
CONVERGED = 1e-3
_LEVEL = 1000.0
"""The brain's brightness while the field is sought: N4 takes logarithms and passes over what is below 1."""
_SLAB = 32


def field_of(scan: Volume, brain: Volume) -> Volume:
    """The bias field of a scan on coarse voxels, about 1 in the brain; outside it no stronger than inside.

    Args:
        scan: of at least 0, any affine.
        brain: where to look, bool, on the same grid.

    Reference: N4 of Tustison 2010, doi:10.1109/TMI.2010.2046908.
    """
    middle = float(scan.data[brain.data].float().median()) or 1.0
    coarse = shrunk(Volume(scan.data.float() * (_LEVEL / middle), scan.affine), EDGE_MM)
    inside = shrunk(Volume(brain.data.float(), brain.affine), EDGE_MM).data > 0.5
    inside &= coarse.data > 0
    n4 = SimpleITK.N4BiasFieldCorrectionImageFilter()
    n4.SetMaximumNumberOfIterations(STEPS)
    n4.SetConvergenceThreshold(CONVERGED)
    n4.SetNumberOfThreads(1)
    image = image_of(coarse)
    n4.Execute(image, image_of(Volume(inside, coarse.affine)))
    log = volume_of(n4.GetLogBiasFieldAsImage(image)).data
    log = log.clamp(float(log[inside].min()), float(log[inside].max())) - log[inside].mean()
    return Volume(log.exp(), coarse.affine)


def spread(field: Volume, scan: Volume) -> Tensor:
    """A coarse field on every voxel of a scan, linear in between and constant beyond its border; float32."""
    to_field = np.linalg.inv(field.affine)
    size = torch.tensor(field.data.shape, dtype=torch.float32)
    told = []
    for i in range(0, scan.data.shape[0], _SLAB):
        count = min(_SLAB, scan.data.shape[0] - i)
        slab = part(scan.grid, (i, 0, 0), (count, *scan.data.shape[1:]))
        unit = moved(places(slab), to_field) * 2 / (size - 1).clamp(min=1) - 1
        at, known = unit.flip(-1)[None], field.data[None, None]
        told.append(functional.grid_sample(known, at, padding_mode="border", align_corners=True)[0, 0])
    return torch.cat(told)


def no_field(scan: Volume) -> Volume:
    """The field of a scan that has none, such as CT: 1 everywhere."""
    coarse = shrunk(Volume(torch.ones(scan.data.shape), scan.affine), EDGE_MM)
    return Volume(torch.ones_like(coarse.data), coarse.affine)
