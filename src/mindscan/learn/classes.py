"""What networks tell apart: structures without their side, and the side by itself.

A brain is nearly its own mirror image, so a network that learns "hippocampus" and "left" learns faster than
one that learns two hippocampi.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from mindscan.core.labels import BY_ID, BY_NAME, LABELS, TABLE_SIZE, both_sides, in_skull, structure_of

SIDED = (
    "Cerebral-White-Matter",
    "Cerebral-Cortex",
    "Lateral-Ventricle",
    "Inf-Lat-Vent",
    "Cerebellum-White-Matter",
    "Cerebellum-Cortex",
    "Thalamus",
    "Caudate",
    "Putamen",
    "Pallidum",
    "Hippocampus",
    "Amygdala",
    "Accumbens-area",
    "VentralDC",
)
MIDLINE = ("3rd-Ventricle", "4th-Ventricle", "Brain-Stem", "CSF")
CLASSES = ("Unknown", *SIDED, *MIDLINE)
"""Classes by index; 0 is all that lies outside the skull, "CSF" all else inside it: fluid, dura, veins."""

_JOINED = {
    "choroid-plexus": "Lateral-Ventricle",
    "5th-Ventricle": "Lateral-Ventricle",
    "vessel": "Cerebral-White-Matter",
    "Claustrum": "Cerebral-White-Matter",
    "Optic-Chiasm": "CSF",
    **dict.fromkeys(
        ("CC_Posterior", "CC_Mid_Posterior", "CC_Central", "CC_Mid_Anterior", "CC_Anterior"),
        "Cerebral-White-Matter",
    ),
    **{structure_of(label): "Cerebral-White-Matter" for label in LABELS if label.lesion},
    **dict.fromkeys(("Cavity", "Arachnoid-Cyst"), "CSF"),
    **dict.fromkeys(("Haematoma-Liquefied", "Haematoma-Diluted", "Haematoma-In-Fluid"), "CSF"),
}
"""Structures that are no class of their own; lesions count as the white matter that most of them lie in,
those in fluid as fluid."""


def _class_of(label_id: int) -> int:
    label = BY_ID[label_id]
    name = _JOINED.get(structure_of(label), structure_of(label))
    if name in CLASSES:
        return CLASSES.index(name)
    return CLASSES.index("CSF") if in_skull(label) else 0


def _table() -> Tensor:
    table = torch.zeros(TABLE_SIZE, dtype=torch.int64)
    for label in LABELS:
        table[label.id] = _class_of(label.id)
    return table


_OF_ID = _table()
_IS_SIDED = torch.tensor([name in SIDED for name in CLASSES])
_IS_RIGHT = torch.zeros(TABLE_SIZE, dtype=torch.bool)
_IS_RIGHT[[label.id for label in LABELS if label.side == "R"]] = True
_HAS_SIDE = torch.zeros(TABLE_SIZE, dtype=torch.bool)
_HAS_SIDE[[label.id for label in LABELS if label.side]] = True
_LEFT_IDS = torch.tensor([both_sides(n)[0] if n in SIDED else BY_NAME[n].id for n in CLASSES])
_RIGHT_IDS = torch.tensor([both_sides(n)[1] if n in SIDED else BY_NAME[n].id for n in CLASSES])

IDS: tuple[int, ...] = tuple(sorted({*_LEFT_IDS.tolist(), *_RIGHT_IDS.tolist()} - {0}))
"""The 32 FreeSurfer ids that come out."""


def classes_of(ids: Tensor) -> Tensor:
    """Class of every label id, int64, of the same shape."""
    return _OF_ID.to(ids.device)[ids.long()]


def sides_of(ids: Tensor) -> Tensor:
    """1 where a label is on the right, 0 on the left, -1 where it has no side; float32."""
    ids = ids.long()
    right = _IS_RIGHT.to(ids.device)[ids].float()
    return torch.where(_HAS_SIDE.to(ids.device)[ids], right, -1.0)


def ids_of(classes: Tensor, right: Tensor) -> Tensor:
    """FreeSurfer ids, int16, of classes and of where the right side is.

    Example:
        >>> hippocampus = torch.tensor([CLASSES.index("Hippocampus")] * 2)
        >>> ids_of(hippocampus, torch.tensor([False, True])).tolist()
        [17, 53]
    """
    device = classes.device
    found = torch.where(right, _RIGHT_IDS.to(device)[classes], _LEFT_IDS.to(device)[classes])
    return found.to(torch.int16)


def by_id(chance: Tensor) -> Iterator[tuple[int, Tensor]]:
    """FreeSurfer id and probability of every structure, one after the other.

    Args:
        chance: probabilities of the classes and of the right side, shape (classes + 1, i, j, k).
    """
    right = chance[-1]
    for n, name in enumerate(CLASSES):
        if n == 0:
            continue
        for side in (False, True) if name in SIDED else (False,):
            found = int(ids_of(torch.tensor(n), torch.tensor(side)))
            share = (right if side else 1 - right) if name in SIDED else 1.0
            yield found, chance[n] * share
