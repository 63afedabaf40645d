"""Scans as radiographers name them: one row each, with what it is for.

A preset plays exactly its sequence at exactly its field strength. The short names (`T1w`, `T2w`, `PDw`,
`FLAIR`) are the usual scan of a kind: field strength, timing, noise and the rest vary as between hospitals.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mindscan.core.errors import SettingsError
from mindscan.imaging.sequences import (
    BalancedSteadyState,
    Diffusion,
    GradientEcho,
    InversionRecovery,
    Mprage,
    ParameterMap,
    PhysicalSequence,
    SpinEcho,
    TurboSpinEcho,
    line,
)

Edges = tuple[float, float, float]


@dataclass(frozen=True)
class Preset:
    """One row of the table of presets, of any scanner.

    Args:
        name: what users ask for.
        suffix: the BIDS suffix of the image.
        about: what it is for.
        technique: how it is made, in one line.
        field_tesla: field strength; None where it is drawn, or there is none.
        voxel_mm: edges of its own voxels along x, y and z; None for those of the plan's grid.
        settings: the scanner's settings that follow from the name; those that are missing are drawn.
        voxels: its voxels in words, where they are neither.
    """

    name: str
    suffix: str
    about: str
    technique: str
    field_tesla: float | None = None
    voxel_mm: Edges | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    voxels: str = "of the grid"

    @property
    def acq(self) -> str:
        """The BIDS label `acq-` of its images: the name less the suffix, "" of a short name.

        Example:
            >>> Preset("T1w-MPRAGE-1.5T", "T1w", "", "").acq
            'mprage15t'
        """
        part = f"-{self.settings.get('part')}"
        told = self.name.lower().removeprefix(self.suffix.lower()).removesuffix(part)
        return "".join(re.findall("[a-z0-9]", told))


def preset_row(preset: Preset) -> tuple[str, str, str, str, str, str]:
    """A preset as words: name, suffix, field strength, voxels, technique, what it is for.

    Example:
        >>> preset_row(Preset("T1w-SE-1.5T", "T1w", "anatomy", "Spin echo", 1.5))
        ('T1w-SE-1.5T', 'T1w', '1.5 T', 'of the grid', 'Spin echo', 'anatomy')
    """
    field = "" if preset.field_tesla is None else f"{preset.field_tesla:g} T"
    edges = () if preset.voxel_mm is None else preset.voxel_mm
    voxel = " x ".join(f"{edge:g}" for edge in edges) + " mm" if edges else preset.voxels
    return (preset.name, preset.suffix, field, voxel, preset.technique, preset.about)


def find(name: str, presets: Iterable[Preset]) -> Preset:
    """The preset of a name.

    Raises:
        SettingsError: there is none.
    """
    known = {preset.name: preset for preset in presets}
    if name in known:
        return known[name]
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    mend = f"did you mean '{close[0]}'?" if close else "choose one of these"
    raise SettingsError(f"preset '{name}'", f"one of {', '.join(known)} (see `mindscan presets`)", mend)


USUAL: Mapping[str, Mapping[float, PhysicalSequence]] = {
    "T1w": {
        0.064: TurboSpinEcho(
            tr_ms=1000, te_ms=6, echo_spacing_ms=6, echoes=24, refocusing_deg=150, ti_ms=290
        ),
        0.55: Mprage(tr_ms=1500, ti_ms=550, te_ms=4.2, flip_deg=10, echo_spacing_ms=9.5, readouts=96),
        # The MPRAGE of OASIS-1 (Marcus 2007, doi:10.1162/jocn.2007.19.9.1498).
        1.5: Mprage(tr_ms=1462, ti_ms=641, te_ms=4, flip_deg=10, echo_spacing_ms=9.7, readouts=128),
        # The MPRAGE of UK Biobank (Miller 2016, doi:10.1038/nn.4393), TI 880 and TR 2000 ms.
        3.0: Mprage(tr_ms=2000, ti_ms=880, te_ms=2, flip_deg=8, echo_spacing_ms=6.1, readouts=208),
        7.0: Mprage(tr_ms=2500, ti_ms=1100, te_ms=2.9, flip_deg=7, echo_spacing_ms=7.2, readouts=208),
    },
    "T2w": {
        0.064: TurboSpinEcho(tr_ms=2200, te_ms=161, echo_spacing_ms=7, echoes=60, refocusing_deg=150),
        0.55: TurboSpinEcho(tr_ms=4500, te_ms=110, echo_spacing_ms=11, echoes=17, refocusing_deg=150),
        1.5: SpinEcho(tr_ms=4000, te_ms=100),
        3.0: SpinEcho(tr_ms=5000, te_ms=90),
        7.0: TurboSpinEcho(tr_ms=6000, te_ms=60, echo_spacing_ms=10, echoes=9, refocusing_deg=120),
    },
    "PDw": {
        0.064: SpinEcho(tr_ms=1500, te_ms=12),
        0.55: SpinEcho(tr_ms=2500, te_ms=15),
        1.5: SpinEcho(tr_ms=3000, te_ms=15),
        3.0: SpinEcho(tr_ms=3000, te_ms=15),
        7.0: SpinEcho(tr_ms=4000, te_ms=12),
    },
    "FLAIR": {
        0.064: TurboSpinEcho(
            tr_ms=4000, te_ms=150, echo_spacing_ms=10, echoes=40, refocusing_deg=160, ti_ms=1380
        ),
        0.55: TurboSpinEcho(
            tr_ms=8000, te_ms=100, echo_spacing_ms=10, echoes=20, refocusing_deg=150, ti_ms=2309
        ),
        1.5: InversionRecovery(tr_ms=11000, ti_ms=2641, te_ms=140),
        3.0: InversionRecovery(tr_ms=11000, ti_ms=2721, te_ms=140),
        7.0: TurboSpinEcho(
            tr_ms=9000, te_ms=60, echo_spacing_ms=10, echoes=16, refocusing_deg=150, ti_ms=2357
        ),
    },
}
"""The usual sequence by BIDS suffix and field strength in tesla, before it is varied."""

_TSE_3T = TurboSpinEcho(tr_ms=5000, te_ms=90, echo_spacing_ms=10, echoes=15, refocusing_deg=150)
_FLAIR_3T = TurboSpinEcho(
    tr_ms=11000, te_ms=140, echo_spacing_ms=10, echoes=24, refocusing_deg=150, ti_ms=2713.5
)
_SWI_3T = GradientEcho(tr_ms=28, te_ms=20, flip_deg=15)
# Portable scanners: thick slices, and little signal for the noise.
_PORTABLE: dict[str, Any] = {"snr": (12.0, 20.0), "psf_fwhm_mm": (1.5, 2.0)}


# First words of names that are no BIDS suffix.
_SUFFIXES = {"STIR": "T2w", "DIR": "T2w", "SWI": "T2starw", "bSSFP": "T2w", "DWI": "trace"}


def _usual(suffix: str, about: str) -> Preset:
    return Preset(suffix, suffix, about, "the usual sequence at 1.5 or 3 T, varied as between hospitals")


def _exact(
    name: str,
    field_tesla: float,
    sequence: PhysicalSequence,
    about: str,
    voxel_mm: Edges | None = None,
    **settings: Any,
) -> Preset:
    suffix = name.partition("-")[0]
    suffix = _SUFFIXES.get(suffix, suffix)
    return Preset(
        name, suffix, about, line(sequence), field_tesla, voxel_mm, {"sequence": sequence, **settings}
    )


MRI_PRESETS: tuple[Preset, ...] = (
    _usual("T1w", "anatomy: grey and white matter; segmentation, volumes"),
    _usual("T2w", "fluid, oedema, most lesions"),
    _usual("PDw", "amount of water; deep grey nuclei"),
    _usual("FLAIR", "lesions beside dark fluid"),
    Preset(
        "random",
        "random",
        "domain randomisation: shape alone counts",
        "a random grey level for every structure",
    ),
    _exact("T1w-MPRAGE-1.5T", 1.5, USUAL["T1w"][1.5], "3D anatomy, the sequence of OASIS-1"),
    _exact("T1w-MPRAGE-3T", 3.0, USUAL["T1w"][3.0], "3D anatomy, the research standard"),
    _exact("T1w-MPRAGE-7T", 7.0, USUAL["T1w"][7.0], "3D anatomy at ultra-high field"),
    _exact(
        "T1w-MPRAGE-3T-gadolinium",
        3.0,
        USUAL["T1w"][3.0],
        "after contrast agent: vessels, dura and choroid plexus light up",
        agent_mm=0.5,
    ),
    _exact("T1w-SE-1.5T", 1.5, SpinEcho(tr_ms=600, te_ms=15), "classic 2D T1 weighting"),
    _exact("T1w-SPGR-3T", 3.0, GradientEcho(tr_ms=18, te_ms=3, flip_deg=22), "3D T1 weighting, no inversion"),
    _exact("T1w-0.55T", 0.55, USUAL["T1w"][0.55], "3D anatomy at mid field", snr=(18.0, 30.0)),
    _exact(
        "T1w-lowfield-0.064T", 0.064, USUAL["T1w"][0.064], "portable scanner", (1.6, 1.6, 5.0), **_PORTABLE
    ),
    _exact(
        "T2w-TSE-1.5T",
        1.5,
        TurboSpinEcho(tr_ms=4000, te_ms=99, echo_spacing_ms=11, echoes=15, refocusing_deg=150),
        "clinical T2 weighting",
    ),
    _exact("T2w-TSE-3T", 3.0, _TSE_3T, "clinical T2 weighting"),
    _exact("T2w-TSE-3T-axial-3mm", 3.0, _TSE_3T, "clinical slices", (0.75, 0.75, 3.0)),
    _exact("T2w-TSE-7T", 7.0, USUAL["T2w"][7.0], "T2 weighting at ultra-high field"),
    _exact("T2w-TSE-0.55T", 0.55, USUAL["T2w"][0.55], "T2 weighting at mid field", snr=(18.0, 30.0)),
    _exact(
        "T2w-lowfield-0.064T", 0.064, USUAL["T2w"][0.064], "portable scanner", (1.6, 1.6, 5.0), **_PORTABLE
    ),
    _exact(
        "PDw-TSE-3T",
        3.0,
        TurboSpinEcho(tr_ms=3000, te_ms=12, echo_spacing_ms=12, echoes=5, refocusing_deg=150),
        "amount of water; deep grey nuclei",
    ),
    _exact("FLAIR-3T", 3.0, _FLAIR_3T, "lesions beside dark fluid"),
    _exact("FLAIR-3T-axial-5mm", 3.0, _FLAIR_3T, "lesions, clinical slices", (0.9, 0.9, 5.0)),
    _exact(
        "FLAIR-1.5T",
        1.5,
        TurboSpinEcho(tr_ms=11000, te_ms=140, echo_spacing_ms=10, echoes=24, refocusing_deg=150, ti_ms=2634),
        "lesions beside dark fluid",
    ),
    _exact(
        "FLAIR-lowfield-0.064T",
        0.064,
        USUAL["FLAIR"][0.064],
        "portable scanner",
        (1.6, 1.6, 5.0),
        **_PORTABLE,
    ),
    _exact(
        "STIR-1.5T",
        1.5,
        TurboSpinEcho(tr_ms=4000, te_ms=60, echo_spacing_ms=12, echoes=8, refocusing_deg=150, ti_ms=201),
        "water beside dark fat: orbits, optic nerve, marrow",
    ),
    _exact(
        "STIR-3T",
        3.0,
        TurboSpinEcho(tr_ms=4500, te_ms=60, echo_spacing_ms=12, echoes=8, refocusing_deg=150, ti_ms=259),
        "water beside dark fat: orbits, optic nerve, marrow",
    ),
    _exact(
        "DIR-3T",
        3.0,
        TurboSpinEcho(
            tr_ms=11000,
            te_ms=70,
            echo_spacing_ms=7,
            echoes=24,
            refocusing_deg=150,
            first_ti_ms=3253,
            ti_ms=563,
            fat_saturated=True,
        ),
        "cortex alone: fluid and white matter are dark",
    ),
    _exact(
        "bSSFP-1.5T",
        1.5,
        BalancedSteadyState(tr_ms=5, te_ms=2.5, flip_deg=40),
        "cranial nerves in bright fluid",
    ),
    _exact("T2starw-GRE-3T", 3.0, GradientEcho(tr_ms=600, te_ms=20, flip_deg=20), "blood, iron, calcium"),
    _exact("SWI-3T", 3.0, _SWI_3T, "veins and iron: magnitude", part="mag"),
    _exact("SWI-3T-phase", 3.0, _SWI_3T, "veins and iron: phase in radians", part="phase"),
    _exact("T1map-3T", 3.0, ParameterMap(quantity="t1"), "truth: T1 in seconds"),
    _exact("T2map-3T", 3.0, ParameterMap(quantity="t2"), "truth: T2 in seconds"),
    _exact("T2starmap-3T", 3.0, ParameterMap(quantity="t2star"), "truth: T2* in seconds"),
    _exact("PDmap-3T", 3.0, ParameterMap(quantity="pd"), "truth: proton density, water 1"),
    _exact(
        "DWI-3T-b1000",
        3.0,
        Diffusion(tr_ms=5000, te_ms=80, b_s_mm2=1000),
        "stroke: diffusion-weighted trace image",
        (1.75, 1.75, 4.0),
    ),
    _exact(
        "ADC-3T",
        3.0,
        ParameterMap(quantity="adc"),
        "truth: apparent diffusion coefficient in mm^2/s",
        (1.75, 1.75, 4.0),
    ),
)
"""Every preset of the MRI scanner."""


def usual(suffix: str, field_tesla: float) -> PhysicalSequence:
    """The usual sequence of a BIDS suffix, before it is varied.

    Raises:
        SettingsError: no usual sequence of this suffix or field strength.

    Example:
        >>> usual("T2w", 3.0).te_ms
        90.0
    """
    if suffix not in USUAL:
        raise SettingsError(f"suffix '{suffix}'", f"one of {', '.join(USUAL)}", "choose one of these")
    if field_tesla not in USUAL[suffix]:
        known = ", ".join(f"{field:g}" for field in USUAL[suffix])
        raise SettingsError(f"field_tesla = {field_tesla:g}", f"one of {known}", "choose one of these")
    return USUAL[suffix][field_tesla]
