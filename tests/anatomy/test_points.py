from functools import partial

import pytest
import torch

from mindscan.anatomy import anatomy, build, points
from mindscan.anatomy.build import Model
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.points import Points
from mindscan.core.volume import Grid


@pytest.fixture(scope="module")
def found(model: Model) -> Points:
    return model.dense()


def test_everybody_has_the_same_points(found: Points) -> None:
    key = Key(8) / "anatomy"
    other = build.model(anatomy.draw(key, Person(age_years=78, sex="M")), key).dense()
    assert other.names == found.names
    assert len({name.id for name in found.names}) == len(found.names) == len(found.world_mm)
    for points_of_one in (found, other):
        known = ~points_of_one.world_mm.isnan().any(1)
        assert int(known.sum()) > 3000
    both = found.world_mm - other.world_mm
    assert 3 < float(both.norm(dim=1).nanmedian()) < 30


def test_every_kind_is_there_on_its_side(found: Points) -> None:
    known = ~found.world_mm.isnan().any(1)
    least = {"pial": 1000, "white": 1000, "inside": 60, "surface": 700, "inner": 70, "outer": 140}
    for kind, count in least.items():
        of_kind = torch.tensor([name.kind == kind for name in found.names])
        assert int((of_kind & known).sum()) >= count, kind
    structures = {name.structure for name in found.names}
    assert {"Thalamus", "Hippocampus", "Lateral-Ventricle", "Brain-Stem", "Cerebellum", "Skull"} <= structures
    for side, sign in (("L", -1), ("R", 1)):
        chosen = torch.tensor([name.side == side and name.structure == "Putamen" for name in found.names])
        assert bool((found.world_mm[chosen, 0] * sign > 5).all())


def test_points_lie_on_the_painted_surface(found: Points, model: Model) -> None:
    """0.02 mm to one side of a point its structure is there, and to the other it is not."""
    lines = points.lines()
    count = len(lines.names)
    known = (~found.world_mm[:count].isnan().any(1)).nonzero()[:, 0]
    unwarped = model.seen(Grid((1, 1, 1), torch.eye(4).double().numpy()), found.world_mm[known].float())
    at = model.place(unwarped, 0.0).xyz

    def there(shift_mm: float) -> torch.Tensor:
        moved = at + shift_mm / model.scale * lines.step[known]
        return points._share(lines, known, moved, partial(build._coats, model), model.scale) >= 0.5

    leaving = lines.leaving[known]
    assert bool((there(-0.02) == leaving).all())
    assert bool((there(0.02) != leaving).all())


def test_points_go_through_the_warp_exactly(found: Points, model: Model) -> None:
    _, targets = points.dense(partial(build._coats, model), model.scale)
    known = ~targets.isnan().any(1)
    world = found.world_mm[known]
    matrix = torch.from_numpy(model.to_template)
    unwarped = world @ matrix[:3, :3].T + matrix[:3, 3]
    reached = unwarped + model.displacement.at(unwarped.float()).T.double()
    assert float((reached - targets[known]).abs().max()) < 1e-4


@pytest.mark.parametrize("kind", ["pial", "surface", "outer"])
def test_fine_voxels_show_the_surface_at_the_points(found: Points, drawn, key, kind: str) -> None:
    ids = [n for n, name in enumerate(found.names) if name.kind == kind][40:41]
    for n in ids:
        grid = Grid.centred((9, 9, 9), (0.1, 0.1, 0.1), found.world_mm[n].tolist())
        assert len(build.make(drawn, grid, key, dense=False).labels.data.unique()) > 1


def test_a_head_is_made_without_points_when_none_are_asked(drawn, key) -> None:
    small = Grid.centred((4, 4, 4), (1, 1, 1), (10, -10, 0))
    assert build.make(drawn, small, key, dense=False).points is None
    assert build.make(drawn, small, key).points is not None
