"""The mantle: the smooth hemisphere on which every person's own folds grow.

A hemisphere of the template is closed until its sulci are gone, as it is before the twentieth week of
gestation. An icosphere is wrapped around it; its vertices correspond between all people. What the
average still shows of sulci is kept as a depth per vertex: that is where sulci recur in most people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from scipy.spatial import cKDTree
from torch import Tensor

from mindscan.anatomy import sphere
from mindscan.anatomy.distance import Array, Point, signed_distance, tube
from mindscan.anatomy.field import Field

STEP_MM = 2.0
"""Step of the lattice that folds are carried on."""
SHELL_MM = (-4.0, 26.0)
"""From where to where below the mantle, folds are known."""

_CLOSING_MM = 7
_WRAPPINGS = 300
_NEAREST = 6
_REACH_MM = 1.5
"""How far a vertex reaches on the lattice (standard deviation)."""
_DEEPEST_MM = 20.0
_BEND_MM = 3.0
"""How far the foot of a point may stray before the mantle's other side is nearer."""
_COURSE_MM = 9.0
_SHALLOW_MM, _DEEP_MM = (4.0,), (4.0, 12.0, 20.0)
"""How deep below the mantle a course is looked for: at the surface, or down to the insula."""
_COURSES: dict[str, tuple[Sequence[float], list[Point]]] = {
    "central": (_SHALLOW_MM, [
        (12, -34, 72), (24, -28, 66), (36, -24, 56), (44, -16, 46),
        (52, -10, 32), (58, -6, 16),
    ]),
    "lateral": (_DEEP_MM, [
        (14, 5, -19), (24, 7, -18), (33, 9, -13), (40, 8, -2),
        (43, -16, 8), (54, -32, 18),
    ]),
    "insular": (_DEEP_MM, [(39, 20, 0), (38, 12, 8), (39, 0, 12), (40, -14, 14)]),
    "olfactory": (_SHALLOW_MM, [(11, 16, -18), (13, 32, -22), (12, 48, -22)]),
    "superior temporal": (_SHALLOW_MM, [
        (50, 6, -24), (56, -14, -12), (58, -28, -4),
        (56, -40, 4), (50, -52, 12),
    ]),
    "calcarine": (_SHALLOW_MM, [(8, -90, 2), (12, -80, 6), (14, -70, 8), (18, -60, 6)]),
    "parieto-occipital": (_SHALLOW_MM, [(14, -62, 14), (12, -70, 28), (14, -78, 38)]),
    "cingulate": (_SHALLOW_MM, [
        (8, -34, 46), (8, -20, 42), (8, 0, 42), (8, 20, 34),
        (8, 36, 20), (8, 40, 4),
    ]),
    "collateral": (_SHALLOW_MM, [(34, -60, -10), (32, -42, -14), (30, -24, -24)]),
    "intraparietal": (_SHALLOW_MM, [(34, -44, 46), (28, -62, 42), (26, -74, 32)]),
}  # fmt: skip
"""Rough courses of the primary sulci on the right, template mm; they say which of the average's sulci
everybody has (Ono, Kubik, Abernathey 1990, Atlas of the Cerebral Sulci, ISBN 978-3-13-732101-9)."""


@dataclass(frozen=True)
class Hemisphere:
    """The mantle of one side.

    Args:
        vertices: template mm, float32, shape (40962, 3); triangles are those of `sphere.icosphere`.
        recurring: depth in mm of the average's own sulci under each coarse vertex, shape (10242,).
        primary: 1 on the course of a primary sulcus, 0 far from any, shape (10242,).
        room: how deep in mm a sulcus may go before it meets the other side, shape (10242,).
        shell: flat index of the lattice nodes near the mantle, shape (n,).
        near: coarse vertices around the foot of each of them, shape (n, 6).
        weight: and their weights, shape (n, 6).
        place: origin in mm (three) and node counts (three) of the lattice.
    """

    vertices: Tensor
    recurring: Tensor
    primary: Tensor
    room: Tensor
    shell: Tensor
    near: Tensor
    weight: Tensor
    place: Tensor

    def lift(self, values: Tensor) -> Field:
        """Carry values at the coarse vertices, shape (channels, v), to every point below them."""
        x, y, z, *counts = self.place.tolist()
        shape = [round(n) for n in counts]
        flat = values.new_zeros((len(values), shape[0] * shape[1] * shape[2]))
        near, weight = self.near.long(), self.weight
        flat[:, self.shell.long()] = torch.stack([(row[near] * weight).sum(1) for row in values])
        return Field(flat.reshape(-1, *shape), (x, y, z), STEP_MM)

    def mirrored(self) -> Hemisphere:
        """The same on the other side of the midplane (triangles then face inwards)."""
        x, y, z, ni, nj, nk = self.place.tolist()
        cells = round(nj) * round(nk)
        row = torch.div(self.shell, cells, rounding_mode="floor")
        flipped = (round(ni) - 1 - row) * cells + self.shell % cells
        turned = torch.tensor([-(x + STEP_MM * (ni - 1)), y, z, ni, nj, nk])
        sign = torch.tensor([-1.0, 1, 1], device=self.vertices.device)
        parts = {f.name: getattr(self, f.name) for f in fields(self)}
        return Hemisphere(**{**parts, "vertices": self.vertices * sign, "shell": flipped, "place": turned})

    def to(self, device: torch.device | str) -> Hemisphere:
        """The same on another device."""
        return Hemisphere(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})


