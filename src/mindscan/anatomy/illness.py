"""What conditions do to a head: sizes, motion, lesions and what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from mindscan.anatomy.anatomy import Anatomy
from mindscan.anatomy.canvas import Canvas
from mindscan.anatomy.conditions import AnyIllness, dural, find
from mindscan.anatomy.conditions.condition import Trial
from mindscan.anatomy.field import Field
from mindscan.anatomy.gap import Gap, made
from mindscan.anatomy.lesions import Filled, Lesion, Strings, named, settle
from mindscan.anatomy.opening import Opening, levels
from mindscan.anatomy.structure import Frame, Place
from mindscan.anatomy.survey import STEP_MM, Survey
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID, structure_of
from mindscan.core.lesions import LesionRow, Load
from mindscan.core.volume import Affine, Grid

_BOX_MM = ((-84, 84), (-124, 92), (-88, 94))
"""Where the survey looks, template mm."""


def shaped(illnesses: Sequence[AnyIllness], anatomy: Anatomy, trial: Trial) -> Anatomy:
    """The anatomy as conditions leave it, one after the other."""
    for illness in illnesses:
        anatomy = find(illness.condition).shape(illness, anatomy, trial)
    return anatomy


def pushed(illnesses: Sequence[AnyIllness], velocity: Tensor, key: Key, frame: Frame) -> Tensor:
    """The velocity with what conditions push.

    Args:
        velocity: shape (3, i, j, k), template mm.
        key: the stream of the head; each condition has its own below it.
    """
    for illness in illnesses:
        more = find(illness.condition).push(illness, key / illness.condition, frame, velocity)
        velocity = velocity if more is None else velocity + more
    return velocity


def opened(
    illnesses: Sequence[AnyIllness], frame: Frame, to_template: Affine, displacement: Field
) -> tuple[Opening, ...]:
    """The room that conditions make between skull and brain.

    Args:
        frame: gives the template.
        to_template: from world mm to unwarped template mm.
        displacement: template mm, what the warp adds.
    """
    return tuple(made(name, gap, frame, to_template, displacement) for name, gap in _gaps(illnesses))


def squeezed(illnesses: Sequence[AnyIllness], anatomy: Anatomy) -> Anatomy:
    """The anatomy with what such room leaves; nothing else moves for it."""
    for _, gap in _gaps(illnesses):
        anatomy = dural.squeezed(anatomy, gap)
    return anatomy


def _gaps(illnesses: Sequence[AnyIllness]) -> list[tuple[str, Gap]]:
    asked = ((illness.condition, find(illness.condition).gap(illness)) for illness in illnesses)
    return [(name, gap) for name, gap in asked if gap]


def loads(illnesses: Sequence[AnyIllness]) -> tuple[Load, ...]:
    """What conditions bring into every parcel; the first one that brings anything."""
    found = (find(illness.condition).loads(illness) for illness in illnesses)
    return next((each for each in found if each), ())


def lesions(
    illnesses: Sequence[AnyIllness],
    key: Key,
    scale: float,
    carry: Callable[[Tensor], Place],
    paint: Callable[[Tensor], Canvas],
    openings: Sequence[Opening] = (),
    arteries: Callable[[], Strings] | None = None,
) -> tuple[Lesion, ...]:
    """All lesions, each fitted to this head; those of the first condition take first.

    Args:
        key: the stream of the head.
        scale: world millimetres per template millimetre.
        carry: places in template mm that no warp has moved, to where they are looked up.
        paint: what is painted there.
        openings: see `opened`.
        arteries: see `settle`.
    """
    if not illnesses:
        return ()
    look = survey(scale, carry, paint, openings)
    found = [
        lesion
        for illness in illnesses
        for lesion in named(find(illness.condition).lesions(illness, key / illness.condition, look))
    ]
    return settle([lesion for lesion in found if lesion.ml > 0], paint, scale, arteries)


def survey(
    scale: float,
    carry: Callable[[Tensor], Place],
    paint: Callable[[Tensor], Canvas],
    openings: Sequence[Opening] = (),
) -> Survey:
    """A look at a finished head; for the arguments see `lesions`."""
    axes = [torch.arange(low, high, STEP_MM) for low, high in _BOX_MM]
    shape = [len(axis) for axis in axes]
    xyz = torch.stack([axis.flatten() for axis in torch.meshgrid(*axes, indexing="ij")], 1)

    def named_at(points: Tensor) -> Tensor:
        return paint(points).winner()

    labels = named_at(xyz).cpu().numpy().reshape(shape)
    moved = carry(xyz).xyz.double().cpu().numpy().reshape(*shape, 3)
    x, y, z = (float(low) for low, _ in _BOX_MM)
    return Survey(labels, moved, (x, y, z), scale, levels(openings), named_at)


def rows(
    found: Sequence[Lesion],
    filled: Filled,
    grid: Grid,
    parcel: Callable[[tuple[float, float, float], bool], str],
) -> tuple[LesionRow, ...]:
    """What is known of every lesion, measured on a grid, in the order of their numbers.

    Args:
        found: in the order in which they take.
        filled: what they have taken of the voxels of the grid.
        parcel: name of the cortical parcel at a place of the left or the right cerebrum in world mm.
    """
    rows = []
    for number, lesion in enumerate(found):
        if number not in filled.voxels:
            rows.append(_row(lesion, (np.nan,) * 3, 0.0, "", ""))
            continue
        share = filled.share[number].double().cpu().numpy()
        index = np.stack(np.unravel_index(filled.voxels[number].cpu().numpy(), grid.shape), 1)
        middle = (index * share[:, None]).sum(0) / share.sum()
        x, y, z = (float(v) for v in grid.affine[:3, :3] @ middle + grid.affine[:3, 3])
        host = BY_ID[int(filled.hosts[number].argmax())]
        near = parcel((x, y, z), host.side == "R") if structure_of(host).startswith("Cerebral") else ""
        ml = float(share.sum()) * grid.voxel_ml
        rows.append(_row(lesion, (x, y, z), ml, host.name, near))
    return tuple(sorted(rows, key=lambda row: row.id))


def _row(lesion: Lesion, centre: tuple[float, ...], ml: float, structure: str, parcel: str) -> LesionRow:
    x, y, z = centre
    label = BY_ID[lesion.label].name
    return LesionRow(lesion.id, lesion.condition, label, (x, y, z), ml, lesion.grade, structure, parcel)
