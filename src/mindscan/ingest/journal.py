"""What has been taken in, noted as it happens, so that a killed run goes on where it stopped."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

JOURNAL = PurePosixPath("code/ingest.jsonl")
"""Where it lies: one line of JSON for each item, the last of an item counts."""

Note = dict[str, Any]
"""What became of one item: pseudonyms, names of files below the data set and words of mindscan alone."""


def notes(root: Path) -> dict[str, Note]:
    """The notes of a data set by item; a line that was cut short by a crash is passed over."""
    path = root / JOURNAL
    found: dict[str, Note] = {}
    if not path.is_file():
        return found
    for line in path.read_bytes().split(b"\n"):
        try:
            note = json.loads(line)
            found[note["item"]] = note
        except (ValueError, TypeError, KeyError):
            continue
    return found


def add(root: Path, note: Mapping[str, Any]) -> None:
    """Add a note, and see to it that it is on the disk.

    Raises:
        OSError: the disk refuses.
    """
    path = root / JOURNAL
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        file.seek(0, os.SEEK_END)
        if file.tell() and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
            file.write(b"\n")  # of a line that was cut short
        file.write(json.dumps(note, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def is_whole(root: Path, note: Note) -> bool:
    """Whether all that an item became is still there."""
    return all((root / name).is_file() for name in note["files"])
