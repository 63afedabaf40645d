import numpy as np
import pytest

from mindscan.core.labels import BY_ID
from mindscan.validate.illnesses import shares_ml
from outer import drawn, lost, shift_mm, sick, taken_ml, well

NAME = "subdural-haematoma"


@pytest.mark.parametrize(("side", "sign"), [("L", -1), ("R", 1)])
def test_the_middle_goes_to_the_side(side: str, sign: int) -> None:
    assert drawn(NAME, side=side).centre_mm[0] * sign > 0


def test_more_severe_is_thicker_and_moves_the_midline_further() -> None:
    mild, bad = drawn(NAME, 0.2), drawn(NAME, 0.9)
    assert mild.thickness_mm < bad.thickness_mm / 2
    assert mild.midline_shift_mm < bad.midline_shift_mm / 2


def test_volume_and_shift_go_with_a_thickness_that_is_given() -> None:
    usual, thin = drawn(NAME), drawn(NAME, thickness_mm=5)
    assert thin.volume_ml == pytest.approx(usual.volume_ml * 5 / usual.thickness_mm)
    assert thin.midline_shift_mm == 0
    assert drawn(NAME, thickness_mm=5, midline_shift_mm=3).midline_shift_mm == 3


def test_blood_has_its_volume_and_the_brain_keeps_its_own() -> None:
    model, brain = sick(NAME)
    lesion = model.lesions[0]
    assert taken_ml(brain) == pytest.approx([lesion.ml], rel=0.02)
    assert abs(lost(brain)) < 0.01
    fluid = [shares_ml(one, "CSF", "Lateral-Ventricle") for one in (well()[1], brain)]
    assert fluid[0] - fluid[1] == pytest.approx(lesion.ml, rel=0.1)


def test_the_midline_moves_as_far_as_asked_and_the_near_ventricle_gives_way() -> None:
    model, brain = sick(NAME)
    assert shift_mm(model) == pytest.approx(drawn(NAME).midline_shift_mm, abs=0.2)
    left, right = (
        shares_ml(brain, f"{side}-Lateral-Ventricle") / shares_ml(well()[1], f"{side}-Lateral-Ventricle")
        for side in ("Left", "Right")
    )
    assert right < left < 1


def test_blood_stays_on_its_side_and_skull_where_it_was() -> None:
    model, brain = sick(NAME)
    labels, before = (np.asarray(one.labels.numpy()) for one in (brain, well()[1]))
    blood = labels == model.lesions[0].label
    at = np.argwhere(blood) @ brain.labels.affine[:3, :3].T + brain.labels.affine[:3, 3]
    middle = brain.landmarks["AC"][0]
    assert (at[:, 0] > middle).mean() > 0.995
    bone = np.isin(before, [i for i, label in BY_ID.items() if label.extracranial])
    assert (labels != before)[bone].mean() < 2e-3
