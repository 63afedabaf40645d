import pytest
import torch

from mindscan.core.key import Key
from mindscan.imaging.spikes import Spikes, add_spikes


def test_a_spike_is_one_point_of_k_space_of_the_share_asked() -> None:
    image = torch.rand((16, 18, 20), generator=Key(1).generator())
    added = torch.fft.fftn(add_spikes(image, Spikes(count=1, share=0.3), None, Key(2)) - image)
    size = added.abs().flatten().sort(descending=True).values
    assert float(size[0]) == pytest.approx(0.3 * float(image.sum()), rel=1e-4)
    assert float(size[1]) < 1e-4 * float(size[0])


def test_slice_by_slice_a_spike_spoils_one_slice() -> None:
    image = torch.ones(16, 18, 20)
    spoilt = (add_spikes(image, Spikes(count=1, share=0.3), 2, Key(2)) - image).abs().amax((0, 1))
    assert int((spoilt > 0.1).sum()) == 1
    assert float(spoilt.max()) == pytest.approx(0.3, rel=1e-3)


def test_the_image_that_was_given_stays() -> None:
    image = torch.ones((4, 4, 4), dtype=torch.complex64)
    add_spikes(image, Spikes(count=2, share=1.0), None, Key(2))
    assert torch.equal(image, torch.ones((4, 4, 4), dtype=torch.complex64))
