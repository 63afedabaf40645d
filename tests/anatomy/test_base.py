import numpy as np
import pytest
import torch

from added import made
from mindscan.anatomy import anatomy, assets, base, bases, build, template
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME, both_sides
from mindscan.core.person import Person
from mindscan.core.volume import Grid

PAIRS = ("Thalamus", "Caudate", "Putamen", "Pallidum", "Hippocampus", "Amygdala", "Lateral-Ventricle")


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return float(2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b)))


@pytest.mark.parametrize("name", PAIRS)
def test_fields_are_the_structures_of_the_map_on_both_sides(name: str) -> None:
    ids, field = assets.labels(made().name), bases.load(made().name).fields[name]
    grid = np.stack(np.meshgrid(*map(np.arange, base.SHAPE), indexing="ij"), -1).reshape(-1, 3)
    index = field.near(torch.from_numpy(grid + np.array(base.ORIGIN_MM)).float()).numpy()
    points = grid[index]
    inside = field.at(torch.from_numpy(points + np.array(base.ORIGIN_MM)).float())[0].numpy() < 0
    for one, side in zip(both_sides(name), (points[:, 0] < 80, points[:, 0] > 80), strict=True):
        wanted = ids[tuple(points.T)] == one
        assert np.count_nonzero(wanted) == np.count_nonzero(ids == one)
        assert np.count_nonzero(wanted & side & inside) > 0.85 * np.count_nonzero(wanted & side)


def test_what_the_map_lacks_is_the_averages() -> None:
    ids = assets.labels(made().name).copy()
    assert "Accumbens-area" not in base.lacking(ids)
    ids[np.isin(ids, both_sides("Accumbens-area"))] = both_sides("Caudate")[0]
    assert "Accumbens-area" in base.lacking(ids)
    average, own = template.load(), bases.load(made().name)
    points = torch.tensor([[60.0, 20, -70], [-30, 80, -30], [0, 60, -120]])
    assert torch.equal(own.fields["outer"].at(points), average.fields["outer"].at(points))


def test_people_on_the_base_have_their_own_sizes_and_the_bases_folds() -> None:
    grid = Grid.centred((76, 92, 80), (2, 2, 2), (0, -18, 8))
    data = anatomy.draw(Key(5), Person(age_years=40, sex="M")).model_dump()
    data["head"] |= {"turn_deg": (0, 0, 0), "shift_mm": (0, 0, 0), "breadth": 1.0, "height": 1.0}
    data["head"]["icv_ml"] = 1893.0
    ids = assets.labels(made().name)
    where = [(grid.affine[a, 3] + 2 * np.arange(n) - o).astype(int) for a, (n, o) in
             enumerate(zip(grid.shape, base.ORIGIN_MM, strict=True))]  # fmt: skip
    white = np.isin(ids[np.ix_(*where)], both_sides("Cerebral-White-Matter"))
    alike = {}
    for name in ("mni152", made().name):
        drawn = anatomy.Anatomy.parse({**data, "base": name})
        brain = build.make(drawn, grid, Key(5), dense=False)
        alike[name] = dice(np.isin(brain.labels.numpy(), both_sides("Cerebral-White-Matter")), white)
        asked = drawn.deep_grey_ml.hippocampus
        for label, ml in zip(both_sides("Hippocampus"), asked, strict=True):
            assert brain.volumes_ml()[label] == pytest.approx(ml, rel=0.1)
        assert brain.volumes_ml()[BY_NAME["Brain-Stem"].id] == pytest.approx(
            drawn.brainstem.volume_ml, rel=0.1
        )
    assert alike[made().name] > alike["mni152"] + 0.03


def test_the_hull_closes_a_map_without_fluid_around_the_brain() -> None:
    ids = assets.labels(made().name).copy()
    with_fluid = base.hull(ids, template.load())
    ids[ids == 24] = 0
    without = base.hull(ids, template.load())
    assert with_fluid.shape == without.shape
    assert dice(with_fluid < 0, without < 0) > 0.9
