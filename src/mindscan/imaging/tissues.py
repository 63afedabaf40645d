"""Tissue constants, each with its source, and what every structure is made of.

Sources of the numbers below:

- Wright 2008, doi:10.1007/s10334-008-0104-8: T1 of grey and white matter, caudate and putamen.
- Stanisz 2005, doi:10.1002/mrm.20605: T2 of grey and white matter.
- Peters 2007, doi:10.1016/j.mri.2007.02.014: T2* of grey and white matter.
- Frontiers in Neurology 2019, doi:10.3389/fneur.2019.01333: water content (21 volunteers, 3 T).
- Choi 2022, doi:10.1093/cercor/bhac292: variation of T1 and T2 between people (40 volunteers, 3 T).
- BrainWeb, doi:10.1109/42.816072 and doi:10.1109/TMI.2006.883453: T2* of CSF, fat and muscle; skull.
- The same twenty heads, rows "vessel", "dura" and "marrow", with their spreads: blood, dura, diploe.
- Patz 2007, doi:10.1002/jmri.21017: T1 and T2 inside the eye, 1.5 T (8 volunteers).
- Gach 2008, doi:10.1109/ICSEng.2008.15: scalp, T1 by field strength.
- Gelman 1999, PMID 10207479: how iron shortens T2; Hallgren and Sourander 1958,
  doi:10.1111/j.1471-4159.1958.tb12607.x: how iron grows with age.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch

from mindscan.core.errors import SettingsError
from mindscan.core.labels import LABELS, TABLE_SIZE, structure_of
from mindscan.imaging.mri import Relaxation

FIELDS_TESLA = (1.5, 3.0)
"""Field strengths of which constants are known."""


class Constants(NamedTuple):
    """Typical constants of one substance at one field strength."""

    t1_ms: float
    t2_ms: float
    t2star_ms: float
    pd: float


class Spread(NamedTuple):
    """Standard deviation between people, relative to the typical value."""

    t1: float
    t2: float
    pd: float


@dataclass(frozen=True)
class Substance:
    """One row of the tissue table.

    Args:
        name: what a recipe calls it.
        at: constants by field strength in tesla.
        spread: variation between people.
        texture: variation inside one head, relative to that of brain tissue.
        iron: (gain, rate per year, floor) of iron in mg per 100 g, gain (1 - exp(-rate age)) + floor;
            where it is given, T2 and T2* in `at` are those before iron beyond that of cortex.
    """

    name: str
    at: Mapping[float, Constants]
    spread: Spread
    texture: float = 1.0
    iron: tuple[float, float, float] | None = None


# T1: Wright 2008. T2: Stanisz 2005. T2*: Peters 2007. PD: water content, 83.7 % and 69.1 %.
_GREY = {1.5: Constants(1197, 95, 84.0, 0.837), 3.0: Constants(1607, 99, 66.0, 0.837)}
_WHITE = {1.5: Constants(646, 72, 66.2, 0.691), 3.0: Constants(838, 69, 53.2, 0.691)}
# T1: Wright 2008. T2 and T2*: grey matter with iron.
_CAUDATE = {1.5: Constants(1109, 95, 84.0, 0.837), 3.0: Constants(1395, 99, 66.0, 0.837)}
_PUTAMEN = {1.5: Constants(1084, 95, 84.0, 0.837), 3.0: Constants(1332, 99, 66.0, 0.837)}
# T1 (by rate) and PD: 63 % white and 37 % grey matter, see `MADE_OF`. T2 and T2*: grey matter with iron.
_PALLIDUM = {1.5: Constants(779, 95, 84.0, 0.745), 3.0: Constants(1018, 99, 66.0, 0.745)}
# T1 and T2 as gathered by simulators (4163 +- 263 and 1650 to 2100 ms at 3 T); T2*: BrainWeb.
_CSF = {1.5: Constants(4280, 2030, 70, 1.0), 3.0: Constants(4163, 1875, 70, 1.0)}
# T1 and T2 as gathered by simulators (3 T: 374 +- 45 and 1100 +- 59 ms), and T2* of fat, which its
# chemical shifts shorten; T2* of muscle (kept below T2) and PD of fat: BrainWeb; PD of muscle: water content.
_FAT = {1.5: Constants(290, 165, 21.4, 1.0), 3.0: Constants(374, 127, 10.7, 1.0)}
_MUSCLE = {1.5: Constants(856, 27, 26.0, 0.79), 3.0: Constants(1100, 40, 30.0, 0.79)}
# T1, T2, T2*: "skull" of BrainWeb's twenty heads. PD: between compact bone (0.05) and marrow.
_BONE = {1.5: Constants(350, 15, 7.5, 0.15), 3.0: Constants(350, 15, 7.5, 0.15)}
# T1, T2, PD as gathered by simulators (1000 ms; 3 and 1 ms; 0.05); T2* below T2 (own choice).
_COMPACT = {1.5: Constants(1000, 3, 1.5, 0.05), 3.0: Constants(1000, 1, 0.7, 0.05)}
# T1 and T2 as gathered by simulators (552 and 586 +- 73 ms; 50 ms, BrainWeb's row also 50); T2*: BrainWeb,
# "marrow". PD: half of it is bone (own choice).
_MARROW = {1.5: Constants(552, 50, 25, 0.5), 3.0: Constants(586, 50, 18, 0.5)}
# T1, T2, T2*: BrainWeb, "vessel" (1750 +- 250, 200 +- 25, 20 +- 5). T1 at 1.5 T and PD: own choice.
_BLOOD = {1.5: Constants(1550, 200, 35, 0.85), 3.0: Constants(1750, 200, 20, 0.85)}
# T1, T2, T2*: BrainWeb, "dura" (700 +- 100, 150 +- 50, 50 +- 10), one row for all fields. PD: own choice.
_DURA = {1.5: Constants(700, 150, 50, 0.7), 3.0: Constants(700, 150, 50, 0.7)}
# T1 and T2: Gach 2008, scalp. T2* (below T2) and PD: own choice.
_SKIN = {1.5: Constants(343, 70, 30, 0.7), 3.0: Constants(377, 70, 25, 0.7)}
# Vitreous: near fluid, T1 as the anterior chamber at most (5053 ms, Patz 2007); T2 450 ms: anterior chamber.
_VITREOUS = {1.5: Constants(4000, 450, 70, 0.99), 3.0: Constants(4000, 450, 70, 0.99)}
# T1 and T2 at 1.5 T: Patz 2007, cortex of the lens (1413, 100) and chorioretina (1511, 78). T2 of the whole
# lens and of the fibrous sclera are shorter; 3 T, T2* and PD: own choice.
_LENS = {1.5: Constants(1413, 40, 25, 0.6), 3.0: Constants(1500, 35, 20, 0.6)}
_SCLERA = {1.5: Constants(1511, 50, 30, 0.65), 3.0: Constants(1650, 45, 25, 0.65)}

# T1 and T2: Choi 2022 (3.5 % and 7.3 %). PD: water content, 1.7 of 69.1 %.
_BRAIN = Spread(0.035, 0.073, 0.02)

SUBSTANCES: dict[str, Substance] = {
    row.name: row
    for row in (
        Substance("white", _WHITE, _BRAIN),
        Substance("grey", _GREY, _BRAIN),
        Substance("caudate", _CAUDATE, _BRAIN, iron=(9.66, 0.05, 0.33)),
        Substance("putamen", _PUTAMEN, _BRAIN, iron=(14.62, 0.04, 0.46)),
        Substance("pallidum", _PALLIDUM, _BRAIN, iron=(21.41, 0.09, 0.37)),
        Substance("csf", _CSF, Spread(0.063, 0.07, 0.0)),
        Substance("fat", _FAT, Spread(0.12, 0.07, 0.05), texture=2.0),
        Substance("muscle", _MUSCLE, Spread(0.053, 0.07, 0.05), texture=2.0),
        Substance("bone", _BONE, Spread(0.29, 0.33, 0.30), texture=4.0),
        Substance("compact bone", _COMPACT, Spread(0.1, 0.2, 0.3), texture=4.0),
        Substance("marrow", _MARROW, Spread(0.125, 0.2, 0.2), texture=4.0),
        Substance("blood", _BLOOD, Spread(0.143, 0.125, 0.05), texture=2.0),
        Substance("dura", _DURA, Spread(0.143, 0.33, 0.1), texture=2.0),
        Substance("skin", _SKIN, Spread(0.1, 0.1, 0.05), texture=2.0),
        Substance("vitreous", _VITREOUS, Spread(0.1, 0.1, 0.0)),
        Substance("lens", _LENS, Spread(0.13, 0.2, 0.05)),
        Substance("sclera", _SCLERA, Spread(0.15, 0.15, 0.05)),
    )
}
"""All substances by name."""

IRON_R2 = 0.2
"""Rise of R2 in 1/s for each tesla and mg of iron per 100 g: Gelman 1999, (25.8 - 12.7) / 21.3 / 3 T."""

CORTEX_IRON = 2.9
"""Iron in mg per 100 g of adult cortex, which the T2 of grey matter already holds (Hallgren 1958)."""


_USUAL: dict[str, dict[str, float]] = {
    "soft": {"fat": 0.15, "muscle": 0.85},
    "bone": {"bone": 1.0},
    "CSF": {"csf": 1.0},
    "GM": {"grey": 1.0},
    "WM": {"white": 1.0},
}
# Shares of white matter: read from the T1-weighted average brain MNI152NLin2009aSym, where pure grey
# matter has 165 and pure white matter 224 units (thalamus 192, pallidum 201, brainstem 188, cerebellar
# cortex 185, cerebellar white matter with its nuclei 198, both rounded away from the average's blur).
_OWN: dict[str, dict[str, float]] = {
    "Thalamus": {"white": 0.47, "grey": 0.53},
    "Brain-Stem": {"white": 0.70, "grey": 0.30},
    "Spinal-Cord": {"white": 0.70, "grey": 0.30},
    "Cerebellum-White-Matter": {"white": 0.80, "grey": 0.20},
    "Cerebellum-Cortex": {"white": 0.30, "grey": 0.70},
    # Ventral diencephalon: 203 units, tracts between hypothalamus, subthalamic and red nucleus and nigra.
    "VentralDC": {"white": 0.65, "grey": 0.35},
    # Choroid plexus: fronds with T1 near that of grey matter.
    "choroid-plexus": {"grey": 1.0},
    "Caudate": {"caudate": 1.0},
    "Putamen": {"putamen": 1.0},
    "Pallidum": {"pallidum": 1.0},
    "Adipose": {"fat": 0.8, "muscle": 0.2},
    "Orbital-Fat": {"fat": 0.9, "muscle": 0.1},
    "Muscle": {"muscle": 0.93, "fat": 0.07},
    "Head-ExtraCerebral": {"muscle": 0.8, "fat": 0.2},
    "Epidermis": {"skin": 1.0},
    "Dura": {"dura": 1.0},
    "Vein": {"blood": 1.0},
    "Globe": {"sclera": 1.0},
    "Vitreous-Humor": {"vitreous": 1.0},
    "Lens": {"lens": 1.0},
    "Inner-Table": {"compact bone": 1.0},
    "Outer-Table": {"compact bone": 1.0},
    "Diploe": {"marrow": 0.7, "bone": 0.3},
    "Skull": {"bone": 0.7, "marrow": 0.3},
}
MADE_OF: dict[str, dict[str, float]] = {
    structure_of(label): _OWN.get(structure_of(label), _USUAL[label.tissue])
    for label in LABELS
    if label.tissue != "air"
}
"""Shares of substances in every structure, too fine to resolve, so that their signals add."""


def constants(name: str, field_tesla: float, age_years: float) -> Constants:
    """Typical constants of a substance in a person of some age.

    Args:
        name: a key of `SUBSTANCES`.
        field_tesla: 1.5 or 3.
        age_years: sets the iron in the deep nuclei, which shortens T2 and T2*.

    Raises:
        SettingsError: no such substance, or no constants at this field strength.

    Example:
        >>> constants("pallidum", 3.0, 60).t2_ms < constants("pallidum", 3.0, 5).t2_ms
        True
    """
    if name not in SUBSTANCES:
        raise SettingsError(f"substance '{name}'", f"one of {', '.join(SUBSTANCES)}", "choose one of these")
    if field_tesla not in FIELDS_TESLA:
        raise SettingsError(f"field_tesla = {field_tesla:g}", "1.5 or 3", "choose one of these")
    substance = SUBSTANCES[name]
    base = substance.at[field_tesla]
    if substance.iron is None:
        return base
    gain, rate, floor = substance.iron
    iron = gain * (1 - math.exp(-rate * age_years)) + floor - CORTEX_IRON
    per_ms = IRON_R2 * field_tesla * iron / 1000
    # Gelman 1999: R2 of grey matter rises with iron, and R2' as steeply, so R2* twice as steeply.
    return base._replace(t2_ms=1 / (1 / base.t2_ms + per_ms), t2star_ms=1 / (1 / base.t2star_ms + 2 * per_ms))


def relaxation(
    field_tesla: float, age_years: float, deviations: Mapping[str, tuple[float, float, float]]
) -> Relaxation:
    """Constants of all substances of one person, as tensors in the order of `SUBSTANCES`.

    Args:
        field_tesla: 1.5 or 3.
        age_years: age of the person.
        deviations: by substance, how many standard deviations between people T1, T2 (and T2*) and PD
            lie above the typical value; substances that are not named are typical.

    Raises:
        SettingsError: an unknown substance or field strength.
    """
    rows = []
    for name, substance in SUBSTANCES.items():
        typical = constants(name, field_tesla, age_years)
        steps = zip(deviations.get(name, (0.0, 0.0, 0.0)), substance.spread, strict=True)
        t1, t2, pd = (math.exp(z * spread) for z, spread in steps)
        rows.append((typical.t1_ms * t1, typical.t2_ms * t2, typical.t2star_ms * t2, typical.pd * pd))
    return Relaxation(*torch.tensor(rows, dtype=torch.float64, device="cpu").T)


def label_table(by_structure: Mapping[str, float]) -> torch.Tensor:
    """A look-up table indexed by label id, float32 on the CPU: background 0, ids that mean nothing NaN."""
    table = torch.full((TABLE_SIZE,), torch.nan, device="cpu")
    for label in LABELS:
        table[label.id] = 0.0 if label.tissue == "air" else by_structure[structure_of(label)]
    return table
