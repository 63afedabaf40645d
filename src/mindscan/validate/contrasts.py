"""Grey matter and fluid over white matter in every preset, beside real scans and published tables.

What is compared is what pure voxels show: the signal of the tissues by the equations of the sequence, in a
person of the age at which white matter has most myelin. An image shows the same where a voxel holds one
tissue (`tests/physics` asks that of every preset), and on real scans the medians are taken a voxel or two
inside the tissues, so that partial volume, which goes with the size of the voxels, counts little. In cortex
some of it remains: taken the very same way, three classes on the T1w, cortex of made heads has 1.38 to 1.49
in T2w and 1.00 to 1.14 in FLAIR. Ranges of real scans reach from the least to the greatest, rounded
outwards to hundredths. Where there are no real scans, the range is that of constants as others have published
them, 2 SD on either side, through the Bloch equations: see `mindscan.validate.published`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mindscan.imaging.ct import CT_PRESETS
from mindscan.imaging.myelin import PEAK_YEARS
from mindscan.imaging.presets import MRI_PRESETS, USUAL
from mindscan.imaging.sequences import PhysicalSequence
from mindscan.imaging.spectra import hounsfield
from mindscan.imaging.tissues import SUBSTANCES, relaxation
from mindscan.validate.claims import Row, row
from mindscan.validate.published import TISSUES, seen

GREY, FLUID = "GM/WM", "CSF/WM"
"""The two ratios: cerebral cortex and ventricular fluid over cerebral white matter."""

NULLED = ("WM/GM", "CSF/GM")
"""The two of double inversion, which nulls white matter and fluid."""

_OF = {"GM": "grey", "WM": "white", "CSF": "csf"}


class Range(NamedTuple):
    """Where a ratio lies in real people, and who says so."""

    low: float
    high: float
    source: str


_T1W = "real scans: four of OASIS-1 and FreeSurfer's sample, 1.5 T MPRAGE, manual or FreeSurfer labels"
_TWO = "real scans: of multiple sclerosis with small lesions (3 mm slices), and long after a stroke (1 mm)"
_SPIN = "real scan: a patient with multiple sclerosis, 3 mm slices, +- 10 % (own choice)"
_MPRAGE = {GREY: Range(0.54, 0.63, _T1W), FLUID: Range(0.13, 0.32, _T1W)}
_T2W = {GREY: Range(1.21, 1.38, _TWO), FLUID: Range(2.0, 4.3, _TWO)}
_FLAIR = {GREY: Range(1.09, 1.23, _TWO), FLUID: Range(0.0, 0.58, _TWO + ", fluid not quite nulled")}

REFERENCES: Mapping[str, Mapping[str, Range]] = {
    "T1w": _MPRAGE,
    "T1w-MPRAGE-1.5T": _MPRAGE,
    "T1w-MPRAGE-3T": _MPRAGE,
    # The agent stays in the vessels of the brain, behind its barrier.
    "T1w-MPRAGE-3T-gadolinium": _MPRAGE,
    "T1w-SE-1.5T": {GREY: Range(0.70, 0.90, _SPIN), FLUID: Range(0.34, 0.53, _SPIN)},
    "T2w": _T2W,
    "T2w-TSE-1.5T": _T2W,
    "T2w-TSE-3T": _T2W,
    "T2w-TSE-3T-axial-3mm": _T2W,
    "FLAIR": _FLAIR,
    "FLAIR-1.5T": _FLAIR,
    "FLAIR-3T": _FLAIR,
    "FLAIR-3T-axial-5mm": _FLAIR,
    "T1map-3T": {
        GREY: Range(
            1.55,
            1.92,
            "Clarke 2021, doi:10.1002/mrm.28630 (1500 / 970 ms), to Wright 2008,"
            " doi:10.1007/s10334-008-0104-8 (1607 / 838 ms)",
        )
    },
    "T2map-3T": {
        GREY: Range(
            1.20,
            1.44,
            "Clarke 2021, doi:10.1002/mrm.28630 (88 / 73 ms), Gelman 1999, PMID 10207479 (69 / 56 ms), to"
            " Stanisz 2005, doi:10.1002/mrm.20605 (99 / 69 ms)",
        )
    },
    "T2starmap-3T": {
        GREY: Range(
            1.22,
            1.26,
            "Gelman 1999, PMID 10207479 (1 / 17.8 and 1 / 21.9 s), and Peters 2007,"
            " doi:10.1016/j.mri.2007.02.014 (66 / 53 ms)",
        )
    },
    "PDmap-3T": {
        GREY: Range(
            1.16,
            1.22,
            "water content: Whittall 1997, doi:10.1002/mrm.1910370107 (0.83 / 0.71), to"
            " doi:10.3389/fneur.2019.01333 (0.837 / 0.691)",
        ),
        FLUID: Range(1.39, 1.45, "the same, fluid being water"),
    },
    "ADC-3T": {
        GREY: Range(
            1.16,
            1.39,
            "Helenius 2002, PMID 11847041: 0.89 +- 0.04 over 0.70 +- 0.03, of 80 people",
        )
    },
    "CT": {
        GREY: Range(
            1.05,
            1.40,
            "Cala 1981, PMID 6784549 (33 over 30 HU, deep grey matter), to a real head CT (34 over 26 HU)",
        ),
        FLUID: Range(
            0.0,
            0.75,
            "tables of HU: fluid 0 to 15, white matter 20 to 30 (radclass.mudr.org; neurosurgicalatlas.com 5"
            " over 20 to 35)",
        ),
    },
}
"""By preset and ratio: real scans, and tables of the very ratio. All else is compared with `published`."""


def rows() -> list[Row]:
    """Each ratio of each preset, beside its range in real people.

    Presets of random contrast, of phase and of X-rays through the whole head have no ratio.

    Returns:
        Rows of `name` (preset and ratio), `measured`, `low`, `high`, `source` and `holds`. A usual scan is
        measured at 1.5 and 3 T.

    Example:
        >>> row = rows()[0]
        >>> row["name"], row["holds"]
        ('T1w at 1.5 T, GM/WM', True)
    """
    seen_in_ct = {name: hounsfield(name) for name in TISSUES}
    return [one for preset, name, plays in _played() for one in _of_preset(preset, name, plays)] + [
        row(f"{preset.name}, {ratio}", round(_over(seen_in_ct, ratio), 3), *REFERENCES[preset.name][ratio])
        for preset in CT_PRESETS
        for ratio in (GREY, FLUID)
    ]


def _played() -> Iterator[tuple[str, str, tuple[PhysicalSequence, float]]]:
    """Preset, its name in the table, and its sequence with the field strength."""
    for preset in MRI_PRESETS:
        if preset.name in USUAL:
            for field in (1.5, 3.0):
                yield preset.name, f"{preset.name} at {field:g} T", (USUAL[preset.name][field], field)
        elif preset.field_tesla is not None and preset.settings.get("part") != "phase":
            yield preset.name, preset.name, (preset.settings["sequence"], preset.field_tesla)


def _of_preset(preset: str, name: str, plays: tuple[PhysicalSequence, float]) -> Iterator[Row]:
    sequence, field_tesla = plays
    signal = sequence.signal(relaxation(field_tesla, PEAK_YEARS, {})).abs()
    shown = dict(zip(SUBSTANCES, signal.tolist(), strict=True))
    known = dict(REFERENCES.get(preset, {}))
    ratios = NULLED if preset.startswith("DIR") else (GREY, FLUID)
    if not set(ratios) <= set(known):
        people = seen(sequence, field_tesla)
        tabled = {
            ratio: Range(*people.ratio(*_sides(ratio)), people.source(*_sides(ratio))) for ratio in ratios
        }
        known = tabled | known
    for ratio in ratios:
        yield row(f"{name}, {ratio}", round(_over(shown, ratio), 3), *known[ratio])


def _over(shown: Mapping[str, float], ratio: str) -> float:
    over, under = _sides(ratio)
    return shown[over] / shown[under]


def _sides(ratio: str) -> tuple[str, str]:
    over, under = ratio.split("/")
    return _OF[over], _OF[under]
