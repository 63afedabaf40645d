"""Moving a mesh: the smooth hemisphere folds into a person's surfaces and never runs through itself.

A coarse mesh goes down the ways into the sulci, half a millimetre or so at a time, and slides along itself so
that its triangles stay even; then each triangle is split in four. The first surface lies within the cortex,
where neither sulci nor white matter are thin; from there the mesh moves in to the white surface and out to
the pial one. Wherever it crosses itself it is smoothed until it no longer does.

Reference: Dale, Fischl and Sereno 1999 (deformable surfaces), doi:10.1006/nimg.1998.0395.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from mindscan.anatomy import sphere
from mindscan.anatomy.crossing import Index, crossing_faces
from mindscan.anatomy.ground import NEVER_MM, SHARE, Ground

_LARGEST_MM = 45.0
"""Ways are followed so far."""
_STEP_MM, _LONGEST_MM = 0.6, 1.0
_AHEAD_MM = 0.1
_WET_MM = -0.1
_COARSE_SLIDES, _FINE_STEPS, _FINE_SLIDES = 4, 8, 3
_FEEL_MM, _NEAR_MM, _NEAREST_MM = 0.5, 0.4, 0.25
_STEPS, _LAST_STEPS = 6, 2
_ROUNDS, _WIDER = 40, 2

Inside = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Mesh:
    """The triangles of an icosphere, facing outwards on the left or the right.

    Args:
        faces: shape (f, 3).
        ring: for the first neighbour of every vertex, then for the second ..., six times v.
    """

    faces: Tensor
    ring: Tensor

    def normals(self, vertices: Tensor) -> Tensor:
        """Unit normals of the vertices, weighted by area, shape (v, 3)."""
        a, b, c = (vertices.index_select(0, corner) for corner in self.faces.unbind(1))
        across = torch.linalg.cross(b - a, c - a)
        total = torch.zeros_like(vertices)
        for corner in self.faces.unbind(1):
            total.index_add_(0, corner, across)
        return functional.normalize(total, dim=1, eps=1e-9)

    def around(self, values: Tensor) -> Tensor:
        """Values, shape (v, ...), at the six neighbours of every vertex, shape (6, v, ...)."""
        return values.index_select(0, self.ring).reshape(6, *values.shape)

    def mean(self, values: Tensor) -> Tensor:
        """Mean over the neighbours, shape as given."""
        total: Tensor = self.around(values).mean(0)
        return total

    def slid(self, vertices: Tensor, normals: Tensor, amount: float, rise: float) -> Tensor:
        """Vertices moved to the middle of their neighbours: `amount` along the surface, `rise` across."""
        way = self.mean(vertices) - vertices
        up = (way * normals).sum(1, keepdim=True) * normals
        return vertices + amount * (way - up) + rise * up


def mesh(order: int, side: int, device: torch.device | str = "cpu") -> Mesh:
    """The icosphere of an order, turned outwards on the left (-1) or the right (1)."""
    faces = np.ascontiguousarray(sphere.icosphere(order)[1][:, ::side])
    ring = np.ascontiguousarray(sphere.neighbours(order).T).reshape(-1)
    return Mesh(torch.from_numpy(faces).to(device), torch.from_numpy(ring).to(device))


def folded(ground: Ground, vertices: Tensor) -> Tensor:
    """Fold the smooth hemisphere.

    Args:
        ground: the hemisphere to fold it into.
        vertices: of the smooth hemisphere, template mm, shape (40962, 3).

    Returns:
        Vertices of the surface `SHARE` deep within the cortex, with few crossings.
    """
    coarse, fine = (mesh(order, ground.level.side, vertices.device) for order in (sphere.COARSE, sphere.FINE))
    ends = torch.from_numpy(sphere.edges(sphere.COARSE)).to(vertices.device)
    vertices = vertices[: len(coarse.ring) // 6]
    reach = min(_LARGEST_MM, ground.deepest()) + 3
    for step in range(1, round(reach / _STEP_MM) + 1):
        vertices = _followed(ground, coarse, vertices, step * _STEP_MM, _COARSE_SLIDES)
    vertices = untangled(coarse, vertices)
    vertices = torch.cat([vertices, vertices[ends].mean(1)])
    for _ in range(_FINE_STEPS):
        vertices = _followed(ground, fine, vertices, NEVER_MM, _FINE_SLIDES)
    return _settled(lambda xyz: ground.valley.at(xyz)[0], fine, vertices, 2, _FEEL_MM)


def moved(ground: Ground, vertices: Tensor, share: float) -> Tensor:
    """Carry the folded surface to another depth of the cortex: 0 is pial, 1 is white; it may cross itself."""
    fine = mesh(sphere.FINE, ground.level.side, vertices.device)
    for step in range(_STEPS):
        part = SHARE + (share - SHARE) * (step + 1) / _STEPS
        vertices = _settled(partial(ground.at, share=part), fine, vertices, 1, _NEAR_MM)
    return _settled(partial(ground.level.at, share=share), fine, vertices, _LAST_STEPS, _NEAREST_MM, 0.0)


def untangled(mesh: Mesh, vertices: Tensor, rounds: int = _ROUNDS) -> Tensor:
    """Smooth a mesh where it crosses itself, the longer it takes the more and the more widely."""
    faces = mesh.faces.cpu().numpy()
    changed: Index | None = None
    for turn in range(rounds):
        crossing = crossing_faces(vertices.cpu().numpy(), faces, changed)
        if not len(crossing):
            return vertices
        hit = torch.zeros_like(vertices[:, 0])
        hit[mesh.faces[torch.from_numpy(crossing)].flatten()] = 1
        for _ in range((turn + 1) // _WIDER):
            hit = mesh.around(hit).amax(0).maximum(hit)
        for _ in range(2 + turn):
            vertices = vertices + 0.6 * hit[:, None] * (mesh.mean(vertices) - vertices)
        changed = hit.nonzero()[:, 0].cpu().numpy()
    return vertices


def _followed(ground: Ground, mesh: Mesh, vertices: Tensor, reached: float, slides: int) -> Tensor:
    """One step along the normals to where the way from outside is as long as `reached`, or to the wall."""
    normals = mesh.normals(vertices)
    ahead = _FEEL_MM * normals
    inside, way = ground.valley.at(torch.cat([vertices, vertices - ahead, vertices + ahead]))
    (here, inner, outer), (gone, before, behind) = inside.reshape(3, -1), way.reshape(3, -1)
    rise, along = (slope.clamp(-1, 1) for slope in (inner - outer, before - behind))
    left = torch.where(gone < NEVER_MM, (reached - gone).clamp(-2, 2), 0)
    to_wall = -here * rise
    onward = torch.minimum(left, (-here).clamp(min=0) + _AHEAD_MM) * along
    further = torch.maximum(to_wall, onward)
    step = torch.where(further > 0, further, torch.minimum(to_wall, onward))
    step = torch.where((left < 0) & (along > 0), onward, step)
    step = torch.where(here < _WET_MM, step, to_wall).clamp(-_LONGEST_MM, _LONGEST_MM)
    vertices = vertices - step[:, None] * normals
    for _ in range(slides):
        vertices = mesh.slid(vertices, normals, 0.8, 0.05)
    return vertices


def _settled(
    inside: Inside, mesh: Mesh, vertices: Tensor, steps: int, feel_mm: float, rise: float = 0.05
) -> Tensor:
    """Newton steps along the normals to where `inside` is zero, each after a slide."""
    for _ in range(steps):
        normals = mesh.normals(vertices)
        ahead = feel_mm * normals
        inner, outer = inside(torch.cat([vertices - ahead, vertices + ahead])).chunk(2)
        slope = (inner - outer) / (2 * feel_mm)
        step = (inner + outer) / 2 * slope / slope.square().clamp(min=1)
        vertices = mesh.slid(vertices, normals, 0.5, rise)
        vertices = vertices + step.clamp(-0.5, 0.5)[:, None] * normals
    return vertices
