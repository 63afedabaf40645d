"""Motion is found once for what has not changed."""

import torch

from mindscan.anatomy import anatomy, bases
from mindscan.anatomy.conditions.condition import scaled
from mindscan.anatomy.motion import Moves, velocity_of
from mindscan.anatomy.structure import Frame, Place
from mindscan.anatomy.warp import empty_lattice
from mindscan.core.key import Key
from mindscan.core.person import Person


def test_only_what_has_changed_is_found_anew() -> None:
    drawn = anatomy.draw(Key(4), Person(age_years=55, sex="M"))
    nowhere = Place(torch.zeros((0, 3)), 1.0, 0.0)
    frame = Frame(bases.load("mni152"), drawn.head.scale, empty_lattice(), nowhere, torch.zeros(0))
    known: Moves = {}
    first = velocity_of(drawn, Key(4), frame, known)
    warp = known["warp"][1]
    wide = scaled(drawn, {"ventricles.lateral_left_ml": 1.5})
    second = velocity_of(wide, Key(4), frame, known)
    assert known["warp"][1] is warp
    assert not torch.equal(first, second)
    assert torch.equal(velocity_of(drawn, Key(4), frame, {}), first)
    assert torch.equal(velocity_of(drawn, Key(4), frame, known), first)
