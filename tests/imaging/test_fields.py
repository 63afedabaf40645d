import numpy as np
import pytest
import torch

from mindscan.core.key import Key
from mindscan.core.volume import Grid
from mindscan.imaging.fields import SmoothField, draw_field

CPU = torch.device("cpu")
GRID = Grid.centred((40, 50, 60), (1.0, 1.0, 1.0))


def whole(field: SmoothField) -> torch.Tensor:
    return field.slab(slice(0, field.weights[0].shape[0]))


def test_slabs_are_parts_of_the_whole() -> None:
    field = draw_field(GRID, 1.0, 7.0, Key(1), CPU)
    torch.testing.assert_close(field.slab(slice(11, 17)), whole(field)[11:17])
    assert whole(field).shape == GRID.shape


def test_equal_coefficients_give_a_constant() -> None:
    field = draw_field(GRID, 1.0, 7.0, Key(1), CPU)
    flat = SmoothField(torch.full_like(field.lattice, 3.0), field.weights)
    torch.testing.assert_close(whole(flat), torch.full(GRID.shape, 3.0))


def test_the_standard_deviation_is_the_one_asked_for() -> None:
    values = [whole(draw_field(GRID, 2.5, 4.0, Key(seed), CPU)) for seed in range(4)]
    assert float(torch.stack(values).std()) == pytest.approx(2.5, rel=0.05)
    assert abs(float(torch.stack(values).mean())) < 0.2


def test_a_centred_field_has_mean_zero() -> None:
    for seed in range(3):
        assert abs(float(whole(draw_field(GRID, 1.0, 60.0, Key(seed), CPU, centred=True)).mean())) < 1e-5


def test_correlation_is_one_half_at_the_spacing_in_millimetres_along_every_axis() -> None:
    grid = Grid.centred((90, 90, 30), (1.0, 2.0, 4.0))
    pairs: dict[int, list[float]] = {0: [], 1: [], 2: []}
    for seed in range(3):
        field = whole(draw_field(grid, 1.0, 8.0, Key(seed), CPU)).numpy()
        for axis, step in enumerate((8, 4, 2)):
            moved = np.moveaxis(field, axis, 0)
            pairs[axis].append(float(np.corrcoef(moved[step:].ravel(), moved[:-step].ravel())[0, 1]))
    for found in pairs.values():
        assert np.mean(found) == pytest.approx(0.5, abs=0.06)


def test_streams_differ_and_repeat() -> None:
    one, again, other = (draw_field(GRID, 1.0, 7.0, Key(seed), CPU).lattice for seed in (1, 1, 2))
    assert one.equal(again)
    assert not one.equal(other)


def test_a_field_of_no_amplitude_is_zero() -> None:
    assert float(whole(draw_field(GRID, 0.0, 50.0, Key(1), CPU, centred=True)).abs().max()) == 0
