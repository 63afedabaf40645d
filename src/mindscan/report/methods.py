"""Copy-ready methods text: what a data set really used, with numbered references."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np

from mindscan.core.parcels import PARCELS
from mindscan.report.facts import Facts, counted, read_facts
from mindscan.report.references import numbered
from mindscan.report.settings import ScanKind, plain

PACKAGES = ("torch", "numpy", "nibabel", "nilearn")
RANDOM = "Random contrast"
SEQUENCE_SOURCES = {
    "MPRAGE": "mugler",
    "Spin echo": "hahn",
    "Inversion recovery spin echo": "hajnal",
    "Spoiled gradient echo": "ernst",
    "Turbo spin echo": "weigel",
    "Inversion recovery turbo spin echo": "hajnal, weigel",
    "Double inversion recovery": "redpath, weigel",
    "Balanced steady-state free precession": "freeman",
    "Diffusion-weighted spin echo": "stejskal",
    RANDOM: "billot",
}
"""What a sidecar calls its pulse sequence, and where the signal equation or the idea comes from."""

TIMES = {"RepetitionTime": "TR", "InversionTime": "TI", "EchoTime": "TE"}
MEASURED = {
    "icv_ml": "intracranial volume",
    "cortical_gm_ml": "cortical grey matter",
    "cerebral_wm_ml": "cerebral white matter",
    "ventricles_ml": "ventricles",
    "hippocampus_ml": "hippocampi",
}


def cite(root: str | Path) -> str:
    """Methods text of a data set in Markdown, with numbered references and DOIs.

    Every number comes from the data set: people, volumes, settings of each kind of scan, version, seed.

    Args:
        root: folder of a data set.

    Raises:
        FileError: the folder holds no data set, or a file in it is damaged.
    """
    return methods_text(read_facts(root))


def methods_text(facts: Facts) -> str:
    """The methods text of facts that are already read."""
    parts = [_people(facts), _anatomy(facts), _truth(facts), _imaging(facts.kinds), _format(facts)]
    return numbered("# Methods\n\n" + "\n\n".join(part for part in parts if part)) + "\n"


def _people(facts: Facts) -> str:
    """Who is in the data set, and what it was made from."""
    total = len(facts.dataset)
    text = [f"## Subjects\n\nThe data set holds {facts.subjects}"]
    text += [f" ({facts.people()})." if total else "."]
    if total > facts.real:
        made = str(total - facts.real) if facts.real else "All"
        source = f"mindscan {facts.made_by}" + (f" from seed {facts.seed}" if facts.seed else "")
        scanned = "" if facts.dataset.bases else "; nobody was scanned"
        text.append(
            f" {made} were made by simulation with {source}{scanned}. All random numbers come "
            "from named streams of a counter-based generator [@salmon], so each subject can be made again "
            "from its recipe alone."
        )
    if facts.real:
        text.append(f" {counted(facts.real, 'subject')} came from real scans.")
    return "".join(text)


def _anatomy(facts: Facts) -> str:
    """Where the shapes come from; only what is made from recipes has an anatomy to tell of."""
    if not facts.labels or not any(entry.card.kind == "recipe" for entry in facts.dataset.entries):
        return ""
    columns = {name: facts.column(column) for column, name in MEASURED.items()}
    volumes = [f"{name} {_mean_and_sd(found)} mL" for name, found in columns.items() if found]
    spread = " (mean ± standard deviation)" if len(facts.dataset) > 1 else ""
    return (
        "## Anatomy\n\nHeads are shaped from the symmetric MNI152 average brain (ICBM 2009a) [@fonov] as "
        f"distributed with nilearn [@abraham]{_bases(facts)}: structures are resized for the age and sex "
        "of each person after published FreeSurfer volumes [@fischl, @buckner] of the 1000 Functional "
        "Connectomes [@biswal], each cortex grows folds of its own [@lefevre], "
        f"and the whole is deformed by a smooth, invertible warp [@arsigny].{_later(facts)} Volumes in this "
        f"data set{spread}: {', '.join(volumes)}."
    )


def _later(facts: Facts) -> str:
    """How later sessions are made, where there are any."""
    if facts.mark == "subject":
        return ""
    return (
        " Later sessions are the head of the first one seen through one more invertible map, which changes "
        "every structure at the rate that the recipe holds."
    )


def _bases(facts: Facts) -> str:
    """How many brains start from label maps of the maker's own, and from which."""
    on_maps = sum(bool(sessions[0].base()) for sessions in facts.dataset.people.values())
    names = ", ".join(facts.dataset.bases)
    return (
        f" (the brains of {counted(on_maps, 'subject')} from label maps aligned to it: {names})"
        if on_maps
        else ""
    )


