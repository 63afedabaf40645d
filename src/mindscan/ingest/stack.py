"""A DICOM series as pictures: dcm2niix makes them in a folder of links, so that SRC is only read."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pydicom

from mindscan.core.errors import MindscanError
from mindscan.dataset.tables import read_json
from mindscan.ingest import nifti
from mindscan.ingest.dicom import dcm2niix_of
from mindscan.ingest.header import read_shot
from mindscan.ingest.picture import Picture, UnfitError
from mindscan.ingest.tilt import sheared, step_mm

_LAYERS = (
    (r"_e(\d+)", "echo-{}"),
    (r"_ph", "part-phase"),
    (r"_real", "part-real"),
    (r"_imaginary", "part-imag"),
)
"""What dcm2niix adds to a name, to what BIDS says instead."""

_PLAIN = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99")
_FAULTS = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    EOFError,
    IndexError,
    RuntimeError,
    NotImplementedError,
)


def read_series(paths: Sequence[Path], work: Path) -> list[Picture]:
    """The pictures of one series; several if it has echoes, phases or stacks of its own.

    A CT of a tilted gantry keeps its voxels, on the sheared grid that they were taken on.

    Args:
        paths: its files, without copies.
        work: an empty folder.

    Raises:
        UnfitError: dcm2niix makes nothing of it.
        OSError: the disk refuses.
    """
    links, raw = work / "links", work / "raw"
    _link(paths, links)
    raw.mkdir()
    dcm2niix_of(links, raw, "x", packed=False)
    if not any(raw.glob("*.nii")) and _decompressed(links, work / "plain"):
        dcm2niix_of(work / "plain", raw, "x", packed=False)
    made = {path.name.removeprefix("x").removesuffix(".nii"): path for path in sorted(raw.glob("*.nii"))}
    if not made:
        raise UnfitError("dcm2niix makes no picture of it")
    return _layered(_upright(made, paths))


def distinct(paths: Sequence[Path]) -> list[int]:
    """Which files of a series to keep, where some show the very same pixels at the very same place."""
    seen, kept = set(), []
    for number, path in enumerate(paths):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            file = pydicom.dcmread(path, force=True)
        place = [
            str(file.get(name)) for name in ("ImagePositionPatient", "ImageOrientationPatient", "EchoTime")
        ]
        shown = hashlib.sha256(repr(place).encode() + (file.get("PixelData") or b"")).digest()
        if shown not in seen:
            seen.add(shown)
            kept.append(number)
    return kept


def _link(paths: Sequence[Path], folder: Path) -> None:
    """Links under numbers: whatever files are called, dcm2niix can open them."""
    folder.mkdir(parents=True)
    for number, path in enumerate(paths):
        os.symlink(os.path.abspath(path), f"{folder}/{number:06d}.dcm")


def _decompressed(links: Path, plain: Path) -> bool:
    """Write files unpacked, if they are packed in a way that pydicom can read; whether there were any."""
    plain.mkdir()
    for path in sorted(links.iterdir()):
        try:
            file = pydicom.dcmread(path)
            if file.file_meta.TransferSyntaxUID in _PLAIN:
                return False
            file.decompress()
            file.save_as(plain / path.name)
        except _FAULTS:
            shutil.rmtree(plain)
            return False
    return True


def _upright(made: dict[str, Path], paths: Sequence[Path]) -> dict[str, Picture]:
    """Pictures by what dcm2niix added to their names; of those that it has made twice, the better."""
    pictures: dict[str, Picture] = {}
    for ending, path in made.items():
        plain = re.sub(r"_(Tilt|Eq)(_\d+)?", "", ending)
        if "_Tilt" in ending and plain in made:
            continue  # resampled; the one that it was made of is taken, on its own grid
        if ending == plain and any(other.startswith(f"{ending}_Eq") for other in made):
            continue  # its slices are not evenly apart, which no grid can say
        pictures[ending] = _picture(path, "_Eq" in ending)
        if any(other.startswith(f"{ending}_Tilt") for other in made):
            shots = [shot for each in paths if (shot := read_shot(each))]
            step = step_mm((x, y, z) for x, y, z in (shot["place"] for shot in shots if shot["place"]))
            tilted = "the gantry was tilted: slices stand as they were taken, on a sheared grid"
            leaning = sheared(pictures[ending].affine, step)
            pictures[ending] = replace(
                pictures[ending], affine=leaning, notes=(*pictures[ending].notes, tilted)
            )
    return pictures


def _picture(path: Path, made_even: bool) -> Picture:
    picture = nifti.read(path)
    notes = ("its slices were not evenly apart; dcm2niix made them so",) if made_even else ()
    said: dict[str, Any] = {}
    try:
        said = read_json(path.with_suffix(".json"))
    except MindscanError:
        notes = (*notes, "dcm2niix says nothing of it")
    return replace(picture, said=said, notes=notes)


def _layered(pictures: dict[str, Picture]) -> list[Picture]:
    """Pictures with what tells them apart in words of BIDS."""
    found: dict[str, list[Picture]] = {}
    for ending, picture in pictures.items():
        told = [(re.search(rule, ending), form) for rule, form in _LAYERS]
        words = [form.format(*match.groups()) for match, form in told if match]
        if len(pictures) == 1:
            words = [word for word in words if not word.startswith("echo")]
        found.setdefault("_".join(words), []).append(picture)
    return [
        replace(picture, layer="_".join(filter(None, (layer, f"chunk-{n}" if len(same) > 1 else ""))))
        for layer, same in found.items()
        for n, picture in enumerate(same, 1)
    ]
