"""What is known of the lesions of a brain."""

from __future__ import annotations

from collections.abc import Mapping
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


class LesionChange(NamedTuple):
    """What has become of one lesion since the first session.

    Args:
        id: number in the masks of all sessions.
        condition: name of the condition that brings it.
        first_label, label: names of its labels in the first session and in this one; "" where there is none.
        first_ml, volume_ml: volumes in the first session and in this one, partial volume counted.
        asked_ml: prescribed volume in this session.
        change: "appeared", "grown", "same", "shrunk" or "gone", by the prescribed volumes.
    """

    id: int
    condition: str
    first_label: str
    label: str
    first_ml: float
    asked_ml: float
    volume_ml: float
    change: str


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
        hosts_ml: what they have taken of every structure, by label id.
    """

    ids: Volume
    rows: tuple[LesionRow, ...]
    hosts_ml: Mapping[int, float]
