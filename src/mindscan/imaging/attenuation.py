"""What X-rays meet: composition and density of every substance, and how it attenuates by energy.

A substance attenuates as the sum of its elements. Their mass attenuation coefficients, coherent scatter
counted, are those of Elam, Ravel and Sieber 2002, doi:10.1016/S0969-806X(01)00227-4, in bins of 1 keV from
10 to 150 keV (`scripts/xray_tables.py`).

Sources of compositions and densities:

- Woodard and White 1986, doi:10.1259/0007-1285-59-708-1209: soft tissues, fluids and compact bone.
- White, Woodard and Hammond 1987, doi:10.1259/0007-1285-60-717-907: bone of the cranium.
- ICRU Report 46 (1992): enamel; NIST, doi:10.18434/T4D01F: dry air, water and detectors.

Densities lie within 3 % of those sources; within that room they are set so that Hounsfield units at 120 kV
fall where head CT finds them, which `Matter.hounsfield` says. Those ranges are the usual ones of textbooks:
Kalender, Computed Tomography, 3rd edition, 2011, chapter 1; clot by age: Dolinskas 1977,
doi:10.2214/ajr.129.4.681. Alloys hold their usual parts. Choroid plexus is grey matter a little lighter (own
choice).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import torch
from torch import Tensor

from mindscan.core.errors import SettingsError


@dataclass(frozen=True)
class Matter:
    """One substance as X-rays see it.

    Args:
        density: in g/cm3.
        parts: element to its share of the mass in per cent.
        hounsfield: lowest and highest Hounsfield unit that CT of a head at 120 kV finds in it; None for
            what is not found in heads.
    """

    density: float
    parts: Mapping[str, float]
    hounsfield: tuple[float, float] | None = None


_GREY = {"H": 10.7, "C": 9.5, "N": 1.8, "O": 76.7, "Na": 0.2, "P": 0.3, "S": 0.2, "Cl": 0.3, "K": 0.3}
_WHITE = {"H": 10.6, "C": 19.4, "N": 2.5, "O": 66.1, "Na": 0.2, "P": 0.4, "S": 0.2, "Cl": 0.3, "K": 0.3}
_BLOOD = {
    "H": 10.2,
    "C": 11.0,
    "N": 3.3,
    "O": 74.5,
    "Na": 0.1,
    "P": 0.1,
    "S": 0.2,
    "Cl": 0.3,
    "K": 0.2,
    "Fe": 0.1,
}
_FAT = {"H": 11.4, "C": 59.8, "N": 0.7, "O": 27.8, "Na": 0.1, "S": 0.1, "Cl": 0.1}
_MUSCLE = {"H": 10.2, "C": 14.3, "N": 3.4, "O": 71.0, "Na": 0.1, "P": 0.2, "S": 0.3, "Cl": 0.1, "K": 0.4}
_SKIN = {"H": 10.0, "C": 20.4, "N": 4.2, "O": 64.5, "Na": 0.2, "P": 0.1, "S": 0.2, "Cl": 0.3, "K": 0.1}
_CONNECTIVE = {"H": 9.4, "C": 20.7, "N": 6.2, "O": 62.2, "Na": 0.6, "S": 0.6, "Cl": 0.3}
_FLUID = {"H": 11.1, "O": 88.0, "Na": 0.5, "Cl": 0.4}
_LENS = {"H": 9.6, "C": 19.5, "N": 5.7, "O": 64.6, "Na": 0.1, "P": 0.1, "S": 0.3, "Cl": 0.1}
_MARROW = {
    "H": 10.5,
    "C": 41.4,
    "N": 3.4,
    "O": 43.9,
    "P": 0.1,
    "S": 0.2,
    "Cl": 0.2,
    "K": 0.2,
    "Fe": 0.1,
}
_COMPACT = {
    "H": 3.4,
    "C": 15.5,
    "N": 4.2,
    "O": 43.5,
    "Na": 0.1,
    "Mg": 0.2,
    "P": 10.3,
    "S": 0.3,
    "Ca": 22.5,
}
_CRANIUM = {
    "H": 5.0,
    "C": 21.2,
    "N": 4.0,
    "O": 43.5,
    "Na": 0.1,
    "Mg": 0.2,
    "P": 8.1,
    "S": 0.3,
    "Ca": 17.6,
}
_ENAMEL = {
    "H": 0.95,
    "C": 1.11,
    "N": 0.23,
    "O": 41.66,
    "Na": 0.79,
    "Mg": 0.23,
    "P": 18.71,
    "Cl": 0.34,
    "Ca": 35.97,
}
_AIR = {"C": 0.0124, "N": 75.5268, "O": 23.1781, "Ar": 1.2827}

MATTER: dict[str, Matter] = {
    "air": Matter(0.0012, _AIR, (-1000, -995)),
    "water": Matter(1.0, {"H": 11.1894, "O": 88.8106}, (-1, 1)),
    "white": Matter(1.0335, _WHITE, (20, 32)),
    "grey": Matter(1.036, _GREY, (32, 45)),
    "caudate": Matter(1.036, _GREY, (32, 45)),
    "putamen": Matter(1.036, _GREY, (32, 45)),
    "pallidum": Matter(1.036, _GREY, (32, 45)),
    "csf": Matter(1.005, _FLUID, (0, 15)),
    "choroid": Matter(1.03, _GREY, (20, 45)),
    "blood": Matter(1.05, _BLOOD, (45, 65)),
    "arterial blood": Matter(1.05, _BLOOD, (45, 65)),
    "fat": Matter(0.95, _FAT, (-120, -50)),
    "muscle": Matter(1.05, _MUSCLE, (40, 70)),
    "skin": Matter(1.09, _SKIN, (40, 100)),
    "dura": Matter(1.09, _CONNECTIVE, (50, 100)),
    "sclera": Matter(1.09, _CONNECTIVE, (50, 100)),
    "vitreous": Matter(1.005, _FLUID, (0, 15)),
    "lens": Matter(1.08, _LENS, (50, 90)),
    "marrow": Matter(1.03, _MARROW, (-20, 30)),
    "bone": Matter(1.61, _CRANIUM, (1000, 1500)),
    "compact bone": Matter(1.92, _COMPACT, (1000, 2100)),
    "hyperintensity": Matter(1.027, _WHITE, (10, 28)),
    "plaque": Matter(1.027, _WHITE, (10, 28)),
    "black hole": Matter(1.022, _WHITE, (5, 25)),
    "active plaque": Matter(1.026, _WHITE, (10, 28)),
    "hyperacute infarct": Matter(1.031, _GREY, (22, 36)),
    "acute infarct": Matter(1.025, _GREY, (15, 32)),
    "subacute infarct": Matter(1.019, _GREY, (8, 30)),
    "gliosis": Matter(1.022, _GREY, (10, 32)),
    "oedema": Matter(1.022, _WHITE, (5, 25)),
    "tumour": Matter(1.027, _GREY, (15, 40)),
    "enhancing tumour": Matter(1.036, _GREY, (25, 50)),
    "necrosis": Matter(1.016, _GREY, (5, 30)),
    "hyperacute clot": Matter(1.055, _BLOOD, (45, 75)),
    "early subacute clot": Matter(1.055, _BLOOD, (40, 75)),
    "acute clot": Matter(1.07, _BLOOD, (55, 90)),
    "subacute clot": Matter(1.04, _BLOOD, (25, 50)),
    "chronic clot": Matter(1.015, _FLUID, (5, 30)),
    "haemosiderin": Matter(1.036, _GREY, (32, 45)),
    "siderosis": Matter(1.038, _GREY, (34, 47)),
    "liquefied clot": Matter(1.022, _FLUID, (10, 35)),
    "bloody fluid": Matter(1.039, _BLOOD, (25, 50)),
    "clot in fluid": Matter(1.065, _BLOOD, (50, 70)),
    "calcification": Matter(1.2, {"H": 8.4, "C": 2.4, "O": 77.2, "Ca": 12.0}, (130, 1000)),
    "enamel": Matter(2.9, _ENAMEL, (2000, 5000)),
    "titanium": Matter(4.51, {"Ti": 100.0}, (5000, 20000)),
    "steel": Matter(7.9, {"Fe": 82.0, "Cr": 18.0}, (10000, 60000)),
    "amalgam": Matter(11.0, {"Hg": 50.0, "Ag": 34.0, "Sn": 13.0, "Cu": 3.0}, (20000, 400000)),
    "aluminium": Matter(2.699, {"Al": 100.0}),
    "copper": Matter(8.96, {"Cu": 100.0}),
    "lead": Matter(11.35, {"Pb": 100.0}),
    "caesium iodide": Matter(4.51, {"Cs": 51.155, "I": 48.845}),
    "gadolinium oxysulfide": Matter(7.44, {"Gd": 83.08, "S": 8.47, "O": 8.45}),
}
"""Every substance of the tissue table, and what else may lie in, on or before a head, by name."""

BASIS = ("water", "compact bone")
"""The two substances whose mixtures stand for all tissues; see `basis_shares`."""


@cache
def _table() -> dict[str, Tensor]:
    text = files("mindscan.imaging").joinpath("attenuation.csv").read_text(encoding="utf-8")
    heads, *rows = csv.reader(text.splitlines())
    columns = zip(*rows, strict=True)
    return {
        head: torch.tensor([float(cell) for cell in column], dtype=torch.float64, device="cpu")
        for head, column in zip(heads, columns, strict=True)
    }


def energies_kev() -> Tensor:
    """Middles of the energy bins: 10.5, 11.5 ... 149.5 keV; float64, shape (140,), on the CPU."""
    return _table()["energy_kev"]


def mass_attenuation(parts: Mapping[str, float]) -> Tensor:
    """Mass attenuation coefficient of a mixture in cm2/g, float64, shape (140,) as `energies_kev`.

    Args:
        parts: element symbol to its share of the mass, in any unit.

    Raises:
        SettingsError: an element that is not in the table, or no parts at all.

    Example:
        >>> round(float(mass_attenuation({"H": 11.19, "O": 88.81})[49]), 2)
        0.21
    """
    known = [name for name in _table() if name != "energy_kev"]
    total = sum(parts.values())
    if total <= 0 or not set(parts) <= set(known):
        raise SettingsError(f"parts {dict(parts)}", f"elements of {', '.join(known)}", "choose among these")
    shares = ((share / total) * _table()[name] for name, share in parts.items())
    return torch.stack(list(shares)).sum(0)


def matter(name: str) -> Matter:
    """The substance called `name`.

    Raises:
        SettingsError: there is none.
    """
    if name not in MATTER:
        raise SettingsError(f"substance '{name}'", f"one of {', '.join(MATTER)}", "choose one of these")
    return MATTER[name]


@cache
def linear_attenuation(name: str) -> Tensor:
    """Linear attenuation coefficient of a substance in 1/mm, float64, shape (140,) as `energies_kev`.

    Raises:
        SettingsError: no such substance.

    Example:
        >>> bool((linear_attenuation("compact bone") > linear_attenuation("water")).all())
        True
    """
    found = matter(name)
    return mass_attenuation(found.parts) * found.density / 10


@cache
def basis_shares(name: str) -> tuple[float, float]:
    """How much water and compact bone together attenuate like a substance at every energy.

    Attenuation between K-edges is a sum of two functions of energy (Alvarez and Macovski 1976,
    doi:10.1088/0031-9155/21/5/002), so two substances can stand for all tissues: within 0.5 % from 30 to
    120 keV, titanium within 2 %. Shares may be negative.

    Raises:
        SettingsError: no such substance.

    Example:
        >>> [round(share, 2) for share in basis_shares("bone")]
        [0.36, 0.65]
    """
    used = (energies_kev() > 25) & (energies_kev() < 140)
    target = linear_attenuation(name)[used]
    ends = torch.stack([linear_attenuation(end)[used] / target for end in BASIS], dim=1)
    water, bone = torch.linalg.lstsq(ends, torch.ones_like(target)[:, None]).solution[:, 0].tolist()
    return water, bone
