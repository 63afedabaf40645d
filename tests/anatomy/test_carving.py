import numpy as np
import numpy.typing as npt
import pytest
from scipy import ndimage
from skimage.measure import euler_number

from mindscan.anatomy import carving
from mindscan.core.key import Key

Mask = npt.NDArray[np.bool_]


def block() -> Mask:
    solid = np.zeros((14, 14, 14), bool)
    solid[2:12, 2:12, 2:12] = True
    return solid


def test_a_dent_is_carved_as_it_is_asked() -> None:
    dent = np.zeros_like(block())
    dent[5:8, 5:8, 2:9] = True
    assert (carving.carved(block(), dent) == (block() & ~dent)).all()


@pytest.mark.parametrize("turn", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_a_tunnel_keeps_a_wall_and_a_cavity_is_not_opened(turn: tuple[int, int, int]) -> None:
    tunnel, cavity = np.zeros_like(block()), np.zeros_like(block())
    tunnel[6, 6, 2:12] = True
    cavity[8:10, 8:10, 8:10] = True
    left = carving.carved(block(), (tunnel | cavity).transpose(turn))
    assert 0 < (left & tunnel.transpose(turn)).sum() < 3
    assert (left & cavity.transpose(turn)).sum() == 8
    assert euler_number(left, 3) == 1


def test_a_ring_is_filled_but_not_closed() -> None:
    ring = block()
    ring[6:8, 6:8, :] = False
    full = carving.filled(ring, ~ring & block())
    assert euler_number(full, 3) == euler_number(ring, 3) == 0
    assert full.sum() > ring.sum()


def test_random_carving_leaves_all_counts_as_they_were() -> None:
    rng = Key(8).rng()
    where = ndimage.gaussian_filter(rng.normal(size=block().shape), 1.0) > 0
    for solid in (
        carving.carved(block(), where),
        carving.filled(block(), where & np.pad(block(), 1)[1:-1, 1:-1, 1:-1]),
    ):
        assert ndimage.label(solid, np.ones((3, 3, 3)))[1] == 1
        assert ndimage.label(~solid)[1] == 1
        assert euler_number(solid, 3) == 1
    assert 100 < carving.carved(block(), where).sum() < 0.8 * block().sum()


def test_points_are_simple_where_labelling_says_so() -> None:
    around = Key(4).rng().random((400, 3, 3, 3)) < 0.5
    around[:, 1, 1, 1] = False
    near = ndimage.generate_binary_structure(3, 2)
    faces = ndimage.generate_binary_structure(3, 1)
    expected = []
    for solid in around:
        rest, _ = ndimage.label(~solid & near & ~_centre())
        touching = np.unique(rest[faces & ~solid & ~_centre()])
        expected.append(ndimage.label(solid, np.ones((3, 3, 3)))[1] == 1 and len(touching) == 1)
    bits = (around.reshape(400, 27) << np.arange(27)).sum(1).astype(np.int32)
    assert carving._simple(bits).tolist() == expected
    assert 20 < sum(expected) < 380


def _centre() -> Mask:
    centre = np.zeros((3, 3, 3), bool)
    centre[1, 1, 1] = True
    return centre
