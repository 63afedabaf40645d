import numpy as np
import pytest

from mindscan.anatomy.schemes import FREESURFER, PARTS, UNKNOWN, names_of


@pytest.mark.parametrize(
    ("theirs", "own"),
    [
        (0, 0),
        (17, 17),
        (1024, 3),
        (2035, 42),
        (11101, 3),
        (12175, 42),
        (4003, 41),
        (77, UNKNOWN),
        (165, UNKNOWN),
    ],
)
def test_freesurfer_ids(theirs: int, own: int) -> None:
    assert FREESURFER.own(np.full((2, 2, 2), theirs, np.int32)).tolist() == np.full((2, 2, 2), own).tolist()


def test_what_a_base_needs_is_known_to_the_scheme() -> None:
    needed = [one for ids in PARTS.values() for one in ids]
    assert set(needed) <= FREESURFER.same
    assert names_of([17, 53]) == "Left-Hippocampus, Right-Hippocampus"
