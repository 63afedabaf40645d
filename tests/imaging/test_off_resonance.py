import pytest
import torch

from imaging.heads import ball
from mindscan.core.key import Key
from mindscan.imaging.off_resonance import (
    OffResonance,
    dephasing,
    displaced,
    displaced_labels,
    field_ppm,
)
from mindscan.imaging.tissues import susceptibility_ppm

CHI_PPM = susceptibility_ppm(40)


def test_the_main_field_points_up_the_world() -> None:
    head = ball()
    field = field_ppm(head, OffResonance(shim_order=0), CHI_PPM)
    i, j, k = 24, 28 + 19, 26 - 4  # the sinus
    above, beside = float(field[i, j, k + 5]), float(field[i + 5, j, k])
    assert above * beside < 0 or above > beside


def test_shimming_leaves_less_in_the_brain() -> None:
    head = ball()
    brain = (head.labels.data == 2) | (head.labels.data == 3)
    left = [float(field_ppm(head, OffResonance(shim_order=n), CHI_PPM)[brain].std()) for n in (0, 1, 2)]
    assert left == sorted(left, reverse=True)
    assert 0.01 < left[2] < 1


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_distortion_is_the_computed_number_of_voxels(axis: int) -> None:
    image = torch.zeros(30, 30, 30)
    image[12:16, 12:16, 12:16] = 1
    seen = displaced(image, torch.full((30, 30, 30), 3.25), axis)
    line = seen.sum([other for other in range(3) if other != axis])
    assert float((line * torch.arange(30.0)).sum() / line.sum()) == pytest.approx(13.5 + 3.25, abs=1e-4)
    assert float(seen.sum()) == pytest.approx(64, rel=1e-5)


def test_signal_piles_up_and_none_is_lost() -> None:
    place = torch.arange(40.0).expand(2, 2, 40)
    bump = 6 * torch.exp(-((place - 20) ** 2) / 20)
    image = torch.rand((2, 2, 40), generator=Key(1).generator()) * (place > 8) * (place < 30)
    seen = displaced(image, bump, 2)
    torch.testing.assert_close(seen.sum(2), image.sum(2))
    assert float(seen.max()) > float(image.max())


def test_labels_are_where_the_signal_of_their_structure_is() -> None:
    labels = ball().labels.data
    field = 4 * torch.sin(torch.arange(52) / 9.0).expand(labels.shape).contiguous()
    bent = displaced_labels(labels, field, 2)
    for label in (2, 3, 125):
        seen = displaced((labels == label).float(), field, 2) / displaced(torch.ones(labels.shape), field, 2)
        agree = ((seen > 0.5) == (bent == label))[:, :, 4:-4]
        assert float(agree.float().mean()) > 0.999


def test_no_field_moves_nothing() -> None:
    image = torch.rand((5, 6, 7), generator=Key(1).generator())
    torch.testing.assert_close(displaced(image, torch.zeros(5, 6, 7), 1), image, atol=1e-6, rtol=0)
    labels = ball().labels.data
    assert torch.equal(displaced_labels(labels, torch.zeros(labels.shape), 1), labels)


def test_dephasing_is_a_sinc_of_the_turns_across_a_voxel() -> None:
    ramp = 50.0 * torch.arange(10.0).expand(4, 4, 10)
    left = dephasing(ramp, 10.0, [1.0, 1.0, 1.0])
    torch.testing.assert_close(left, torch.sinc(torch.tensor(0.5)).expand(4, 4, 10))
    thick = dephasing(ramp, 10.0, [1.0, 1.0, 2.0])
    assert float(thick.max()) < 1e-6
