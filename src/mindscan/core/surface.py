"""Surfaces of the cerebral cortex as triangle meshes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vertices = npt.NDArray[np.float32]


@dataclass(frozen=True)
class CorticalSurface:
    """White and pial surface of one hemisphere: two closed meshes with the same triangles.

    A vertex has the same meaning on both surfaces and in all people: the place on the smooth hemisphere
    that it started from.

    Args:
        faces: outward triangles, int32, shape (81920, 3); the same for every person.
        white, pial: world mm (RAS+), float32, shape (40962, 3).
        thickness_mm: mean of the distances from each surface's vertex to the nearest point of the other,
            float32, shape (40962,), at least 0.
        sulc_mm: depth of the pial vertex below the smooth hemisphere, float32, shape (40962,); negative
            outside it.
        cortex: False where there is no cortex: callosum, brainstem, deep grey matter; bool, shape (40962,).

    Reference: Fischl and Dale 2000 (thickness from both sides), doi:10.1073/pnas.200033797.
    """

    faces: npt.NDArray[np.int32]
    white: Vertices
    pial: Vertices
    thickness_mm: npt.NDArray[np.float32]
    sulc_mm: npt.NDArray[np.float32]
    cortex: npt.NDArray[np.bool_]
