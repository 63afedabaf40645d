"""Dense points that correspond between people: where fixed lines of the template meet painted surfaces.

Every line starts at a fixed place of the template and runs in a fixed direction, in the millimetres in which
structures paint. A point is where the share of what it is about passes one half on that line, found by
dividing on the painters themselves, so it lies on the very surface that the voxels show. Lines start on the
smooth hemispheres (`mantle`), inside structures, and around the head.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mindscan.anatomy import sphere
from mindscan.anatomy import template as templates
from mindscan.anatomy.canvas import Coat
from mindscan.anatomy.field import Field
from mindscan.anatomy.structure import Place
from mindscan.core.labels import BY_NAME, LABELS, TABLE_SIZE
from mindscan.core.points import PointName

Rows = npt.NDArray[Any]
Names = tuple[PointName, ...]
Coats = Callable[[Place, Tensor], Iterator[Coat]]
"""What a head paints at a place, front to back, see `canvas.coats`."""

MANTLE_ORDER, HEAD_ORDER = 3, 2
"""Icospheres that lines start from: 642 vertices a hemisphere, 162 directions around the head."""
_ABOVE_MM, _BELOW_MM = 6.0, 24.0
_CORTEX_SHARE = 0.9
"""Lines start only where at least this much of the average's surface is cortex."""
_HEAD_CENTRE_MM, _HEAD_REACH_MM = (0.0, -18.0, 12.0), 130.0
_VAULT = 0.05
"""Lines around the head go at least this much upwards."""
_INSIDE_REACH_MM = 60.0
_SLABS = 3
"""Points inside a structure: the deepest in each of so many parts of its longest side."""
_OFF_MIDDLE_MM = 0.5
"""Lines of the midline start so far to the right: in the midplane itself both sides' surfaces meet."""
_DIRECTIONS = 12
_SIDES = (("L", "Left", -1), ("R", "Right", 1))
_STEP_MM = 1.0
_PARTS, _ROUNDS = 10, 3
"""A step in which a point lies is divided into so many parts, and the part that it lies in again."""
_CLEAR_MM = 0.02
"""A line that leaves its structure for less than this only grazes it, and has no point there, world mm."""
_TENSORS = ("start", "step", "reach_mm", "members", "leaving")

PAIRS = (
    *("Thalamus", "Caudate", "Putamen", "Pallidum", "Hippocampus", "Amygdala", "Accumbens-area", "VentralDC"),
    *("Lateral-Ventricle", "cerebellum"),
)
MIDDLE = ("3rd-Ventricle", "4th-Ventricle", "stem")
"""Fields of the template inside which lines start."""

_CALLED = {"cerebellum": "Cerebellum", "stem": "Brain-Stem"}
_WITH = {
    "Lateral-Ventricle": ("choroid-plexus",),
    "3rd-Ventricle": ("Left-choroid-plexus", "Right-choroid-plexus"),
    "4th-Ventricle": ("Left-choroid-plexus", "Right-choroid-plexus"),
    "Cerebellum": ("Cerebellum-Cortex", "Cerebellum-White-Matter"),
    "Brain-Stem": ("Spinal-Cord",),
}
"""Labels that count as part of a structure."""


@dataclass(frozen=True)
class Lines:
    """Fixed lines on the template.

    Args:
        names: what the point on each line is.
        start: template mm, shape (n, 3).
        step: unit direction, shape (n, 3).
        reach_mm: how long each line is, shape (n,).
        members: for each line, which label ids count, bool, shape (n, TABLE_SIZE).
        leaving: the point is where these are left, else where they are entered; bool, shape (n,).
    """

    names: tuple[PointName, ...]
    start: Tensor
    step: Tensor
    reach_mm: Tensor
    members: Tensor
    leaving: Tensor

    def to(self, device: torch.device | str) -> Lines:
        """The same on another device."""
        moved = {name: getattr(self, name).to(device) for name in _TENSORS}
        return replace(self, **moved)


def dense(coats: Coats, scale: float, device: torch.device | str = "cpu") -> tuple[Names, Tensor]:
    """All points of a head.

    Args:
        coats: what this head paints.
        scale: world mm per template mm.
        device: where to compute.

    Returns:
        Names and places in the template mm in which structures paint, float64, shape (n, 3), on the CPU;
        not a number where a line does not meet its structure in this head, or only grazes it.
    """
    fixed = lines().to(device)
    found = fixed.start + fixed.step * _crossings(fixed, coats, scale)[:, None]
    inner = fixed.leaving.nonzero()[::_DIRECTIONS, 0]
    there = _share(fixed, inner, fixed.start[inner], coats, scale) >= 0.5
    inside = torch.where(there[:, None], fixed.start[inner], torch.nan)
    surface = (fixed.names[n] for n in inner.tolist())
    names = tuple(replace(name, id=f"{name.id[:-3]}", kind="inside") for name in surface)
    return fixed.names + names, torch.cat([found, inside]).double().cpu()


