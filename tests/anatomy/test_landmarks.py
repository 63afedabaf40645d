import numpy as np
import pytest

from mindscan.anatomy.landmarks import AFIDS


def test_there_are_32_and_the_commissures_are_28_mm_apart() -> None:
    assert len(AFIDS) == 32
    assert np.linalg.norm(np.subtract(AFIDS["AC"], AFIDS["PC"])) == pytest.approx(27.8, abs=0.1)


def test_right_is_positive_and_left_negative() -> None:
    for name, (x, _, _) in AFIDS.items():
        if name.startswith("R "):
            assert x > 1
            assert AFIDS["L " + name[2:]][0] < -1
