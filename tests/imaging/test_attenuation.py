import pytest
import torch

from mindscan.core.errors import SettingsError
from mindscan.imaging.attenuation import (
    BASIS,
    MATTER,
    basis_shares,
    energies_kev,
    linear_attenuation,
    mass_attenuation,
)
from mindscan.imaging.tissues import SUBSTANCES

IN_HEADS = [name for name, matter in MATTER.items() if matter.hounsfield is not None]
METAL = ("steel", "amalgam", "titanium")


def test_every_tissue_is_in_the_table() -> None:
    assert set(SUBSTANCES) <= set(MATTER)


@pytest.mark.parametrize("name", MATTER)
def test_parts_are_whole(name: str) -> None:
    assert sum(MATTER[name].parts.values()) == pytest.approx(100, abs=0.3)
    assert bool((linear_attenuation(name) > 0).all())


@pytest.mark.parametrize("name", [name for name in IN_HEADS if name not in METAL])
def test_water_and_bone_stand_for_every_tissue(name: str) -> None:
    used = (energies_kev() > 30) & (energies_kev() < 120)
    water, bone = basis_shares(name)
    mixed = water * linear_attenuation(BASIS[0]) + bone * linear_attenuation(BASIS[1])
    assert float((mixed / linear_attenuation(name) - 1)[used].abs().max()) < 0.005


def test_mixtures_lie_between_their_parts() -> None:
    water, oxygen = mass_attenuation({"H": 2, "O": 16}), mass_attenuation({"O": 1})
    assert torch.allclose(water * 18, 2 * mass_attenuation({"H": 1}) + 16 * oxygen)


@pytest.mark.parametrize("parts", [{"Unobtainium": 1.0}, {}, {"H": 0.0}])
def test_unknown_parts_are_refused(parts: dict[str, float]) -> None:
    with pytest.raises(SettingsError, match="elements of H, C"):
        mass_attenuation(parts)


def test_an_unknown_substance_is_refused() -> None:
    with pytest.raises(SettingsError, match="one of air, water"):
        linear_attenuation("cheese")
