"""Shape differences between people: a smooth, invertible warp of everything."""

from __future__ import annotations

import math
from typing import Annotated, Protocol

import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy.field import Field
from mindscan.anatomy.noise import smooth_noise
from mindscan.anatomy.structure import Frame, Painter
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.record import Record

LATTICE_STEP_MM = 4.0
_ORIGIN_MM = (-112.0, -164.0, -164.0)
_NODES = (57, 76, 76)
_STEPS = 5
_FADE_MM = 6.0
_WAVELENGTHS_MM = {"broad_mm": 128.0, "middle_mm": 60.0, "fine_mm": 30.0}
_TWIN = 0.5
"""Angle whose cosine and sine mix a side's own bumps with those of the other; 0.84 is shared."""
_CORE_MM = ((0.0, -50.0, -30.0), (48.0, 58.0, 48.0))
"""Centre and reach of the deep structures, brainstem and cerebellum, which differ less than cortex."""
_CALM = 0.78

Millimetres = Annotated[float, Limits(ge=0, le=6)]


class WarpSize(Record):
    """Root-mean-square displacement at three scales.

    Args:
        broad_mm: bumps of about 128 mm: the shape of the head, lobes.
        middle_mm: bumps of about 60 mm: places of structures.
        fine_mm: bumps of about 30 mm: courses of sulci.
    """

    broad_mm: Millimetres
    middle_mm: Millimetres
    fine_mm: Millimetres


class Warp:
    """Random smooth velocity; it moves everything and paints nothing."""

    name = "warp"
    labels: tuple[int, ...] = ()
    in_skull = True

    def draw(self, key: Key, person: Person, icv_ml: float) -> WarpSize:
        """About 4 mm in all, so that brains differ after an affine fit as real ones do.

        Outlines of made hemispheres lie 2.0 mm (root mean square) from each other, those of ten real people
        2.0 mm (`bench/anatomy.py`; maps of doi:10.1016/j.media.2023.102789).
        """
        rng = key.rng()
        return WarpSize(
            broad_mm=round(float(rng.uniform(2.5, 3.5)), 3),
            middle_mm=round(float(rng.uniform(2.0, 2.9)), 3),
            fine_mm=round(float(rng.uniform(1.2, 1.8)), 3),
        )

    def move(self, params: WarpSize, key: Key, frame: Frame) -> Tensor:
        """One independent smooth field per axis and scale; the skull is smoother than the brain."""
        nodes = frame.lattice.data
        total = torch.zeros_like(nodes)
        hull = frame.template.fields["hull"].at(frame.lattice.nodes()).reshape(nodes.shape[1:])
        inside, near = (torch.sigmoid((reach - hull) / _FADE_MM) for reach in (0.0, _FADE_MM))
        calm = 1 - _CALM * torch.exp(-_core_gap2(frame.lattice)).reshape(nodes.shape[1:])
        fade = {"broad_mm": 0.5 + 0.5 * near, "middle_mm": 0.2 + 0.8 * inside, "fine_mm": inside}
        for name, wavelength in _WAVELENGTHS_MM.items():
            for axis in range(3):
                stream = key / name / "xyz"[axis]
                bumps = smooth_noise(stream, nodes.shape[1:], wavelength / LATTICE_STEP_MM, nodes.device)
                bumps = _twinned(bumps, -1 if axis == 0 else 1)
                total[axis] += getattr(params, name) / frame.scale / 3**0.5 * bumps * fade[name]
        return total * calm

    def paint(self, params: WarpSize, key: Key, frame: Frame) -> Painter:
        """Nothing."""
        return lambda place: iter(())


def _twinned(bumps: Tensor, sign: int) -> Tensor:
    """Bumps whose left resembles their right, mirrored (`sign` -1 across the midline)."""
    return math.cos(_TWIN) * bumps + sign * math.sin(_TWIN) * bumps.flip(0)


def _core_gap2(lattice: Field) -> Tensor:
    """Squared distance of every node from the middle of the core, in units of its reach."""
    centre, reach = (torch.tensor(row, device=lattice.data.device) for row in _CORE_MM)
    return ((lattice.nodes() - centre) / reach).square().sum(1)


def empty_lattice(device: torch.device | str = "cpu") -> Field:
    """The lattice on which displacements live: zero everywhere."""
    return Field(torch.zeros((3, *_NODES), device=device), _ORIGIN_MM, LATTICE_STEP_MM)


def exponential(velocity: Tensor, lattice: Field) -> Field:
    """The displacement reached by following a velocity for one unit of time.

    Scaling and squaring keeps the map invertible. Reference: Arsigny et al. 2006,
    doi:10.1007/11866565_113.

    Args:
        velocity: template mm, shape (3, i, j, k).
        lattice: where the nodes lie.

    Returns:
        Field of displacements in template mm: ``target = point + field.at(point)``.
    """
    nodes = lattice.nodes()
    step = Field(velocity / 2**_STEPS, lattice.origin_mm, lattice.step_mm)
    for _ in range(_STEPS):
        further = step.at(nodes + step.data.flatten(1).T).reshape(velocity.shape)
        step = Field(step.data + further, lattice.origin_mm, lattice.step_mm)
    return step


class Displacement(Protocol):
    """Something that displaces places, such as a field."""

    def at(self, xyz: Tensor) -> Tensor:
        """By how much, mm, (n, 3) to (3, n)."""
        ...


def inverse(displacement: Displacement, targets: Tensor) -> Tensor:
    """Points that the warp carries to `targets`: the exact inverse, point by point.

    Args:
        targets: template mm, shape (n, 3).

    Returns:
        float64, shape (n, 3), within 1e-4 mm.
    """
    points = targets.double().clone()
    left = torch.arange(len(points), device=points.device)
    for _ in range(200):
        here = points[left]
        gap = targets[left] - here - displacement.at(here.float()).T.double()
        points[left] = here + 0.7 * gap
        left = left[gap.abs().amax(1) >= 1e-5]
        if not len(left):
            break
    return points
