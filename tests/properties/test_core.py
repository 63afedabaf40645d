"""What holds for every key, prior, record and grid."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from mindscan.core.key import Key
from mindscan.core.prior import Prior, Rounded
from mindscan.core.record import Record
from mindscan.core.volume import Grid

seeds = st.integers(0, 2**63 - 1)
names = st.text(max_size=8) | st.integers()
paths = st.lists(names, max_size=4)
numbers = st.floats(-1e6, 1e6, allow_subnormal=False)
priors = st.one_of(
    numbers,
    st.booleans(),
    st.text(max_size=5),
    st.tuples(numbers, numbers).map(sorted),
    st.tuples(numbers, st.floats(0, 1e6)).map(lambda pair: {"normal": list(pair)}),
    st.lists(numbers | st.text(max_size=5), min_size=1, max_size=4).map(lambda values: {"choice": values}),
)


class Size(Record):
    """A rounded number."""

    value: Rounded


def below(seed: int, path: list[str | int]) -> Key:
    """The key at a path."""
    key = Key(seed)
    for name in path:
        key = key / name
    return key


@given(seeds, paths, paths)
def test_different_paths_are_different_streams(
    seed: int, one: list[str | int], other: list[str | int]
) -> None:
    assume(list(map(str, one)) != list(map(str, other)))
    assert below(seed, one).digest != below(seed, other).digest


@given(seeds, paths, names, names)
def test_a_draw_does_not_see_its_neighbours(
    seed: int, path: list[str | int], name: str | int, other: str | int
) -> None:
    alone = (below(seed, path) / name).rng().random()
    (below(seed, path) / other).rng().random(3)
    assert (below(seed, path) / name).rng().random() == alone


@given(priors, seeds)
def test_priors_read_back_and_draw_the_same(form: object, seed: int) -> None:
    prior = Prior.parse(form)
    again = Prior.parse(prior.plain())
    assert again == prior
    assert again.draw(Key(seed)) == prior.draw(Key(seed))


@given(numbers, numbers, seeds)
def test_uniform_stays_inside(one: float, other: float, seed: int) -> None:
    low, high = sorted((one, other))
    assert low <= float(Prior(uniform=(low, high)).draw(Key(seed))) <= high


@given(numbers, st.floats(0, 1e6), seeds)
def test_normal_stays_within_three_standard_deviations(mean: float, sd: float, seed: int) -> None:
    drawn = float(Prior(normal=(mean, sd)).draw(Key(seed)))
    assert abs(drawn - mean) <= 3 * sd * (1 + 1e-9) + 1e-9 * abs(mean)


@given(st.floats(allow_nan=False, allow_infinity=False, max_value=1e300, min_value=-1e300))
def test_rounding_once_is_enough(value: float) -> None:
    once = Size.parse({"value": value})
    assert Size.parse(once.model_dump()) == once
    assert abs(once.value - value) <= 5.1e-6 * abs(value)
    assert len(once.json_text()) < 40


@given(
    st.tuples(*[st.integers(1, 64)] * 3),
    st.tuples(*[st.floats(0.3, 20)] * 3),
    st.tuples(*[st.floats(-100, 100)] * 3),
)
def test_a_centred_grid_is_symmetric_about_its_centre(
    shape: tuple[int, ...], voxel_mm: tuple[float, ...], centre_mm: tuple[float, ...]
) -> None:
    grid = Grid.centred(shape, voxel_mm, centre_mm)
    corners = [grid.affine @ [*corner, 1] for corner in ((0, 0, 0), [n - 1 for n in shape])]
    assert np.allclose((corners[0] + corners[1])[:3] / 2, centre_mm, atol=1e-9 * 1e4)
    assert np.allclose(grid.voxel_mm, voxel_mm)
    assert np.isclose(grid.voxel_ml * 1000, np.prod(voxel_mm))
