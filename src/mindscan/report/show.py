"""A picture of a file: any 3-D NIfTI image or label map as a labelled montage."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import torch
from PIL import Image

from mindscan.core.brain import Landmarks
from mindscan.core.errors import FileError, FolderError, SettingsError
from mindscan.core.labels import BY_ID
from mindscan.core.volume import Volume
from mindscan.dataset import layout
from mindscan.dataset.card import read_card
from mindscan.dataset.nifti import read_nifti
from mindscan.dataset.shelf import Entry
from mindscan.report.montage import Look, label_sheet, montage

PICTURES = (".png", ".jpg", ".jpeg", ".webp")
LABEL_WORDS, MOST_LABELS, SAMPLES = ("seg", "label", "parc"), 1000, 100_000
_MEND = "give a whole 3-D .nii or .nii.gz file"


def show(path: str | Path, out: str | Path, look: Look | None = None) -> Path:
    """Draw a NIfTI file as a montage; inside a data set, the labels and landmarks are drawn over it.

    A label map (whole numbers that mostly stand in the label table, or in a file whose last word says seg,
    label or parc) is coloured by label, with a legend of names. Any other image is drawn in grey.

    Args:
        path: a 3-D `.nii` or `.nii.gz` file.
        out: the picture to write: `.png`, `.jpg` or `.webp`; replaced in one step.
        look: how it is drawn; the title is the file's name unless it says otherwise.

    Returns:
        The path of the picture.

    Raises:
        FileError: the file is missing, damaged, not 3-D or of an unsupported kind.
        FolderError: the picture cannot be written.
        SettingsError: the picture's name ends in something else.
    """
    path, out = Path(path), Path(out)
    if out.suffix.lower() not in PICTURES:
        raise SettingsError(f"picture {out.name}", f"a name in {', '.join(PICTURES)}", "rename it")
    volume = _read(path)
    look = look or Look()
    look = replace(look, title=look.title or path.name)
    entry = truth_of(path)
    landmarks: Landmarks = entry.landmarks() if entry else {}
    if is_label_map(path, volume):
        sheet = label_sheet(Volume(volume.data.to(torch.int32), volume.affine), landmarks, look)
    else:
        known = entry.shown_labels(path) if entry else None
        labels = read_nifti(known, torch.int32) if known and known.is_file() else None
        sheet = montage(volume, labels, landmarks, look)
    _save(sheet, out)
    return out


def truth_of(path: Path) -> Entry | None:
    """The shelf's entry of the subject whose file this is; None for a file outside a data set."""
    subject = layout.subject_of(path.name)
    letters = subject.replace("_ses-", "", 1)
    if not path.name.startswith("sub-") or not (letters.isascii() and letters.isalnum()):
        return None
    for root in path.resolve().parents:
        if (root / layout.card(subject)).is_file():
            return Entry(root, read_card(root, subject))
    return None


def is_label_map(path: Path, volume: Volume) -> bool:
    """Whether a file holds label ids rather than signal."""
    some = volume.data.flatten()[:: max(1, volume.data.numel() // SAMPLES)]
    if not torch.equal(some, some.round()) or len(torch.unique(some)) > MOST_LABELS:
        return False
    if not torch.equal(volume.data, volume.data.round()):
        return False
    ids = [int(i) for i in torch.unique(volume.data) if i != 0]
    named = any(word in layout.suffix_of(path).lower() for word in LABEL_WORDS)
    return 0 < len(ids) <= MOST_LABELS and (named or sum(i in BY_ID for i in ids) * 2 >= len(ids))


def _read(path: Path) -> Volume:
    """The volume of a user's file, in finite numbers."""
    if not path.name.lower().endswith((".nii", ".nii.gz")):
        raise FileError(f"{path}: unknown kind of file", "a NIfTI file", _MEND)
    try:
        volume = read_nifti(path)
    except FileError as error:
        raise FileError(error.given, error.expected, _MEND) from None
    except TypeError as error:
        raise FileError(f"{path}: unsupported kind of voxel ({error})", "one number a voxel", _MEND) from None
    if min(volume.data.shape) == 0 or abs(torch.linalg.det(torch.from_numpy(volume.affine[:3, :3]))) < 1e-9:
        raise FileError(f"{path}: empty, or its affine cannot be inverted", "a 3-D picture", _MEND)
    return Volume(torch.nan_to_num(volume.data, 0.0, 0.0, 0.0), volume.affine)


def _save(sheet: Image.Image, out: Path) -> None:
    temporary = out.with_name(f".{os.getpid()}-{out.name}")
    try:
        sheet.save(temporary)
        os.replace(temporary, out)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        fault = f"{out}: {error.strerror or error}"
        raise FolderError(fault, "a folder that can be written", "choose another place for --out") from None
