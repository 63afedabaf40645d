"""What structures outside the brain share: the channels of the template, growth, and points on a surface."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from mindscan.anatomy.distance import Point
from mindscan.anatomy.solids import CAVITIES, OUTER
from mindscan.anatomy.structure import Frame, Place

Ray = tuple[Point, Point]
"""First and last point of a line on the template."""

_CHANNELS = {
    name: (field, row)
    for field, names in (("outer", OUTER), ("cavities", CAVITIES))
    for row, name in enumerate(names)
}
_STEPS = 121
_HALVINGS = 24


def solid(name: str, place: Place, frame: Frame) -> Tensor:
    """Signed distance of the points to a solid of the template's head, in template mm, shape (n,)."""
    field, row = _CHANNELS[name]
    return place.look(frame.template.fields[field])[row]


def grown(age_years: float, at_birth: float, years: float) -> float:
    """Share of the adult size at some age: `at_birth` at 0, two thirds of the rest after `years`.

    Example:
        >>> round(grown(6, 0.5, 6), 2), round(grown(40, 0.5, 6), 2)
        (0.82, 1.0)
    """
    return 1 - (1 - at_birth) * math.exp(-age_years / years)


def last_crossings(
    distance: Callable[[Place], Tensor], rays: Mapping[str, Ray], frame: Frame
) -> dict[str, Point]:
    """Where each ray leaves a solid for the last time: points on its outer surface.

    Args:
        distance: signed distance to the solid at the points of a place.
        rays: by name.
        frame: gives scale and device.

    Returns:
        Points in template mm, on the surface within 1e-3 mm. A line that never meets the solid gives
        the point that comes closest to it.
    """
    device = frame.lattice.data.device
    start, end = (torch.tensor([ray[i] for ray in rays.values()], device=device) for i in (0, 1))

    def gap(along: Tensor) -> Tensor:
        xyz = start[:, None] + (end - start)[:, None] * along[..., None]
        return distance(Place(xyz.flatten(0, 1), frame.scale, 0.0)).view(along.shape)

    steps = torch.linspace(0, 1, _STEPS, device=device).expand(len(rays), -1)
    found = gap(steps)
    inside = found[:, :-1] < 0
    last = (inside * torch.arange(1, _STEPS, device=device)).amax(1) - 1
    last = torch.where(inside.any(1), last, found[:, :-1].argmin(1))[:, None]
    low, high = steps.gather(1, last), steps.gather(1, last + inside.any(1)[:, None])
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        within = gap(middle) < 0
        low, high = torch.where(within, middle, low), torch.where(within, high, middle)
    points = (start + (end - start) * low).tolist()
    return {name: (x, y, z) for name, (x, y, z) in zip(rays, points, strict=True)}


def both_sides(rays: Mapping[str, Ray]) -> dict[str, Ray]:
    """Rays of the right side and their mirror images, named "R ..." and "L ..."."""
    sided: dict[str, Ray] = {}
    for name, ((x, y, z), (a, b, c)) in rays.items():
        sided[f"R {name}"], sided[f"L {name}"] = ((x, y, z), (a, b, c)), ((-x, y, z), (-a, b, c))
    return sided
