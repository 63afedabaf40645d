"""Make the tables of X-ray attenuation and tube spectra that mindscan ships (development only).

    pip install xraydb==4.5.8 spekpy==2.5.4
    python scripts/xray_tables.py src/mindscan/imaging/attenuation.csv src/mindscan/imaging/spectra.csv

Attenuation: mass attenuation coefficient with coherent scatter of each element in cm²/g, in the middle of
every bin of 1 keV from 10 to 150 keV; Elam, Ravel and Sieber 2002, doi:10.1016/S0969-806X(01)00227-4,
through xraydb.

Spectra: photons per mAs, cm² and keV at 1 m from a tungsten target of 12 degrees, without any filter; the
Casim model with its characteristic lines, Omar, Andreo and Poludniowski 2020, doi:10.1002/mp.14359, through
SpekPy, Poludniowski et al. 2021, doi:10.1002/mp.14945.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt
import spekpy
import xraydb

ENERGIES_KEV = np.arange(10.5, 150)
ELEMENTS = (
    *("H", "C", "N", "O", "Na", "Mg", "Al", "Si", "P", "S", "Cl", "Ar", "K", "Ca", "Ti", "Cr", "Fe"),
    *("Co", "Cu", "Mo", "Ag", "Sn", "I", "Cs", "Gd", "W", "Au", "Hg", "Pb"),
)
TUBE_KV = range(50, 145, 5)
ANODE_DEG = 12


def spectrum(tube_kv: int) -> npt.NDArray[np.float64]:
    """Photons in every bin; none above the tube voltage."""
    tube = spekpy.Spek(kvp=tube_kv, th=ANODE_DEG, dk=1.0, mas=1.0, z=100.0, physics="casim")
    energies, photons = tube.get_spectrum()
    return np.interp(ENERGIES_KEV, energies, photons, left=0, right=0)


def write(path: Path, heads: list[str], columns: list[npt.NDArray[np.float64]]) -> None:
    """A table with the energies in its first column, five digits a number."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["energy_kev", *heads])
        for row in zip(ENERGIES_KEV, *columns, strict=True):
            writer.writerow([f"{number:.5g}" for number in row])


def main() -> None:
    """Write both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("attenuation", type=Path)
    parser.add_argument("spectra", type=Path)
    asked = parser.parse_args()
    write(asked.attenuation, [*ELEMENTS], [xraydb.mu_elam(e, ENERGIES_KEV * 1000) for e in ELEMENTS])
    write(asked.spectra, [str(kv) for kv in TUBE_KV], [spectrum(kv) for kv in TUBE_KV])


if __name__ == "__main__":
    main()
