"""What tissues are made of, and their constants at every field strength, each number with its source.

The numbers stand in `tissues.csv`, five field strengths a row, and beside every number the short name of its
source in `SOURCES`. What no source was found for is marked "own" there, with the reason.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import NamedTuple

import torch

from mindscan.core.errors import SettingsError
from mindscan.core.labels import LABELS, TABLE_SIZE, is_artery, structure_of
from mindscan.imaging.mri import Relaxation
from mindscan.imaging.myelin import myelination

FIELDS_TESLA = (0.064, 0.55, 1.5, 3.0, 7.0)
"""Field strengths of which constants are known."""

SOURCES: dict[str, str] = {
    "wright": "Wright 2008, doi:10.1007/s10334-008-0104-8",
    "stanisz": "Stanisz 2005, doi:10.1002/mrm.20605: tissue in vitro, so with `zhou` the mean of both",
    "zhou": "Zhou 2001, doi:10.1002/mrm.1204: in vivo at 1.5 T, 88 ms of grey and 84 ms of white matter (as"
    " gathered for the simulator NIBLEs)",
    "clarke": "FSL-MRS, Clarke 2021, doi:10.1002/mrm.28630: means of what was published at 3 T, T2 of white"
    " and grey matter (Stanisz 2005, Wansapura 1999, Gelman 1999, Bartha 2002), fluid (Rooney 2007,"
    " Spijkerman 2018)",
    "peters": "Peters 2007, doi:10.1016/j.mri.2007.02.014",
    "rooney": "Rooney 2007, doi:10.1002/mrm.21122: T1 = 0.583 B^0.382 s of white, 0.857 B^0.376 s of grey"
    " matter; fluid as at 0.5 T",
    "oreilly": "O'Reilly and Webb 2021, doi:10.1002/mrm.29009: in vivo at 0.05 T (with `rooney`, T1 carried"
    " to 0.064 T by its exponents)",
    "campbell": "Campbell-Washburn 2019, doi:10.1148/radiol.2019190452: at 0.55 T (with `stanisz` and `zhou`,"
    " T2 26 % longer than at 1.5 T)",
    "bottomley": "Bottomley 1984, doi:10.1118/1.595535: T1 of muscle = 0.000455 f^0.4203 s, f in Hz;"
    " T2 47 ms",
    "daoust": "Daoust 2017, doi:10.1016/j.mri.2017.08.001",
    "mrzero": "values gathered for the simulator MRzero (brainweb_data_sources.txt), 3 and 7 T",
    "gesse": "PMID 20593370, T2 in vivo at 7 T: 47 ms of white and 46.5 ms of grey matter (frontal and"
    " occipital); T2 is the mean of this, `mrzero` (37 and 43), `clarke` (55 and 50) and `boecker`",
    "boecker": "Boecker 2012, Functional Neuroimaging in Exercise and Sport Sciences, table 11.1: T2 at 7 T"
    " of 40 ms of white and 60 ms of grey matter (as quoted in spmScripts)",
    "spinsight": "values gathered for the simulator spinsight, 1.5 T",
    "brainweb": "BrainWeb, doi:10.1109/42.816072 and doi:10.1109/TMI.2006.883453 (one row for all fields)",
    "gach": "Gach 2008, doi:10.1109/ICSEng.2008.15",
    "patz": "Patz 2007, doi:10.1002/jmri.21017: lens cortex (1413, 100 ms), chorioretina (1511, 78 ms) and"
    " anterior chamber (5053, 450 ms) of 8 volunteers",
    "whittall": "Whittall 1997, doi:10.1002/mrm.1910370107: water content in vivo, 0.71 g/mL of white and"
    " 0.83 g/mL of grey matter (12 volunteers)",
    "water": "own choice: all water; muscle 79 %",
    "rane": "Rane and Gore 2013, doi:10.1016/j.mri.2012.08.008: venous and arterial blood in vitro at 7 T",
    "lu": "Lu 2004, doi:10.1002/mrm.20178: arterial blood at 3 T",
    "krishnamurthy": "Krishnamurthy 2014, doi:10.1002/mrm.24868: venous blood at 7 T",
    "koopmans": "Koopmans 2008, doi:10.1007/s10334-007-0101-3: venous blood at 7 T",
    "own-law": "own choice: a power of the field through the nearest two known values",
    "own-ratio": "own choice: of grey matter, in the ratio of 1.5 T",
    "own-iron": "own choice: of grey matter; iron shortens it, see `constants`",
    "own-mixture": "own choice: 80 % white and 20 % grey matter, T1 by rate; see `_OWN`",
    "own-dephasing": "own choice: 1/T2* - 1/T2 is as at the nearest known field, in proportion to the field",
    "own-same": "own choice: as at the nearest known field, no dependence on the field being known",
    "own-oxygen": "own choice: blood full of oxygen dephases little: T2* between that of tissue and T2",
    "own-below": "own choice: below T2, and shorter the higher the field",
    "own-bone": "own choice: between compact bone (0.05) and marrow, half of which is bone",
    "own-wet": "own choice: soft tissue with less water than muscle, fluid with nearly all of it",
    "own-eye": "own choice: vitreous near fluid; the whole lens and the fibrous sclera below their cortex",
    "own-lesion": "own choice: water in the place of myelin and cells lengthens T1 and T2, in the order in"
    " which reviews grade them: Wardlaw 2013, doi:10.1016/S1474-4422(13)70124-8 (small vessels),"
    " Filippi 2019, doi:10.1093/brain/awz144 (sclerosis; black holes darkest in T1), Allen 2012,"
    " doi:10.1148/rg.325115760 (infarcts by age)",
    "own-clot": "own choice: by age of the blood as Bradley 1993, doi:10.1148/radiology.189.1.8372185, says",
    "own-bloody": "own choice: fresh blood in fluid, or mixed into it, keeps its oxygen: bright on FLAIR",
    "own-haemosiderin": "own choice: the iron of a speck, spread over all that T2* shows of it; other images"
    " hardly show it: Greenberg 2009, doi:10.1016/S1474-4422(09)70013-4",
    "own-siderosis": "own choice: dark in T2, often bright in T1, as doi:10.1016/S0899-7071(96)00050-2 says",
    "own-grey-law": "own choice: changes with the field as grey matter does",
    "own-plexus": "own choice: fronds of epithelium and vessels, as grey matter",
}
"""Short name to reference, or to the reason of an own choice."""


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
        spread: variation of its constants between people. Brain: T1 and T2 of Choi 2022 (40 volunteers, 3 T),
            doi:10.1093/cercor/bhac292, PD of the water content; others: BrainWeb and own choices.
        adc: apparent diffusion coefficient in 10^-3 mm^2/s. Brain and fluid: values gathered for the
            simulator MRzero; others: own choices between those of fat (hardly any) and water.
        chi_ppm: magnetic susceptibility relative to muscle in parts per million: Marques 2021,
            doi:10.1002/mrm.28716, of adults; skin, eye and dura as muscle (own choice).
        texture: variation inside one head, relative to that of brain tissue.
        iron: (gain, rate per year, floor) of iron in mg per 100 g, gain (1 - exp(-rate age)) + floor;
            where it is given, T2 and T2* in the table are those before iron beyond that of cortex.
        myelin: whether it relaxes the slower the farther from middle age; see `mindscan.imaging.myelin`.
        uptake: concentration of a contrast agent relative to that in plasma: blood without its cells (own
            choice of 42 % of its volume), leaky dura and plexus somewhat less (own choice), 0 behind the
            blood-brain barrier.
        shift_ppm: chemical shift relative to water.
        flow: share that has left the slice before the echo of a spin echo comes: most of the blood in large
            vessels, a negative image with spin echoes (West J Med 160:237, 1994, PMC1022388); 0.85 is an own
            choice.
        inflow: share that has come in since the last pulses, fully relaxed, so that arteries are bright in
            gradient echoes (time of flight); 0.2 is an own choice.
        sick: whether only conditions bring it; its constants are the typical ones in everybody.
    """

    name: str
    spread: Spread
    adc: float
    chi_ppm: float = 0.0
    texture: float = 1.0
    iron: tuple[float, float, float] | None = None
    myelin: bool = False
    uptake: float = 0.0
    shift_ppm: float = 0.0
    flow: float = 0.0
    inflow: float = 0.0
    sick: bool = False


