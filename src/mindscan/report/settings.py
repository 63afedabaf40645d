"""How the scans of a data set were made: one column for each kind of scan, ranges over all subjects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel as nib

from mindscan.dataset import layout
from mindscan.dataset.shelf import Dataset
from mindscan.dataset.tables import read_json

HEADINGS: Mapping[str, tuple[str, str]] = {
    "Voxel": ("Voxel", "mm"),
    "Matrix": ("Matrix", ""),
    "MagneticFieldStrength": ("Field strength", "T"),
    "PulseSequenceType": ("Sequence", ""),
    "MRAcquisitionType": ("Acquisition", ""),
    "EchoTime": ("Echo time", "s"),
    "RepetitionTime": ("Repetition time", "s"),
    "InversionTime": ("Inversion time", "s"),
    "FlipAngle": ("Flip angle", "degrees"),
    "KVP": ("Tube voltage", "kV"),
    "Exposure": ("Exposure", "mAs"),
    "SliceThickness": ("Slice thickness", "mm"),
    "SpacingBetweenSlices": ("Slice spacing", "mm"),
    "GantryDetectorTilt": ("Gantry tilt", "degrees"),
    "ConvolutionKernel": ("Kernel", ""),
    "DistanceSourceToDetector": ("Focus to detector", "mm"),
    "DistanceSourceToPatient": ("Focus to head", "mm"),
    "EstimatedRadiographicMagnificationFactor": ("Magnification", ""),
    "ImagerPixelSpacing": ("Pixel", "mm"),
    "echo_spacing_ms": ("Echo spacing", "ms"),
    "readouts": ("Readouts in a train", ""),
    "bias_sd": ("Bias field, SD of its logarithm", ""),
    "bias_mm": ("Bias field, length", "mm"),
    "psf_fwhm_mm": ("Point spread, full width at half maximum", "mm"),
    "texture_sd": ("Tissue texture, relative SD", ""),
    "texture_mm": ("Tissue texture, length", "mm"),
    "snr": ("Signal-to-noise ratio", ""),
}
"""What a setting is called on the page, and its unit; any other goes by its own name."""

REPEATED = (
    "tube_kv",
    "mas",
    "slice_mm",
    "spacing_mm",
    "field_tesla",
    "age_years",
    "tr_ms",
    "ti_ms",
    "te_ms",
    "flip_deg",
)
"""Settings of ours that the sidecar also says in BIDS names, or that belong to the person."""


@dataclass(frozen=True)
class ScanKind:
    """All scans of one kind in a data set.

    Args:
        name: the BIDS suffix, with acquisition, part and run where it has them, such as "T2w-tse3t, run 2".
        suffix: the BIDS suffix.
        count: how many scans of this kind there are.
        settings: setting to its value, or to the values over all scans, as text with unit.
        values: setting to all of its values, in the order of the subjects.
    """

    name: str
    suffix: str
    count: int
    settings: Mapping[str, str]
    values: Mapping[str, Sequence[Any]]


def scan_kinds(dataset: Dataset) -> list[ScanKind]:
    """The kinds of scan in a data set, in the order of their first appearance.

    Raises:
        FileError: a sidecar is missing or damaged.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in dataset.entries:
        for path in entry.scans:
            found.setdefault(_kind_name(path), []).append(_described(path))
    return [
        ScanKind(name, name.partition(",")[0], len(scans), _summary(scans), _values(scans))
        for name, scans in found.items()
    ]


def _kind_name(path: Path) -> str:
    words = [layout.suffix_of(path), *(layout.entity(path, name) for name in ("acq", "part"))]
    run = layout.entity(path, "run")
    return "-".join(filter(None, words)) + (f", run {run}" if run else "")


def _described(path: Path) -> dict[str, Any]:
    """The sidecar of a scan without marks of origin, and the voxel and the matrix of its picture."""
    header: Any = nib.load(path).header
    voxel = [float(f"{mm:.4g}") for mm in header.get_zooms()[:3]]
    sidecar = read_json(layout.sidecar(path))
    told = {name: value for name, value in sidecar.items() if name not in layout.MARKS}
    return {"Voxel": voxel, "Matrix": [int(n) for n in header.get_data_shape()], **dict(_flat(told))}


def _flat(told: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Settings one under another: of a setting that holds settings, only the plain ones.

    What the acquisition does is named by its step, such as "motion.translation_mm".
    """
    for name, value in told.items():
        if name == "acquisition":
            parts = ((part, inner) for part, inner in value.items() if isinstance(inner, Mapping))
            yield from (
                (f"{part}.{n}", v) for part, inner in parts for n, v in inner.items() if v is not None
            )
        elif isinstance(value, Mapping):
            inside = {n: v for n, v in value.items() if isinstance(v, Mapping | int | float)}
            yield from ((n, v) for n, v in _flat(inside) if n not in told and n not in REPEATED)
        else:
            yield name, value


def _values(scans: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    values: dict[str, list[Any]] = {}
    for scan in scans:
        for name, value in scan.items():
            values.setdefault(name, []).append(value)
    return values


def _summary(scans: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    texts = {name: spread(values) for name, values in _values(scans).items()}
    return {name: f"{text} {HEADINGS.get(name, ('', ''))[1]}".rstrip() for name, text in texts.items()}


def spread(values: Sequence[Any]) -> str:
    """The one value that all have, or the range of numbers, or how many values there are.

    Example:
        >>> spread([3.0, 3.0]), spread([2, 2.5, 3]), spread(["a", "b"]), spread([[1, 1, 2], [1, 1, 3]])
        ('3', '2 to 3', 'a, b', '1 x 1 x 2 or 3')
    """
    different = {plain(value): value for value in values}
    if len(different) == 1:
        return next(iter(different))
    if all(_is_number(value) for value in values):
        return f"{plain(min(values))} {'or' if len(different) == 2 else 'to'} {plain(max(values))}"
    sizes = {len(value) if isinstance(value, list) and all(map(_is_number, value)) else 0 for value in values}
    if len(sizes) == 1 and 0 not in sizes:
        return " x ".join(spread(part) for part in zip(*values, strict=True))
    return ", ".join(different) if len(different) <= 3 else f"{len(different)} values"


def voxel_text(voxels: Sequence[Sequence[float]]) -> str:
    """Voxel sizes in few words.

    Example:
        >>> voxel_text([[1, 1, 1]]), voxel_text([[1, 1, 1], [0.9, 0.9, 0.9]]), voxel_text([[1, 1, 3]])
        ('1 mm', '0.9 or 1 mm', '1 x 1 x 3 mm')
    """
    if all(max(voxel) - min(voxel) < 1e-3 for voxel in voxels):
        return f"{spread([voxel[0] for voxel in voxels])} mm"
    return f"{spread([list(voxel) for voxel in voxels])} mm"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def plain(value: object) -> str:
    """A value as short text: numbers to three digits, lists of numbers joined by "x"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    if isinstance(value, list | tuple):
        return (" x " if all(map(_is_number, value)) else ", ").join(plain(part) for part in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {plain(part)}" for name, part in value.items())
    return str(value)
