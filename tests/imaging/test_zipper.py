import pytest
import torch

from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.imaging.zipper import Zipper, add_zipper


def test_the_line_lies_where_its_frequency_is_read_out() -> None:
    image = torch.zeros(20, 30, 40)
    seen = add_zipper(image, Zipper(strength=1, offset_hz=1500), 5.0, 2, 150.0, Key(1))
    assert seen.abs().sum((0, 1)).nonzero()[:, 0].tolist() == [30]
    line = seen[:, :, 30]
    assert float(line.real.std()) == pytest.approx(5, rel=0.1)
    assert float(line.imag.std()) == pytest.approx(5, rel=0.1)
    assert not image.any()


def test_a_frequency_outside_the_readout_is_refused() -> None:
    with pytest.raises(SettingsError, match="-3000 to 3000 Hz") as caught:
        add_zipper(torch.zeros(20, 30, 40), Zipper(offset_hz=4000), 1.0, 2, 150.0, Key(1))
    assert "\n" not in str(caught.value)
