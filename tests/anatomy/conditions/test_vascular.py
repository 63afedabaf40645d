from typing import Any

import numpy as np
import pytest

from mindscan.anatomy import anatomy, conditions, rates
from mindscan.anatomy.conditions.vascular import Vascular, VascularSize
from mindscan.core.key import Key
from mindscan.core.parcels import PARCELS
from mindscan.core.person import Person

PERSON = Person(age_years=72, sex="M")
EARLY = ("insula", "parsorbitalis", "superiortemporal", "lingual")
LATE = ("rostralmiddlefrontal", "middletemporal", "inferiorparietal")
ELSEWHERE = ("precentral", "pericalcarine", "cuneus", "superiorparietal")


def made(**others: Any) -> VascularSize:
    usual = {"severity": 0.5, "stage": 0.7, "pattern": "frontal-perisylvian", "hippocampus": (0.1, 0.2)}
    return VascularSize.parse(usual | {"cortex": 1, "ventricles": 1.8, "thalamus": 0.1} | others)


def lost(params: VascularSize, gyri: tuple[str, ...]) -> float:
    loads = zip(PARCELS, Vascular().loads(params), strict=True)
    return float(np.mean([load.atrophy for parcel, load in loads if parcel.gyrus in gyri]))


@pytest.fixture(scope="module")
def drawn() -> list[VascularSize]:
    return [conditions.draw(Vascular.name, Key(n), PERSON, 0.5) for n in range(800)]  # type: ignore[misc]


def test_gyri_follow_each_other() -> None:
    known = {parcel.gyrus for parcel in PARCELS}
    assert known.issuperset((*EARLY, *LATE, *ELSEWHERE))
    mild, severe, last = (made(stage=stage) for stage in (0.3, 0.7, 1.0))
    assert lost(mild, EARLY) > 2.5 * lost(mild, LATE)
    assert lost(severe, EARLY) > lost(severe, LATE) > 1.5 * lost(severe, ELSEWHERE)
    assert lost(last, LATE) == pytest.approx(lost(last, EARLY), abs=1e-3)
    for gyri in (EARLY, LATE, ELSEWHERE):
        assert 0 < lost(mild, gyri) < lost(severe, gyri) < lost(last, gyri)
    assert not any(load.amyloid or load.tau for load in Vascular().loads(severe))


def test_sizes_shrink_as_prescribed() -> None:
    before = anatomy.draw(Key(4), PERSON)
    after = Vascular().shape(made(), before, None)  # type: ignore[arg-type]
    kept = {
        name: [new / old for new, old in zip(value, getattr(before.deep_grey_ml, name), strict=True)]
        for name, value in after.deep_grey_ml.model_dump().items()
    }
    assert kept["hippocampus"] == pytest.approx([0.9, 0.8], abs=2e-3)
    assert kept["amygdala"] == pytest.approx([0.9, 0.8], abs=2e-3)
    assert kept["thalamus"] == pytest.approx([0.9, 0.9], abs=2e-3)
    assert kept["caudate"] == pytest.approx([0.92, 0.92], abs=3e-3)
    assert after.cerebrum.white_ml / before.cerebrum.white_ml == pytest.approx(0.93, abs=1e-3)
    assert after.ventricles.lateral_left_ml / before.ventricles.lateral_left_ml == pytest.approx(
        1.8, abs=0.01
    )


def test_the_usual_patient_has_lost_what_is_published(drawn: list[VascularSize]) -> None:
    assert np.mean([one.hippocampus for one in drawn]) == pytest.approx(0.24 * 0.6, rel=0.05)
    widened = [conditions.draw("alzheimers-disease", Key(n), PERSON, 0.5).ventricles for n in range(200)]  # type: ignore[union-attr]
    assert np.mean([one.ventricles for one in drawn]) > np.mean(widened)


def test_the_worst_patients_keep_some_of_everything() -> None:
    before = anatomy.draw(Key(4), PERSON)
    worst = made(stage=1, hippocampus=(0.7, 0.7), cortex=3, thalamus=0.7, ventricles=4)
    after = Vascular().shape(worst, before, None)  # type: ignore[arg-type]
    assert min(min(pair) for pair in after.deep_grey_ml.model_dump().values()) > 0


def test_the_hippocampus_shrinks_slower_than_in_alzheimers_disease(drawn: list[VascularSize]) -> None:
    found = [rates.draw(Key(n), PERSON, (one,)).hippocampus_percent for n, one in enumerate(drawn[:300])]
    assert -1.41 > np.mean(found) > -4.66
