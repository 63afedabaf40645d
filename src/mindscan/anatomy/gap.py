"""From the room that is asked for between skull and brain to the map that makes it in a head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from mindscan.anatomy.distance import Point
from mindscan.anatomy.field import Field
from mindscan.anatomy.fit import rising_root
from mindscan.anatomy.mass import MIDLINE_MM, aside
from mindscan.anatomy.opening import LAYER, THIN_MM, Opening
from mindscan.anatomy.structure import Frame
from mindscan.anatomy.warp import inverse
from mindscan.core.volume import Affine

_MIDDLE_MM: Point = (0.0, -18.0, 12.0)
"""What rays pass on their way, template mm."""
_FAR_MM = 150.0
"""From where they come: so far beyond it."""
_LEAST_ACROSS = 0.75
"""Share of a ray's way that goes from side to side at least, so that it can move the midline."""
_SLOPE, _STEP = 1.08, 0.015
"""Rays lie on a lattice of slopes."""
_SKIN_MM = 0.9
"""What stays at the wall: the dura, and the width over which bone passes into it."""
_POWERS = (3.0, 9.0)
"""How steeply the motion falls from the room to the far wall: usually, and on rays that meet bone halfway."""
_CLEAR_MM = (2.0, 12.0)
"""Distance of a ray from the base of the skull between which it comes to the one from the other."""
_BROAD = 0.55
"""Slope up to which rays beside the one through the midline shift what lies on them."""
_CORRECTIONS, _EXACT_MM = 5, 0.02
"""How often the shift is set right, and how near is near enough."""
_STEPS = 40
_CLOSE_MM = 0.3
_HUB_MM: Point = (14.0, -18.0, 12.0)
"""Middle of the right hemisphere, from which extents are angles."""
_MIDLINE, _TENTORIUM = (2.5, 12.0), (1.0, 9.0)
"""Millimetres off the midline, and above the tentorium, between which the room comes to its thickness."""
_WIDEST_RAD = 2.2
Wall = Callable[[Tensor], Tensor]
"""Signed distance to the inside of the skull of places in template mm that no warp has moved."""


@dataclass(frozen=True)
class Gap:
    """What room is asked for.

    Args:
        centre_mm: template mm; its middle lies on the wall in this direction; right is positive.
        thickness_mm: at its thickest, across the wall.
        ml: volume; where the wall is too short for it, the room gets thicker.
        blunt: power of the distance from the middle with which the thickness falls: 2 makes a lens.
        long: how much longer it is from front to back than from top to bottom.
        shift_mm: how far the septum pellucidum moves to the other side.
    """

    centre_mm: Point
    thickness_mm: float
    ml: float
    blunt: float
    long: float
    shift_mm: float


def made(name: str, gap: Gap, frame: Frame, to_template: Affine, displacement: Field) -> Opening:
    """The room asked for in a head.

    Args:
        name: of the condition that makes it.
        frame: gives the template.
        to_template: from world mm to unwarped template mm.
        displacement: template mm, what the warp adds.
    """
    device = displacement.data.device
    hull = frame.template.fields["hull"]
    to_world = torch.from_numpy(np.linalg.inv(to_template)[:3, :3]).float().to(device)
    centre, axes = _aim(gap, device)
    count = 2 * round(_SLOPE / _STEP) + 1
    rays = Field(torch.zeros((6, count, count, 1), device=device), (-_SLOPE, -_SLOPE, 0.0), _STEP)
    slopes = rays.nodes()
    ways = axes[0] + slopes[:, :1] * axes[1] + slopes[:, 1:2] * axes[2]

    def moved(xyz: Tensor) -> Tensor:
        return (xyz.T + displacement.at(xyz)).T

    def wall(xyz: Tensor) -> Tensor:
        return hull.at(moved(xyz))[0]

    far, near = _walls(wall, centre, ways)
    ends = centre + ways * near[:, None]
    slope = torch.stack([wall(ends + step) - wall(ends - step) for step in torch.eye(3, device=device)], 1)
    normal = functional.normalize(slope @ torch.linalg.inv(to_world), dim=1)
    across = ((ways @ to_world.T) * normal).sum(1).clamp(min=0.25)
    clear = _clear(wall, centre, ways, (far, near))
    far, near = far + _SKIN_MM / across, near - _SKIN_MM / across
    shape = (near > far) * _edges(moved(ends), gap, frame)
    angle = _angle(moved(ends), gap)
    cell_ml = _STEP**2 * float(torch.linalg.det(to_world)) / 1000

    def room(extent: float, thickness_mm: float) -> Tensor:
        part = (1 - (angle / extent).clamp(max=1) ** gap.blunt) * shape
        return thickness_mm * part / across

    def volume(extent: float, thickness_mm: float = gap.thickness_mm) -> float:
        wide = room(extent, thickness_mm)
        wide = wide * (wide * across > THIN_MM)
        return float((near**3 - (near - wide) ** 3).sum()) / 3 * cell_ml

    extent = rising_root(volume, gap.ml, 0.05, _WIDEST_RAD)
    thick = rising_root(lambda mm: volume(extent, mm), gap.ml, gap.thickness_mm / 2, 2 * gap.thickness_mm)
    power = _POWERS[1] + (_POWERS[0] - _POWERS[1]) * clear
    rows = torch.stack([far, near, room(extent, thick), clear, across, power])
    opening = Opening(name, centre, axes, replace(rays, data=rows.reshape(6, count, count, 1)))
    return _fitted(opening, gap.shift_mm, to_world, displacement)


