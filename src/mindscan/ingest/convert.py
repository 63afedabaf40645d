"""One item taken in: read, looked through, written clean, put into place; done by a process of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from mindscan.core.errors import MindscanError
from mindscan.dataset import layout
from mindscan.dataset.folder import FULL, disk_faults, partial, put, refuse_full_disk
from mindscan.dataset.tables import Cell, hexadecimal, json_bytes, tsv_bytes
from mindscan.ingest import mgh, nifti, nrrd
from mindscan.ingest.item import Item
from mindscan.ingest.naming import Named, folder_of, with_layer
from mindscan.ingest.picture import (
    Picture,
    Segment,
    UnfitError,
    clean_bytes,
    looks_like_labels,
    sound,
    whole_numbers,
)
from mindscan.ingest.sidecar import kept
from mindscan.ingest.stack import distinct, read_series
from mindscan.ingest.words import harmless

READERS: Mapping[str, Callable[[Path, Path | None], Picture]] = {
    "NIfTI": nifti.read,
    "Analyze": nifti.read,
    "NRRD": nrrd.read,
    "MGH": mgh.read,
}
"""One reader for each kind of file that is a picture of its own."""

_ROOM = 1 << 26
"""Bytes that must be left on the disk before a failure is held against the file."""


Given = TypeVar("Given")
Done = TypeVar("Done")


@dataclass(frozen=True)
class Order:
    """What a worker is told to do.

    Args:
        named: the item with its names.
        out: the data set.
        work: folder outside it, for what is not clean yet.
        keep: words that the user lets pass.
    """

    named: Named
    out: Path
    work: Path
    keep: tuple[str, ...] = ()


def convert(order: Order) -> str:
    """Take one item in; returns what the journal notes of it, as JSON.

    A damaged item gives a note that says why, never a fault.

    Raises:
        FolderError: the disk is full or refuses.
    """
    one, item = order.named, order.named.item
    note: dict[str, Any] = {"item": one.key, "pictures": [], "files": [], "same": [], "fault": False}
    work = order.work / one.key
    with disk_faults(order.out):
        work.mkdir(parents=True)
        try:
            pictures, note["same"] = _careful(_read, order, work)
            files, told = _careful(_files, order, pictures)
            note["why"] = "; ".join(dict.fromkeys((one.reason, *told)))
            with partial(order.out, one.key) as temporary:
                for path, content in files.items():
                    put(order.out, temporary, path, content)
            note["files"] = [str(path) for path in files]
            note["pictures"] = [name for name in note["files"] if name.endswith(".nii.gz")]
        except UnfitError as error:
            refuse_full_disk(order.out, _ROOM)
            note |= {"why": str(error), "fault": True}
        except MemoryError:
            note |= {"why": f"does not fit into memory: {item.size} bytes of files", "fault": True}
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return json.dumps(note)


def _careful(step: Callable[[Order, Given], Done], order: Order, given: Given) -> Done:
    """What a step gives; whatever else goes wrong with a file is a reason to leave it out, not to stop."""
    try:
        return step(order, given)
    except (UnfitError, MindscanError, MemoryError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            raise
        raise UnfitError(f"cannot be read ({type(error).__name__})") from None


def _read(order: Order, work: Path) -> tuple[list[Picture], list[int]]:
    """The pictures of an item, and which of its files are copies of others."""
    item = order.named.item
    paths = [Path(path) for path in item.paths]
    if item.kind == "DICOM":
        fit = distinct(paths) if item.repeats else list(range(len(paths)))
        pictures = read_series([paths[number] for number in fit], work)
        return pictures, sorted(set(range(len(paths))) - set(fit))
    return loose_pictures(item), []


def loose_pictures(item: Item) -> list[Picture]:
    """The pictures of an item that is no DICOM.

    Raises:
        UnfitError: it is damaged.
        OSError: the disk refuses.
    """
    path = Path(item.paths[0])
    if item.kind == "segmentation":
        return nrrd.layers(path)
    return [READERS[item.kind](path, Path(item.pixels) if item.pixels else None)]


def _files(order: Order, pictures: list[Picture]) -> tuple[dict[PurePosixPath, bytes], list[str]]:
    """Every file that an item becomes, sidecars first, and what there is to know.

    Pictures that are not sound are left out, as long as one of the item is.

    Raises:
        UnfitError: none is.
    """
    files: dict[PurePosixPath, bytes] = {}
    notes: list[str] = []
    faults: list[str] = []
    for picture in pictures:
        try:
            whole = sound(picture)
            if order.named.item.labels:
                whole = whole_numbers(whole)
            else:
                _refuse_labels(order, whole)
        except UnfitError as error:
            faults.append(str(error))
            continue
        stem = PurePosixPath(folder_of(order.named)) / with_layer(order.named.stem, picture.layer)
        if order.named.item.labels:
            files |= _labels(order, stem, whole, notes)
        else:
            files[PurePosixPath(f"{stem}.json")] = json_bytes(_sidecar(order, whole))
        files[PurePosixPath(f"{stem}.nii.gz")] = clean_bytes(whole, repeats=bool(order.named.item.labels))
        notes += whole.notes
    if not files:
        raise UnfitError(faults[0])
    return files, [*notes, *(f"one picture of it {fault}" for fault in faults)]


def _refuse_labels(order: Order, picture: Picture) -> None:
    """A label map whose name does not say so must not become a scan; what the user says counts more."""
    item = order.named.item
    told = item.kind == "DICOM" or "suffix" in item.entities or order.named.told
    if not told and looks_like_labels(picture):
        raise UnfitError(
            'looks like a label map, neighbours inside are alike: name it "dseg" under [scans] if it is'
        )


def _sidecar(order: Order, picture: Picture) -> dict[str, Any]:
    """What is known of a picture and names nobody."""
    item = order.named.item
    said = kept({**item.said, **picture.said})
    if item.kind == "DICOM":
        said = kept(picture.said)
    return {**said, **({layout.MARKS[0]: item.mark} if item.mark is not None else {})}


def _labels(
    order: Order, stem: PurePosixPath, picture: Picture, notes: list[str]
) -> dict[PurePosixPath, bytes]:
    """Sidecar of a label map and, where it says what its labels are, a table.

    Names that are not made of known words become numbers.
    """
    drawn_on = order.named.item.beside
    sources = {"Sources": [layout.uri(PurePosixPath(drawn_on), "raw")]} if drawn_on else {}
    sidecar = {PurePosixPath(f"{stem}.json"): json_bytes({**_sidecar(order, picture), **sources})}
    if not picture.segments:
        return sidecar
    strange = [segment for segment in picture.segments if not harmless(segment.name, order.keep)]
    if strange:
        notes.append(
            f"{len(strange)} names of segments are not made of known words and became numbers: "
            "list them under [words] of the columns file to keep them"
        )
    shown = [replace(one, name=f"Segment_{one.index}") if one in strange else one for one in picture.segments]
    return sidecar | {
        PurePosixPath(f"{stem}.tsv"): tsv_bytes(("index", "name", "color"), map(_label_row, shown)),
    }


def _label_row(segment: Segment) -> tuple[Cell, ...]:
    return str(segment.index), segment.name, hexadecimal(segment.colour)
