"""Lesions: places of sick tissue that take their part of what a head is painted with.

A lesion is a level: a number at every place, below zero inside, about as steep as a distance. It is shifted
until the lesion holds the volume asked, measured on the shares of this very head, and then takes its part of
finished voxels, so that no voxel outside changes. It takes from its hosts only, so it stays in its tissue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from mindscan.anatomy.canvas import Canvas
from mindscan.anatomy.field import Field
from mindscan.anatomy.fit import rising_root
from mindscan.anatomy.structure import EDGE_MM
from mindscan.anatomy.tubes import Tube
from mindscan.core.labels import BY_ID, TABLE_SIZE, TISSUES
from mindscan.core.volume import Affine

_NEAR_MM = 4.0
"""How far beyond its first surface a lesion may come to reach, a small one its own radius; where that is not
enough, it stays smaller."""
_STRIDES = (0.8191725133961645, 0.6710436067037893, 0.5497004779019703)
"""Steps of a sequence that fills a cube evenly: powers of 1 / 1.2207, the root of x^4 = x + 1."""
_FINEST_MM, _SOME, _MANY = 1.2, 3, 6
"""Cells that are larger are coarse, and some places in them are asked, many where it must be close."""
_FULL = 0.99
"""A lesion that holds less than this share of what it asks for has no more room."""
_HELD = 0.78
"""Share of length times cross-section that arteries come to hold of voxels: they overlap where they meet, and
take nothing where a third structure would win the voxel (measured on made heads, 0.74 to 0.83)."""
_LEAST = 1e-6
"""Share of a voxel below which a lesion takes nothing."""
_MOST_MM = 60.0
"""A level is drawn in by at most this many millimetres."""


@dataclass(frozen=True)
class Strings:
    """Arteries as points that hold the volume of the stretch around them.

    Args:
        xyz: places in template mm that no warp has moved, shape (n, 3).
        ml: volume of each in mL, shape (n,).
    """

    xyz: Tensor
    ml: Tensor


@dataclass(frozen=True)
class Lesion:
    """One lesion, before it is fitted to a head or after.

    Args:
        condition: name of the condition that brings it.
        label: what its voxels are called.
        level: about the signed distance to its surface in mm, below zero inside; one channel, on places in
            template mm that no warp has moved; at its border it lies outside.
        hosts: ids of the structures that it takes from.
        ml: volume in mL.
        grade: a word for how bad it is; "" where there is none.
        edge_mm: width over which it passes into its host.
        name: what its condition calls it, the same in all sessions of a person; "" where it always brings
            the same ones.
        id: its number, the same in all sessions, from 1; 0 before it is fitted.
        flows: whether it flows around arteries, which have their place in its hosts.
    """

    condition: str
    label: int
    level: Field
    hosts: tuple[int, ...]
    ml: float
    grade: str = ""
    edge_mm: float = EDGE_MM
    name: str = ""
    id: int = 0
    flows: bool = False

    def resized(self, ml: float) -> Lesion:
        """The same shape about the middle of its lattice with another volume; not for what is fitted."""
        return replace(self, ml=ml, level=self.level.swollen((ml / self.ml) ** (1 / 3)))

    def cover(self, xyz: Tensor) -> Tensor:
        """Share of a point that lies inside, 0 to 1, shape (n,)."""
        return (0.5 - self.level.at(xyz)[0] / self.edge_mm).clamp(0, 1)

    def reach_mm(self) -> float:
        """How far beyond its first surface it may come to reach."""
        return min(_NEAR_MM, float((self.ml * 1000 * 3 / 4 / np.pi) ** (1 / 3)) + self.edge_mm / 2)

    def yields(self) -> Tensor:
        """By label id, whether it takes from that structure."""
        table = torch.zeros(TABLE_SIZE, dtype=torch.bool, device=self.level.data.device)
        table[list(self.hosts)] = True
        return table


def named(lesions: Sequence[Lesion]) -> list[Lesion]:
    """The lesions of a condition, those without a name called by their place in the list."""
    return [
        lesion if lesion.name else replace(lesion, name=str(n)) for n, lesion in enumerate(lesions, start=1)
    ]


@dataclass(frozen=True)
class Taken:
    """What one lesion takes of some points.

    Args:
        number: of the lesion, from 0.
        at: index of the points, shape (n,).
        part: share of each tissue that it takes, shape (6, n).
    """

    number: int
    at: Tensor
    part: Tensor


def takes(lesions: Sequence[Lesion], xyz: Tensor, canvas: Canvas) -> Iterator[Taken]:
    """What every lesion takes of painted points, the first one first.

    Args:
        lesions: fitted, see `settle`; those without volume take nothing.
        xyz: places in template mm that no warp has moved, shape (n, 3).
        canvas: what is painted there; unchanged.
    """
    left: Tensor | None = None
    for number in _meeting(lesions, xyz):
        lesion = lesions[number]
        near = lesion.level.near(xyz)
        cover = lesion.cover(xyz[near])
        inside = cover.nonzero()[:, 0]
        at, cover = near[inside], cover[inside]
        share = (canvas.share if left is None else left)[:, at]
        part = share * lesion.yields()[canvas.owner[:, at].long()] * cover
        some = (part.sum(0) > 0).nonzero()[:, 0]
        if len(some):
            at, part = at[some], part[:, some]
            left = canvas.share.clone() if left is None else left
            left[:, at] -= part
            yield Taken(number, at, part)


def _meeting(lesions: Sequence[Lesion], xyz: Tensor) -> list[int]:
    """Numbers of the lesions with volume whose lattice meets the box around some points."""
    if not lesions or not len(xyz):
        return []
    low, high = (end.double().cpu().numpy() for end in (xyz.amin(0), xyz.amax(0)))
    boxes = np.array([lesion.level.box() for lesion in lesions])
    meets = (boxes[:, 0] <= high).all(1) & (boxes[:, 1] >= low).all(1)
    return [number for number in np.flatnonzero(meets).tolist() if lesions[number].ml]


def strung(threads: Callable[[], Sequence[Tube]], to_template: Affine) -> Strings:
    """Tubes as points in the middle of their segments.

    Args:
        threads: gives them in world mm.
        to_template: from there to unwarped template mm.
    """
    tubes = threads()
    xyz = [(tube.xyz[:-1] + tube.xyz[1:]) / 2 for tube in tubes]
    ml = [
        _HELD * np.pi / 4 * ((tube.width_mm[:-1] + tube.width_mm[1:]) / 2) ** 2
        * np.linalg.norm(np.diff(tube.xyz, axis=0), axis=1) / 1000
        for tube in tubes
    ]  # fmt: skip
    middle = np.concatenate(xyz) @ to_template[:3, :3].T + to_template[:3, 3]
    return Strings(torch.from_numpy(middle).float(), torch.from_numpy(np.concatenate(ml)).float())


def settle(
    lesions: Sequence[Lesion],
    paint: Callable[[Tensor], Canvas],
    scale: float,
    arteries: Callable[[], Strings] | None = None,
    closely: bool = False,
) -> tuple[Lesion, ...]:
    """The lesions shifted until each holds the volume asked, and numbered; those without room are left out.

    Args:
        lesions: the first ones take first.
        paint: what is painted at places in template mm that no warp has moved.
        scale: world millimetres per template millimetre.
        arteries: what is not painted there and yet takes room from what flows; none when None.
        closely: whether to measure as closely as small changes ask for: coarse cells at several places.

    Returns:
        As many or fewer; one that has less room than it asks for has the volume that there is room for.
    """
    if not lesions:
        return ()
    coarse = _MANY if closely else _SOME
    counts = [coarse if lesion.level.step_mm > _FINEST_MM else 1 for lesion in lesions]
    strings = arteries() if arteries and any(lesion.flows for lesion in lesions) else None
    samples = [
        _samples(lesion, count, closely, scale, strings)
        for lesion, count in zip(lesions, counts, strict=True)
    ]
    nodes = [xyz for xyz, _ in samples]
    canvas = paint(torch.cat(nodes))
    ends = np.cumsum([len(each) for each in nodes]).tolist()
    done: list[Lesion] = []
    for lesion, (xyz, cells), end, count in zip(lesions, samples, ends, counts, strict=True):
        part = slice(end - len(xyz), end)
        here = replace(canvas, share=canvas.share[:, part].clone(), owner=canvas.owner[:, part])
        for earlier in takes(done, xyz, here):
            here.share[:, earlier.at] -= earlier.part
        room = (here.share * lesion.yields()[here.owner.long()]).sum(0) * cells
        point_ml = (lesion.level.step_mm * scale) ** 3 / 1000 / count
        fitted = _fitted(lesion, lesion.level.at(xyz)[0], room, point_ml)
        done += [] if fitted is None else [replace(fitted, id=len(done) + 1)]
    return tuple(done)


def _samples(
    lesion: Lesion, count: int, closely: bool, scale: float, strings: Strings | None
) -> tuple[Tensor, Tensor]:
    """Places that a lesion may reach and how many each stands for: 1, or less than 0 where arteries run."""
    xyz = _spread(lesion, count, lesion.level.step_mm * closely)
    one = torch.ones_like(xyz[:, 0])
    if strings is None or not lesion.flows:
        return xyz, one
    points, point_ml = strings.xyz.to(xyz.device), (lesion.level.step_mm * scale) ** 3 / 1000 / count
    near = lesion.level.near(points)
    return torch.cat([xyz, points[near]]), torch.cat([one, -strings.ml.to(xyz.device)[near] / point_ml])


def _spread(lesion: Lesion, count: int, margin_mm: float) -> Tensor:
    """So many places in every cell that the lesion may reach and around it, each elsewhere in its cell."""
    nodes = lesion.level.nodes()
    nodes = nodes[lesion.level.data.flatten() < lesion.reach_mm() + margin_mm].repeat_interleave(count, 0)
    ahead = torch.arange(len(nodes), device=nodes.device, dtype=torch.float64)[:, None]
    aside = (ahead * nodes.new_tensor(_STRIDES, dtype=torch.float64)) % 1 - 0.5
    return nodes + aside.float() * lesion.level.step_mm


def _fitted(lesion: Lesion, level: Tensor, room: Tensor, point_ml: float) -> Lesion | None:
    """The lesion shifted; None where its place holds nothing that it could take."""
    some = room.nonzero()[:, 0]
    level, room = level[some], room[some]

    def volume(shift: float) -> float:
        cover = (0.5 - (level - shift) / lesion.edge_mm).clamp(0, 1)
        return float((cover * room).sum()) * point_ml

    shift = rising_root(volume, lesion.ml, -_MOST_MM, lesion.reach_mm() - lesion.edge_mm / 2)
    held = volume(shift)
    if held <= 0:
        return None
    ml = lesion.ml if held > _FULL * lesion.ml else held
    shifted = replace(lesion.level, data=lesion.level.data - shift)
    return replace(lesion, ml=ml, level=shifted.cut(lesion.edge_mm / 2))


def gathered(found: Taken, parts: int, voxels: Tensor) -> Taken:
    """What a lesion takes of divided points as what it takes of whole voxels.

    Args:
        found: index of the points, `parts` in a row for every voxel.
        parts: points per voxel.
        voxels: flat index of every voxel in its grid.
    """
    once, place = torch.unique(found.at // parts, return_inverse=True)
    part = torch.zeros((len(TISSUES), len(once)), device=found.part.device)
    part.index_add_(1, place, found.part / parts)
    return Taken(found.number, voxels[once], part)


@dataclass(frozen=True)
class Filled:
    """What lesions have become on a grid.

    Args:
        ids: number of the lesion that a voxel is labelled as, from 1; 0 elsewhere; int16.
        voxels: by place of the lesion in the order of taking: flat indices of voxels.
        share: likewise, how much of each it has taken.
        hosts: likewise, what it has taken of every structure, by label id.
    """

    ids: Tensor
    voxels: dict[int, Tensor]
    share: dict[int, Tensor]
    hosts: dict[int, Tensor]


def fill(
    lesions: Sequence[Lesion],
    found: Sequence[Taken],
    labels: Tensor,
    fractions: Tensor,
    owners: Tensor,
    totals: Tensor,
) -> Filled:
    """Let lesions take their part of voxels; in place.

    Args:
        lesions: in the order in which they take.
        found: what they take of voxels, `at` being flat indices of the grid.
        labels: label ids, int16, shape (i, j, k).
        fractions, owners: as in `Brain`, shape (6, i, j, k).
        totals: sum of what every label has taken, indexed by label id.
    """
    filled = Filled(torch.zeros_like(labels), {}, {}, {})
    flat, share, owner = labels.view(-1), fractions.flatten(1), owners.flatten(1)
    ids = filled.ids.view(-1)
    for number, lesion in enumerate(lesions):
        pieces = [each for each in found if each.number == number]
        if not pieces:
            continue
        at = torch.cat([each.at for each in pieces])
        part = torch.cat([each.part for each in pieces], 1)
        row = TISSUES.index(BY_ID[lesion.label].tissue)
        before = share[:, at]
        part = torch.minimum(part, before)
        some = part.sum(0) > _LEAST
        if not bool(some.any()):
            continue
        at, before, part = at[some], before[:, some], part[:, some]
        taken = part.sum(0)
        hosts = torch.bincount(owner[:, at].flatten().int(), part.flatten().double(), TABLE_SIZE)
        totals -= hosts
        totals[lesion.label] += taken.sum().double()
        left = before - part
        larger = taken > left[row]
        left[row] = before[row] + (taken - part[row])  # what it takes of its own tissue changes no bit
        share[:, at] = left
        owner[row, at[larger]] = lesion.label
        best = left.argmax(0)
        wins = (best == row) & larger
        flat[at] = owner[:, at].gather(0, best[None])[0]
        ids[at[wins]] = lesion.id
        filled.voxels[number], filled.share[number], filled.hosts[number] = at, taken, hosts
    return filled
