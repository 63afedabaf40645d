"""Room between skull and brain: what lies under the skull is carried inwards, the skull stays where it is.

Rays go from a middle beyond the far wall of the skull through the head. Along each ray everything keeps its
order: a thin layer of fluid under the near wall is stretched to the room asked, what lies deeper moves
towards the far wall, less and less. So the map is invertible whatever the shape of the room, and as exact at
the wall as the wall is known.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from mindscan.anatomy.field import Field
from mindscan.anatomy.structure import EDGE_MM

LAYER = 0.02
"""Thickness of the layer of fluid that becomes the room, as a share of the room."""
_STEP_MM, _AROUND_MM = 1.5, 5.0
"""Of the lattice of a level, and how far around the room it reaches."""
THIN_MM = 0.8
"""Where the room would be thinner there is none."""


@dataclass(frozen=True)
class Opening:
    """A map that makes room, and the room.

    Args:
        name: of the condition that makes it.
        centre: where the rays come from, template mm, shape (3,).
        axes: along the middle ray, and two across, as rows, shape (3, 3).
        rays: by slope, in units of the distance along the middle ray: far wall, near wall, thickness of
            the room and shift; then world mm across the wall for each unit, and how steeply motion falls.
    """

    name: str
    centre: Tensor
    axes: Tensor
    rays: Field

    def at(self, xyz: Tensor) -> Tensor:
        """What carries places to where they lay before, template mm, (n, 3) to (3, n), as `Field.at`."""
        found = torch.zeros_like(xyz.T)
        low, high = self._reach
        index = ((xyz > low) & (xyz < high)).all(1).nonzero()[:, 0]
        xyz = xyz[index]
        along, (far, near, room, shift, _, power) = self.on_ray(xyz)
        depth, whole = near - along, near - room
        part = ((along - far) / (whole - far).clamp(min=1)).clamp(0, 1)
        moved = (1 - LAYER) * torch.minimum(depth, room * part**power) + 4 * shift * part * (1 - part)
        moved = torch.where((along > far) & (depth > 0), moved, 0)
        found[:, index] = (xyz - self.centre).T * (moved / along)
        return found

    def level(self, xyz: Tensor) -> Tensor:
        """About the signed distance to the surface of the room, world mm, shape (n,)."""
        along, (_, near, room, _, mm, _) = self.on_ray(xyz)
        depth = near - along
        sides = torch.maximum((depth - room) * mm, -depth * mm)
        return torch.maximum(sides, THIN_MM - room * mm)

    def cover(self, xyz: Tensor) -> Tensor:
        """Share of points that lies in the room, shape (n,)."""
        return (0.5 - self.level(xyz) / EDGE_MM).clamp(0, 1)

    def to(self, device: torch.device | str) -> Opening:
        """The same on another device."""
        return Opening(self.name, self.centre.to(device), self.axes.to(device), self.rays.to(device))

    def box(self) -> tuple[Tensor, Tensor]:
        """First and last corner of the room and a little more, template mm, shape (3,) each."""
        _, near, room, _, mm, _ = self.rays.data.flatten(1)
        return self._around(room * mm > THIN_MM / 2, near, near - room)

    @functools.cached_property
    def _reach(self) -> tuple[Tensor, Tensor]:
        """First and last corner of all that moves."""
        far, near, room, shift, _, _ = self.rays.data.flatten(1)
        return self._around((room > 0) | (shift != 0), far, near)

    def _around(self, some: Tensor, *ends: Tensor) -> tuple[Tensor, Tensor]:
        """The corners of a box around the ends of some rays."""
        slopes = self.rays.nodes()[some]
        ways = self.axes[0] + slopes[:, :1] * self.axes[1] + slopes[:, 1:2] * self.axes[2]
        places = self.centre + torch.cat([ways * end[some][:, None] for end in ends])
        return places.amin(0) - _AROUND_MM, places.amax(0) + _AROUND_MM

    def on_ray(self, xyz: Tensor) -> tuple[Tensor, Tensor]:
        """How far along its ray every place lies, and the rows of its ray."""
        along, *across = ((xyz - self.centre) @ self.axes.T).unbind(1)
        along = along.clamp(min=1.0)
        a, b = (each / along for each in across)
        return along, self.rays.at(torch.stack([a, b, torch.zeros_like(a)]).T)


def carried(openings: Sequence[Opening], xyz: Tensor) -> Tensor:
    """Where places lay before any room was made, shape (n, 3)."""
    for opening in openings:
        xyz = (xyz.T + opening.at(xyz)).T
    return xyz


def spared(openings: Sequence[Opening], xyz: Tensor) -> Tensor:
    """Share of places that lies in no room, shape (n,)."""
    free = torch.ones_like(xyz[:, 0])
    for n, opening in enumerate(openings):
        free = free * (1 - opening.cover(carried(openings[:n], xyz)))
    return free


def levels(openings: Sequence[Opening]) -> dict[str, Field]:
    """By condition, the level of its room on a lattice around it."""
    found = {}
    for n, opening in enumerate(openings):
        low, high = opening.box()
        x, y, z = low.tolist()
        i, j, k = ((high - low) / _STEP_MM + 1).ceil().int().tolist()
        empty = Field(low.new_zeros((1, i, j, k)), (x, y, z), _STEP_MM)
        level = opening.level(carried(openings[:n], empty.nodes()))
        found[opening.name] = replace(empty, data=level.reshape(1, i, j, k))
    return found