def _crossings(fixed: Lines, coats: Coats, scale: float) -> Tensor:
    """How far along each line its point lies, template mm, shape (n,); not a number where there is none."""
    device = fixed.start.device

    def there(line: Tensor, at: Tensor) -> Tensor:
        xyz = fixed.start[line] + fixed.step[line] * at[:, None]
        return (_share(fixed, line, xyz, coats, scale) >= 0.5) != fixed.leaving[line]

    steps = torch.arange(0, float(fixed.reach_mm.max()), _STEP_MM, device=device)
    line, n = (steps < fixed.reach_mm[:, None]).nonzero(as_tuple=True)
    hit = torch.zeros((len(fixed.names), len(steps)), dtype=torch.bool, device=device)
    hit[line, n] = there(line, steps[n])
    first = hit.int().argmax(1)
    met = (hit.any(1) & (first > 0)).nonzero()[:, 0]
    low, width = steps[first[met]] - _STEP_MM, _STEP_MM
    cuts = torch.arange(1, _PARTS, device=device)
    for _ in range(_ROUNDS):
        width /= _PARTS
        past = there(met.repeat_interleave(len(cuts)), (low[:, None] + width * cuts).flatten())
        before = (past.view(-1, len(cuts)).cumsum(1) == 0).sum(1)
        low = low + width * before
    middle, clear = low + width / 2, _CLEAR_MM / scale
    clean = ~there(met, middle - clear) & there(met, middle + clear)
    along = torch.full_like(fixed.reach_mm, torch.nan)
    along[met[clean]] = middle[clean]
    return along


def _share(fixed: Lines, line: Tensor, xyz: Tensor, coats: Coats, scale: float) -> Tensor:
    """Share that what each line is about takes at points, shape (n,), 0 to 1."""
    total = xyz.new_zeros(len(xyz))
    for coat in coats(Place(xyz, scale, 0.0), torch.ones_like(total)):
        counts = fixed.members[line[coat.at], coat.owner.long()]
        total.index_add_(0, coat.at, coat.share * counts)
    return total


@functools.cache
def lines() -> Lines:
    """All lines, always the same."""
    vault = sphere.icosphere(HEAD_ORDER)[0]
    vault = vault[vault[:, 2] > _VAULT]
    bone = [label.id for label in LABELS if label.tissue == "bone"]
    solid = [label.id for label in LABELS if label.tissue != "air"]
    centre = np.array(_HEAD_CENTRE_MM)
    around = centre + _HEAD_REACH_MM * vault
    return _joined(
        _mantle_lines("pial", ("Cerebral-Cortex", "Cerebral-White-Matter")),
        _mantle_lines("white", ("Cerebral-White-Matter",)),
        _head_lines("inner", "Skull", np.broadcast_to(centre, vault.shape), vault, bone),
        _head_lines("outer", "Skull", around, -vault, bone),
        _head_lines("outer", "Skin", around, -vault, solid),
        _structure_lines(),
    )


def _joined(*parts: Lines) -> Lines:
    names = tuple(name for part in parts for name in part.names)
    return Lines(names, *(torch.cat([getattr(part, name) for part in parts]) for name in _TENSORS))


def _head_lines(kind: str, structure: str, start: Rows, step: Rows, members: Iterable[int]) -> Lines:
    names = tuple(PointName(f"{structure}-{kind}-{n:03d}", kind, structure, "") for n in range(len(start)))
    return _made(names, start, step, _HEAD_REACH_MM, [members] * len(start))


