import torch

from mindscan.anatomy.field import Field
from mindscan.anatomy.structure import Place


class Counted(Field):
    """A field that counts how often it is looked up."""

    calls = 0

    def at(self, xyz: torch.Tensor) -> torch.Tensor:
        Counted.calls += 1
        return super().at(xyz)


def test_a_place_looks_a_field_up_once_and_parts_of_it_not_at_all() -> None:
    field = Counted(torch.arange(27.0).reshape(1, 3, 3, 3), (0.0, 0.0, 0.0), 1.0)
    place = Place(torch.tensor([[0.0, 0, 0], [1, 1, 1], [2, 2, 2]]), 1.0, 0.0)
    Counted.calls = 0
    assert place.look(field)[0].tolist() == [0, 13, 26]
    assert place.look(field)[0].tolist() == [0, 13, 26]
    part = place.pick(torch.tensor([2, 0]))
    assert part.look(field)[0].tolist() == [26, 0]
    assert Counted.calls == 1


def test_other_points_are_looked_up_anew() -> None:
    field = Field(torch.arange(27.0).reshape(1, 3, 3, 3), (0.0, 0.0, 0.0), 1.0)
    first, second = (Place(torch.tensor([[x, x, x]]), 1.0, 0.0) for x in (0.0, 2.0))
    assert float(first.look(field)) != float(second.look(field))


def test_the_part_within_a_field_is_found_once() -> None:
    field = Field(torch.zeros(1, 3, 3, 3), (0.0, 0.0, 0.0), 1.0)
    place = Place(torch.tensor([[0.0, 0, 0], [5, 1, 1], [2, 2, 2]]), 1.0, 0.0)
    index, part = place.within(field)
    assert index.tolist() == [0, 2]
    assert part.xyz.tolist() == [[0, 0, 0], [2, 2, 2]]
    assert place.within(field)[1] is part
    assert len(Place(place.xyz[1:2], 1.0, 0.0).within(field)[0]) == 0


def test_a_part_knows_what_is_looked_up_later_for_the_whole() -> None:
    field = Counted(torch.arange(27.0).reshape(1, 3, 3, 3), (0.0, 0.0, 0.0), 1.0)
    place = Place(torch.tensor([[0.0, 0, 0], [1, 1, 1], [2, 2, 2]]), 1.0, 0.0)
    part = place.pick(torch.tensor([2, 0])).pick(torch.tensor([1]))
    Counted.calls = 0
    place.look(field)
    assert part.look(field)[0].tolist() == [0]
    assert Counted.calls == 1
