"""What a file is, by what it holds and not by its name."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import Literal

import numpy as np

from mindscan.ingest.nrrd import is_segmentation

Kind = Literal["DICOM", "NIfTI", "Analyze", "NRRD", "segmentation", "MGH", "zip", "json", "other"]

_BEGINNING = 540
_GROUPS = (b"\x02\x00", b"\x08\x00")
"""First groups of DICOM files without a preamble, little-endian."""


def kind_of(path: Path) -> Kind:
    """What a file is; "other" where it is nothing that is read.

    Raises:
        OSError: the disk refuses.
    """
    start = _start(path)
    if start.startswith(b"NRRD000"):
        return "segmentation" if is_segmentation(path) else "NRRD"
    if start[128:132] == b"DICM" or _is_bare_dicom(start):
        return "DICOM"
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if start.lstrip()[:1] == b"{" and path.suffix.lower() == ".json":
        return "json"
    return _volume(start)


def _start(path: Path) -> bytes:
    """The first bytes, unpacked; those of a damaged package as they are."""
    with path.open("rb") as file:
        start = file.read(_BEGINNING)
    if start[:2] != b"\x1f\x8b":
        return start
    try:
        with gzip.open(path, "rb") as packed:
            return packed.read(_BEGINNING)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return start


def _volume(start: bytes) -> Kind:
    sizes = {int.from_bytes(start[:4], "little"), int.from_bytes(start[:4], "big")}
    magic = start[4:6] if 540 in sizes else start[344:346] if 348 in sizes else b""
    if magic in (b"n+", b"ni"):
        return "NIfTI"
    if 348 in sizes and len(start) >= 348:
        order = "<" if start[0] == 92 else ">"
        axes = int(np.frombuffer(start, f"{order}i2", 1, 40)[0])
        return "Analyze" if 0 <= axes <= 7 else "other"
    if len(start) >= 284 and int.from_bytes(start[:4], "big") == 1:
        kind = int.from_bytes(start[20:24], "big")
        return "MGH" if kind in (0, 1, 3, 4, 10) else "other"
    return "other"


def _is_bare_dicom(start: bytes) -> bool:
    """Whether a file without the preamble begins like DICOM: a group, an element, a type or a length."""
    if len(start) < 132 or start[:2] not in _GROUPS:
        return False
    explicit = start[4:6] in (b"UL", b"UI", b"OB", b"CS", b"SH", b"DA", b"LO")
    return explicit or (start[2:4] in (b"\0\0", b"\5\0", b"\x08\0", b"\x16\0") and start[6:8] == b"\0\0")
