"""A brain: what lies at every place, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from mindscan.core.labels import BY_ID, LABELS, TABLE_SIZE, TISSUES, in_skull
from mindscan.core.lesions import Lesions, Load
from mindscan.core.points import Points
from mindscan.core.surface import CorticalSurface
from mindscan.core.volume import Volume

Landmarks = dict[str, tuple[float, float, float]]
"""Name to (x, y, z) in world millimetres, RAS+."""


@dataclass(frozen=True)
class Brain:
    """One head on a grid, with exact truth.

    In each voxel every tissue has a share and belongs to one structure. `labels` is the structure of
    the tissue with the largest share.

    Args:
        labels: label ids, int16, shape (i, j, k).
        fractions: share of each tissue, float32, shape (6, i, j, k) in the order of `TISSUES`; they
            sum to 1. None when only hard labels are known (a real label map).
        owners: label id that each tissue's share belongs to, int16, shape (6, i, j, k).
        landmarks: named points in world millimetres.
        measured_ml: volume of every structure in mL by label id, as measured before each tissue of a
            voxel was given to a single owner; None where that is not known.
        parcels: ids of `core.parcels` in the voxels labelled cerebral cortex, 0 elsewhere, int16, shape
            (i, j, k); None where they are not known.
        parcels_ml: volume of every parcel in mL by its id, partial volume counted; None likewise.
        points: dense corresponding points; None likewise.
        surfaces: of the cortex, by "left" and "right"; empty where none were asked for.
        lesions: what conditions have left; None where there is nothing of that kind.
        loads: what conditions have brought into every cortical parcel; empty likewise.
    """

    labels: Volume
    fractions: Tensor | None
    owners: Tensor | None
    landmarks: Landmarks
    measured_ml: Mapping[int, float] | None = None
    parcels: Volume | None = None
    parcels_ml: Mapping[int, float] | None = None
    points: Points | None = None
    surfaces: Mapping[str, CorticalSurface] = field(default_factory=dict)
    lesions: Lesions | None = None
    loads: tuple[Load, ...] = ()

    @staticmethod
    def from_labels(labels: Volume, landmarks: Landmarks | None = None) -> Brain:
        """A brain of which only a hard label map is known; every scanner can image it."""
        return Brain(Volume(labels.data.to(torch.int16), labels.affine), None, None, landmarks or {})

    def fraction(self, tissue: str) -> Volume:
        """Share of one tissue in every voxel, float32 from 0 to 1."""
        index = [str(name) for name in TISSUES].index(tissue)
        if self.fractions is None:
            table = torch.tensor([label_tissue(i) == index for i in range(TABLE_SIZE)], dtype=torch.float32)
            return Volume(table.to(self.labels.data.device)[self.labels.data.int()], self.labels.affine)
        return Volume(self.fractions[index], self.labels.affine)

    def volumes_ml(self) -> dict[int, float]:
        """Volume of every structure in millilitres, partial volume counted; keys are label ids.

        Lesions that are not there are left out.
        """
        if self.measured_ml is not None:
            return {i: ml for i, ml in self.measured_ml.items() if ml or not BY_ID[i].lesion}
        if self.fractions is None or self.owners is None:
            totals = torch.bincount(self.labels.data.flatten().int(), minlength=TABLE_SIZE).double()
        else:
            totals = torch.zeros(TABLE_SIZE, dtype=torch.float64)
            for share, owner in zip(self.fractions, self.owners, strict=True):
                weights = share.flatten().double()
                totals += torch.bincount(owner.flatten().int(), weights, TABLE_SIZE).cpu()
        voxel_ml = self.labels.grid.voxel_ml
        return {
            label.id: float(totals[label.id]) * voxel_ml
            for label in LABELS
            if totals[label.id] or not label.lesion
        }

    def healed_ml(self) -> dict[int, float]:
        """Likewise, what lesions have taken of a structure counted as the structure."""
        taken = self.lesions.hosts_ml if self.lesions else {}
        return {i: ml + taken.get(i, 0.0) for i, ml in self.volumes_ml().items()}

    def icv_ml(self) -> float:
        """Intracranial volume in millilitres: everything inside the skull."""
        volumes = self.volumes_ml()
        return sum(ml for i, ml in volumes.items() if in_skull(BY_ID[i]))


def label_tissue(label_id: int) -> int:
    """Index into `TISSUES` of a label's tissue; -1 for an id that is not in the table."""
    label = BY_ID.get(label_id)
    return -1 if label is None else TISSUES.index(label.tissue)
