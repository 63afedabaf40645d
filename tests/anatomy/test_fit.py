import pytest
import torch

from mindscan.anatomy import template
from mindscan.anatomy.fit import fit_sides
from mindscan.anatomy.structure import Frame, Place
from mindscan.anatomy.warp import empty_lattice


def test_each_side_of_a_structure_gets_its_own_volume() -> None:
    axes = [torch.arange(low, high, 1.5) for low, high in ((-40, 41), (-40, 20), (-15, 25))]
    xyz = torch.stack([a.flatten() for a in torch.meshgrid(*axes, indexing="ij")], 1)
    probe = Place(xyz, 1.0, 1.5**3 / 1000)
    frame = Frame(template.load(), 1.0, empty_lattice(), probe, torch.ones(len(xyz)))
    left, right = fit_sides("Thalamus", (6.0, 9.0), frame)
    assert left < right
    distance = frame.template.fields["Thalamus"].at(xyz)[0]
    cover = probe.cover(distance - probe.per_side(left, right))
    assert float(cover[~probe.right].sum()) * probe.point_ml == pytest.approx(6.0, rel=0.01)
    assert float(cover[probe.right].sum()) * probe.point_ml == pytest.approx(9.0, rel=0.01)
