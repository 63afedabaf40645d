import numpy as np
import pytest

from mindscan.anatomy import anatomy, conditions
from mindscan.anatomy.conditions.dementia import Alzheimers, AlzheimersSize, Mci
from mindscan.core.key import Key
from mindscan.core.parcels import PARCELS
from mindscan.core.person import Person

PERSON = Person(age_years=70, sex="F")


def made(pattern: str, stage: float = 0.7) -> AlzheimersSize:
    return AlzheimersSize.parse(
        {
            "severity": 0.5,
            "stage": stage,
            "pattern": pattern,
            "hippocampus": (0.2, 0.3),
            "cortex": 1,
            "ventricles": 1.5,
        }
    )


def by_gyrus(params: AlzheimersSize, of: str, gyrus: str) -> float:
    loads = zip(PARCELS, Alzheimers().loads(params), strict=True)
    return float(np.mean([getattr(load, of) for parcel, load in loads if parcel.gyrus == gyrus]))


def test_tau_starts_in_the_medial_temporal_lobe_and_ends_in_the_visual_cortex() -> None:
    early = made("typical", 0.2)
    entorhinal, temporal, visual = (
        by_gyrus(early, "tau", gyrus) for gyrus in ("entorhinal", "inferiortemporal", "pericalcarine")
    )
    assert entorhinal > 0.5 > temporal > visual
    assert visual < 0.02


def test_amyloid_comes_before_tau_in_association_cortex() -> None:
    assert by_gyrus(made("typical", 0.25), "amyloid", "precuneus") > 0.8
    assert by_gyrus(made("typical", 0.25), "tau", "precuneus") < 0.2


def test_hippocampal_sparing_has_more_tau_in_association_cortex() -> None:
    spared, typical = (made(pattern, 0.5) for pattern in ("hippocampal-sparing", "typical"))
    assert by_gyrus(spared, "tau", "inferiorparietal") > by_gyrus(typical, "tau", "inferiorparietal") + 0.1


def test_sizes_shrink_as_prescribed_and_ventricles_widen() -> None:
    before = anatomy.draw(Key(4), PERSON)
    after = Alzheimers().shape(made("typical"), before, None)  # type: ignore[arg-type]
    left, right = (
        new / old
        for new, old in zip(after.deep_grey_ml.hippocampus, before.deep_grey_ml.hippocampus, strict=True)
    )
    assert (left, right) == pytest.approx((0.8, 0.7), abs=1e-3)
    assert after.ventricles.lateral_left_ml / before.ventricles.lateral_left_ml == pytest.approx(1.5, 1e-3)
    assert after.ventricles.horn_left_ml > 1.5 * before.ventricles.horn_left_ml
    assert after.cerebrum.cortex_ml < before.cerebrum.cortex_ml


def test_mci_is_an_earlier_stage() -> None:
    for severity in (0.01, 0.5, 1.0):
        early, late = (
            conditions.draw(name, Key(1), PERSON, severity).model_dump()["stage"]
            for name in (Mci.name, Alzheimers.name)
        )
        assert early < late