def _aim(gap: Gap, device: torch.device) -> tuple[Tensor, Tensor]:
    """Where rays come from, and the axes: along the middle one, forwards and upwards."""
    middle = torch.tensor(_MIDDLE_MM, device=device)
    along = functional.normalize(torch.tensor(gap.centre_mm, device=device) - middle, dim=0)
    most = (1 - _LEAST_ACROSS**2) ** 0.5
    along[1:] *= min(1.0, most / float(along[1:].norm().clamp(min=1e-6)))
    along[0] = (1 - along[1:].square().sum()).sqrt().copysign(along[0])
    ahead = torch.tensor([0.0, 1.0, 0.0], device=device)
    ahead = functional.normalize(ahead - along * along[1], dim=0)
    return middle - _FAR_MM * along, torch.stack([along, ahead, torch.linalg.cross(along, ahead)])


def _walls(wall: Wall, centre: Tensor, ways: Tensor) -> tuple[Tensor, Tensor]:
    """Where rays enter the skull and leave it; both 0 where they miss it."""
    length = ways.norm(dim=1)
    ends = []
    for start, sign in ((1.0, 1.0), (2 * _FAR_MM, -1.0)):
        at = torch.full_like(length, start)
        for _ in range(_STEPS):
            at = (at + sign * 0.95 * wall(centre + ways * at[:, None]) / length).clamp(1.0, 2 * _FAR_MM)
        ends.append(at)
    far, near = ends
    hit = torch.ones_like(far, dtype=torch.bool)
    for at in ends:
        hit &= wall(centre + ways * at[:, None]).abs() < _CLOSE_MM
    return torch.where(hit, far, 0), torch.where(hit, near, 0)


def _clear(wall: Wall, centre: Tensor, ways: Tensor, ends: tuple[Tensor, Tensor]) -> Tensor:
    """1 for rays that run free through the skull, 0 for those that meet its base or miss it."""
    far, near = ends
    least = torch.full_like(far, torch.inf)
    for part in torch.linspace(0.15, 0.85, 15).tolist():
        least = torch.minimum(least, -wall(centre + ways * (far + part * (near - far))[:, None]))
    low, high = _CLEAR_MM
    return ((least - low) / (high - low)).clamp(0, 1) * (near > far)


def _edges(ends: Tensor, gap: Gap, frame: Frame) -> Tensor:
    """How much room places of the wall allow, 0 to 1: none at the midline and below the tentorium."""
    above = frame.template.fields["tentorium"].at(ends)[0]
    aside = ends[:, 0] if gap.centre_mm[0] > 0 else -ends[:, 0]
    share = torch.ones_like(aside)
    for value, (none, full) in ((aside, _MIDLINE), (above, _TENTORIUM)):
        share = share * ((value - none) / (full - none)).clamp(0, 1)
    return share


def _angle(ends: Tensor, gap: Gap) -> Tensor:
    """Angle of places of the wall from the middle of the room, less along it, seen from the hemisphere."""
    hub = torch.tensor(_HUB_MM, device=ends.device)
    if gap.centre_mm[0] < 0:
        hub = hub * torch.tensor([-1.0, 1.0, 1.0], device=ends.device)
    middle = functional.normalize(torch.tensor(gap.centre_mm, device=ends.device) - hub, dim=0)
    way = functional.normalize(ends - hub, dim=1)
    ahead = torch.tensor([0.0, 1.0, 0.0], device=ends.device)
    ahead = functional.normalize(ahead - middle * middle[1], dim=0)
    off = way - (way @ middle)[:, None] * middle
    front = off @ ahead
    rest = (off.square().sum(1) - front.square()).clamp(min=0).sqrt()
    shape = torch.hypot(front / gap.long, rest) / off.norm(dim=1).clamp(min=1e-6)
    angle: Tensor = torch.acos((way @ middle).clamp(-1, 1)) * shape
    return angle


def _fitted(opening: Opening, shift_mm: float, to_world: Tensor, displacement: Field) -> Opening:
    """The opening with the shift that is found at the midline in the end, where 1 stood for rays that may."""
    middle = torch.tensor([MIDLINE_MM], dtype=torch.float64)
    rest = inverse(displacement.to("cpu"), middle).float().to(opening.centre)
    asked = shift_mm
    for _ in range(_CORRECTIONS):
        found = _shifted(opening, asked, to_world, rest)
        got = _shift_mm(found, to_world, displacement, rest)
        if abs(got - shift_mm) < _EXACT_MM or got < _EXACT_MM:
            break
        asked *= shift_mm / got
    return found


def _shifted(opening: Opening, shift_mm: float, to_world: Tensor, rest: Tensor) -> Opening:
    """The opening in which what lay at `rest`, shape (1, 3), moves sideways by so much along its ray."""
    along, (far, near, room, _, _, power) = opening.on_ray(rest)
    way = (rest - opening.centre)[0] / along
    asked = shift_mm / float((to_world @ way)[0].abs())
    part = (along - asked - far) / (near - room - far)
    short = asked - (1 - LAYER) * room * part**power
    slopes = opening.rays.nodes()[:, :2]
    here = torch.stack([way @ opening.axes[1], way @ opening.axes[2]])
    window = (1 - ((slopes - here) / _BROAD).square().sum(1)).clamp(min=0).square()
    data = opening.rays.data.clone()
    data[3] *= (short / (4 * part * (1 - part)) * window).reshape(data[3].shape)
    return replace(opening, rays=replace(opening.rays, data=data))


def _shift_mm(opening: Opening, to_world: Tensor, displacement: Field, rest: Tensor) -> float:
    """How far the midline has moved sideways on the line through `rest`, world mm."""

    def to_template(at: Tensor) -> Tensor:
        before = (at.T + opening.at(at)).T
        return before + displacement.at(before).T

    return aside(rest, to_template) * float(to_world[0, 0].abs())
