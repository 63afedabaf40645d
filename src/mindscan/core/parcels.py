"""The table of cortical parcels: 150 a side, each with a gyrus, a network and a place on the template.

Places and networks: the cortical regions of interest of Seitzman et al. 2020,
doi:10.1016/j.neuroimage.2019.116290 (those of Power et al. 2011, doi:10.1016/j.neuron.2011.09.006, and
some more), to a millimetre. All 123 of the right hemisphere, and mirrored the 27 of the left that lie more
than 10.5 mm from any of them; the same set serves both sides. `roi` in `parcels.csv` is the number in the
publication. Gyri, in the words of Desikan et al. 2006 (doi:10.1016/j.neuroimage.2006.01.021), are given by
hand.
"""

from __future__ import annotations

import colorsys
import csv
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from mindscan.core.labels import BY_ID, Label

_FIRST_ID = {"L": 31001, "R": 32001}
"""Ids of the first parcel of each side: free in `labels` and in FreeSurfer's colour table."""

_HUES = {
    "DefaultMode": (0.99, 0.65), "Visual": (0.66, 0.75), "SomatomotorDorsal": (0.52, 0.60),
    "FrontoParietal": (0.14, 0.80), "CinguloOpercular": (0.79, 0.75), "DorsalAttention": (0.35, 0.75),
    "Auditory": (0.88, 0.45), "VentralAttention": (0.47, 0.85), "Salience": (0.05, 0.85),
    "ParietoMedial": (0.60, 0.40), "SomatomotorLateral": (0.08, 0.60), "Reward": (0.22, 0.55),
    "MedialTemporalLobe": (0.28, 0.35), "unassigned": (0.0, 0.0),
}  # fmt: skip
"""Network to the hue and saturation of its parcels; own choice."""
_VALUES = (0.95, 0.70, 0.83, 0.60)
"""Brightness of neighbours in the table."""


@dataclass(frozen=True)
class Parcel:
    """One row of the table.

    Args:
        id: voxel value in `Brain.parcels`.
        name: such as "ctx-lh-insula-2"; numbered within the gyrus from front to back.
        gyrus: where its centre lies.
        network: functional network of its centre.
        side: L or R.
        colour: red, green, blue, alike within a network.
        centre_mm: (x, y, z) on the template.
    """

    id: int
    name: str
    gyrus: str
    network: str
    side: Literal["L", "R"]
    colour: tuple[int, int, int]
    centre_mm: tuple[float, float, float]


def _table() -> tuple[Parcel, ...]:
    text = files("mindscan.core").joinpath("parcels.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    found: list[Parcel] = []
    sides: tuple[tuple[Literal["L", "R"], str, int], ...] = (("L", "lh", -1), ("R", "rh", 1))
    for side, hemisphere, sign in sides:
        for n, row in enumerate(rows):
            gyrus = row["gyrus"]
            ordinal = 1 + sum(other["gyrus"] == gyrus for other in rows[:n])
            hue, saturation = _HUES[row["network"]]
            red, green, blue = colorsys.hsv_to_rgb(hue, saturation, _VALUES[n % len(_VALUES)])
            found.append(
                Parcel(
                    id=_FIRST_ID[side] + n,
                    name=f"ctx-{hemisphere}-{gyrus}-{ordinal}",
                    gyrus=gyrus,
                    network=row["network"],
                    side=side,
                    colour=(round(255 * red), round(255 * green), round(255 * blue)),
                    centre_mm=(sign * float(row["x"]), float(row["y"]), float(row["z"])),
                )
            )
    return tuple(found)


PARCELS: tuple[Parcel, ...] = _table()
"""All parcels, the left side first; the n-th of one side is the mirror image of the n-th of the other."""

PARCEL_BY_ID: dict[int, Parcel] = {parcel.id: parcel for parcel in PARCELS}

PER_SIDE = len(PARCELS) // 2


def row_of(value: int) -> Label | Parcel | None:
    """The label or parcel that a voxel value stands for; None when it is in neither table."""
    return BY_ID.get(value) or PARCEL_BY_ID.get(value)


def first_id(side: Literal["L", "R"]) -> int:
    """Id of the first parcel of a side; the others follow.

    Example:
        >>> PARCEL_BY_ID[first_id("R")].name
        'ctx-rh-bankssts-1'
    """
    return _FIRST_ID[side]
