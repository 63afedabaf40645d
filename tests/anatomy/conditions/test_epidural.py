import pytest

from outer import drawn, lost, shift_mm, sick, taken_ml

NAME = "epidural-haematoma"


def test_it_lies_at_the_site_on_the_side() -> None:
    x, y, _ = drawn(NAME, site="frontal", side="L").centre_mm
    assert x < 0
    assert y > 30
    assert drawn(NAME, site="frontal", centre_mm=[50, 40, 20], side="R").centre_mm == (50, 40, 20)


def test_volume_and_shift_go_with_the_thickness() -> None:
    small, large = drawn(NAME, thickness_mm=10), drawn(NAME, thickness_mm=30)
    assert small.volume_ml < 25
    assert large.volume_ml > 80
    assert small.midline_shift_mm == 0
    assert large.midline_shift_mm == pytest.approx(8)


def test_blood_has_its_volume_and_the_brain_keeps_its_own() -> None:
    model, brain = sick(NAME)
    lesion = model.lesions[0]
    assert taken_ml(brain) == pytest.approx([lesion.ml], rel=0.02)
    assert abs(lost(brain)) < 0.01
    assert shift_mm(model) == pytest.approx(drawn(NAME).midline_shift_mm, abs=0.2)
