import pytest
import torch

from imaging.heads import ball
from mindscan.imaging.saturation import Saturation, clip


def test_no_point_of_k_space_is_above_the_limit() -> None:
    image = (ball().labels.data > 0).float()
    before = torch.fft.fftn(image).abs()
    after = torch.fft.fftn(clip(image, Saturation(clipped_db=6))).abs()
    limit = float(before.max()) * 10 ** (-6 / 20)
    assert float(after.max()) == pytest.approx(limit, rel=1e-3)
    low = before < limit
    torch.testing.assert_close(after[low], before[low], atol=1e-4 * limit, rtol=0)
