import math

import pytest
import torch
from scipy.special import jv

from mindscan.imaging.ghosting import Ghosting, errors
from mindscan.imaging.lines import decode, encode, lines

CPU = torch.device("cpu")


def ghosts(ghosting: Ghosting, count: int) -> torch.Tensor:
    """Image of a point in the middle."""
    point = torch.zeros(count, dtype=torch.complex64)
    point[count // 2] = 1
    numbers = lines(count, CPU)
    return (decode(numbers, count) * errors(ghosting, count, CPU)) @ (encode(numbers, count) @ point)


def test_every_second_line_gives_one_ghost_half_a_field_of_view_away() -> None:
    seen = ghosts(Ghosting(phase_deg=20, period_lines=2), 64).abs()
    assert float(seen[32]) == pytest.approx(math.cos(math.radians(20)), abs=1e-5)
    assert float(seen[0]) == pytest.approx(math.sin(math.radians(20)), abs=1e-5)


def test_a_longer_period_gives_ghosts_of_bessel_height() -> None:
    seen = ghosts(Ghosting(phase_deg=40, period_lines=8), 64).abs()
    phase = math.radians(40)
    for order in (1, 2):
        assert float(seen[32 + 8 * order]) == pytest.approx(abs(jv(order, phase)), abs=1e-3)


def test_no_error_is_no_ghost() -> None:
    assert torch.equal(errors(Ghosting(), 16, CPU), torch.ones(16, dtype=torch.complex64))
