"""Layers that fill a surface of the template, shifted a little on either side."""

from __future__ import annotations

from torch import Tensor

from mindscan.anatomy.structure import Layer, Place
from mindscan.anatomy.template import Template
from mindscan.core.labels import Tissue, both_sides


def sided_layer(
    tissue: Tissue, name: str, shift: tuple[float, float], template: Template, place: Place
) -> Layer:
    """What a pair of structures paints.

    Args:
        tissue: what it is made of.
        name: label without its side; also the field of the template.
        shift: outward shift of the (left, right) surface, template mm.
    """
    index, here, cover = _filled(name, shift, template, place)
    return Layer(tissue, here.sided(*both_sides(name)), cover, index)


def middle_layer(
    tissue: Tissue, name: str, shift: tuple[float, float], template: Template, place: Place
) -> Layer:
    """The same for a structure of the midline, which has one label."""
    index, here, cover = _filled(name, shift, template, place)
    return Layer(tissue, here.all(name), cover, index)


def _filled(
    name: str, shift: tuple[float, float], template: Template, place: Place
) -> tuple[Tensor, Place, Tensor]:
    field = template.fields[name]
    index, here = place.within(field)
    return index, here, here.cover(here.look(field)[0] - here.per_side(*shift))
