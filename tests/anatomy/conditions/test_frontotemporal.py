from typing import Any

import numpy as np
import pytest

from mindscan.anatomy import anatomy, conditions, rates
from mindscan.anatomy.conditions.frontotemporal import Frontotemporal, FrontotemporalSize
from mindscan.core.key import Key
from mindscan.core.parcels import PARCELS
from mindscan.core.person import Person

PERSON = Person(age_years=65, sex="F")
PATTERNS = ("frontal-dominant", "frontotemporal", "temporal-dominant", "temporofrontoparietal")
FRONTAL = ("medialorbitofrontal", "rostralmiddlefrontal", "frontalpole")
TEMPORAL = ("temporalpole", "fusiform", "entorhinal", "middletemporal")
PARIETAL = ("inferiorparietal", "precuneus")


def made(pattern: str, **others: Any) -> FrontotemporalSize:
    usual = {
        "severity": 0.5,
        "stage": 0.7,
        "pattern": pattern,
        "hippocampus": (0.1, 0.2),
        "cortex": 1,
        "ventricles": 1.5,
        "lean": 0,
        "caudate": 0.25,
    }
    return FrontotemporalSize.parse(usual | others)


def lost(params: FrontotemporalSize, gyri: tuple[str, ...], side: str = "LR") -> float:
    loads = zip(PARCELS, Frontotemporal().loads(params), strict=True)
    return float(np.mean([load.atrophy for p, load in loads if p.gyrus in gyri and p.side in side]))


@pytest.fixture(scope="module")
def drawn() -> list[FrontotemporalSize]:
    return [conditions.draw(Frontotemporal.name, Key(n), PERSON, 0.5) for n in range(800)]  # type: ignore[misc]


def test_lobes_shrink_as_their_pattern_says() -> None:
    frontal, both, temporal, parietal = (made(pattern) for pattern in PATTERNS)
    assert lost(frontal, FRONTAL) > 2 * lost(frontal, TEMPORAL)
    assert lost(both, TEMPORAL) > 2 * lost(frontal, TEMPORAL)
    assert lost(both, FRONTAL) >= lost(frontal, FRONTAL) > lost(temporal, FRONTAL)
    assert lost(temporal, TEMPORAL) > 2 * lost(temporal, FRONTAL)
    assert lost(parietal, PARIETAL) > 2 * max(lost(each, PARIETAL) for each in (frontal, both, temporal))
    for each in (frontal, both, temporal, parietal):
        assert lost(each, ("pericalcarine", "precentral")) < 0.03
        assert not any(load.amyloid or load.tau for load in Frontotemporal().loads(each))


def test_cortex_of_the_side_that_leans_loses_more() -> None:
    params = made("temporal-dominant", lean=0.3)
    assert lost(params, TEMPORAL, "R") / lost(params, TEMPORAL, "L") == pytest.approx(1.3 / 0.7, rel=0.01)


def test_sizes_shrink_as_prescribed() -> None:
    before = anatomy.draw(Key(4), PERSON)
    params = made("frontotemporal")
    after = Frontotemporal().shape(params, before, None)  # type: ignore[arg-type]
    kept = {
        name: [new / old for new, old in zip(value, getattr(before.deep_grey_ml, name), strict=True)]
        for name, value in after.deep_grey_ml.model_dump().items()
    }
    assert kept["hippocampus"] == pytest.approx([0.9, 0.8], abs=2e-3)
    assert kept["amygdala"] == pytest.approx([0.85, 0.7], abs=2e-3)
    assert kept["caudate"] == pytest.approx([0.75, 0.75], abs=2e-3)
    assert kept["putamen"] == pytest.approx([0.85, 0.85], abs=2e-3)
    assert kept["thalamus"] == [1, 1]
    mean = np.mean([load.atrophy for load in Frontotemporal().loads(params)])
    assert after.cerebrum.cortex_ml / before.cerebrum.cortex_ml == pytest.approx(1 - mean, abs=1e-3)
    assert after.ventricles.horn_left_ml / before.ventricles.horn_left_ml == pytest.approx(1.8, abs=0.02)


def test_losses_of_the_usual_patient_are_those_published(drawn: list[FrontotemporalSize]) -> None:
    assert np.mean([one.caudate for one in drawn]) == pytest.approx(0.25, rel=0.05)
    assert np.mean([one.hippocampus for one in drawn]) == pytest.approx(0.24 * 1.3 / 1.8, rel=0.1)


def test_half_are_frontal_and_temporal_ones_start_right(drawn: list[FrontotemporalSize]) -> None:
    assert np.mean([one.pattern.startswith("front") for one in drawn]) == pytest.approx(0.5, abs=0.06)
    sides = np.mean([one.hippocampus for one in drawn if one.pattern == "temporal-dominant"], 0)
    assert sides[1] > 1.3 * sides[0]


def test_the_worst_patients_keep_some_of_everything() -> None:
    before = anatomy.draw(Key(4), PERSON)
    for pattern in PATTERNS:
        worst = made(pattern, stage=1, hippocampus=(0.7, 0.7), cortex=3, lean=0.6, caudate=0.7, ventricles=4)
        after = Frontotemporal().shape(worst, before, None)  # type: ignore[arg-type]
        assert min(min(pair) for pair in after.deep_grey_ml.model_dump().values()) > 0


def test_the_brain_shrinks_faster_than_in_alzheimers_disease(drawn: list[FrontotemporalSize]) -> None:
    found = [rates.draw(Key(n), PERSON, (one,)) for n, one in enumerate(drawn[:300])]
    assert np.mean([each.cortex_percent for each in found]) == pytest.approx(-1.62, rel=0.05)
    assert 4 < np.mean([each.ventricles_ml for each in found]) < 6
