import torch

from mindscan.core.key import Key
from mindscan.imaging.wrap import Wrap, fold, kept


def test_folding_is_every_second_line_of_k_space() -> None:
    image = torch.rand((3, 16, 4), generator=Key(1).generator())
    inside = kept(Wrap(phase_share=0.5), 16)
    half = torch.fft.fft(image, dim=1)[:, ::2]
    # Leaving out every second line folds the image on its upper half; roll it to the one that is kept.
    expected = torch.fft.ifft(half, dim=1).real.roll(-inside.start, 1)
    torch.testing.assert_close(fold(image, inside, 1), expected, atol=1e-5, rtol=0)


def test_all_signal_is_kept_where_it_folds_more_than_once() -> None:
    image = torch.rand((3, 20, 4), generator=Key(1).generator())
    folded = fold(image, kept(Wrap(phase_share=0.3), 20), 1)
    assert folded.shape == (3, 6, 4)
    torch.testing.assert_close(folded.sum(1), image.sum(1))


def test_a_whole_field_of_view_folds_nothing() -> None:
    image = torch.rand((3, 20, 4), generator=Key(1).generator())
    assert torch.equal(fold(image, kept(Wrap(), 20), 1), image)
