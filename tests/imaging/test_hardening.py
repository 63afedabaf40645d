import pytest
import torch

from mindscan.imaging.attenuation import BASIS, linear_attenuation
from mindscan.imaging.hardening import bone_in_water, in_water, passed
from mindscan.imaging.spectra import hounsfield


@pytest.mark.parametrize("tube_kv", [80, 120, 140])
def test_water_is_corrected_to_itself(tube_kv: int) -> None:
    water = torch.tensor([0.0, 10.0, 100.0, 200.0, 300.0])
    share = passed(torch.stack([water, 0 * water]), tube_kv)
    assert bool((share[1:] < share[:-1]).all())
    assert torch.allclose(in_water(share, tube_kv), water, atol=0.05)


def test_beams_harden() -> None:
    """The second half of a way weakens a beam of many energies less than the first."""
    for end in range(len(BASIS)):
        paths = torch.zeros(2, 3, dtype=torch.float64)
        paths[end] = torch.tensor([0.0, 30.0, 60.0])
        first, second = (-passed(paths, 120).log()).diff().tolist()
        assert second < first


def test_thick_bone_seems_thinner_than_it_is() -> None:
    paths = torch.tensor([[160.0, 150.0], [10.0, 60.0]], dtype=torch.float64)
    seen = in_water(passed(paths, 120), 120)
    wanted = paths[0] + bone_in_water(120) * paths[1]
    thin, thick = (seen / wanted - 1).tolist()
    assert thick < thin
    assert thick < -0.02


def test_bone_in_water_is_its_hounsfield_unit() -> None:
    assert 1000 * (bone_in_water(120) - 1) == pytest.approx(hounsfield("compact bone"))
    assert bone_in_water(80) > bone_in_water(140)
    assert bool((linear_attenuation(BASIS[1]) > linear_attenuation(BASIS[0])).all())
