"""Grey matter and fluid over white matter in every preset, beside real scans and published tables.

What is compared is what pure voxels show: the signal of the tissues by the equations of the sequence, in a
person of the age at which white matter has most myelin. An image shows the same where a voxel holds one
tissue (`tests/physics` asks that of every preset), and on real scans the medians are taken a voxel or two
inside the tissues, so that partial volume, which goes with the size of the voxels, counts little. In cortex
some of it remains: taken the very same way, three classes on the T1w, cortex of made heads has 1.38 to 1.49
in T2w and 1.00 to 1.14 in FLAIR. Ranges of real scans reach from the least to the greatest, rounded
outwards to hundredths.
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

GREY, FLUID = "GM/WM", "CSF/WM"
"""The two ratios: cerebral cortex and ventricular fluid over cerebral white matter."""


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
        )
    },
}
"""By preset and ratio. Presets and ratios that are missing have no reference that could be found."""


def rows() -> list[Row]:
    """Each ratio of each preset, beside its range in real people.

    Presets of random contrast, of phase and of X-rays through the whole head have no ratio.

    Returns:
        Rows of `name` (preset and ratio), `measured`, `low`, `high`, `source` and `holds`; where there is no
        reference, the last four are None. A usual scan is measured at 1.5 and 3 T.

    Example:
        >>> row = rows()[0]
        >>> row["name"], row["holds"]
        ('T1w at 1.5 T, GM/WM', True)
    """
    return [
        _row(name, ratio, value, REFERENCES.get(preset, {}).get(ratio))
        for preset, name, found in _measured()
        for ratio, value in found.items()
    ]


def _row(name: str, ratio: str, value: float, known: Range | None) -> Row:
    told, value = f"{name}, {ratio}", round(value, 3)
    if known is None:
        return {"name": told, "measured": value, "low": None, "high": None, "source": None, "holds": None}
    return row(told, value, known.low, known.high, known.source)


def _measured() -> Iterator[tuple[str, str, dict[str, float]]]:
    """Preset, its name in the table, and its ratios."""
    for preset in MRI_PRESETS:
        if preset.name in USUAL:
            for field in (1.5, 3.0):
                yield preset.name, f"{preset.name} at {field:g} T", _ratios(USUAL[preset.name][field], field)
        elif preset.field_tesla is not None and preset.settings.get("part") != "phase":
            yield preset.name, preset.name, _ratios(preset.settings["sequence"], preset.field_tesla)
    for preset in CT_PRESETS:
        yield preset.name, preset.name, _over_white({name: hounsfield(name) for name in _TISSUES})


_TISSUES = ("white", "grey", "csf")


def _ratios(sequence: PhysicalSequence, field_tesla: float) -> dict[str, float]:
    signal = sequence.signal(relaxation(field_tesla, PEAK_YEARS, {})).abs()
    return _over_white(dict(zip(SUBSTANCES, signal.tolist(), strict=True)))


def _over_white(seen: Mapping[str, float]) -> dict[str, float]:
    return {GREY: seen["grey"] / seen["white"], FLUID: seen["csf"] / seen["white"]}
