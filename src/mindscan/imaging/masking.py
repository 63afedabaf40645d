"""Images without a face or without a skull; labels stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional

from mindscan.core.brain import Brain
from mindscan.core.labels import BY_ID, TABLE_SIZE, Label, in_skull
from mindscan.core.prior import Rounded
from mindscan.core.record import Record

_AROUND_BRAIN = ("Dura", "Vein")
_EYES = ("Globe", "Vitreous-Humor", "Lens")


class Masking(Record):
    """What is taken away after the scan, exactly, from the labels.

    Args:
        keep: "defaced": all but the face in front of and below the brain; "brain": brain and the fluid
            in and between its folds (skull-stripped).
        margin_mm: "defaced": distance from brain and fluid that is always kept; "brain": half width of
            the gaps that are closed; 0 to 30 mm.

    Reference:
        Schwarz 2021 (what de-facing takes away), doi:10.1016/j.neuroimage.2021.117845.
    """

    keep: Literal["defaced", "brain"] = "brain"
    margin_mm: Annotated[Rounded, Field(ge=0, le=30)] = 4.0


def kept_mask(masking: Masking, brain: Brain) -> Tensor:
    """Where the image stays, bool, shape (i, j, k)."""
    return _FORMS[masking.keep](brain, masking.margin_mm)


def _brain(brain: Brain, margin_mm: float) -> Tensor:
    """Brain, with what is closed off by it; never beyond the fluid inside the skull."""
    inside = _has(brain, lambda label: in_skull(label) and label.name not in _AROUND_BRAIN)
    tissue = _has(brain, lambda label: in_skull(label) and label.tissue in ("GM", "WM"))
    grown = _grown(tissue, brain, margin_mm)
    return inside & ~_grown(~grown, brain, margin_mm)


def _defaced(brain: Brain, margin_mm: float) -> Tensor:
    """All but what lies in front of the middle of the brain and below the brow."""
    inside = _has(brain, in_skull)
    eyes = _has(brain, lambda label: label.name in _EYES)
    j, k = (_range(inside, axis) for axis in (1, 2))
    brow = _range(eyes, 2)[1] if bool(eyes.any()) else k[0] + (k[1] - k[0]) // 3
    face = torch.zeros_like(inside)
    face[:, (j[0] + j[1]) // 2 :, : brow + 1] = True
    return ~face | _grown(inside, brain, margin_mm)


def _has(brain: Brain, wanted: Callable[[Label], bool]) -> Tensor:
    table = torch.zeros(TABLE_SIZE, dtype=torch.bool)
    for i, label in BY_ID.items():
        table[i] = wanted(label)
    return table.to(brain.labels.data.device)[brain.labels.data.int()]


def _grown(mask: Tensor, brain: Brain, margin_mm: float) -> Tensor:
    """A mask grown by a box of a half width in millimetres."""
    grown = mask[None, None].float()
    for axis, voxel in enumerate(brain.labels.grid.voxel_mm):
        steps = round(margin_mm / voxel)
        size, margin = [1, 1, 1], [0, 0, 0]
        size[axis], margin[axis] = 2 * steps + 1, steps
        grown = functional.max_pool3d(grown, size, stride=1, padding=margin)
    return grown[0, 0] > 0


def _range(mask: Tensor, axis: int) -> tuple[int, int]:
    """First and last index of a mask along an axis; the whole axis where the mask is empty."""
    others = [other for other in range(3) if other != axis]
    found = mask.any(max(others)).any(min(others)).nonzero()[:, 0]
    return (int(found[0]), int(found[-1])) if len(found) else (0, mask.shape[axis] - 1)


_FORMS = {"brain": _brain, "defaced": _defaced}