def _mantle_lines(kind: str, tissues: tuple[str, ...]) -> Lines:
    """Lines from above each hemisphere straight down; only where the average has cortex."""
    template = templates.load()
    right = template.hemispheres[1].vertices
    vertices, faces = (
        right[: len(sphere.icosphere(sphere.COARSE)[0])].numpy(),
        sphere.icosphere(sphere.COARSE)[1],
    )
    count = len(sphere.icosphere(MANTLE_ORDER)[0])
    normal = _normals(vertices, faces)[:count]
    share = template.fields["mantle"].at(_tensor(vertices[:count] - 3 * normal))[2].numpy()
    kept = np.flatnonzero(share >= _CORTEX_SHARE)
    names: list[PointName] = []
    start, step, members = [], [], []
    for side, long_side, sign in _SIDES:
        mirror = np.array([sign, 1, 1])
        names += [PointName(f"{kind}-{side}-{n:03d}", kind, "Cerebral-Cortex", side) for n in kept]
        start.append((vertices[kept] + _ABOVE_MM * normal[kept]) * mirror)
        step.append(-normal[kept] * mirror)
        members += [[BY_NAME[f"{long_side}-{tissue}"].id for tissue in tissues]] * len(kept)
    reach = _ABOVE_MM + _BELOW_MM
    return _made(names, np.concatenate(start), np.concatenate(step), reach, members)


def _normals(vertices: Rows, faces: npt.NDArray[np.int64]) -> Rows:
    """Outward unit normals of the vertices of a closed surface."""
    a, b, c = (vertices[faces[:, n]] for n in range(3))
    across = np.cross(b - a, c - a)
    total = np.zeros_like(vertices)
    for n in range(3):
        np.add.at(total, faces[:, n], across)
    return np.asarray(total / np.linalg.norm(total, axis=1, keepdims=True))


def _structure_lines() -> Lines:
    """Lines from inside each structure outwards, in the directions of an icosahedron."""
    directions = sphere.icosphere(0)[0]
    names: list[PointName] = []
    start, step, members = [], [], []
    centres = {name: _centres(templates.load().fields[name], name in MIDDLE) for name in (*PAIRS, *MIDDLE)}
    for field, side, long_side, sign in (
        *((name, side, long_side, sign) for name in PAIRS for side, long_side, sign in _SIDES),
        *((name, "", "", 1) for name in MIDDLE),
    ):
        name = _CALLED.get(field, field)
        labels = [*_WITH.get(name, ()), *([] if name == "Cerebellum" else [name])]
        ids = [BY_NAME[label if label in BY_NAME else f"{long_side}-{label}"].id for label in labels]
        for place, centre in enumerate(centres[field]):
            stem = "-".join(part for part in (name, side, str(place + 1)) if part)
            names += [PointName(f"{stem}-{n:02d}", "surface", name, side) for n in range(_DIRECTIONS)]
            start.append(np.broadcast_to(centre * (sign, 1, 1), directions.shape))
            step.append(directions * (sign, 1, 1))
            members += [ids] * _DIRECTIONS
    found = _made(names, np.concatenate(start), np.concatenate(step), _INSIDE_REACH_MM, members)
    return replace(found, leaving=~found.leaving)


def _centres(field: Field, middle: bool) -> Rows:
    """The deepest node on the right (or in the middle) in each part of a structure's longest side."""
    x = field.origin_mm[0] + field.step_mm * np.arange(field.data.shape[1])
    first, last = np.flatnonzero(x == 0 if middle else x > 0)[[0, -1]]
    part = field.data[0].numpy()[first : last + 1]
    inside = np.argwhere(part < 0)
    nodes = np.array(field.origin_mm) + field.step_mm * (inside + np.array([first, 0, 0]))
    depth = part[tuple(inside.T)]
    axis = int(np.ptp(nodes, axis=0).argmax())
    edges = np.linspace(nodes[:, axis].min(), nodes[:, axis].max() + 1e-6, _SLABS + 1)
    slab = np.digitize(nodes[:, axis], edges) - 1
    deepest = [np.flatnonzero(slab == n)[depth[slab == n].argmin()] for n in range(_SLABS)]
    return np.asarray(nodes[deepest] + (_OFF_MIDDLE_MM * middle, 0, 0))


def _made(
    names: Sequence[PointName], start: Rows, step: Rows, reach_mm: float, members: Sequence[Iterable[int]]
) -> Lines:
    """Lines of one reach that enter what they are about."""
    table = torch.zeros((len(names), TABLE_SIZE), dtype=torch.bool)
    rows = [(row, i) for row, ids in enumerate(members) for i in ids]
    table[tuple(torch.tensor(rows).T)] = True
    reach = torch.full((len(names),), reach_mm)
    return Lines(tuple(names), _tensor(start), _tensor(step), reach, table, torch.zeros_like(reach).bool())


def _tensor(rows: Rows) -> Tensor:
    return torch.from_numpy(np.array(rows, np.float32))
