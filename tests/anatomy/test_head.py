import numpy as np
import pytest

from mindscan.anatomy.head import TEMPLATE_ICV_ML, HeadSize, to_template
from mindscan.core.errors import SettingsError


def test_volume_scale_of_the_map_is_the_intracranial_volume() -> None:
    size = HeadSize(icv_ml=1400, breadth=1.07, height=0.95, turn_deg=(5, -3, 8), shift_mm=(2, 3, 4))
    assert 1 / np.linalg.det(to_template(size)) == pytest.approx(1400 / TEMPLATE_ICV_ML, rel=1e-6)


def test_turns_follow_the_right_hand_rule() -> None:
    nod = np.linalg.inv(to_template(HeadSize(icv_ml=TEMPLATE_ICV_ML, turn_deg=(90, 0, 0))))
    assert np.allclose(nod @ [0, 1, 0, 1], [0, 0, 1, 1], atol=1e-9)
    shake = np.linalg.inv(to_template(HeadSize(icv_ml=TEMPLATE_ICV_ML, turn_deg=(0, 0, 90))))
    assert np.allclose(shake @ [1, 0, 0, 1], [0, 1, 0, 1], atol=1e-9)


def test_shift_is_in_world_millimetres() -> None:
    shifted = np.linalg.inv(to_template(HeadSize(icv_ml=1000, turn_deg=(9, 9, 9), shift_mm=(1, 2, 3))))
    assert np.allclose(shifted[:3, 3], [1, 2, 3])


def test_an_impossible_size_is_refused() -> None:
    with pytest.raises(SettingsError, match="icv_ml = 100"):
        HeadSize.parse({"icv_ml": 100})
