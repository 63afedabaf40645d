import numpy as np
import pytest
import torch

from mindscan.anatomy import anatomy, conditions
from mindscan.anatomy.conditions.stroke import Stroke, StrokeProgression, StrokeSize, territory
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID
from mindscan.core.person import Person
from surveys import survey

PERSON = Person(age_years=70, sex="F")
USUAL = {
    "severity": 0.5, "territory": "MCA", "side": "L", "volume_ml": 10, "age_days": 2,
    "cavity": 0, "ex_vacuo_ml": 0,
}  # fmt: skip


def made(**values: object) -> StrokeSize:
    return StrokeSize.parse({**USUAL, **values})


@pytest.mark.parametrize(
    ("days", "label"), [(0.5, "Infarct-Hyperacute"), (2, "Infarct-Acute"), (20, "Infarct-Subacute")]
)
def test_the_label_goes_with_the_age(days: float, label: str) -> None:
    found = Stroke().lesions(made(age_days=days), Key(1), survey())
    assert [(BY_ID[each.label].name, each.ml) for each in found] == [(label, 10)]


def test_an_old_one_is_a_cavity_with_gliosis() -> None:
    found = Stroke().lesions(made(age_days=400, cavity=0.4), Key(1), survey())
    told = {BY_ID[each.label].name: each.ml for each in found}
    assert told == {"Cavity": pytest.approx(4), "Gliosis": pytest.approx(6)}


@pytest.mark.parametrize(("side", "sign"), [("L", -1), ("R", 1)])
def test_it_lies_in_its_territory_on_its_side(side: str, sign: int) -> None:
    look = survey()
    lesion = Stroke().lesions(made(side=side), Key(1), look)[0]
    nodes = lesion.level.nodes()
    inside = nodes[lesion.level.data.flatten() < lesion.level.data.min() + 2].double().numpy()
    assert (inside[:, 0] * sign > 0).all()
    assert (territory(look, "MCA", side)[look.index(inside)] < 1).all()


def test_territories_of_the_three_cerebral_arteries_do_not_overlap() -> None:
    look = survey()
    inside = [territory(look, name, "R") < -2 for name in ("MCA", "ACA", "PCA")]
    assert all(bool(each.any()) for each in inside)
    assert np.sum(inside, 0).max() == 1


def test_the_ventricle_of_its_side_widens_by_what_is_told() -> None:
    before = anatomy.draw(Key(4), PERSON)
    after = Stroke().shape(made(side="R", ex_vacuo_ml=5), before, None)  # type: ignore[arg-type]
    assert after.ventricles.lateral_right_ml == pytest.approx(
        before.ventricles.lateral_right_ml + 5, abs=1e-3
    )
    assert after.ventricles.lateral_left_ml == before.ventricles.lateral_left_ml


def test_only_old_ones_of_large_arteries_widen_it() -> None:
    for n in range(60):
        params = conditions.draw("ischaemic-stroke", Key(n), PERSON, 0.7).model_dump()
        old = params["age_days"] > 45 and params["territory"] in ("MCA", "ACA", "PCA")
        assert (params["ex_vacuo_ml"] > 0) == old
        assert (params["cavity"] > 0) == (params["age_days"] > 45)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (3, {"infarct": ("Infarct-Acute", 10)}),
        (20, {"infarct": ("Infarct-Subacute", 10 * (1 - 0.2 * 13 / 38))}),
        (367.25, {"cavity": ("Cavity", 4), "infarct": ("Gliosis", 4)}),
    ],
)
def test_an_infarct_ages_shrinks_and_hollows(days: float, told: dict[str, tuple[str, float]]) -> None:
    way = StrokeProgression(shrinking=0.2, cavity=0.5)
    found = Stroke().later(made(age_days=2), way, (days + 0 - 2) / 365.25, Key(1), survey())
    assert {each.name: BY_ID[each.label].name for each in found} == {
        name: label for name, (label, _) in told.items()
    }
    assert [each.ml for each in found] == pytest.approx([ml for _, ml in told.values()], rel=0.01)
    first = Stroke().lesions(made(age_days=2), Key(1), survey())[0]
    assert all(torch.equal(each.level.data, first.level.data) for each in found)


def test_an_old_infarct_hollows_on_from_the_cavity_that_it_has() -> None:
    params = made(age_days=365.25, cavity=0.3)
    way = Stroke().progression(Key(1), params)
    assert way.cavity == pytest.approx(0.3)
    told = {each.name: each.ml for each in Stroke().later(params, way, 9.0, Key(1), survey())}
    assert told == {"cavity": pytest.approx(5), "infarct": pytest.approx(5)}
