"""Shift a surface until the volume inside is as asked, measured on the very head it is in."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from mindscan.anatomy.structure import Frame, Place

MOST_MM = 5.0
"""A surface is shifted by at most this many template millimetres, inwards or outwards."""
_HALVINGS = 20


def fit_shift(distance: Tensor, place: Place, free: Tensor, volume_ml: float) -> float:
    """The outward shift, in template mm, that gives a surface the volume asked.

    Args:
        distance: signed distances at the points of `place`, template mm.
        free: share of each point that may be taken, 0 to 1.
        volume_ml: volume wanted, in mL.
    """

    def volume(shift: float) -> float:
        return float((free * place.cover(distance - shift)).sum()) * place.point_ml

    return rising_root(volume, volume_ml)


def fit_sides(name: str, volumes_ml: tuple[float, float], frame: Frame) -> tuple[float, float]:
    """The shifts of a deep structure of the template that give it (left, right) mL in this head."""
    field = frame.template.fields[name]
    index, place = frame.probe.within(field)
    return shifts(place.look(field)[0], place, frame.free[index], volumes_ml)


def shifts(
    distance: Tensor, place: Place, free: Tensor, volumes_ml: tuple[float, float]
) -> tuple[float, float]:
    """`fit_shift` for the (left, right) side of a surface, each with a volume of its own."""
    left, right = (
        fit_shift(distance[side], place, free[side], ml)
        for side, ml in zip((~place.right, place.right), volumes_ml, strict=True)
    )
    return left, right


def rising_root(
    function: Callable[[float], float], target: float, low: float = -MOST_MM, high: float = MOST_MM
) -> float:
    """Where a rising function reaches `target` between two ends, by halving; an end when it never does."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < target else (low, middle)
    return (low + high) / 2
