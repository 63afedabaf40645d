"""The slot for parts of the head: draw its parameters, move what is around it, paint its tissue."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar, runtime_checkable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mindscan.anatomy.distance import Point
from mindscan.anatomy.field import Field
from mindscan.anatomy.template import Template
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME, Tissue
from mindscan.core.person import Person
from mindscan.core.record import Record

EDGE_MM = 1.0
"""Width over which one tissue passes into the next: a property of the anatomy, not of the grid."""


@dataclass(frozen=True)
class Place:
    """Where a structure is asked to paint.

    Args:
        xyz: template coordinates in mm, shape (n, 3); quickest when each axis lies in one piece.
        scale: world millimetres per template millimetre.
        point_ml: volume in mL that each point stands for.
        whole: the place that this is a part of, and the index of the points there.
        seen, parts: what `look` and `within` have found so far, by the data of the field.
    """

    xyz: Tensor
    scale: float
    point_ml: float
    whole: tuple[Place, Tensor] | None = field(default=None, repr=False, compare=False)
    seen: dict[Tensor, Tensor] = field(default_factory=dict, repr=False, compare=False)
    parts: dict[Tensor, tuple[Tensor, Place]] = field(default_factory=dict, repr=False, compare=False)

    def look(self, source: Field) -> Tensor:
        """Values of a field at the points, shape (channels, n); looked up once for all that ask."""
        values = self._known(source)
        if values is None:
            values = self.seen[source.data] = source.at(self.xyz)
        return values

    def _known(self, source: Field) -> Tensor | None:
        """What has been looked up before, here or for the place that this is a part of."""
        if source.data not in self.seen and self.whole is not None:
            place, index = self.whole
            values = place._known(source)
            if values is not None:
                self.seen[source.data] = _picked(values, index)
        return self.seen.get(source.data)

    def within(self, source: Field) -> tuple[Tensor, Place]:
        """The points that lie within the lattice of a field: their index and their place, found once."""
        if source.data not in self.parts:
            index = self._near(source)
            self.parts[source.data] = index, self.pick(index)
        return self.parts[source.data]

    def _near(self, source: Field) -> Tensor:
        apart = (
            last < low or first > high
            for first, last, low, high in zip(*self._box, *source.box(), strict=True)
        )
        if any(apart):
            return torch.empty(0, dtype=torch.int64, device=self.xyz.device)
        return source.near(self.xyz)

    @functools.cached_property
    def _box(self) -> tuple[list[float], list[float]]:
        if not len(self.xyz):
            return [math.inf] * 3, [-math.inf] * 3
        return self.xyz.amin(0).tolist(), self.xyz.amax(0).tolist()

    @property
    def right(self) -> Tensor:
        """Which points are on the right, shape (n,)."""
        return self.xyz[:, 0] > 0

    def cover(self, distance: Tensor) -> Tensor:
        """Share of a voxel inside a surface, from its signed distance in template mm."""
        return torch.clamp(0.5 - distance * (self.scale / EDGE_MM), 0, 1)

    def sided(self, left: int, right: int) -> Tensor:
        """One of two label ids per point, int16."""
        return torch.where(self.right, right, left).to(torch.int16)

    def all(self, name: str) -> Tensor:
        """The id of one label for every point, int16."""
        return torch.full_like(self.xyz[:, 0], BY_NAME[name].id, dtype=torch.int16)

    def per_side(self, left: float, right: float) -> Tensor:
        """One of two numbers per point, float32."""
        return torch.where(self.right, right, left)

    def pick(self, index: Tensor) -> Place:
        """The same for the points of an index, shape (m,)."""
        return Place(_picked(self.xyz.T, index).T, self.scale, self.point_ml, (self, index))


def _picked(rows: Tensor, index: Tensor) -> Tensor:
    """Rows at an index, shape (channels, m)."""
    return rows.index_select(1, index)


@dataclass(frozen=True)
class Layer:
    """What a structure paints, in front of everything painted after it.

    Args:
        tissue: the tissue that it brings.
        owner: label ids, int16, shape (n,).
        cover: how much of what is still free it takes, 0 to 1, shape (n,).
        index: which of the points it is about; all of them when None.
    """

    tissue: Tissue
    owner: Tensor
    cover: Tensor
    index: Tensor | None = None


Size = TypeVar("Size", bound=Record)
Painter = Callable[[Place], Iterator[Layer]]


@dataclass(frozen=True)
class Frame:
    """What a structure needs to know of the head it is made for.

    Args:
        template: the template's fields.
        scale: world millimetres per template millimetre.
        lattice: where displacements live (all zero).
        probe: points spread evenly over the inside of this very head, to measure volumes on.
        free: share of each probe point that earlier structures have left, shape (n,).
        shared: fields that structures have handed to the others, see `Sharer`; and "growth": world over
            template volume in every place, relative to scale cubed.
    """

    template: Template
    scale: float
    lattice: Field
    probe: Place
    free: Tensor
    shared: Mapping[str, Field] = field(default_factory=dict)

    def after(self, layer: Layer) -> Frame:
        """The frame once a layer has taken its part of the probe."""
        free = self.free.clone()
        at = slice(None) if layer.index is None else layer.index
        free[at] = free[at] * (1 - layer.cover)
        return replace(self, free=free)


@dataclass(frozen=True)
class Course:
    """The usual course of a stretch of a thin tube, before it is led through the fluid of this very head.

    Args:
        label: its id inside the skull.
        xyz: places about 2 mm apart, template mm, float64, shape (n, 3). Where it meets an earlier one,
            both have the very same place.
        width_mm: diameter there, world mm, shape (n,).
        bored: whether it runs through bone and soft tissue too.
        fixed: whether it keeps to its usual course.
    """

    label: int
    xyz: npt.NDArray[np.float64]
    width_mm: npt.NDArray[np.float64]
    bored: bool
    fixed: bool


class Structure(Protocol[Size]):
    """A part of the head. Every member passes `tests/contracts/test_structures.py`."""

    @property
    def name(self) -> str:
        """Its field in `Anatomy`."""
        ...

    @property
    def labels(self) -> tuple[int, ...]:
        """Every label id that it may paint."""
        ...

    @property
    def in_skull(self) -> bool:
        """Whether it is asked only about points inside the skull; else only about those outside."""
        ...

    def draw(self, key: Key, person: Person, icv_ml: float) -> Size:
        """Parameters in physical units for this person."""
        ...

    def move(self, params: Size, key: Key, frame: Frame) -> Tensor | None:
        """Velocity in template mm, shape (3, i, j, k), that pushes what lies around; None for none."""
        ...

    def paint(self, params: Size, key: Key, frame: Frame) -> Painter:
        """A function that paints the structure's layers, front to back."""
        ...


@runtime_checkable
class Marked(Protocol):
    """A structure that also knows landmarks; one that does not has none."""

    def landmarks(self, params: Record, key: Key, frame: Frame) -> dict[str, Point]:
        """Name to (x, y, z) in the template millimetres in which it paints, on what it paints."""
        ...


@runtime_checkable
class Sharer(Protocol):
    """A structure that hands fields to all others before anything is painted."""

    def share(self, params: Record, key: Key, frame: Frame) -> dict[str, Field]:
        """Name to field, in template millimetres."""
        ...


@runtime_checkable
class Threaded(Protocol):
    """A structure of thin tubes, which are filled into what is painted; see `courses` and `tubes`."""

    def courses(self, params: Record, key: Key, frame: Frame) -> tuple[Course, ...]:
        """The usual courses; what branches off comes after what it branches from."""
        ...
