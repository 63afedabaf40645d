"""Moving a mesh: the smooth hemisphere folds into a person's surfaces and never runs through itself.

Sulci grow from the outside in, a millimetre at a time, and the mesh follows: every vertex steps along its
normal onto the level set and slides along it to the middle of its neighbours. The first surface lies within
the cortex, where neither sulci nor white matter are thin; from there the mesh moves in to the white surface
and out to the pial one. Wherever it crosses itself it is smoothed until it no longer does.

Reference: Dale, Fischl and Sereno 1999 (deformable surfaces), doi:10.1006/nimg.1998.0395.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from mindscan.anatomy import sphere
from mindscan.anatomy.crossing import Index, crossing_faces
from mindscan.anatomy.level import Level, Stage

START_SHARE = 0.4
"""Depth within the cortex of the surface that is folded first."""

_LARGEST_MM = 30.0
"""Sulci are followed down to this depth."""
_SETTLING = 6
_INWARD, _OUTWARD = 9, 6
_LONGEST_MM = 0.6
_FEEL_MM, _FINE_FEEL_MM = 0.5, 0.25
_SLIDE = 0.8
_SMOOTH = 0.1
_LOST = 0.6
_ROUNDS = 60
_CREASE = 0.4


def folded(level: Level, vertices: Tensor, faces: Tensor) -> Tensor:
    """Fold the smooth hemisphere.

    Args:
        level: the head, and which side of it.
        vertices: of the smooth hemisphere, template mm, shape (40962, 3).
        faces: outward triangles of the icosphere.

    Returns:
        Vertices of the surface within the cortex, with few crossings.
    """
    reach = min(_LARGEST_MM, level.deepest())
    steps = max(1, round(reach))
    for step in range(steps + _SETTLING):
        grown = min(1.0, (step + 1) / steps)
        stage = Stage(reach * grown, grown, START_SHARE)
        for _ in range(2):
            vertices, lost = _stepped(level, vertices, faces, stage, _FEEL_MM)
            for _ in range(2):
                vertices = _slid(vertices, _normals(vertices, faces), lost)
            vertices = _ironed(vertices, _creased(vertices, faces), 2)
    return untangled(vertices, faces, 4)


def moved(level: Level, vertices: Tensor, faces: Tensor, share: float) -> Tensor:
    """Carry the folded surface to another depth of the cortex: 0 is pial, 1 is white; it may cross itself."""
    steps = _INWARD if share > START_SHARE else _OUTWARD
    for step in range(steps):
        part = START_SHARE + (share - START_SHARE) * (step + 1) / steps
        vertices, lost = _stepped(level, vertices, faces, Stage(_LARGEST_MM, 1.0, part), _FEEL_MM)
        vertices = _slid(vertices, _normals(vertices, faces), lost)
        vertices = _ironed(vertices, _creased(vertices, faces), 2)
    for _ in range(2):
        vertices, _ = _stepped(level, vertices, faces, Stage(_LARGEST_MM, 1.0, share), _FINE_FEEL_MM)
    return vertices


def untangled(vertices: Tensor, faces: Tensor, rounds: int = _ROUNDS) -> Tensor:
    """Smooth a mesh where it crosses itself, more widely the longer it takes."""
    changed: Index | None = None
    for turn in range(rounds):
        crossing = crossing_faces(vertices.cpu().numpy(), faces.cpu().numpy(), changed)
        if not len(crossing):
            return vertices
        hit = _ring(faces[torch.from_numpy(crossing)], vertices[:, 0])
        for _ in range(turn // 8):
            hit = _around(hit[:, None]).amax(0)[:, 0].maximum(hit)
        vertices = _ironed(vertices, hit, 6)
        changed = hit.nonzero()[:, 0].cpu().numpy()
    return vertices


def _ring(corners: Tensor, like: Tensor) -> Tensor:
    """1 on the corners given and next to them, else 0; shape (v,)."""
    hit = torch.zeros_like(like)
    hit[corners.flatten()] = 1
    ring: Tensor = _around(hit[:, None]).amax(0)[:, 0]
    return ring.maximum(hit)


def _creased(vertices: Tensor, faces: Tensor) -> Tensor:
    """1 at the corners of triangles that do not face as their surroundings do, else 0; shape (v,)."""
    a, b, c = (vertices.index_select(0, corner) for corner in faces.unbind(1))
    across = functional.normalize(torch.linalg.cross(b - a, c - a), dim=1)
    normals = _normals(vertices, faces)
    least = torch.stack([(across * normals[corner]).sum(1) for corner in faces.unbind(1)]).amin(0)
    hit = torch.zeros_like(vertices[:, 0])
    hit[faces[least < _CREASE].flatten()] = 1
    return hit


def _ironed(vertices: Tensor, where: Tensor, times: int) -> Tensor:
    for _ in range(times):
        vertices = vertices + 0.6 * where[:, None] * (_mean(vertices) - vertices)
    return vertices


def _stepped(
    level: Level, vertices: Tensor, faces: Tensor, stage: Stage, feel_mm: float
) -> tuple[Tensor, Tensor]:
    """One step along the normals to the level set; and how lost each vertex is, 0 to 1.

    A vertex is lost where the level does not rise inwards along its normal. In fluid it goes straight on.
    """
    normals = _normals(vertices, faces)
    ahead = feel_mm * normals
    inner, outer = level.at(torch.cat([vertices - ahead, vertices + ahead]), stage).chunk(2)
    inside, slope = (inner + outer) / 2, (inner - outer) / (2 * feel_mm)
    step = (inside * slope.clamp(0, 1)).clamp(-_LONGEST_MM, _LONGEST_MM)
    fluid = (inside < -(stage.share * level.sheet.thickness + 0.1)) & (slope > -0.2)
    step = torch.where(fluid, -_LONGEST_MM, step)
    lost = ((0.6 - slope) / 0.3).clamp(0, 1) * (inside.abs() > 0.15) * ~fluid
    return vertices + step[:, None] * normals, lost


def _slid(vertices: Tensor, normals: Tensor, lost: Tensor) -> Tensor:
    """Vertices moved along the surface towards the middle of their neighbours; lost ones go all the way."""
    way = _mean(vertices) - vertices
    rise = (way * normals).sum(1, keepdim=True) * normals
    return vertices + _SLIDE * (way - rise) + (_SMOOTH + _LOST * lost)[:, None] * rise


def _normals(vertices: Tensor, faces: Tensor) -> Tensor:
    """Unit normals of the vertices, weighted by area."""
    a, b, c = (vertices.index_select(0, corner) for corner in faces.unbind(1))
    across = torch.linalg.cross(b - a, c - a)
    total = torch.zeros_like(vertices)
    for corner in faces.unbind(1):
        total.index_add_(0, corner, across)
    return functional.normalize(total, dim=1, eps=1e-9)


def _around(values: Tensor) -> Tensor:
    """Values, shape (v, channels), of the six neighbours of every vertex, shape (6, v, channels)."""
    ring = torch.from_numpy(sphere.neighbours(sphere.FINE)).to(values.device)
    return values.index_select(0, ring.T.flatten()).reshape(6, *values.shape)


def _mean(values: Tensor) -> Tensor:
    mean: Tensor = _around(values).mean(0)
    return mean
