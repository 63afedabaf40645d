"""X-ray tubes: spectra by voltage and filter, how hard they are, and the Hounsfield units they give.

Spectra of a tungsten target of 12 degrees: the Casim model, Omar, Andreo and Poludniowski 2020,
doi:10.1002/mp.14359, through SpekPy, Poludniowski et al. 2021, doi:10.1002/mp.14945
(`scripts/xray_tables.py`).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated

import numpy as np
import torch
from pydantic import AfterValidator
from torch import Tensor

from mindscan.core.errors import SettingsError
from mindscan.core.prior import Rounded
from mindscan.imaging.attenuation import energies_kev, linear_attenuation

TUBE_KV = tuple(range(50, 145, 5))
"""Tube voltages of which spectra are known, in kV."""


def _known_voltage(tube_kv: float) -> float:
    if tube_kv not in TUBE_KV:
        raise ValueError("a multiple of 5 from 50 to 140")
    return tube_kv


Voltage = Annotated[Rounded, AfterValidator(_known_voltage)]
"""A setting of a tube: its voltage in kV, one of `TUBE_KV`."""

# Mass energy-absorption coefficient of dry air in cm2/g by energy in keV; NIST, doi:10.18434/T4D01F.
_AIR = {
    10: 4.742,
    15: 1.334,
    20: 0.5389,
    30: 0.1537,
    40: 0.06833,
    50: 0.04098,
    60: 0.03041,
    80: 0.02407,
    100: 0.02325,
    150: 0.02496,
}
_MGY = 1.602177e-10
"""Milligray of one keV per gram."""

CT_TUBE = {"aluminium": 6.0, "copper": 0.1}
"""Filters of a CT tube, in mm."""
CT_DETECTOR = ("gadolinium oxysulfide", 1.4)
"""What stops the photons in a CT detector, and its thickness in mm."""
_HEAD_MM = 160.0
"""Water that hardens the beam in which Hounsfield units are told, as in the middle of a head."""


@cache
def _table() -> dict[str, Tensor]:
    text = files("mindscan.imaging").joinpath("spectra.csv").read_text(encoding="utf-8")
    heads, *rows = csv.reader(text.splitlines())
    return {
        head: torch.tensor([float(cell) for cell in column], dtype=torch.float64, device="cpu")
        for head, column in zip(heads, zip(*rows, strict=True), strict=True)
    }


def spectrum(tube_kv: float, filters_mm: Mapping[str, float]) -> Tensor:
    """Photons per mAs and mm2 at 1 m from the focus in every bin of `attenuation.energies_kev`.

    Args:
        tube_kv: tube voltage, a multiple of 5 from 50 to 140 kV.
        filters_mm: name of a substance to its thickness in mm.

    Returns:
        float64, shape (140,), on the CPU.

    Raises:
        SettingsError: no spectrum of this voltage is known, or no such substance.

    Example:
        >>> soft, hard = (spectrum(80, {"aluminium": mm}).sum() for mm in (2.5, 5.0))
        >>> bool(soft > hard)
        True
    """
    if tube_kv not in TUBE_KV:
        raise SettingsError(f"tube_kv = {tube_kv:g}", "a multiple of 5 from 50 to 140", "choose one of these")
    through = torch.zeros_like(energies_kev())
    for name, thickness in filters_mm.items():
        through = through + linear_attenuation(name) * thickness
    return _table()[f"{tube_kv:g}"] / 100 * torch.exp(-through)


def air_kerma_mgy(photons: Tensor) -> float:
    """Air kerma in mGy of photons per mm2 by energy bin; shape (140,).

    Example:
        >>> 0.04 < air_kerma_mgy(spectrum(80, {"aluminium": 2.5})) < 0.1
        True
    """
    return float((photons * _kerma_weights()).sum()) * 100 * _MGY


@cache
def _kerma_weights() -> Tensor:
    energies = energies_kev().numpy()
    logs = np.interp(np.log(energies), np.log([*_AIR]), np.log([*_AIR.values()]))
    return torch.from_numpy(energies * np.exp(logs))


def half_value_layer_mm(photons: Tensor, share: float = 0.5) -> float:
    """Aluminium in mm that leaves a share of the air kerma of a beam.

    Args:
        photons: by energy bin, shape (140,).
        share: of the kerma; 0.5 for the first half-value layer, 0.25 for first and second together.

    Example:
        >>> 2.4 < half_value_layer_mm(spectrum(70, {"aluminium": 2.9})) < 2.8
        True
    """
    low, high = 0.0, 100.0
    aim = share * air_kerma_mgy(photons)
    for _ in range(40):
        middle = (low + high) / 2
        left = air_kerma_mgy(photons * torch.exp(-middle * linear_attenuation("aluminium")))
        low, high = (middle, high) if left > aim else (low, middle)
    return (low + high) / 2


def absorbed(name: str, thickness_mm: float) -> Tensor:
    """Share of the photons of each energy that a layer stops; float64, shape (140,)."""
    return -torch.expm1(-linear_attenuation(name) * thickness_mm)


@cache
def ct_weights(tube_kv: float) -> Tensor:
    """How much each energy counts in a CT of a head: shape (140,), sum 1, energy-integrating detector."""
    photons = spectrum(tube_kv, {**CT_TUBE, "water": _HEAD_MM})
    weights = photons * energies_kev() * absorbed(*CT_DETECTOR)
    return weights / weights.sum()


def hounsfield(name: str, tube_kv: float = 120) -> float:
    """Hounsfield unit of a substance in a CT of a head.

    Args:
        name: of the substance.
        tube_kv: a multiple of 5 from 50 to 140 kV.

    Raises:
        SettingsError: no such substance or voltage.

    Example:
        >>> 32 < hounsfield("grey") < 45 and hounsfield("air") < -995
        True
    """
    weights = ct_weights(tube_kv)
    ratio = float((weights * linear_attenuation(name)).sum() / (weights * linear_attenuation("water")).sum())
    return 1000 * (ratio - 1)
