"""DICOM to NIfTI by dcm2niix, with the mark of synthetic data carried into the sidecars."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import dcm2niix
import pydicom
from pydicom.errors import InvalidDicomError

from mindscan.core.errors import FileError, FolderError
from mindscan.dataset import layout
from mindscan.dataset.folder import disk_faults, partial, tidy
from mindscan.dataset.tables import json_bytes, read_json
from mindscan.ingest.tilt import Position, shear, step_mm

NO_PICTURES = ("SEG", "SR", "PR", "KO", "REG", "RTSTRUCT", "RTPLAN", "RTDOSE")
"""Modalities that hold no picture that NIfTI could take over."""

_ASKED = ("SeriesNumber", "SeriesDescription", "Modality", "SyntheticData", "ImagePositionPatient")
_MARK = {"YES": True, "NO": False}


@dataclass(frozen=True)
class Found:
    """One series in a folder of DICOM files.

    Args:
        uid: its identifier.
        number, description: what it says of itself; "" where it says nothing.
        modality: such as "MR".
        synthetic: the attribute Synthetic Data (0008,001C): whether it is; None where the files do not say.
        folder: the folder that all its files lie in or below.
        positions: where its files say that their first pixels lie.
    """

    uid: str
    number: str
    description: str
    modality: str
    synthetic: bool | None
    folder: Path
    positions: tuple[Position, ...]


def from_dicom(folder: str | Path, out: str | Path) -> list[Path]:
    """Convert every picture series of a folder to NIfTI, and say in the sidecars which are synthetic.

    dcm2niix converts; it drops the attribute Synthetic Data (0008,001C). Here that becomes
    `"Synthetic": true` (or `false`) in the JSON sidecar, the key that sidecars of mindscan have; a series
    that does not say gets no key. A series alone in its folder is called as the folder, others by number
    and description. A CT with a tilted gantry keeps its voxels, on the sheared grid that they were taken on.
    Segmentations, reports and other series without pictures stay behind.

    Args:
        folder: DICOM files, in folders or not.
        out: folder; missing or empty. It appears when everything is converted, or not at all.

    Returns:
        The pictures, `.nii.gz`, each with a `.json` beside it.

    Raises:
        FileError: no folder there, no picture series in it, or one that dcm2niix cannot convert.
        FolderError: `out` holds something, or cannot be written.
    """
    folder, out = Path(folder), Path(out).absolute()
    if not folder.is_dir():
        raise FileError(f"{folder} is not a folder", "a folder of DICOM files", "check the path")
    found = [one for one in find(folder) if one.modality not in NO_PICTURES]
    if not found:
        raise FileError(f"{folder} holds no DICOM picture", "a folder of DICOM files", "check the path")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FolderError(f"{out} is there already", "an empty or a missing folder", "choose another folder")
    try:
        with disk_faults(out), partial(out.parent, out.name) as temporary:
            raw, ready = temporary / "raw", temporary / "ready"
            raw.mkdir()
            ready.mkdir()
            said = dcm2niix_of(folder, raw)
            names = [
                name for one, name in _named(found, folder) for name in _take(one, name, raw, ready, said)
            ]
            os.replace(ready, out)
    finally:
        tidy(out.parent)
    return [out / name for name in names]


def find(folder: Path) -> list[Found]:
    """The series in a folder and below it, in the order of their folders and numbers."""
    files: dict[str, list[tuple[Path, Any]]] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            header = pydicom.dcmread(
                path, stop_before_pixels=True, specific_tags=["SeriesInstanceUID", *_ASKED]
            )
        except (InvalidDicomError, OSError):
            continue
        if "SeriesInstanceUID" in header:
            files.setdefault(str(header.SeriesInstanceUID), []).append((path, header))
    found = [_found(uid, members) for uid, members in files.items()]
    return sorted(found, key=lambda one: (str(one.folder), one.number.zfill(6), one.uid))


def _found(uid: str, members: list[tuple[Path, Any]]) -> Found:
    first = members[0][1]
    marks = [_MARK.get(str(header.get("SyntheticData", ""))) for _, header in members]
    said = [mark for mark in marks if mark is not None]
    places = [place for _, header in members if len(place := header.get("ImagePositionPatient") or []) == 3]
    return Found(
        uid,
        str(first.get("SeriesNumber") or ""),
        str(first.get("SeriesDescription") or ""),
        str(first.get("Modality") or ""),
        any(said) if said else None,
        Path(os.path.commonpath([path.parent for path, _ in members])),
        tuple((float(x), float(y), float(z)) for x, y, z in places),
    )


def dcm2niix_of(folder: Path, raw: Path, name: str = "%j", packed: bool = True) -> str:
    """Run dcm2niix on a folder, whatever the user's own defaults for it are.

    Args:
        folder: DICOM files.
        raw: folder that pictures and sidecars go to.
        name: what they are called; by the UID of their series where nothing is said.
        packed: whether pictures are `.nii.gz` or `.nii`.

    Returns:
        What it said last.
    """
    options = ["-g", "i", "-b", "y", "-ba", "y", "-z", "y" if packed else "n", "-d", "9", "-f", name]
    done = subprocess.run(
        [dcm2niix.bin, *options, "-o", str(raw), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        errors="replace",
    )
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[-1] if lines else f"exit code {done.returncode}"


def _named(found: list[Found], folder: Path) -> Iterator[tuple[Found, PurePath]]:
    """Every series with the path that its picture gets, less the ending."""
    homes, taken = [one.folder for one in found], set[PurePath]()
    for one in found:
        inside = one.folder.relative_to(folder)
        if homes.count(one.folder) == 1:
            name = inside.parent / (inside.name or folder.resolve().name)
        else:
            words = re.sub(r"[^\w.-]+", "-", f"{one.number}_{one.description}").strip("_-") or "series"
            name = inside / words
        free = next(p for n in range(len(found) + 1) if (p := _numbered(name, n)) not in taken)
        taken.add(free)
        yield one, free


def _numbered(name: PurePath, repeat: int) -> PurePath:
    return name.with_name(f"{name.name}-{repeat + 1}") if repeat else name


def _take(one: Found, name: PurePath, raw: Path, ready: Path, said: str) -> list[PurePath]:
    """Move what became of a series to where it belongs; returns its pictures."""
    made = {path.name.removeprefix(one.uid): path for path in sorted(raw.iterdir()) if _is_of(path, one.uid)}
    for ending in [ending for ending in made if "_Tilt" in ending]:
        plain = made.get(re.sub(r"_Tilt(_\d+)?", "", ending))
        if plain is not None:  # the other one is resampled, and lies elsewhere
            made.pop(ending)
            shear(plain, step_mm(one.positions))
    pictures = [PurePath(f"{name}{ending}") for ending in made if ending.endswith(".nii.gz")]
    if not pictures:
        raise FileError(
            f"{one.folder}: dcm2niix cannot convert it ({said})", "a whole series", "leave it out"
        )
    (ready / name).parent.mkdir(parents=True, exist_ok=True)
    for ending, path in made.items():
        target = ready / f"{name}{ending}"
        os.replace(path, target)
        if ending.endswith(".json") and one.synthetic is not None:
            target.write_bytes(json_bytes({**read_json(target), layout.MARKS[0]: one.synthetic}))
    return pictures


def _is_of(path: Path, uid: str) -> bool:
    """Whether a file that dcm2niix has written is of a series, not of one whose UID only begins alike."""
    rest = path.name.removeprefix(uid)
    return rest != path.name and re.match(r"\d|\.\d", rest) is None
