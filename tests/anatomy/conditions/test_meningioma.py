import pytest

from mindscan.anatomy.conditions.meningioma import Meningioma
from outer import drawn, lost, shift_mm, sick, taken_ml

NAME = "meningioma"


def test_it_lies_at_the_site_on_the_side() -> None:
    assert drawn(NAME, site="sphenoid-wing", side="L").centre_mm == (-54, 20, -8)


def test_shift_and_oedema_go_with_the_volume() -> None:
    assert drawn(NAME, volume_ml=10).midline_shift_mm == 0
    assert drawn(NAME, volume_ml=60).midline_shift_mm == pytest.approx(4)
    usual, half = drawn(NAME), drawn(NAME, volume_ml=10)
    assert half.oedema_ml == pytest.approx(usual.oedema_ml * 10 / usual.volume_ml, rel=1e-4)


def test_it_is_about_as_high_as_its_base_is_wide() -> None:
    gap = Meningioma().gap(drawn(NAME, volume_ml=30))
    half_ball = (3 * 30_000 / 2 / 3.1416) ** (1 / 3)
    assert gap.thickness_mm == pytest.approx(half_ball, rel=0.1)


def test_tumour_and_oedema_have_their_volumes_and_the_brain_keeps_its_own() -> None:
    model, brain = sick(NAME)
    assert taken_ml(brain) == pytest.approx([lesion.ml for lesion in model.lesions], rel=0.02)
    assert abs(lost(brain, "Oedema")) < 0.01
    assert shift_mm(model) == pytest.approx(drawn(NAME).midline_shift_mm, abs=0.2)
