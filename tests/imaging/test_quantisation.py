import pytest
import torch

from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.imaging.quantisation import Quantisation, quantise


@pytest.mark.parametrize("bits", [3, 8, 12])
def test_there_are_as_many_levels_as_bits_give(bits: int) -> None:
    image = 5000 * torch.rand((60, 60, 60), generator=Key(1).generator())
    stored = quantise(image, Quantisation(bits=bits, full_scale=4), 1000.0)
    step = 4000 / (2**bits - 1)
    levels = torch.unique(stored)
    assert len(levels) == 2**bits
    torch.testing.assert_close(levels / step, torch.arange(2.0**bits), atol=2e-3, rtol=0)
    inside = image < 4000
    assert float((stored - image)[inside].abs().max()) <= step / 2 * 1.001
    assert float(stored.max()) == pytest.approx(4000)


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(SettingsError, match="bits"):
        Quantisation.parse({"bits": 0})
