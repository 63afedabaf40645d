import pytest
import torch

from mindscan.core.key import Key
from mindscan.imaging.chemical_shift import ChemicalShift, shift_voxels, shifted


@pytest.mark.parametrize("tesla", [0.55, 1.5, 3.0])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_fat_is_moved_by_its_frequency_over_the_bandwidth(tesla: float, axis: int) -> None:
    image = torch.zeros(40, 40, 40)
    image[18:22, 18:22, 18:22] = 1
    seen = shifted(image, shift_voxels(ChemicalShift(ppm=3.5), tesla, 60.0), axis)
    place = torch.arange(40.0)
    line = seen.sum([other for other in range(3) if other != axis])
    moved = float((line * place).sum() / line.sum()) - 19.5
    assert moved == pytest.approx(-3.5 * 42.577478518 * tesla / 60, abs=1e-4)
    assert float(seen.sum()) == pytest.approx(64, rel=1e-5)


def test_no_shift_is_the_image() -> None:
    image = torch.rand((5, 6, 7), generator=Key(1).generator())
    assert torch.equal(shifted(image, shift_voxels(ChemicalShift(ppm=0), 3.0, 60.0), 1), image)


def test_what_leaves_the_field_of_view_is_gone() -> None:
    assert not shifted(torch.ones(3, 3, 3), 9.5, 0).any()