_BRAIN = Spread(0.035, 0.073, 0.02)
# Rise of iron with age: Hallgren and Sourander 1958, doi:10.1111/j.1471-4159.1958.tb12607.x.
SUBSTANCES: dict[str, Substance] = {
    row.name: row
    for row in (
        Substance("white", _BRAIN, 0.65, -0.030, myelin=True),
        Substance("grey", _BRAIN, 0.83, 0.020),
        Substance("caudate", _BRAIN, 0.83, 0.044, iron=(9.66, 0.05, 0.33)),
        Substance("putamen", _BRAIN, 0.83, 0.038, iron=(14.62, 0.04, 0.46)),
        Substance("pallidum", _BRAIN, 0.83, 0.131, iron=(21.41, 0.09, 0.37)),
        Substance("csf", Spread(0.063, 0.07, 0.0), 3.19, 0.019),
        Substance("fat", Spread(0.12, 0.07, 0.05), 0.05, 0.019, texture=2.0, shift_ppm=-3.4),
        Substance("muscle", Spread(0.053, 0.07, 0.05), 1.4, texture=2.0),
        Substance("bone", Spread(0.29, 0.33, 0.30), 0.3, -2.1, texture=4.0),
        Substance("compact bone", Spread(0.1, 0.2, 0.3), 0.3, -2.1, texture=4.0),
        Substance("marrow", Spread(0.125, 0.2, 0.2), 0.3, -0.5, texture=4.0),
        Substance("blood", Spread(0.143, 0.125, 0.05), 1.7, 0.19, texture=2.0, uptake=0.58, flow=0.85),
        Substance(
            "arterial blood", Spread(0.143, 0.125, 0.05), 1.7, texture=2.0, uptake=0.58, flow=0.85, inflow=0.2
        ),
        Substance("dura", Spread(0.143, 0.33, 0.1), 0.9, texture=2.0, uptake=0.35),
        Substance("skin", Spread(0.1, 0.1, 0.05), 1.0, texture=2.0, uptake=0.1),
        Substance("vitreous", Spread(0.1, 0.1, 0.0), 3.0),
        Substance("lens", Spread(0.13, 0.2, 0.05), 1.0),
        Substance("sclera", Spread(0.15, 0.15, 0.05), 1.0),
        Substance("choroid", _BRAIN, 1.9, 0.020, uptake=0.45),
        Substance("hyperintensity", _BRAIN, 1.0, -0.01, sick=True),
        Substance("plaque", _BRAIN, 1.1, 0.01, sick=True),
        Substance("black hole", _BRAIN, 1.4, 0.01, sick=True),
        Substance("active plaque", _BRAIN, 1.2, 0.0, uptake=0.5, sick=True),
        Substance("hyperacute infarct", _BRAIN, 0.45, sick=True),
        Substance("acute infarct", _BRAIN, 0.45, sick=True),
        Substance("subacute infarct", _BRAIN, 0.9, uptake=0.25, sick=True),
        Substance("gliosis", _BRAIN, 1.2, sick=True),
        Substance("oedema", _BRAIN, 1.4, sick=True),
        Substance("tumour", _BRAIN, 1.25, sick=True),
        Substance("enhancing tumour", _BRAIN, 1.0, uptake=0.55, sick=True),
        Substance("necrosis", _BRAIN, 2.0, sick=True),
        Substance("hyperacute clot", _BRAIN, 0.8, 0.0, sick=True),
        Substance("acute clot", _BRAIN, 0.7, 0.6, sick=True),
        Substance("early subacute clot", _BRAIN, 0.7, 0.5, sick=True),
        Substance("subacute clot", _BRAIN, 1.3, 0.3, sick=True),
        Substance("chronic clot", _BRAIN, 0.9, 0.9, sick=True),
        Substance("haemosiderin", _BRAIN, 0.8, 0.4, sick=True),
        Substance("siderosis", _BRAIN, 0.8, 0.9, sick=True),
        Substance("liquefied clot", _BRAIN, 1.9, 0.1, sick=True),
        Substance("bloody fluid", _BRAIN, 2.4, 0.05, sick=True),
        Substance("clot in fluid", _BRAIN, 0.8, 0.1, sick=True),
    )
}
"""All substances by name."""


