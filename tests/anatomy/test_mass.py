"""A mass pushes the midline as far as asked, smoothly, and leaves the skull where it is."""

import pytest
import torch

from mindscan.anatomy import bases
from mindscan.anatomy.mass import MIDLINE_MM, mass_push
from mindscan.anatomy.structure import Frame, Place
from mindscan.anatomy.warp import empty_lattice, exponential


@pytest.fixture(scope="module")
def frame() -> Frame:
    nowhere = Place(torch.zeros((0, 3)), 1.0, 0.0)
    return Frame(bases.load("mni152"), 0.95, empty_lattice(), nowhere, torch.zeros(0))


@pytest.mark.parametrize("height_mm", [2.0, 30.0])
@pytest.mark.parametrize("shift_mm", [2.0, 6.0])
def test_the_midline_moves_as_far_as_asked_away_from_the_mass(
    frame: Frame, shift_mm: float, height_mm: float
) -> None:
    velocity = mass_push((28.0, 0.0, height_mm), 16.0, shift_mm, frame, frame.lattice.data)
    assert velocity is not None
    line = torch.tensor([MIDLINE_MM]).repeat(4001, 1)
    line[:, 0] = torch.linspace(-20, 20, 4001)
    on_template = line[:, 0] + exponential(velocity, frame.lattice).at(line)[0]
    midline = line[on_template.abs().argmin(), 0]
    assert float(midline) * frame.scale == pytest.approx(-shift_mm, abs=0.05)


def test_it_is_smooth_and_the_skull_stays(frame: Frame) -> None:
    velocity = mass_push((28.0, 0.0, 2.0), 20.0, 8.0, frame, frame.lattice.data)
    assert velocity is not None
    displacement = exponential(velocity, frame.lattice)
    rows = [torch.stack(torch.gradient(d, spacing=displacement.step_mm)) for d in displacement.data]
    jacobian = torch.stack(rows).flatten(2).permute(2, 0, 1) + torch.eye(3)
    assert float(torch.linalg.det(jacobian).min()) > 0
    hull = frame.template.fields["hull"].at(frame.lattice.nodes())[0].reshape(displacement.data.shape[1:])
    assert float(displacement.data[:, hull > 0].abs().max()) < 0.3


def test_no_shift_no_push(frame: Frame) -> None:
    assert mass_push((28.0, 0.0, 2.0), 16.0, 0.0, frame, frame.lattice.data) is None
