"""Rates of change against what has been published."""

import numpy as np
import pytest
import torch

from mindscan.anatomy import conditions, rates
from mindscan.anatomy.rates import Rates
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME, TABLE_SIZE, both_sides
from mindscan.core.person import Person

SEVENTY = Person(age_years=70, sex="F")
STILL = dict.fromkeys(
    ("cortex_percent", "white_percent", "deep_percent", "amygdala_percent", "cerebellum_percent"), 0.0
)


def group(name: str = "", people: int = 400, person: Person = SEVENTY) -> dict[str, np.ndarray]:
    """Rates of many people, by field."""
    drawn = []
    for n in range(people):
        key = Key(3) / n
        ill = (conditions.draw(name, key, person, float((key / "s").rng().uniform(0.2, 1))),) if name else ()
        drawn.append(rates.draw(key / "rates", person, ill))
    return {field: np.array([getattr(one, field) for one in drawn]) for field in Rates.model_fields}


@pytest.mark.parametrize(
    ("name", "hippocampus", "brain"),
    [("", (-2.30, -0.52), -0.45), ("alzheimers-disease", (-5.40, -3.92), -0.98)],
)
def test_means_lie_within_published_intervals(
    name: str, hippocampus: tuple[float, float], brain: float
) -> None:
    found = group(name)
    assert hippocampus[0] < found["hippocampus_percent"].mean() < hippocampus[1]
    assert found["cortex_percent"].mean() == pytest.approx(brain, rel=0.2)
    lost = -found["hippocampus_percent"]
    assert np.corrcoef(lost, found["ventricles_ml"])[0, 1] > 0.3


def test_ventricles_of_the_healthy_grow_as_published() -> None:
    found = group()["ventricles_ml"]
    assert found.mean() == pytest.approx(1.4, rel=0.15)
    assert found.std() == pytest.approx(0.95, rel=0.2)
    assert found.min() >= 0


def test_mci_lies_between_and_speeds_up() -> None:
    well, mci, ill = (group(name, 200) for name in ("", "mci", "alzheimers-disease"))
    lost = [-found["hippocampus_percent"].mean() for found in (well, mci, ill)]
    assert lost == sorted(lost)
    assert 2.2 < lost[1] < 3.7
    assert set(mci["hippocampus_gain_percent"]) == {-0.22}
    assert set(ill["ventricles_gain_ml"]) == {0.88}
    assert not well["ventricles_gain_ml"].any()


def test_the_young_change_half_as_fast() -> None:
    young = group(person=Person(age_years=35, sex="F"))
    old = group(person=Person(age_years=65, sex="F"))
    ratio = young["cortex_percent"].mean() / old["cortex_percent"].mean()
    assert ratio == pytest.approx(0.5, abs=0.02)


def test_change_adds_up_over_the_years() -> None:
    volumes = torch.ones(TABLE_SIZE, dtype=torch.float64)
    pace = Rates(
        **STILL,
        hippocampus_percent=-2,
        ventricles_ml=0.5,
        hippocampus_gain_percent=-1,
        ventricles_gain_ml=0.25,
    )
    found = pace.change(2.0, volumes)
    assert [found[i] for i in both_sides("Hippocampus")] == [pytest.approx(-0.06)] * 2
    assert found[BY_NAME["3rd-Ventricle"].id] == pytest.approx(1.5 / 5)
    assert found[BY_NAME["Brain-Stem"].id] == 0
    assert not any(pace.change(0.0, volumes).values())


def test_nothing_is_lost_altogether() -> None:
    pace = Rates(**STILL, hippocampus_percent=-20, ventricles_ml=0)
    assert min(pace.change(20.0, torch.ones(TABLE_SIZE)).values()) == -0.9
