"""How alike two brains are: Dice overlap of aligned label maps, every pair of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mindscan.anatomy.align import Ids
from mindscan.core.labels import BY_NAME

Bits = npt.NDArray[np.uint8]

REAL_DICE: dict[str, tuple[float, float]] = {
    "Left-Cerebral-Cortex": (0.479, 0.032),
    "Left-Cerebral-White-Matter": (0.596, 0.035),
    "Left-Cerebellum-Cortex": (0.715, 0.034),
    "Brain-Stem": (0.821, 0.034),
    "Left-Thalamus": (0.72, 0.10),
    "Left-VentralDC": (0.64, 0.09),
    "Left-Putamen": (0.60, 0.14),
    "Left-Amygdala": (0.54, 0.14),
    "Left-Lateral-Ventricle": (0.51, 0.20),
    "Left-Hippocampus": (0.50, 0.15),
    "Left-Pallidum": (0.49, 0.16),
    "Left-Caudate": (0.43, 0.22),
    "Left-Accumbens-area": (0.38, 0.15),
}
"""Dice of two real people after affine alignment, mean and SD over 190 pairs; of pairs, the left structure.

Source: the 20 label maps that SynthSeg trains on (Billot et al. 2023, doi:10.1016/j.media.2023.102789)."""

TEN_DICE: dict[str, tuple[float, float]] = {
    "Left-Cerebral-Cortex": (0.492, 0.032),
    "Left-Cerebral-White-Matter": (0.596, 0.043),
    "Left-Cerebellum-Cortex": (0.733, 0.038),
    "Brain-Stem": (0.816, 0.036),
    "Left-Thalamus": (0.702, 0.126),
    "Left-VentralDC": (0.603, 0.108),
    "Left-Putamen": (0.650, 0.116),
    "Left-Amygdala": (0.561, 0.125),
    "Left-Lateral-Ventricle": (0.453, 0.199),
    "Left-Hippocampus": (0.473, 0.173),
    "Left-Pallidum": (0.462, 0.178),
    "Left-Caudate": (0.448, 0.202),
    "Left-Accumbens-area": (0.397, 0.163),
}
"""The same of ten of those people, measured by this very code (45 pairs; `bench/anatomy.py MAP ...`)."""

MOST_ALIKE = 0.58
"""Largest Dice of the cortex that two of those people reach."""


_BLOCK_BYTES = 2048
"""Packed voxels that are compared at a time: 64 MB of numbers for 1,000 people."""


def packed(aligned: Ids) -> dict[str, Bits]:
    """One bit for each voxel of each structure."""
    return {name: np.packbits(aligned == BY_NAME[name].id) for name in REAL_DICE}


def pair_dice(people: Sequence[Mapping[str, Bits]], name: str) -> npt.NDArray[np.float64]:
    """Dice overlap of one structure for every pair of people.

    Common voxels of all pairs are one product of a matrix with itself, taken over blocks of voxels; what
    nobody has is left out. Whole numbers stay exact in single precision up to 16 million voxels.

    Args:
        people: bits of everybody by name of the structure; only this one is held in memory.
        name: one of `REAL_DICE`.

    Returns:
        Shape (n, n), symmetric, NaN on the diagonal and for pairs that both lack the structure.

    Reference: Dice 1945, doi:10.2307/1932409.

    Example:
        >>> one, other = np.zeros((2, 2, 2, 2), np.int16)
        >>> one[0], other[:, 0] = 3, 3
        >>> float(pair_dice([packed(one), packed(other)], "Left-Cerebral-Cortex")[0, 1])
        0.5
    """
    bits = np.stack([person[name] for person in people])
    used = np.flatnonzero(np.bitwise_or.reduce(bits, 0))
    common = np.zeros((len(people),) * 2, np.float32)
    for start in range(0, len(used), _BLOCK_BYTES):
        block = np.unpackbits(bits[:, used[start : start + _BLOCK_BYTES]], axis=1).astype(np.float32)
        common += block @ block.T
    sizes = common.diagonal().astype(np.float64)
    both = sizes[:, None] + sizes
    np.fill_diagonal(both, 0)
    return 2 * common / np.where(both > 0, both, np.nan)
