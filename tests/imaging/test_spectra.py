import pytest
import torch

from mindscan.core.errors import SettingsError
from mindscan.imaging.attenuation import MATTER, energies_kev
from mindscan.imaging.spectra import (
    TUBE_KV,
    absorbed,
    air_kerma_mgy,
    ct_weights,
    half_value_layer_mm,
    hounsfield,
    spectrum,
)

RQR = {
    60: (2.19, 0.74),
    70: (2.58, 0.71),
    80: (3.01, 0.69),
    90: (3.48, 0.68),
    100: (3.97, 0.68),
    120: (5.0, 0.68),
}
"""First half-value layer in mm of aluminium and homogeneity by tube voltage; IEC 61267:2005, RQR 4 to 9."""
RQT = {100: (0.2, 6.9), 120: (0.25, 8.4)}
"""Copper in mm that makes a beam of CT of RQR 8 and 9, and its half-value layer; IEC 61267:2005."""
IN_HEADS = [name for name, matter in MATTER.items() if matter.hounsfield is not None]


def filter_mm(tube_kv: int, layer_mm: float) -> float:
    """Aluminium that gives the beam its standard half-value layer."""
    low, high = 1.0, 6.0
    for _ in range(20):
        middle = (low + high) / 2
        short = half_value_layer_mm(spectrum(tube_kv, {"aluminium": middle})) < layer_mm
        low, high = (middle, high) if short else (low, middle)
    return low


@pytest.mark.parametrize("tube_kv", RQR)
def test_beams_are_as_hard_as_the_standard_says(tube_kv: int) -> None:
    first, homogeneity = RQR[tube_kv]
    aluminium = filter_mm(tube_kv, first)
    assert 2.4 < aluminium < 3.7
    photons = spectrum(tube_kv, {"aluminium": aluminium})
    second = half_value_layer_mm(photons, 0.25) - first
    assert first / second == pytest.approx(homogeneity, abs=0.015)
    if tube_kv in RQT:
        copper, layer = RQT[tube_kv]
        hard = spectrum(tube_kv, {"aluminium": aluminium, "copper": copper})
        assert half_value_layer_mm(hard) == pytest.approx(layer, rel=0.02)


def test_no_photon_has_more_energy_than_the_tube_gives() -> None:
    for tube_kv in TUBE_KV:
        photons = spectrum(tube_kv, {})
        assert float(photons[energies_kev() > tube_kv].sum()) == 0
        assert float(photons.sum()) > 0


def test_tungsten_shines_in_its_lines() -> None:
    photons = spectrum(120, {"aluminium": 3.0})
    line, beside = photons[49], photons[52]  # 59.5 keV: K alpha 1
    assert float(line) > 1.5 * float(beside)


def test_output_is_that_of_a_tube() -> None:
    """Some 50 to 90 microgray per mAs at 1 m and 80 kV behind 2.5 mm of aluminium."""
    assert 0.04 < air_kerma_mgy(spectrum(80, {"aluminium": 2.5})) < 0.1


@pytest.mark.parametrize("name", IN_HEADS)
def test_hounsfield_units_are_those_that_scanners_find(name: str) -> None:
    low, high = MATTER[name].hounsfield or (0, 0)
    assert low <= hounsfield(name) <= high


def test_bone_is_denser_at_lower_voltage() -> None:
    assert hounsfield("compact bone", 80) > 1.1 * hounsfield("compact bone", 120)
    assert hounsfield("water", 80) == 0


def test_weights_and_detectors() -> None:
    assert float(ct_weights(120).sum()) == pytest.approx(1)
    thin, thick = absorbed("caesium iodide", 0.1), absorbed("caesium iodide", 0.5)
    assert bool((thin < thick).all())
    assert bool((thick <= 1).all())
    assert torch.equal(spectrum(120, {}), spectrum(120, {"copper": 0.0}))


@pytest.mark.parametrize("tube_kv", [0, 49, 72.5, 145, 500])
def test_an_unknown_voltage_is_refused(tube_kv: float) -> None:
    with pytest.raises(SettingsError, match="a multiple of 5 from 50 to 140"):
        spectrum(tube_kv, {})
