"""What is known of the lesions of a brain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from mindscan.core.volume import Volume


class LesionRow(NamedTuple):
    """One lesion, measured.

    Args:
        id: number in the mask, from 1.
        condition: name of the condition that brings it.
        label: name of its label.
        centre_mm: middle of its volume in world mm, RAS+.
        volume_ml: partial volume counted.
        grade: a word; "" where there is none.
        structure: name of the structure that most of it has taken the place of.
        parcel: name of the cortical parcel that its middle belongs to; "" outside the cerebrum.
    """

    id: int
    condition: str
    label: str
    centre_mm: tuple[float, float, float]
    volume_ml: float
    grade: str
    structure: str
    parcel: str


class Load(NamedTuple):
    """What disease has brought into one cortical parcel.

    Args:
        parcel: id of the parcel.
        amyloid, tau: 0 (none) to 1 (as much as there ever is).
        atrophy: share of the cortex that this implies is lost.
    """

    parcel: int
    amyloid: float
    tau: float
    atrophy: float


@dataclass(frozen=True)
class Lesions:
    """All lesions of a brain.

    Args:
        ids: number of the lesion in the voxels that are labelled as one, 0 elsewhere, int16.
        rows: one for every number, in order.
    """

    ids: Volume
    rows: tuple[LesionRow, ...]