def closed(tissue: npt.NDArray[np.bool_], radius: float = _CLOSING_MM) -> npt.NDArray[np.bool_]:
    """A mask closed by a ball of `radius` voxels."""
    margin = int(radius) + 2
    grown = ndimage.distance_transform_edt(~np.pad(tissue, margin)) <= radius
    core = ndimage.distance_transform_edt(grown) > radius
    return np.asarray(core[(slice(margin, -margin),) * 3])


def hemisphere(half: npt.NDArray[np.bool_], pial: Field, whole: Field, share: Field) -> Hemisphere:
    """Wrap the mantle of one side.

    Args:
        half: the closed hemisphere of the right side, on the lattice of `pial`, 1 mm.
        pial: signed distance to the average's own surface.
        whole: signed distance to both closed hemispheres together, in which the cut at the midline is no
            surface.
        share: share of the surface that is cortex; sulci grow only there.
    """
    smooth = signed_distance(ndimage.gaussian_filter(half.astype(np.float32), 1.5))
    smooth = ndimage.gaussian_filter(smooth, 1.0)
    slope = np.stack(list(np.gradient(smooth)))
    slope /= np.maximum(np.linalg.norm(slope, axis=0), 0.3)
    wall = Field(
        torch.from_numpy(np.concatenate([smooth[None], slope]).astype(np.float32)), pial.origin_mm, 1.0
    )
    inside = np.argwhere(half) + np.array(pial.origin_mm)
    vertices = _wrapped(wall, inside.mean(0), np.ptp(inside, axis=0) / 2)
    coarse = vertices[: len(sphere.icosphere(sphere.COARSE)[0])]
    normal = _read(wall, coarse)[1:].T
    room = _room(wall, coarse, normal) * _read(share, coarse - 3 * normal)[0]
    room[_read(whole, coarse)[0] < -3] = 0
    shell, near, weight, place = _shell(wall, coarse)
    arrays: list[npt.NDArray[Any]] = [
        vertices, _recurring(pial, coarse, normal), _primary(coarse, normal), room,
        shell, near, weight, place,
    ]  # fmt: skip
    tensors = [torch.from_numpy(np.ascontiguousarray(a)) for a in arrays]
    return Hemisphere(*(t if t.dtype in (torch.int32, torch.int16) else t.float() for t in tensors))


def _read(field: Field, points: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    values: npt.NDArray[np.float64] = field.at(torch.from_numpy(points).float()).numpy().astype(np.float64)
    return values


def _wrapped(wall: Field, centre: npt.NDArray[Any], semi_mm: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """An icosphere drawn onto the surface, its vertices spread evenly."""
    directions, _ = sphere.icosphere(sphere.FINE)
    around = sphere.neighbours(sphere.FINE)
    points: npt.NDArray[np.float64] = centre + directions * semi_mm
    for _ in range(_WRAPPINGS):
        there = _read(wall, points)
        outward = there[1:].T
        points = points - 0.7 * there[:1].T * outward
        slide = points[around].mean(1) - points
        points = points + 0.8 * (slide - (slide * outward).sum(1)[:, None] * outward)
    return points


def _foot(wall: Field, points: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Where the mantle is nearest."""
    there = _read(wall, points)
    return np.asarray(points - there[:1].T * there[1:].T)


def _room(
    wall: Field, vertices: npt.NDArray[np.float64], normal: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    room, still = np.zeros(len(vertices)), np.ones(len(vertices), bool)
    for depth in np.arange(1.0, SHELL_MM[1] + 1):
        stray = np.linalg.norm(_foot(wall, vertices - depth * normal) - vertices, axis=1)
        still &= stray < _BEND_MM + 0.15 * depth
        room = np.where(still, depth, room)
    around = sphere.neighbours(sphere.COARSE)
    for _ in range(2):
        room = np.minimum(room, room[around].mean(1))
    return room


def _recurring(
    pial: Field, vertices: npt.NDArray[np.float64], normal: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """How deep one gets from each vertex without leaving the average's own fluid for more than 3 mm."""
    depth = np.zeros(len(vertices))
    for deeper in np.arange(0.5, _DEEPEST_MM, 0.5):
        fluid = _read(pial, vertices - deeper * normal)[0] > -0.3
        depth = np.where(fluid & (deeper - depth < 3), deeper, depth)
    return depth


def _primary(vertices: npt.NDArray[np.float64], normal: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Where a primary sulcus runs below, anywhere down to the insula."""
    near = []
    for depths, course in _COURSES.values():
        for depth in depths:
            x, y, z = (vertices - depth * normal).T.astype(np.float32)
            near.append(tube((abs(x), y, z), [(point, _COURSE_MM) for point in course]))
    return np.asarray(np.clip(1 - np.min(near, axis=0) / 4, 0, 1), np.float64)


def _shell(wall: Field, vertices: npt.NDArray[np.float64]) -> Sequence[npt.NDArray[Any]]:
    """Which nodes of a coarser lattice lie near the mantle, and which vertices lie around their feet."""
    low = np.floor(vertices.min(0) / STEP_MM - 3) * STEP_MM
    counts = np.ceil((vertices.max(0) - low) / STEP_MM).astype(int) + 4
    nodes = low + STEP_MM * np.indices(counts).reshape(3, -1).T
    gap = _read(wall, nodes)[0]
    shell = np.flatnonzero((gap < -SHELL_MM[0]) & (gap > -SHELL_MM[1]))
    away, near = cKDTree(vertices).query(_foot(wall, nodes[shell]), k=_NEAREST)
    weight: Array = np.exp(-(away**2) / (2 * _REACH_MM**2)).astype(np.float32) + np.float32(1e-9)
    place = np.concatenate([low, counts])
    return [shell.astype(np.int32), np.asarray(near, np.int16), weight / weight.sum(1, keepdims=True), place]
