"""The sizes that are held against norms, and how each is measured on a label volume."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from scipy import ndimage
from skimage.segmentation import watershed

from mindscan.anatomy.anatomy import Anatomy
from mindscan.anatomy.touch import structure
from mindscan.core.labels import BY_NAME, LABELS, TABLE_SIZE, both_sides, in_skull
from mindscan.core.volume import Volume
from mindscan.validate import shape

DEEP = ("Thalamus", "Caudate", "Putamen", "Pallidum", "Hippocampus", "Amygdala", "Accumbens-area")
VENTRICLES = ("Lateral-Ventricle", "Inf-Lat-Vent")


@dataclass(frozen=True)
class Measure:
    """One size.

    Args:
        name: in the numbers.
        title: on the page.
        norm: name in the norms table.
        sides: how many of the norm make it.
        asked: the size that an anatomy asks for.
        structures: whose voxels are counted; none for the thickness.
        bar: how far a median may lie from the norm, as a share of it.
        unit: of the size.
    """

    name: str
    title: str
    norm: str
    sides: int
    asked: Callable[[Anatomy], float]
    structures: tuple[str, ...] = ()
    bar: float = 0.05
    unit: str = "mL"


def _deep_ml(anatomy: Anatomy) -> float:
    sizes = anatomy.deep_grey_ml.model_dump()
    return float(sum(sum(sizes[name]) for name in _DEEP_FIELDS))


def _ventricles_ml(anatomy: Anatomy) -> float:
    sizes = anatomy.ventricles.model_dump()
    return float(sum(size for name, size in sizes.items() if name.startswith(("lateral_", "horn_"))))


_DEEP_FIELDS = ("thalamus", "caudate", "putamen", "pallidum", "hippocampus", "amygdala", "accumbens")
_CALLOSUM = tuple(label.id for label in LABELS if label.name.startswith("CC_"))
_REACH = 6
"""Voxels around the callosum in which the white matter of both sides is looked for."""
_EVERYTHING = tuple(sorted({structure(label.name) for label in LABELS if in_skull(label)}))

MEASURES: tuple[Measure, ...] = (
    Measure("icv_ml", "Intracranial volume", "icv", 1, lambda a: a.head.icv_ml, _EVERYTHING),
    Measure(
        "cortical_gm_ml",
        "Cortical grey matter",
        "cortical_gm",
        1,
        lambda a: a.cerebrum.cortex_ml,
        ("Cerebral-Cortex",),
    ),
    Measure(
        "cerebral_wm_ml",
        "Cerebral white matter",
        "cerebral_wm",
        1,
        lambda a: a.cerebrum.white_ml,
        ("Cerebral-White-Matter",),
    ),
    Measure("subcortical_gm_ml", "Subcortical grey matter", "deep_gm", 1, _deep_ml, DEEP),
    Measure(
        "ventricles_ml",
        "Lateral ventricles with temporal horns",
        "lateral_ventricles",
        1,
        _ventricles_ml,
        VENTRICLES,
        bar=0.10,
    ),
    Measure(
        "hippocampus_ml",
        "Hippocampus, both sides",
        "hippocampus",
        2,
        lambda a: sum(a.deep_grey_ml.hippocampus),
        ("Hippocampus",),
    ),
    Measure(
        "thalamus_ml",
        "Thalamus, both sides",
        "thalamus",
        2,
        lambda a: sum(a.deep_grey_ml.thalamus),
        ("Thalamus",),
    ),
    Measure(
        "thickness_mm",
        "Mean thickness of the cortex",
        "thickness_mm",
        1,
        lambda a: a.cerebrum.thickness_mm,
        unit="mm",
    ),
)


def asked(anatomy: Anatomy) -> dict[str, float]:
    """What an anatomy asks for, by name of the measure."""
    return {measure.name: float(measure.asked(anatomy)) for measure in MEASURES}


def measured(labels: Volume) -> dict[str, float]:
    """The same on a label volume: voxels are counted, the cortex is measured by `shape.thickness_mm`.

    Args:
        labels: FreeSurfer ids, voxels of about 1 mm; `whole` ones.
    """
    counts = torch.bincount(labels.data.flatten().int(), minlength=TABLE_SIZE).cpu().numpy()
    by_structure: dict[str, int] = {}
    for label in LABELS:
        if in_skull(label):
            name = structure(label.name)
            by_structure[name] = by_structure.get(name, 0) + int(counts[label.id])
    return {
        measure.name: sum(by_structure.get(name, 0) for name in measure.structures) * labels.grid.voxel_ml
        if measure.structures
        else shape.thickness_mm(labels)
        for measure in MEASURES
    }


def whole(labels: Volume) -> Volume:
    """The label map with parts put back into their structures: parcels into the cortex, arteries into fluid.

    The corpus callosum, which has no sides, goes to the white matter of the side that is nearer through the
    callosum itself, so that no part of it is cut off.
    """
    table = np.arange(TABLE_SIZE, dtype=np.int16)
    sided = {"L": "Left-", "R": "Right-"}
    for label in LABELS:
        name = structure(label.name)
        table[label.id] = BY_NAME.get(sided.get(label.side, "") + name, BY_NAME.get(name, label)).id
    data = table[labels.data.cpu().numpy()]
    shared = np.isin(data, _CALLOSUM)
    if shared.any():
        box = ndimage.find_objects(shared.astype(np.uint8))[0]
        room = tuple(slice(max(side.start - _REACH, 0), side.stop + _REACH) for side in box)
        sides = np.where(np.isin(data[room], both_sides("Cerebral-White-Matter")), data[room], 0)
        flat, room_of_both = np.zeros(sides.shape, np.uint8), shared[room] | (sides > 0)
        nearer = watershed(flat, sides, np.ones((3, 3, 3)), mask=room_of_both)
        data[room] = np.where(shared[room], nearer, data[room])
    return Volume(torch.from_numpy(data), labels.affine)
