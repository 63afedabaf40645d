"""The same head years later: the first one, seen through one more invertible map.

Inside the skull every structure gains or loses what is asked and the fluid around the brain takes up the
rest; the skull stays where it is, bit for bit. The motion is the flow of a potential (`room`), followed for
one unit of time (`warp.exponential`). A lattice smooths what it is told, so what is told is mended until the
volumes that come out are those asked.

Prescribing what places gain and solving for the motion is due to Karacali & Davatzikos 2006, IEEE
Transactions on Medical Imaging 25:649-652, and Khanal et al. 2017, doi:10.3389/fnins.2017.00132.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from mindscan.anatomy import illness
from mindscan.anatomy.build import Model
from mindscan.anatomy.canvas import Canvas
from mindscan.anatomy.field import Field
from mindscan.anatomy.lesions import Lesion, settle, strung
from mindscan.anatomy.room import Floats, Room
from mindscan.anatomy.structure import EDGE_MM
from mindscan.anatomy.survey import Survey
from mindscan.anatomy.warp import exponential
from mindscan.core.errors import SettingsError
from mindscan.core.labels import BY_ID, BY_NAME, TABLE_SIZE
from mindscan.core.motion import Change
from mindscan.core.volume import Affine

Ids = npt.NDArray[np.int16]

STEP_MM = 2.0
_BOX_MM = ((-84, 84), (-124, 92), (-88, 94))
_FLUID = tuple(BY_NAME[name].id for name in ("CSF", "4th-Ventricle"))
"""What takes up the rest."""
_CLOSE = 0.003
"""How near volumes come to what is asked, as a share of the first ones."""
_ROUNDS = 8
_NEAR_MM = 0.25
_SMALL_ML = 3.0
_PARTS = 3
"""Structures smaller than this are measured on cells in as many parts along each axis."""
_LEAST_ML = 0.05
_BOLDEST = 2.5
"""Most that a step of mending is longer than what is missing."""


@dataclass(frozen=True)
class Probe:
    """Places spread evenly, and what is painted there, for some structures.

    Args:
        xyz: template mm that no warp has moved, shape (n, 3).
        canvas: what is painted there; both on the CPU.
        point_ml: volume that each place stands for.
        counts: 1 for labels that are measured here, 0 for others.
    """

    xyz: Tensor
    canvas: Canvas
    point_ml: float
    counts: Tensor

    def volumes_ml(self, room: Tensor) -> Tensor:
        """Volumes by label id, float64, every place being larger by a factor, shape (n,)."""
        total = torch.zeros(TABLE_SIZE, dtype=torch.float64)
        for share, owner in zip(self.canvas.share, self.canvas.owner, strict=True):
            total += torch.bincount(owner.int(), (share * room).double(), TABLE_SIZE)
        return total * self.counts * self.point_ml


@dataclass(frozen=True)
class First:
    """A first session, looked at once for all later ones.

    Args:
        head: its continuous head.
        lattice: where motion lives (all zero), template mm that no warp has moved; on the CPU.
        room: the nodes of the lattice that may move.
        share, owner: what is painted at these nodes, see `Canvas`, shape (6, n).
        probes: places where volumes are measured, coarse ones everywhere and fine ones for small structures.
    """

    head: Model
    lattice: Field
    room: Room
    share: Floats
    owner: Ids
    probes: tuple[Probe, ...]

    def moved(self, gains: Mapping[int, float], potential: Floats) -> tuple[Floats, Floats]:
        """Potential and velocity that structures with these gains (of the logarithm) lead to.

        Args:
            gains: by label id; fluid takes up their sum.
            potential: a first guess.
        """
        table = np.zeros(TABLE_SIZE, np.float32)
        table[list(gains)] = list(gains.values())
        gain = (self.share * table[self.owner]).sum(0)
        fluid = (self.share * np.isin(self.owner, _FLUID)).sum(0)
        potential = self.room.potential(gain - fluid * (gain.sum() / fluid.sum()), potential)
        return potential, self.room.flow(potential)

    def grown(self, velocity: Floats) -> Tensor:
        """By how much the logarithm of every volume changes with a velocity, indexed by label id."""
        forth = exponential(torch.from_numpy(velocity), self.lattice)
        after = torch.stack([probe.volumes_ml(room_at(forth, probe.xyz)) for probe in self.probes]).sum(0)
        return (after / self.volumes_ml).log()

    @functools.cached_property
    def volumes_ml(self) -> Tensor:
        """Volume of every structure, indexed by label id."""
        return torch.stack([probe.volumes_ml(torch.ones(len(probe.xyz))) for probe in self.probes]).sum(0)

    @functools.cached_property
    def survey(self) -> Survey:
        """A look at the head for lesions to find their places in, the same as in the first session."""
        head = self.head
        place = functools.partial(head.place, point_ml=0.0)
        return illness.survey(head.scale, place, head.paint_brain, head.openings)


def look(head: Model) -> First:
    """Look at the head of a first session."""
    lattice = _lattice(head)
    nodes = lattice.nodes()
    within = head.place(nodes, 0.0).look(head.hull)[0] < 0
    room = Room.within(within.reshape(lattice.data.shape[1:]).cpu().numpy(), STEP_MM)
    painted = head.paint(nodes[torch.from_numpy(room.nodes.ravel()).to(nodes.device)])
    share, owner = painted.share.cpu().numpy(), painted.owner.cpu().numpy()
    return First(head, lattice.to("cpu"), room, share, owner, _probes(head, lattice))


def later(first: First, change: Mapping[int, float], lesions: Sequence[Lesion] = ()) -> Model:
    """The head of a later session.

    Args:
        first: the first session.
        change: what structures gain by then as a share of their first volume, above -1, by label id;
            others keep theirs, but for the fluid.
        lesions: that there are by then, not yet fitted, those that take first first.

    Raises:
        SettingsError: the change is more than a map that stays invertible can bring.
    """
    aims = {i: math.log1p(share) for i, share in change.items() if first.volumes_ml[i] > _LEAST_ML}
    gains, potential = dict(aims), np.zeros(np.count_nonzero(first.room.nodes), np.float32)
    for _ in range(_ROUNDS):
        potential, velocity = first.moved(gains, potential)
        found = first.grown(velocity).tolist()
        if all(abs(math.expm1(found[i]) - math.expm1(aim)) < _CLOSE for i, aim in aims.items()):
            break
        gains = {i: gains[i] + _step(gains[i], found[i]) * (aim - found[i]) for i, aim in aims.items()}
    back = exponential(torch.from_numpy(-velocity), first.lattice)
    if min(float(determinants(back, corner).min()) for corner in product((0, 1), repeat=3)) <= 0:
        most = max(change.values(), key=abs)
        raise SettingsError(
            f"a structure that changes by {100 * most:+.0f} % between sessions",
            "as much as tissue can move without folding",
            "ask for fewer years or smaller rates",
        )
    device = first.head.hull.data.device
    fitted = _settled(first, velocity, lesions) if lesions else ()
    return replace(first.head, back=back.to(device), lesions=fitted)


def _settled(first: First, velocity: Floats, lesions: Sequence[Lesion]) -> tuple[Lesion, ...]:
    """Lesions fitted to the room that every place has in the later session."""
    forth = exponential(torch.from_numpy(velocity), first.lattice)

    def paint(xyz: Tensor) -> Canvas:
        canvas = first.head.paint_brain(xyz)
        return replace(canvas, share=canvas.share * room_at(forth, xyz.cpu()).to(xyz.device))

    strings = functools.partial(strung, first.head.threads, first.head.to_template)
    return settle(lesions, paint, first.head.scale, strings, closely=True)


def to_first(head: Model) -> tuple[Tensor, Affine]:
    """What carries places of a later session to where they lay in the first, in world millimetres.

    Returns:
        Vectors (RAS+), float32, shape (3, i, j, k), and 4 x 4 from the index of a vector to the world.
    """
    assert head.back is not None
    to_world = np.asarray(np.linalg.inv(head.to_template), np.float64)
    turn = torch.from_numpy(to_world[:3, :3]).float().to(head.back.data.device)
    lattice = np.diag([head.back.step_mm] * 3 + [1.0])
    lattice[:3, 3] = head.back.origin_mm
    return torch.einsum("ab,bijk->aijk", turn, head.back.data), to_world @ lattice


def changes(
    asked: Mapping[int, float], first_ml: Mapping[int, float], now_ml: Mapping[int, float]
) -> tuple[Change, ...]:
    """What structures have gained, as measured on two brains; parts of the corpus callosum together.

    Args:
        asked: gain as a share of the first volume, by label id.
        first_ml: volumes in the first session, by label id, lesions counted as what they lie in.
        now_ml: likewise in the later session.
    """
    parts: dict[str, list[int]] = {}
    for i in asked:
        name = BY_ID[i].name
        parts.setdefault("Corpus-Callosum" if name.startswith("CC_") else name, []).append(i)
    parts["Brain"] = [i for i in asked if BY_ID[i].tissue in ("GM", "WM")]
    found = []
    for name, ids in parts.items():
        before, after = (sum(volumes[i] for i in ids) for volumes in (first_ml, now_ml))
        if before > 0:
            wanted = sum(asked[i] * first_ml[i] for i in ids) / before
            found.append(Change(name, wanted, before, after))
    return tuple(found)


def room_at(displacement: Field, xyz: Tensor) -> Tensor:
    """How much room there is around points after a displacement, as a factor, shape (n,).

    Args:
        displacement: of three channels, in mm.
        xyz: in mm, shape (n, 3), not within `_NEAR_MM` of the border of a cell.
    """
    columns = []
    for axis in range(3):
        step = torch.zeros(3)
        step[axis] = _NEAR_MM
        slope = (displacement.at(xyz + step) - displacement.at(xyz - step)) / (2 * _NEAR_MM)
        columns.append(slope + torch.eye(3)[axis, :, None])
    return _determinant(*columns)


def determinants(displacement: Field, corner: tuple[int, ...]) -> Tensor:
    """How much room every cell of a lattice has after a displacement, as a factor, shape (i, j, k) - 1.

    Args:
        displacement: of three channels, in the unit of its step.
        corner: the corner of the cells where it is measured, 0 or 1 along each axis.
    """
    columns = []
    for axis in range(3):
        slope = torch.diff(displacement.data, dim=axis + 1) / displacement.step_mm
        for other in {0, 1, 2} - {axis}:
            count = slope.shape[other + 1] - 1
            slope = slope.narrow(other + 1, corner[other], count)
        columns.append(slope)
    return _determinant(*(c + torch.eye(3)[axis, :, None, None, None] for axis, c in enumerate(columns)))


def _determinant(a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    found: Tensor = (a * torch.linalg.cross(b, c, dim=0)).sum(0)
    return found


def _step(told: float, found: float) -> float:
    """How much farther to go than what is missing: a lattice smooths away part of what it is told."""
    return min(max(told / found, 1.0), _BOLDEST) if told * found > 0 else 1.0


def _lattice(head: Model) -> Field:
    """Nodes over the inside of a skull and a little more."""
    device = head.hull.data.device
    axes = [torch.arange(low, high + 1, STEP_MM, device=device) for low, high in _BOX_MM]
    xyz = torch.stack([axis.flatten() for axis in torch.meshgrid(*axes, indexing="ij")]).T
    within = xyz[head.place(xyz, 0.0).look(head.hull)[0] < 0]
    low, high = within.amin(0) - 2 * STEP_MM, within.amax(0) + 2 * STEP_MM
    x, y, z = low.tolist()
    i, j, k = ((high - low) / STEP_MM + 1).round().int().tolist()
    return Field(torch.zeros((3, i, j, k), device=device), (x, y, z), STEP_MM)


def _middles(lattice: Field) -> Field:
    """The middles of the cells of a lattice, as a lattice."""
    x, y, z = (origin + lattice.step_mm / 2 for origin in lattice.origin_mm)
    return Field(lattice.data[:, 1:, 1:, 1:], (x, y, z), lattice.step_mm)


def _probes(head: Model, lattice: Field) -> tuple[Probe, Probe]:
    """One place in every cell inside the skull, and many in those at small structures."""
    cells = _middles(lattice).nodes()
    inside = head.place(cells, 0.0).look(head.hull)[0] * head.scale < EDGE_MM
    all_labels = torch.ones(TABLE_SIZE, dtype=torch.float64)
    coarse = _probe(head, cells[inside], STEP_MM, all_labels)
    small = (coarse.volumes_ml(torch.ones(len(coarse.xyz))) < _SMALL_ML).double()
    holds = torch.zeros(len(cells))
    holds[inside.cpu()] = (coarse.canvas.share * small[coarse.canvas.owner.int()]).sum(0).float()
    shape = [n - 1 for n in lattice.data.shape[1:]]
    near = functional.max_pool3d(holds.reshape(1, *shape), 3, stride=1, padding=1).flatten() > 0
    line = (torch.arange(_PARTS) + 0.5) / _PARTS - 0.5
    parts = STEP_MM * torch.stack([a.flatten() for a in torch.meshgrid(line, line, line, indexing="ij")], 1)
    within = cells[(near.to(cells.device)) & inside]
    fine = (within[:, None] + parts.to(cells.device)).flatten(0, 1)
    fine_probe = _probe(head, fine, STEP_MM / _PARTS, small)
    return replace(coarse, counts=1 - small), fine_probe


def _probe(head: Model, xyz: Tensor, step_mm: float, counts: Tensor) -> Probe:
    canvas = head.paint(xyz.T.contiguous().T)
    on_cpu = Canvas(*(part.cpu() for part in vars(canvas).values()))
    return Probe(xyz.cpu(), on_cpu, (step_mm * head.scale) ** 3 / 1000, counts)
