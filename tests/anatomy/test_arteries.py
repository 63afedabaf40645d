import numpy as np
import pytest
import torch

from mindscan.anatomy import anatomy, build
from mindscan.anatomy.anatomy import Anatomy
from mindscan.anatomy.arteries import Arteries
from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.labels import (
    BY_ID,
    BY_NAME,
    LABELS,
    TISSUES,
    both_sides,
    in_skull,
    is_artery,
    structure_of,
)
from mindscan.core.person import Person
from mindscan.core.volume import Grid

ALL = torch.tensor([label.id for label in LABELS if is_artery(label)], dtype=torch.int16)
SOFT = TISSUES.index("soft")


def without(drawn: Anatomy) -> Anatomy:
    """The same head, in which only threads that the grid misses are left of its arteries."""
    data = drawn.model_dump()
    sizes = {name: (0, 0) if isinstance(mm, tuple) else 0 for name, mm in data["arteries"].items()}
    data["arteries"] = sizes | {"vertebral_mm": (0.3, 0.0)}
    return Anatomy.parse(data)


@pytest.fixture(scope="module")
def grid() -> Grid:
    return Grid.centred((100, 100, 70), (1, 1, 1), (0, -4, 4))


@pytest.fixture(scope="module")
def both(drawn: Anatomy, key: Key, grid: Grid) -> tuple[Brain, Brain]:
    bare, full = (build.make(a, grid, key, dense=False) for a in (without(drawn), drawn))
    return bare, full


def test_arteries_change_only_the_fluid_and_dura_that_they_run_in(both) -> None:
    before, after = both
    changed = before.labels.data != after.labels.data
    assert int(changed.sum()) > 500
    assert bool(torch.isin(after.labels.data[changed], ALL).all())
    for tissue in ("GM", "WM", "air"):
        row = TISSUES.index(tissue)
        assert torch.equal(before.fractions[row], after.fractions[row])
    assert after.fractions.sum(0).sub(1).abs().max() < 1e-5


def test_the_volume_inside_the_skull_stays(both) -> None:
    totals = [sum(ml for label, ml in brain.volumes_ml().items() if in_skull(BY_ID[label])) for brain in both]
    assert totals[1] == pytest.approx(totals[0], rel=1e-9)


def test_arteries_hold_as_much_as_in_people(whole: Brain) -> None:
    """From the carotid siphon to branches half a millimetre wide: a few millilitres."""
    volumes = whole.volumes_ml()
    inside = sum(volumes[label.id] for label in LABELS if is_artery(label) and in_skull(label))
    assert 1.5 < inside < 8
    largest, *others = (
        sum(volumes[BY_NAME[f"{side}-{name}-Cerebral-Artery"].id] for side in ("Left", "Right"))
        for name in ("Middle", "Anterior", "Posterior")
    )
    assert largest > 0.5
    assert min(others) > 0.2


def test_left_ones_lie_left_of_right_ones(whole: Brain) -> None:
    i = torch.arange(whole.labels.data.shape[0])[:, None, None].expand(whole.labels.data.shape)
    for name in {structure_of(label) for label in LABELS if is_artery(label) and label.side}:
        left, right = (i[whole.labels.data == label].double() for label in both_sides(name))
        if min(len(left), len(right)) > 20:
            assert left.mean() < right.mean(), name


def test_every_tube_starts_on_another_or_in_the_neck(model: build.Model) -> None:
    """All hang on carotids and vertebrals."""
    known: list[np.ndarray] = []
    for tube in model.tubes:
        name = structure_of(BY_ID[tube.label])
        if not tube.bored:
            ends = np.stack([tube.xyz[0], tube.xyz[-1]])
            away = np.linalg.norm(np.concatenate(known)[:, None] - ends, axis=2).min(0)
            assert away.min() < 1e-6, name
        known.append(tube.xyz)


def test_most_of_every_brain_artery_runs_in_fluid(model: build.Model) -> None:
    thin = [tube for tube in model.tubes if not tube.bored]
    share = model.fluid(torch.from_numpy(np.concatenate([tube.xyz for tube in thin])).float())
    assert float((share > 0.5).float().mean()) > 0.75


def test_variants_are_as_common_as_published() -> None:
    drawn = [Arteries().draw(Key(n) / "arteries", Person(age_years=50, sex="F"), 1400) for n in range(1500)]
    neither = np.mean([max(one.posterior_communicating_mm) < 1 for one in drawn])
    thin = np.mean([min(one.first_anterior_mm) < 1.3 for one in drawn])
    assert neither == pytest.approx(0.28, abs=0.05)
    assert thin == pytest.approx(0.05, abs=0.025)
    carotid = np.array([one.carotid_mm for one in drawn])
    assert carotid.mean() == pytest.approx(5.0, rel=0.06)
    assert not np.allclose(carotid[:, 0], carotid[:, 1])


def test_an_absent_artery_is_not_made(drawn: Anatomy, key: Key) -> None:
    data = drawn.model_dump()
    data["arteries"] |= {"posterior_communicating_mm": (0.0, 1.5)}
    names = {BY_ID[tube.label].name for tube in build.model(Anatomy.parse(data), key).tubes}
    assert "Left-Posterior-Communicating-Artery" not in names
    assert "Right-Posterior-Communicating-Artery" in names


def test_children_have_narrower_arteries() -> None:
    sizes = [anatomy.draw(Key(3), Person(age_years=age, sex="M")).arteries.basilar_mm for age in (0, 30)]
    assert sizes[0] < 0.9 * sizes[1]
