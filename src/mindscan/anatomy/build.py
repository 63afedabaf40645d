"""From an Anatomy to a Brain on any grid: warp, look up, paint front to back."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from mindscan.anatomy import bases, courses, illness, lesions, points, probe, tubes
from mindscan.anatomy.anatomy import STRUCTURES, Anatomy
from mindscan.anatomy.blocks import BLOCK_POINTS, blocks, divisions, unravel
from mindscan.anatomy.canvas import Canvas, Coat, coats
from mindscan.anatomy.conditions import AnyIllness
from mindscan.anatomy.conditions.condition import Trial
from mindscan.anatomy.distance import Point
from mindscan.anatomy.dura import FORAMEN_MM
from mindscan.anatomy.field import Field
from mindscan.anatomy.head import HeadSize, to_template
from mindscan.anatomy.lesions import Lesion, Taken
from mindscan.anatomy.mend import mend
from mindscan.anatomy.motion import Moves, growth, velocity_of
from mindscan.anatomy.opening import Opening, carried, spared
from mindscan.anatomy.parcels import parcel_ids, parcel_name
from mindscan.anatomy.structure import EDGE_MM, Course, Frame, Marked, Painter, Place, Sharer, Threaded
from mindscan.anatomy.thinning import THINNING, thinning
from mindscan.anatomy.tubes import Tube
from mindscan.anatomy.warp import empty_lattice, exponential, inverse
from mindscan.core.brain import Brain, Landmarks
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME, LABELS, TABLE_SIZE, TISSUES, both_sides
from mindscan.core.lesions import Lesions, Load
from mindscan.core.parcels import PARCELS
from mindscan.core.points import Points
from mindscan.core.volume import Affine, Grid, Volume

_LOOK_MM = 4.0
_GREY = TISSUES.index("GM")
_CORTEX = both_sides("Cerebral-Cortex")
_CSF = BY_NAME["CSF"].id
_PARCEL_TABLE = 1 + max(parcel.id for parcel in PARCELS)


@dataclass(frozen=True)
class Model:
    """One head as a continuous thing: any grid can be put over it.

    Args:
        to_template: 4 x 4 from world mm to unwarped template mm.
        displacement: template mm, what the warp adds.
        scale: world mm per template mm.
        hull: signed distance to the inside of the skull, template mm.
        cells: the cortical parcel of every place, see `parcels.parcel_ids`.
        inner, outer: painters of the structures inside the skull and of the rest, front to back.
        points: landmarks in template mm, as they lie where the painters paint.
        tubes: thin tubes, likewise.
        lesions: fitted to this head.
        loads: what conditions bring into every parcel.
        openings: room that conditions have made between skull and brain, seen through before the warp.
        back: of a later session: what carries each place to where it lay in the first, template mm that no
            warp has moved; see `later`.
    """

    to_template: Affine
    displacement: Field
    scale: float
    hull: Field
    cells: Field
    inner: tuple[Painter, ...]
    outer: tuple[Painter, ...]
    points: Mapping[str, Point]
    tubes: tuple[Tube, ...] = ()
    lesions: tuple[Lesion, ...] = ()
    loads: tuple[Load, ...] = ()
    openings: tuple[Opening, ...] = ()
    back: Field | None = None

    def seen(self, grid: Grid, index: Tensor) -> Tensor:
        """Unwarped template points of the voxel indices of a grid, both of shape (n, 3)."""
        matrix = torch.from_numpy(self.to_template @ grid.affine).float().to(index.device)
        return self.first(torch.addmm(matrix[:3, 3:], matrix[:3, :3], index.T).T)

    def first(self, xyz: Tensor) -> Tensor:
        """Where unwarped template points, shape (n, 3), lay in the first session."""
        return xyz if self.back is None else (xyz.T + self.back.at(xyz)).T

    def paint(self, xyz: Tensor) -> Canvas:
        """What is painted at unwarped template points of the first session, shape (n, 3)."""
        return paint(self, self.place(xyz, 0.0))

    def paint_brain(self, xyz: Tensor) -> Canvas:
        """The same as far as it lies inside the skull; the rest is left free."""
        place = self.place(xyz, 0.0)
        canvas = Canvas.blank(place.xyz)
        return _filled(canvas, coats(self.inner, place, _in_skull(self, place), canvas.free))

    def place(self, xyz: Tensor, point_ml: float) -> Place:
        """Carry unwarped template points, shape (n, 3), through the warp."""
        xyz = carried(self.openings, xyz)
        return Place((xyz.T + self.displacement.at(xyz)).T, self.scale, point_ml)

    def landmarks(self) -> Landmarks:
        """The landmarks in world millimetres, carried by the very same warp."""
        world = self.world(torch.tensor(list(self.points.values()), dtype=torch.float64))
        named = zip(self.points, world.tolist(), strict=True)
        return {name: (x, y, z) for name, (x, y, z) in named}

    def dense(self) -> Points:
        """Dense corresponding points, see `points`, carried likewise."""
        names, found = points.dense(partial(_coats, self), self.scale, self.displacement.data.device)
        known = ~found.isnan().any(1)
        found[known] = self.world(found[known])
        return Points(names, found)

    def fluid(self, xyz: Tensor) -> Tensor:
        """Share of fluid around the brain at points in template mm, shape (n, 3); returns shape (n,)."""
        place, free = Place(xyz, self.scale, 0.0), torch.ones_like(xyz[:, 0])
        total = torch.zeros_like(free)
        for coat in coats(self.inner, place, _in_skull(self, place), free):
            if coat.tissue == "CSF":
                total.index_add_(0, coat.at, coat.share * (coat.owner == _CSF))
        return total

    def threads(self) -> list[Tube]:
        """The tubes in world millimetres."""
        lines = self.world(torch.from_numpy(np.concatenate([tube.xyz for tube in self.tubes]))).numpy()
        parts = np.split(lines, np.cumsum([len(tube.xyz) for tube in self.tubes])[:-1])
        return [replace(tube, xyz=line) for tube, line in zip(self.tubes, parts, strict=True)]

    def world(self, targets: Tensor) -> Tensor:
        """World mm of template points that structures paint at, float64, both of shape (n, 3)."""
        unwarped = inverse(self.displacement.to("cpu"), targets)
        for opening in reversed(self.openings):
            unwarped = inverse(opening.to("cpu"), unwarped)
        unwarped = unwarped if self.back is None else inverse(self.back.to("cpu"), unwarped)
        back = torch.from_numpy(np.linalg.inv(self.to_template))
        return unwarped @ back[:3, :3].T + back[:3, 3]


def model(
    anatomy: Anatomy,
    key: Key,
    device: torch.device | str = "cpu",
    illnesses: Sequence[AnyIllness] = (),
) -> Model:
    """The continuous head for an anatomy and what illnesses make of it; random fields come from `key`."""
    template = bases.load(anatomy.base).to(device)
    lattice = empty_lattice(device)
    nowhere = Place(torch.zeros((0, 3), device=device), anatomy.head.scale, 0.0)
    frame = Frame(template, anatomy.head.scale, lattice, nowhere, torch.zeros(0, device=device))
    moves: Moves = {}

    def displaced(tried: Anatomy, more: Tensor | None) -> tuple[Field, float]:
        velocity = velocity_of(tried, key, frame, moves)
        head, _ = _empty(tried, velocity if more is None else velocity + more, frame)
        return head.displacement, head.scale

    anatomy = illness.shaped(illnesses, anatomy, Trial(frame, displaced))
    velocity = illness.pushed(illnesses, velocity_of(anatomy, key, frame, moves), key, frame)
    shared: dict[str, Field] = {}
    for structure in STRUCTURES:
        if isinstance(structure, Sharer):
            shared |= structure.share(getattr(anatomy, structure.name), key / structure.name, frame)
    head, everywhere = _empty(anatomy, velocity, frame)
    shared["growth"] = growth(head.displacement)
    loads = illness.loads(illnesses)
    shared |= {THINNING: thinning(loads, head.cells)} if loads else {}
    head = replace(head, openings=illness.opened(illnesses, frame, head.to_template, head.displacement))
    everywhere = _everywhere(head) if head.openings else everywhere
    free = spared(head.openings, probe.nodes(device)[_in_skull(head, everywhere)])
    frame = replace(frame, scale=head.scale, probe=_probe(head, everywhere), free=free, shared=shared)
    head = _with_structures(head, illness.squeezed(illnesses, anatomy), key, frame)
    place = partial(head.place, point_ml=0.0)
    strings = partial(lesions.strung, head.threads, head.to_template)
    found = illness.lesions(illnesses, key, head.scale, place, head.paint_brain, head.openings, strings)
    return replace(head, lesions=found, loads=loads)


def _empty(anatomy: Anatomy, velocity: Tensor, frame: Frame) -> tuple[Model, Place]:
    """A head of the size asked in which nothing is painted, and points all over it."""
    fields, to_world = frame.template.fields, to_template(anatomy.head)
    displacement = exponential(velocity, frame.lattice)
    head = Model(to_world, displacement, frame.scale, fields["hull"], fields["parcels"], (), (), {})
    everywhere = _everywhere(head)
    return _of_size(head, anatomy.head, everywhere), everywhere


def _with_structures(head: Model, anatomy: Anatomy, key: Key, frame: Frame) -> Model:
    """The head with all its painters, landmarks and tubes, each fitted to what those before it have left."""
    painters: dict[bool, list[Painter]] = {True: [], False: []}
    marks: dict[str, Point] = dict(frame.template.points)
    usual: list[Course] = []
    for structure in STRUCTURES:
        if isinstance(structure, Marked):
            marks |= structure.landmarks(getattr(anatomy, structure.name), key / structure.name, frame)
        if isinstance(structure, Threaded):
            usual += structure.courses(getattr(anatomy, structure.name), key / structure.name, frame)
        painter = structure.paint(getattr(anatomy, structure.name), key / structure.name, frame)
        painters[structure.in_skull].append(painter)
        for layer in painter(frame.probe) if structure.in_skull else ():
            frame = frame.after(layer)
    head = replace(head, inner=tuple(painters[True]), outer=tuple(painters[False]))
    settled, gone = courses.settle(usual, head.fluid) if usual else ([], {})
    points = {name: gone.get(point, point) for name, point in marks.items()}
    return replace(head, points=points, tubes=tuple(settled))


def _of_size(head: Model, size: HeadSize, place: Place) -> Model:
    """The head with the intracranial volume asked, which the warp has changed by a few per cent.

    The factor is rounded to a thousandth, so that a change inside the brain leaves the skull as it was.
    """
    inside = (place.look(head.hull)[0] < 0) & (place.xyz[:, 2] > FORAMEN_MM)
    factor = round(math.cbrt(size.icv_ml / (float(inside.sum()) * probe.point_ml(head.scale))), 3)
    return replace(head, to_template=to_template(size, factor), scale=head.scale * factor)


def make(
    anatomy: Anatomy, grid: Grid, key: Key, device: torch.device | str = "cpu", dense: bool = True
) -> Brain:
    """The brain that an anatomy describes, on a grid: a pure function of its arguments.

    Args:
        anatomy: parameters in physical units.
        grid: where the voxels lie; any affine, any voxel size.
        key: the stream that the random fields come from.
        device: where to compute; the brain stays there.
        dense: whether to find the dense corresponding points as well.

    Returns:
        A `Brain` with fractions, owners, labels, landmarks and parcels.

    Reference: template of Fonov et al. 2011, doi:10.1016/j.neuroimage.2010.07.033.
    """
    return painted(model(anatomy, key, device), grid, dense)


def painted(head: Model, grid: Grid, dense: bool = True) -> Brain:
    """The brain of a continuous head on a grid, with dense points or without."""
    device = head.hull.data.device
    fractions = torch.zeros((len(TISSUES), *grid.shape), device=device)
    owners = torch.zeros((len(TISSUES), *grid.shape), dtype=torch.int16, device=device)
    labels = torch.zeros(grid.shape, dtype=torch.int16, device=device)
    fractions[0] = 1
    parcels = torch.zeros_like(labels)
    totals = torch.zeros(TABLE_SIZE, dtype=torch.float64, device=device)
    parts = torch.zeros(_PARCEL_TABLE, dtype=torch.float64, device=device)
    board = Canvas.blank(torch.empty((max(BLOCK_POINTS, *divisions(grid)) ** 3, 0), device=device))
    taken: list[Taken] = []
    for voxels in blocks(_occupied(head, grid), divisions(grid)):
        canvas, xyz = _evaluate(head, grid, voxels, board, taken)
        for whole, part in ((fractions, canvas.share), (owners, canvas.owner)):
            for row, values in zip(whole.flatten(1), part, strict=True):
                row.index_copy_(0, voxels, values)
        labels.flatten().index_copy_(0, voxels, canvas.winner())
        totals += canvas.totals
        grey, ids = _parcels(head, xyz, canvas)
        parcels.flatten()[voxels[grey]] = ids
        parts += torch.bincount(ids.int(), canvas.share[_GREY, grey].double(), _PARCEL_TABLE)
    mend(labels, fractions, owners)
    if head.tubes:
        filled = tubes.filling(head.threads(), grid, divisions(grid))
        tubes.fill(filled, labels, fractions, owners, totals)
    sick = None
    if head.lesions:
        left = lesions.fill(head.lesions, taken, labels, fractions, owners, totals)
        rows = illness.rows(head.lesions, left, grid, partial(_parcel_name, head))
        taken_ml = sum(left.hosts.values(), torch.zeros_like(totals)) * grid.voxel_ml
        hosts_ml = {label.id: float(taken_ml[label.id]) for label in LABELS if taken_ml[label.id]}
        sick = Lesions(Volume(left.ids, grid.affine), rows, hosts_ml)
    _fill(parcels, labels, head, grid)
    totals[0] = grid.size - totals[1:].sum()
    measured_ml = {label.id: float(totals[label.id]) * grid.voxel_ml for label in LABELS}
    parcels_ml = {parcel.id: float(parts[parcel.id]) * grid.voxel_ml for parcel in PARCELS}
    return Brain(
        Volume(labels, grid.affine),
        fractions,
        owners,
        head.landmarks(),
        measured_ml,
        Volume(parcels, grid.affine),
        parcels_ml,
        head.dense() if dense else None,
        lesions=sick,
        loads=head.loads,
    )


def _parcel_name(head: Model, world: tuple[float, float, float], right: bool) -> str:
    """Name of the cortical parcel that a place of the cerebrum belongs to, world mm; "" where it has none."""
    place = torch.tensor([[*world, 1.0]], dtype=torch.float64) @ torch.from_numpy(head.to_template).T
    xyz = head.place(head.first(place[:, :3].float().to(head.hull.data.device)), 0.0).xyz
    return parcel_name(head.cells, xyz, _CORTEX[right])


def _parcels(head: Model, xyz: Tensor, canvas: Canvas) -> tuple[Tensor, Tensor]:
    """Which of some voxels with their middles at `xyz` hold cerebral cortex, and the parcel of each."""
    owner = canvas.owner[_GREY]
    grey = (_of_cortex(owner) & (canvas.share[_GREY] > 0)).nonzero()[:, 0]
    return grey, parcel_ids(head.cells, xyz[grey], owner[grey])


def _of_cortex(ids: Tensor) -> Tensor:
    left, right = _CORTEX
    return (ids == left) | (ids == right)


def _fill(parcels: Tensor, labels: Tensor, head: Model, grid: Grid) -> None:
    """Leave parcels only where cortex is in the end, and give one to cortex that has none; in place."""
    cortex = _of_cortex(labels)
    parcels.mul_(cortex)
    bare = (cortex & (parcels == 0)).flatten().nonzero()[:, 0]
    index = torch.stack(unravel(bare, grid.shape), 1).float()
    place = head.place(head.seen(grid, index), 0.0)
    parcels.flatten()[bare] = parcel_ids(head.cells, place.xyz, labels.flatten()[bare])


def _occupied(head: Model, grid: Grid) -> Tensor:
    """Which voxels of a grid may hold something: a look at every few millimetres first."""
    stride = [max(1, round(_LOOK_MM / edge)) for edge in grid.voxel_mm]
    shape = [math.ceil(n / s) for n, s in zip(grid.shape, stride, strict=True)]
    device = head.displacement.data.device
    cells = torch.arange(math.prod(shape), device=device)
    middle = torch.stack(unravel(cells, shape), 1) * torch.tensor(stride, device=device)
    middle = middle + (torch.tensor(stride, device=device) - 1) / 2
    canvas = head.paint(head.seen(grid, middle))
    filled = (canvas.free < 1).float().reshape(1, *shape)
    filled = functional.max_pool3d(filled, 3, stride=1, padding=1)[0]
    for axis, s in enumerate(stride):
        filled = filled.repeat_interleave(s, axis).narrow(axis, 0, grid.shape[axis])
    return filled > 0


def _evaluate(
    head: Model, grid: Grid, voxels: Tensor, board: Canvas, taken: list[Taken]
) -> tuple[Canvas, Tensor]:
    """Paint some voxels (flat indices); thick ones are divided and averaged. Their middles come too.

    The canvas lies in the memory of the board. What lesions take of them is added to `taken`.
    """
    index = torch.stack(unravel(voxels, grid.shape), 1).float()
    steps = [(torch.arange(n, device=index.device) + 0.5) / n - 0.5 for n in divisions(grid)]
    parts = torch.stack([s.flatten() for s in torch.meshgrid(*steps, indexing="ij")], 1)
    index = (index[:, None] + parts[None]).flatten(0, 1)
    unmoved = head.seen(grid, index)
    place = head.place(unmoved, grid.voxel_ml / len(parts))
    canvas = paint(head, place, board.wiped(len(index)))
    if head.lesions:
        found = lesions.takes(head.lesions, unmoved, canvas)
        taken += [lesions.gathered(each, len(parts), voxels) for each in found]
    if len(parts) == 1:
        return canvas, place.xyz
    return canvas.averaged(len(parts)), place.xyz.view(-1, len(parts), 3).mean(1)


def paint(head: Model, place: Place, canvas: Canvas | None = None) -> Canvas:
    """Paint front to back, on an empty canvas where one is given."""
    canvas = canvas or Canvas.blank(place.xyz)
    return _filled(canvas, _coats(head, place, canvas.free))


def _filled(canvas: Canvas, found: Iterable[Coat]) -> Canvas:
    """A canvas with all coats; what they leave free is air."""
    for coat in found:
        canvas.add(coat)
    canvas.share[0] += canvas.free
    return canvas


def _coats(head: Model, place: Place, free: Tensor) -> Iterator[Coat]:
    """What all structures take of a place, front to back, see `canvas.coats`.

    Structures are asked only about points inside the skull, or outside.
    """
    wall = place.look(head.hull)[0] * head.scale
    out_of_skull = (wall > -EDGE_MM).nonzero()[:, 0]
    yield from coats(head.inner, place, _in_skull(head, place), free)
    yield from coats(head.outer, place, out_of_skull, free)


def _in_skull(head: Model, place: Place) -> Tensor:
    """Index of the points that what lies in the skull may reach."""
    return (place.look(head.hull)[0] * head.scale < EDGE_MM).nonzero()[:, 0]


def _everywhere(head: Model) -> Place:
    """Points spread evenly over a box around the brain's skull, carried through the warp."""
    return head.place(probe.nodes(head.hull.data.device), 0.0)


def _probe(head: Model, everywhere: Place) -> Place:
    """Points spread evenly over the inside of the skull."""
    place = replace(everywhere, scale=head.scale, point_ml=probe.point_ml(head.scale))
    return place.pick(_in_skull(head, place))
