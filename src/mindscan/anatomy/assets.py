"""Label maps that the user has added as base anatomies: where they are kept, and reading them."""

from __future__ import annotations

import functools
import hashlib
import os
import re
from pathlib import Path
from typing import Annotated

import nibabel as nib
import numpy as np
from nibabel.filebasedimages import ImageFileError
from pydantic import Field

from mindscan.anatomy import base
from mindscan.core.errors import FileError, SettingsError

AVERAGE = "mni152"
"""The base that is always there: the MNI152 average."""
LABELS_FILE, PICTURE_FILE, NOTE_FILE = "labels.nii.gz", "montage.png", "asset.json"

NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"
BaseName = Annotated[str, Field(pattern=NAME)]
"""Letters, digits, - and _; at most 40 of them."""


def folder() -> Path:
    """Where added maps are kept: $MINDSCAN_ASSETS, else `mindscan/assets` in the user's data folder."""
    chosen = os.environ.get("MINDSCAN_ASSETS")
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return Path(chosen) if chosen else data / "mindscan" / "assets"


def names() -> list[str]:
    """Names of the maps that have been added, sorted."""
    found = folder()
    if not found.is_dir():
        return []
    return sorted(
        one.name for one in found.iterdir() if re.match(NAME, one.name) and (one / NOTE_FILE).is_file()
    )


def place(name: str) -> Path:
    """The folder of a map that has been added.

    Raises:
        SettingsError: there is none of this name.
    """
    known = names()
    if name not in known:
        mend = "add it with `mindscan assets add MAP.nii.gz --name NAME`"
        raise SettingsError(f'base anatomy "{name}"', f"one of {', '.join([AVERAGE, *known])}", mend)
    return folder() / name


def labels(name: str) -> base.Ids:
    """Own label ids of a map in template space, shape `base.SHAPE`.

    Raises:
        SettingsError: there is none of this name.
        FileError: it is damaged.
    """
    path = place(name) / LABELS_FILE
    try:
        ids = np.asarray(nib.Nifti1Image.from_filename(path).dataobj).astype(np.int16)
    except (OSError, EOFError, ValueError, ImageFileError) as error:
        raise _damaged(path, str(error), name) from None
    if ids.shape != base.SHAPE:
        raise _damaged(path, f"has shape {ids.shape}", name)
    return ids


def digest(name: str) -> str:
    """SHA-256 of a base's label ids, in hexadecimal; "" for the average, whose rules are the software's."""
    if name == AVERAGE:
        return ""
    path = place(name) / LABELS_FILE
    return _digest_at(name, path.stat().st_mtime_ns if path.is_file() else 0)


@functools.lru_cache
def _digest_at(name: str, changed_ns: int) -> str:
    """`changed_ns` is when the file was written, so that a map of the same name is read again."""
    return digest_of(labels(name))


def digest_of(ids: base.Ids) -> str:
    """SHA-256 of label ids in template space."""
    return hashlib.sha256(np.ascontiguousarray(ids, "<i2").tobytes()).hexdigest()


def check(name: str, wanted: str) -> None:
    """Refuse a base that is not the one that a recipe was drawn for.

    Raises:
        SettingsError: the base is missing or differs.
    """
    have = digest(name)
    if have != wanted:
        raise SettingsError(
            f'base anatomy "{name}" with digest {have[:12] or "(none)"}',
            f"digest {wanted[:12] or '(none)'}",
            "add the map that the recipe was drawn with under this name",
        )


def _damaged(path: Path, fault: str, name: str) -> FileError:
    mend = f"remove it with `mindscan assets remove {name}` and add it again"
    return FileError(f"{path}: {fault}", "the labels of an added map", mend)
