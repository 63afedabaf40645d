import numpy as np

from mindscan.core.labels import BY_NAME
from mindscan.validate.outline import apart_mm, outline


def ball(radius: float, side: int = 48) -> np.ndarray:
    x, y, z = np.indices((side,) * 3) - side // 2
    return x**2 + y**2 + z**2 <= radius**2


def test_an_outline_bridges_sulci_but_not_wide_gaps() -> None:
    brain = ball(20)
    brain[:, :, 24:26] = False
    ids = np.where(brain, BY_NAME["Left-Cerebral-Cortex"].id, 0).astype(np.int16)
    slit = outline(ids)[:, :, 24:26] & ball(10)[:, :, 24:26]
    assert slit.sum() == ball(10)[:, :, 24:26].sum()
    assert not outline(ids)[~ball(21)].any()


def test_outlines_are_as_far_apart_as_their_radii() -> None:
    assert abs(apart_mm(ball(20), ball(17)) - 3) < 0.4
    assert apart_mm(ball(20), ball(20)) == 0
    assert apart_mm(ball(20), ball(14)) > apart_mm(ball(20), ball(17))


def test_the_other_side_does_not_count() -> None:
    ids = np.where(ball(10), BY_NAME["Right-Cerebral-Cortex"].id, 0).astype(np.int16)
    assert not outline(ids).any()