def _table() -> dict[str, dict[float, Constants]]:
    """Substance to field strength to its constants."""
    text = files("mindscan.imaging").joinpath("tissues.csv").read_text(encoding="utf-8")
    rows = {(row["substance"], row["quantity"]): row for row in csv.DictReader(text.splitlines())}
    return {
        name: {
            field: Constants(*(float(rows[name, quantity][f"{field:g}"]) for quantity in Constants._fields))
            for field in FIELDS_TESLA
        }
        for name in SUBSTANCES
    }


_AT = _table()

IRON_R2 = 0.2
"""Rise of R2 in 1/s for each T and mg of iron per 100 g: Gelman 1999 (PMID 10207479), 13.1 / 21.3 / 3 T."""

GAMMA_MHZ = 42.577478518
"""Gyromagnetic ratio of the proton in MHz per tesla (CODATA 2018)."""

CORTEX_IRON = 2.9
"""Iron in mg per 100 g of adult cortex, which the T2 of grey matter already holds (Hallgren 1958)."""


_NAMESAKES = ("Caudate", "Putamen", "Pallidum", "Dura", "Lens", "Gliosis", "Oedema", "Tumour")
_USUAL: dict[str, dict[str, float]] = {
    "soft": {"fat": 0.15, "muscle": 0.85},
    "bone": {"bone": 1.0},
    "CSF": {"csf": 1.0},
    "GM": {"grey": 1.0},
    "WM": {"white": 1.0},
}
# Shares of white matter: read from four T1-weighted scans at 1.5 T with manual labels (OASIS-1, 18 to 38
# years old). Inside the borders, cortex has 0.55 to 0.60 of the signal of deep white matter, thalamus 0.79
# to 0.83, pallidum 0.93 to 0.96, brainstem 0.85 to 0.91, ventral diencephalon (tracts between hypothalamus,
# subthalamic and red nucleus and nigra) 0.92, cerebellar cortex 0.59 to 0.66, its white matter with the
# nuclei 0.94 to 1.06. The pallidum is 80 % white and 20 % grey in `tissues.csv`.
_OWN: dict[str, dict[str, float]] = {
    **{name: {name.lower(): 1.0} for name in _NAMESAKES},
    "Thalamus": {"white": 0.47, "grey": 0.53},
    "Brain-Stem": {"white": 0.70, "grey": 0.30},
    "Spinal-Cord": {"white": 0.70, "grey": 0.30},
    "Cerebellum-White-Matter": {"white": 0.85, "grey": 0.15},
    "Cerebellum-Cortex": {"white": 0.12, "grey": 0.88},
    "VentralDC": {"white": 0.80, "grey": 0.20},
    "choroid-plexus": {"choroid": 1.0},
    "Adipose": {"fat": 0.8, "muscle": 0.2},
    "Orbital-Fat": {"fat": 0.9, "muscle": 0.1},
    "Muscle": {"muscle": 0.93, "fat": 0.07},
    "Head-ExtraCerebral": {"muscle": 0.8, "fat": 0.2},
    "Epidermis": {"skin": 1.0},
    "Vein": {"blood": 1.0},
    **{structure_of(label): {"arterial blood": 1.0} for label in LABELS if is_artery(label)},
    "Globe": {"sclera": 1.0},
    "Vitreous-Humor": {"vitreous": 1.0},
    "Inner-Table": {"compact bone": 1.0},
    "Outer-Table": {"compact bone": 1.0},
    "Diploe": {"marrow": 0.7, "bone": 0.3},
    "Skull": {"bone": 0.7, "marrow": 0.3},
    "WM-hypointensities": {"hyperintensity": 1.0},
    "MS-Plaque": {"plaque": 1.0},
    "MS-Black-Hole": {"black hole": 1.0},
    "MS-Active-Plaque": {"active plaque": 1.0},
    **{f"Infarct-{age}": {f"{age.lower()} infarct": 1.0} for age in ("Hyperacute", "Acute", "Subacute")},
    "Haematoma-Hyperacute": {"hyperacute clot": 1.0},
    "Haematoma-Acute": {"acute clot": 1.0},
    "Haematoma-Early-Subacute": {"early subacute clot": 1.0},
    "Haematoma-Late-Subacute": {"subacute clot": 1.0},
    "Haematoma-Chronic": {"chronic clot": 1.0},
    "Haematoma-Liquefied": {"liquefied clot": 1.0},
    "Haematoma-Diluted": {"bloody fluid": 1.0},
    "Haematoma-In-Fluid": {"clot in fluid": 1.0},
    "Tumour-Enhancing": {"enhancing tumour": 1.0},
    "Tumour-Necrosis": {"necrosis": 1.0},
    "Perivascular-Space": {"csf": 1.0},
    "Microbleed": {"haemosiderin": 1.0},
    "Siderosis": {"siderosis": 1.0},
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
        field_tesla: one of `FIELDS_TESLA`.
        age_years: sets the iron in the deep nuclei, which shortens T2 and T2*, and the myelin of white
            matter, which shortens T1 and T2.

    Raises:
        SettingsError: no such substance, or no constants at this field strength.

    Example:
        >>> constants("pallidum", 3.0, 60).t2_ms < constants("pallidum", 3.0, 5).t2_ms
        True
    """
    if name not in SUBSTANCES:
        raise SettingsError(f"substance '{name}'", f"one of {', '.join(SUBSTANCES)}", "choose one of these")
    substance, base = SUBSTANCES[name], _AT[name][known_field(field_tesla)]
    r2_per_ms = _iron_r2(substance, field_tesla, age_years) / 1000
    lost = 1 - myelination(age_years) if substance.myelin else 0.0
    slower_per_ms = lost / base.t2_ms
    # Gelman 1999: R2 of grey matter rises with iron, and R2' as steeply, so R2* twice as steeply.
    return base._replace(
        t1_ms=base.t1_ms / (1 - lost),
        t2_ms=1 / (1 / base.t2_ms - slower_per_ms + r2_per_ms),
        t2star_ms=1 / (1 / base.t2star_ms - slower_per_ms + 2 * r2_per_ms),
    )


def known_field(tesla: float) -> float:
    """The field strength, if there are constants of it.

    Raises:
        SettingsError: there are none.
    """
    if tesla not in FIELDS_TESLA:
        known = ", ".join(f"{field:g}" for field in FIELDS_TESLA)
        raise SettingsError(f"field_tesla = {tesla:g}", f"one of {known}", "choose one of these")
    return tesla


def _iron_r2(substance: Substance, field_tesla: float, age_years: float) -> float:
    """What iron beyond that of cortex adds to R2, in 1/s."""
    if substance.iron is None:
        return 0.0
    return IRON_R2 * field_tesla * (_iron(substance.iron, age_years) - CORTEX_IRON)


def _iron(rise: tuple[float, float, float], age_years: float) -> float:
    gain, rate, floor = rise
    return gain * (1 - math.exp(-rate * age_years)) + floor


def susceptibility_ppm(age_years: float) -> dict[str, float]:
    """Susceptibility of every substance; that of the deep nuclei goes with their iron.

    Args:
        age_years: at 50 the values are the published ones.

    Example:
        >>> susceptibility_ppm(5)["pallidum"] < susceptibility_ppm(60)["pallidum"]
        True
    """
    adult = 50.0
    return {
        name: row.chi_ppm * (_iron(row.iron, age_years) / _iron(row.iron, adult) if row.iron else 1.0)
        for name, row in SUBSTANCES.items()
    }


def relaxation(
    field_tesla: float, age_years: float, deviations: Mapping[str, tuple[float, float, float]]
) -> Relaxation:
    """Constants of all substances of one person, as tensors in the order of `SUBSTANCES`.

    Args:
        field_tesla: one of `FIELDS_TESLA`.
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
        times = (typical.t1_ms * t1, typical.t2_ms * t2, typical.t2star_ms * t2, typical.pd * pd)
        shift_hz = substance.shift_ppm * GAMMA_MHZ * field_tesla
        rows.append((*times, substance.adc, shift_hz, substance.flow, substance.inflow))
    return Relaxation(*torch.tensor(rows, dtype=torch.float64, device="cpu").T)


def structures(by_substance: torch.Tensor) -> dict[str, float]:
    """A quantity of every structure from that of its substances, mixed by share.

    Args:
        by_substance: in the order of `SUBSTANCES`.
    """
    values = dict(zip(SUBSTANCES, by_substance.tolist(), strict=True))
    return {
        structure: sum(share * values[name] for name, share in shares.items())
        for structure, shares in MADE_OF.items()
    }


def label_table(by_structure: Mapping[str, float]) -> torch.Tensor:
    """A look-up table indexed by label id, float32 on the CPU: background 0, ids that mean nothing NaN."""
    table = torch.full((TABLE_SIZE,), torch.nan, device="cpu")
    for label in LABELS:
        table[label.id] = 0.0 if label.tissue == "air" else by_structure[structure_of(label)]
    return table
