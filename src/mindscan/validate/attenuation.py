"""The committed attenuation of X-rays against tables of NIST, and against xraydb where it is installed."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import torch

from mindscan.imaging.attenuation import MATTER, energies_kev, linear_attenuation, mass_attenuation
from mindscan.validate.claims import Row, near, row

BAR = 0.01
NIST: dict[str, dict[int, float]] = {
    "water": {30: 0.3756, 40: 0.2683, 50: 0.2269, 60: 0.2059, 80: 0.1837, 100: 0.1707},
    "compact bone": {20: 4.001, 30: 1.331, 40: 0.6655, 50: 0.4242, 60: 0.3148, 80: 0.2229, 100: 0.1855},
    "fat": {30: 0.3063, 40: 0.2396, 50: 0.2123, 60: 0.1974, 80: 0.1800, 100: 0.1688},
    "aluminium": {30: 1.128, 40: 0.5685, 50: 0.3681, 60: 0.2778, 80: 0.2018, 100: 0.1704},
}
"""Mass attenuation in cm2/g by keV; Hubbell and Seltzer, doi:10.18434/T4D01F."""


def attenuation() -> list[Row]:
    """Attenuation over that of NIST, and the largest difference from xraydb from 10 to 150 keV."""
    rows = [
        near(f"{name} at {kev} keV: over NIST", _at(name, kev) / known, 1, BAR, "doi:10.18434/T4D01F")
        for name, by_energy in NIST.items()
        for kev, known in by_energy.items()
    ]
    xraydb = installed("xraydb")
    if xraydb is not None:
        rows += [
            row(f"{name}: largest difference", largest_difference(name, xraydb), 0, BAR, "xraydb")
            for name in MATTER
        ]
    return rows


def installed(name: str) -> Any:
    """A package that is not needed to run mindscan; None where it is missing."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def largest_difference(name: str, xraydb: Any) -> float:
    """Largest difference of a substance's attenuation from xraydb, which works out mixtures by itself.

    Args:
        name: of a substance.
        xraydb: the package.

    Returns:
        Relative, over all energies.
    """
    found = MATTER[name]
    shares = {element: share / sum(found.parts.values()) for element, share in found.parts.items()}
    moles = "".join(f"{e}{share / xraydb.atomic_mass(e):.10f}" for e, share in shares.items())
    theirs = xraydb.material_mu(moles, energies_kev().numpy() * 1000, density=found.density) / 10
    return float(np.abs(linear_attenuation(name).numpy() / theirs - 1).max())


def _at(name: str, kev: int) -> float:
    """Mass attenuation at an edge between two bins of 1 keV."""
    values: torch.Tensor = mass_attenuation(MATTER[name].parts)
    low = kev - 11
    return float((values[low] * values[low + 1]).sqrt())
