"""Motion during the scan: k-space lines of one image that see the head in different poses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import numpy as np
import torch
from pydantic import Field
from scipy.spatial.transform import Rotation
from torch import Tensor

from mindscan.core.key import Key
from mindscan.core.prior import Rounded, Whole
from mindscan.core.record import Record
from mindscan.imaging.resample import sampled


class Motion(Record):
    """A head that moves suddenly, a few times, and stays there.

    The pose at the middle of k-space, which decides where the head is seen, is the pose of the labels.

    Args:
        translation_mm: largest distance from there, 0 to 50 mm.
        rotation_deg: largest angle from there, 0 to 45 degrees.
        moves: how often the head moves, 1 to 32.

    Reference:
        Zaitsev 2015, doi:10.1002/jmri.24850.
    """

    translation_mm: Annotated[Rounded, Field(ge=0, le=50)] = 0.0
    rotation_deg: Annotated[Rounded, Field(ge=0, le=45)] = 0.0
    moves: Annotated[Whole, Field(ge=1, le=32)] = 4

    @property
    def nothing(self) -> bool:
        """Whether the head lies still."""
        return self.translation_mm == 0 and self.rotation_deg == 0


Pose = tuple[Tensor, Tensor]
"""Rotation vector in radians and translation in millimetres, each float64, shape (3,)."""


def trajectory(motion: Motion, count: int, key: Key) -> list[tuple[slice, Pose]]:
    """Ranges of phase-encoding lines, in the order of time, and the pose of the head in each.

    A random walk, of which the largest rotation and the largest translation are those of the settings.

    Args:
        motion: the settings.
        count: number of lines; line `count // 2` is the middle of k-space.
        key: the random stream.
    """
    rng = key.rng()
    times = sorted({int(t) for t in rng.uniform(1, count, motion.moves)})
    starts = [0, *times]
    steps = torch.from_numpy(rng.standard_normal((2, len(starts), 3)))
    walk = steps.cumsum(1)
    middle = max(n for n, start in enumerate(starts) if start <= count // 2)
    walk -= walk[:, middle : middle + 1].clone()
    size = walk.norm(dim=2).amax(1).clamp(min=1e-12)
    turn, shift = walk[0] / size[0], walk[1] / size[1]
    stops = [*times, count]
    return [
        (slice(a, b), (turn[n] * math.radians(motion.rotation_deg), shift[n] * motion.translation_mm))
        for n, (a, b) in enumerate(zip(starts, stops, strict=True))
    ]


def posed(image: Tensor, pose: Pose, voxel_mm: Sequence[float]) -> Tensor:
    """An image of the head in another pose, turned about the middle of the volume; air comes in.

    Args:
        image: float32, shape (i, j, k).
        pose: rotation and translation along the axes of the image.
        voxel_mm: edges of a voxel.

    Example:
        >>> one = torch.zeros(5, 5, 5)
        >>> one[2, 2, 2] = 1
        >>> still, right = torch.zeros(3), torch.tensor([2.0, 0.0, 0.0])
        >>> float(posed(one, (still, right), (2.0, 2.0, 2.0))[3, 2, 2])
        1.0
    """
    turn, shift = (part.double().cpu() for part in pose)
    if not (turn.any() or shift.any()):
        return image
    turned = np.eye(4)
    turned[:3, :3] = Rotation.from_rotvec(turn.numpy()).as_matrix()
    turned[:3, 3] = shift.numpy()
    place = np.diag([*voxel_mm, 1.0])
    place[:3, 3] = -(np.array(image.shape) - 1) / 2 * voxel_mm
    source = np.linalg.inv(place) @ np.linalg.inv(turned) @ place
    return sampled(image, source, (image.shape[0], image.shape[1], image.shape[2]))