def _mean_and_sd(values: Sequence[float]) -> str:
    """Mean and standard deviation between subjects; of one subject its value."""
    digits = 0 if np.mean(values) >= 100 else 1
    sd = f" ± {np.std(values, ddof=1):.{digits}f}" if len(values) > 1 else ""
    return f"{np.mean(values):.{digits}f}{sd}"


def _truth(facts: Facts) -> str:
    """Labels and landmarks."""
    if not facts.labels:
        return ""
    text = (
        f"## Labels\n\nVoxels are labelled with {counted(len(facts.labels), 'structure')} by the ids and "
        "names of FreeSurfer [@fischl]; shares of grey matter, white matter and cerebrospinal fluid are "
        "given for every voxel. The labels follow from the same model as the images, so they are exact, not "
        "estimated."
    )
    if facts.landmarks:
        text += (
            f" {counted(len(facts.landmarks), 'landmark')} ({_some(facts.landmarks)}) lie where the model "
            "carries the anatomical fiducials of the template [@lau, @taha]."
        )
    if any(entry.parcels for entry in facts.dataset.entries):
        text += f" The cortex is divided into {len(PARCELS)} parcels around published centres [@seitzman]."
    return text


def _some(names: Sequence[str], most: int = 4) -> str:
    return (
        ", ".join(names) if len(names) <= most else f"{', '.join(names[:most])} and {len(names) - most} more"
    )


def _imaging(kinds: Sequence[ScanKind]) -> str:
    """Every kind of scan with its physical settings."""
    if not kinds:
        return ""
    lines = [f"- {_scan_line(kind)}" for kind in kinds]
    text = "## Imaging\n\n" + "\n".join(lines)
    sequences = {str(name) for kind in kinds for name in kind.values.get("PulseSequenceType", ())}
    if sequences & (set(SEQUENCE_SOURCES) - {RANDOM}):
        text += (
            "\n\nSignals follow the closed-form equations of the sequences, those of turbo spin echoes the "
            "extended phase graph, with relaxation times of the literature (T1 [@wright], T2 [@stanisz], "
            "T2* [@peters])."
        )
    if RANDOM in sequences:
        text += " Random contrast gives every structure a grey level drawn at random [@billot]."
    text += _x_rays({kind.suffix for kind in kinds})
    if any("snr" in kind.settings for kind in kinds):
        text += " A smooth bias field, a Gaussian point spread and Rician noise [@gudbjartsson] were applied."
    return text


def _x_rays(suffixes: set[str]) -> str:
    """What X-ray images follow from."""
    if not suffixes & {"ct", "xr"}:
        return ""
    text = (
        "\n\nX-rays follow modelled tube spectra [@spekpy] and the elements [@elam] of published "
        "compositions of tissues [@woodard]."
    )
    if "ct" in suffixes:
        text += " CT has noise with the spectrum of filtered back-projection [@riederer]."
    if "xr" in suffixes:
        text += " Radiographs are polychromatic line integrals through the head in a cone beam [@joseph]."
    return text


def _scan_line(kind: ScanKind) -> str:
    """One kind of scan in one line: sequence, field, times, flip angle, voxel, matrix, SNR."""
    says = kind.settings
    parts = []
    names = sorted({str(name) for name in kind.values.get("PulseSequenceType", ())})
    for name in names:
        source = SEQUENCE_SOURCES.get(name)
        parts.append(f"{name} [@{source}]" if source else name)
    parts += [f"{says['KVP']}, {says['Exposure']}"] if "KVP" in says else []
    if "MagneticFieldStrength" in says:
        parts.append(says["MagneticFieldStrength"])
    parts += [f"{short} {_ms(kind.values[name])} ms" for name, short in TIMES.items() if name in says]
    parts += [f"flip angle {says['FlipAngle']}"] if "FlipAngle" in says else []
    parts += [f"voxel {says['Voxel']}", f"matrix {says['Matrix']}"]
    parts += [f"signal-to-noise ratio {says['snr']}"] if "snr" in says else []
    return f"**{kind.name}** ({counted(kind.count, 'scan')}): {', '.join(parts)}."


def _ms(seconds: Sequence[float]) -> str:
    """Seconds as milliseconds: one value or the range."""
    low, high = (plain(1000 * edge) for edge in (min(seconds), max(seconds)))
    return low if low == high else f"{low} to {high}"


def _format(facts: Facts) -> str:
    """Files and software."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        "## Files and software\n\nThe files follow the Brain Imaging Data Structure [@gorgolewski] and are "
        f"stored as NIfTI. Software: mindscan {facts.made_by}; {packages} [@harris] "
        "(packages as installed where this text was written)."
    )
