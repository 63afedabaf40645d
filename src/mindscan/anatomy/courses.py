"""Courses of thin tubes, led through the fluid of this very head."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mindscan.anatomy.distance import Point
from mindscan.anatomy.structure import Course
from mindscan.anatomy.tubes import Tube

Array = npt.NDArray[np.float64]
Fluid = Callable[[Tensor], Tensor]

_STEP_MM = 1.5
_REACH = 9
"""Squared distance from the usual place within which a course is looked for, in steps: 4.5 mm."""
_JUMP, _LEAVE = 0.12, 0.02
"""What it costs to change the distance from the usual course by one step from one place to the next, and to
be one step away from it, squared; a place without fluid costs 1 (own choice)."""
_SMOOTH = (0.25, 0.5, 0.25)


def settle(courses: Sequence[Course], fluid: Fluid) -> tuple[list[Tube], dict[Point, Point]]:
    """Lead courses through the fluid of a head, each by the cheapest way near its usual one.

    Where a course meets an earlier one, it keeps to where that one has gone. The way is found by dynamic
    programming (Viterbi 1967, doi:10.1109/TIT.1967.1054010).

    Args:
        courses: usual courses in template mm; what branches off comes later.
        fluid: share of fluid at points of shape (n, 3).

    Returns:
        The tubes in template mm, and where each place of a usual course has gone.
    """
    steps = _steps()
    free = [course for course in courses if not course.fixed]
    nearest = np.rint(np.concatenate([course.xyz for course in free]) / _STEP_MM).astype(np.int64)
    around = nearest[:, None] + steps
    cost = 1 - _shares(around, fluid) + _LEAVE * np.square(steps).sum(1)
    counts = np.cumsum([len(course.xyz) for course in free])[:-1]
    ways = iter(zip(np.split(cost, counts), np.split(around, counts), strict=True))
    gone: dict[Point, Point] = {}
    tubes = []
    for course in courses:
        line = course.xyz
        if not course.fixed:
            costs, places = next(ways)
            line = _STEP_MM * places[np.arange(len(line)), _cheapest(costs, *_changes())]
        names = [(x, y, z) for x, y, z in course.xyz.tolist()]
        line = _smoothed(_pinned(line, {i: gone[names[i]] for i in (0, -1) if names[i] in gone}))
        gone |= {name: (x, y, z) for name, (x, y, z) in zip(names, line.tolist(), strict=True)}
        tubes.append(Tube(course.label, line, course.width_mm, course.bored))
    return tubes, gone


def _shares(nodes: npt.NDArray[np.int64], fluid: Fluid) -> Array:
    """Share of fluid at nodes of a lattice, shape (n, s, 3); each node is asked about once."""
    low = nodes.min((0, 1))
    shape = nodes.max((0, 1)) - low + 1
    flat = np.ravel_multi_index(tuple(np.moveaxis(nodes - low, 2, 0)), tuple(shape))
    wanted = np.zeros(shape.prod(), bool)
    wanted[flat] = True
    asked = np.flatnonzero(wanted)
    xyz = _STEP_MM * (np.stack(np.unravel_index(asked, tuple(shape)), 1) + low)
    known = np.zeros(len(wanted), np.float32)
    known[asked] = fluid(torch.from_numpy(xyz).float()).cpu().numpy()
    return np.asarray(known[flat], np.float64)


@cache
def _steps() -> npt.NDArray[np.int64]:
    """Steps from the usual place to all that are tried, shape (s, 3)."""
    reach = range(-math.isqrt(_REACH), math.isqrt(_REACH) + 1)
    steps = np.array(list(itertools.product(reach, repeat=3)))
    return np.asarray(steps[np.square(steps).sum(1) <= _REACH])


@cache
def _changes() -> tuple[npt.NDArray[np.int64], Array]:
    """For each step those next to it, shape (s, 27), and what it costs to come from there."""
    gaps = np.square(_steps()[:, None] - _steps()).sum(2)
    order = np.argsort(gaps, axis=1, kind="stable")[:, :27]
    gap = np.take_along_axis(gaps, order, 1)
    return order, np.where(gap <= 3, _JUMP * gap, np.inf)


def _cheapest(cost: Array, order: npt.NDArray[np.int64], changes: Array) -> npt.NDArray[np.int64]:
    """Which state to be in at each place, from the cost of states, shape (n, s), and of changes."""
    total, came = cost[0], np.zeros(cost.shape, np.int64)
    states = np.arange(cost.shape[1])
    for i in range(1, len(cost)):
        ways = total[order] + changes
        best = ways.argmin(1)
        came[i] = order[states, best]
        total = ways[states, best] + cost[i]
    way = np.full(len(cost), total.argmin())
    for i in range(len(cost) - 1, 0, -1):
        way[i - 1] = came[i, way[i]]
    return way


def _pinned(line: Array, ends: Mapping[int, Point]) -> Array:
    """A line whose ends are moved to given places; what is near goes along."""
    away = np.arange(len(line))
    moved = line.copy()
    for end, place in ends.items():
        fade = np.clip(1 - (away if end == 0 else away[::-1]) / 4, 0, 1)
        moved += fade[:, None] * (np.array(place) - line[end])
    return moved


def _smoothed(line: Array) -> Array:
    """A line without corners; its ends stay."""
    for _ in range(3):
        inner = sum(w * line[i : len(line) - 2 + i] for i, w in enumerate(_SMOOTH))
        line = np.concatenate([line[:1], inner, line[-1:]])
    return line
