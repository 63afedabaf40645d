"""A data set as DICOM: a folder for every series, written whole or not at all."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePath
from typing import Literal, NamedTuple

import pydicom
import torch
from pydicom.dataset import Dataset as Attributes
from pydicom.errors import InvalidDicomError

from mindscan.core.errors import FolderError, SettingsError
from mindscan.dataset import layout, visits
from mindscan.dataset.folder import disk_faults, move, partial, refuse_full_disk, tidy
from mindscan.dataset.nifti import read_nifti
from mindscan.dataset.shelf import Dataset, read_dataset
from mindscan.release.header import series_uid
from mindscan.release.segmentation import segmentation
from mindscan.release.series import series
from mindscan.release.source import Source, sources

_GROWTH = 2
"""Bytes of DICOM for a byte of `.nii.gz`, roughly; own choice."""


FILE = "{:04d}.dcm"
"""Name of a file of a series, by its number from 1."""


class Step(NamedTuple):
    """How far an export is: series that are there, and series in all."""

    done: int
    total: int


class Series(NamedTuple):
    """One series to be: of which scan, what it holds, and its folder below the export's."""

    source: Source
    kind: Literal["image", "segmentation", "labelmap"]
    folder: PurePath


def export(
    root: str | Path,
    out: str | Path,
    subjects: Sequence[str] = (),
    scans: Sequence[str] = (),
    labelmap: bool = False,
) -> Generator[Step]:
    """Write scans and their labels as DICOM series; a series that is there already is left alone.

    Args:
        root: folder of a data set.
        out: folder; missing, empty, or with series of the same data set, to which the others are added.
        subjects: ids, with or without "sub-"; all when empty.
        scans: names of scans as their files or their presets are called, or BIDS suffixes; all when empty.
        labelmap: segmentations of the newer kind, whose pixels are FreeSurfer ids.

    Yields:
        A step before the first and after every series.

    Raises:
        FileError: no data set there, or a file of it is missing or damaged.
        SettingsError: an unknown subject or scan.
        FolderError: the folder holds other things, cannot be written, or its disk is full.
    """
    out, dataset = Path(out), read_dataset(root)
    wanted = [one for source in _chosen(dataset, subjects, scans) for one in _series_of(source, labelmap)]
    with disk_faults(out):
        there = _there(out, dataset, labelmap)
        missing = [one for one in wanted if one.folder not in there]
        refuse_full_disk(out, _GROWTH * sum(one.source.picture.stat().st_size for one in missing))
        yield Step(len(wanted) - len(missing), len(wanted))
        for number, one in enumerate(missing, 1 + len(wanted) - len(missing)):
            _write(out, one)
            yield Step(number, len(wanted))


def _chosen(dataset: Dataset, subjects: Sequence[str], scans: Sequence[str]) -> list[Source]:
    """The scans that were asked for, in the order of the data set."""
    ids = [dataset.entry(name.removeprefix("sub-")).id for name in subjects] or dataset.ids
    found = [source for entry in dataset.entries if entry.id in ids for source in sources(entry)]
    known = {name for source in found for name in source.goes_by}
    for name in scans:
        if name not in known:
            names = dict.fromkeys(source.name for source in found)
            raise SettingsError(f"scan {name!r}", f"one of {', '.join(names) or 'none'}", "choose another")
    if not found:
        raise SettingsError(
            f"{dataset.root} without a finished subject", "scans to export", "make some first"
        )
    return [source for source in found if not scans or set(scans) & source.goes_by]


def _series_of(source: Source, labelmap: bool) -> Iterator[Series]:
    folder = PurePath(source.subject)
    yield Series(source, "image", folder / source.name)
    if source.modality != "DX" and source.entry.shown_labels(source.picture) is not None:
        yield Series(source, "labelmap" if labelmap else "segmentation", folder / f"{source.name}_seg")


def _there(out: Path, dataset: Dataset, labelmap: bool) -> set[PurePath]:
    """Folders of the series that are in `out`; anything else in it is refused."""
    if not out.exists():
        return set()
    if not out.is_dir():
        raise FolderError(f"{out} is a file", "a folder", "choose another folder")
    tidy(out)
    entries = {visits.stem(entry.id): entry for entry in dataset.entries}
    there = set()
    for subject in sorted(out.iterdir()):
        if subject.name == str(layout.PARTIAL):
            continue
        _refuse_unless(subject.name in entries and subject.is_dir(), subject)
        ours = {
            one.folder.name: one
            for source in sources(entries[subject.name])
            for one in _series_of(source, labelmap)
        }
        for folder in sorted(subject.iterdir()):
            _refuse_unless(folder.name in ours and _holds(folder, ours[folder.name]), folder)
            there.add(ours[folder.name].folder)
    return there


def _refuse_unless(ours: bool, path: Path) -> None:
    if not ours:
        raise FolderError(
            f"{path.parent} holds {path.name!r}, which is not of this export",
            "an empty or a missing folder, or the same export",
            "choose another folder",
        )


def _holds(folder: Path, one: Series) -> bool:
    """Whether a folder holds this very series; whole it is always, since it was moved there at once."""
    try:
        first = pydicom.dcmread(
            folder / FILE.format(1), stop_before_pixels=True, specific_tags=["SeriesInstanceUID"]
        )
    except (OSError, InvalidDicomError):
        return False
    return str(first.get("SeriesInstanceUID", "")) == series_uid(one.source, one.kind)


def _write(out: Path, one: Series) -> None:
    """One series, into a hidden folder first and then into place."""
    fresh = not out.exists()
    try:
        with partial(out, "-".join(one.folder.parts)) as temporary:
            written = temporary / one.folder.name
            written.mkdir()
            for number, file in enumerate(_files(one), 1):
                file.save_as(written / FILE.format(number), enforce_file_format=True)
            move(out, written, one.folder)
    finally:
        tidy(out)
        if fresh:
            with suppress(OSError):
                out.rmdir()


def _files(one: Series) -> Iterator[Attributes]:
    source = one.source
    volume = read_nifti(source.picture)
    if one.kind == "image":
        yield from series(source, volume)
        return
    labels = source.entry.shown_labels(source.picture)
    assert labels is not None
    images = list(series(source, volume))
    yield segmentation(source, images, read_nifti(labels, torch.int16), one.kind)
