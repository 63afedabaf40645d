"""A data set for 3D Slicer: scans as `.nrrd`, labels as `.seg.nrrd`, landmarks as `.mrk.json`.

References: https://teem.sourceforge.net/nrrd/format.html and
https://slicer.readthedocs.io/en/latest/developer_guide/modules/segmentations.html.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any, NamedTuple

import nrrd
import numpy as np
import numpy.typing as npt
import torch
from scipy.ndimage import find_objects

from mindscan.core.errors import FileError, MindscanError
from mindscan.core.labels import BY_ID
from mindscan.core.volume import Affine, Volume
from mindscan.dataset import layout
from mindscan.dataset.folder import disk_faults, open_job, partial, put, tidy
from mindscan.dataset.markups import mrk_bytes
from mindscan.dataset.nifti import read_nifti
from mindscan.dataset.tables import hexadecimal, number, read_json, read_tsv
from mindscan.release.scans import apart, found, subject, truth_of

Array = npt.NDArray[Any]

_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


class Name(NamedTuple):
    """What a label is called, and its colour as "#rrggbb"."""

    name: str
    colour: str


class Exported(NamedTuple):
    """One scan that is over: how many files there are of it, and what to say of it; "" for nothing."""

    scan: Path
    files: int
    note: str = ""


def export(root: str | Path, out: str | Path) -> Iterator[Exported]:
    """Write all scans of a data set with what is known of them; those that are there are left alone.

    Args:
        root: a BIDS data set, or any folder with NIfTI files; labels and landmarks are looked for in
            `derivatives`.
        out: folder; new, empty, or of the same export, which then goes on.

    Yields:
        Every scan when it is over; one that cannot be read does not stop the others.

    Raises:
        FileError: no scans there, or two of one name.
        FolderError: the folder holds other things, or the disk refuses.
    """
    root, out = Path(root), Path(out)
    scans = found(root)
    open_job(out, {"nrrd": {"of": str(root.resolve())}})
    with disk_faults(out):
        for scan in scans:
            yield _write(root, out, scan)
    tidy(out)


def _write(root: Path, out: Path, scan: Path) -> Exported:
    """The files of one scan, the picture last."""
    name = apart(scan)
    place = PurePath(subject(scan) if name.startswith("sub-") else name)
    last = place / f"{name}.nrrd"
    if (out / last).exists():
        return Exported(scan, len(list((out / place).glob(f"{name}*.*"))), "already there")
    try:
        files = {last: nrrd_bytes(read_nifti(root / scan), _marks_of(root / scan))}
    except MindscanError as error:
        return Exported(scan, 0, str(error))
    notes = []
    makers = (("dseg.nii.gz", ".seg.nrrd", _segments), ("landmarks.tsv", ".mrk.json", _markups))
    for ending, new, make in makers:
        path = truth_of(root, scan, ending)
        try:
            if path is not None:
                files[place / f"{name}{new}"] = make(path)
        except MindscanError as error:
            notes.append(f"no {new}: {error}")
    with partial(out, name) as temporary:
        for target, content in reversed(files.items()):
            put(out, temporary, target, content)
    return Exported(scan, len(files), "; ".join(notes))


def nrrd_bytes(volume: Volume, said: Mapping[str, str] | None = None) -> bytes:
    """A volume as the bytes of a `.nrrd` file, LPS as Slicer has it; the same volume gives the same bytes.

    Args:
        volume: shape (i, j, k); whole numbers that fit become int16, others float32.
        said: key/value pairs for the header.

    Example:
        >>> nrrd_bytes(Volume(torch.ones(2, 2, 2), np.eye(4))).splitlines()[1]
        b'type: int16'
    """
    data = volume.numpy()
    limits = np.iinfo(np.int16)
    fits = bool(np.isfinite(data).all()) and limits.min <= data.min() and data.max() <= limits.max
    whole = fits and np.array_equal(data, np.rint(data))
    return _bytes(data.astype(np.int16 if whole else np.float32), volume.affine, said or {})


def seg_bytes(labels: Volume, names: Mapping[int, Name]) -> bytes:
    """A label map as the bytes of a `.seg.nrrd` file: one layer, a segment for every label but 0.

    Args:
        labels: shape (i, j, k), whole numbers from 0.
        names: label id to its name and colour; others are called by their number.
    """
    ids: npt.NDArray[np.int16] = labels.numpy().astype(np.int16)
    said: dict[str, str] = {
        "Segmentation_ContainedRepresentationNames": "Binary labelmap|",
        "Segmentation_MasterRepresentation": "Binary labelmap",
        "Segmentation_SourceRepresentation": "Binary labelmap",
        "Segmentation_ReferenceImageExtentOffset": "0 0 0",
    }
    boxes = {label: box for label, box in enumerate(find_objects(ids), 1) if box is not None}
    for place, (label, box) in enumerate(boxes.items()):
        name, colour = names.get(label, Name(f"Label {label}", _grey_of(label)))
        shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        extent = (f"{side.start} {side.stop - 1}" for side in box)
        segment = {
            "ID": f"Segment_{label}",
            "Name": name,
            "NameAutoGenerated": "0",
            "Color": " ".join(f"{share:.6g}" for share in shares),
            "ColorAutoGenerated": "0",
            "LabelValue": str(label),
            "Layer": "0",
            "Extent": " ".join(extent),
            "Tags": "",
        }
        said |= {f"Segment{place}_{key}": value for key, value in segment.items()}
    return _bytes(ids.astype(np.uint8) if ids.max(initial=0) < 256 else ids, labels.affine, said)


def _bytes(data: Array, affine: Affine, said: Mapping[str, str]) -> bytes:
    lps = _TO_LPS @ affine
    header = {
        "space": "left-posterior-superior",
        "space directions": lps[:3, :3].T,
        "space origin": lps[:3, 3],
        "kinds": ["domain"] * 3,
        "encoding": "gzip",
        "endian": "little",
        **said,
    }
    file = io.BytesIO()
    nrrd.write(file, data, header, compression_level=1)
    top, _, rest = file.getvalue().partition(b"\n\n")
    lines = [line for line in top.split(b"\n") if not line.startswith(b"#")]  # one of them is the time
    return b"\n".join(lines) + b"\n\n" + rest


def _segments(path: Path) -> bytes:
    labels = read_nifti(path, torch.int16)
    if int(labels.data.min()) < 0:
        raise FileError(f"{path} holds {int(labels.data.min())}", "label ids from 0", "mend the label map")
    return seg_bytes(labels, names_of(path))


def names_of(labels: Path) -> dict[int, Name]:
    """Names and colours of labels: the table beside them or at the top of the derivative, else FreeSurfer's.

    Raises:
        FileError: the table is damaged.
    """
    beside = labels.with_name(labels.name.partition(".")[0] + ".tsv")
    tops = [place / layout.LABEL_TABLE.name for place in labels.parents if place.parent.name == "derivatives"]
    table = next((path for path in (beside, *tops) if path.is_file()), None)
    own = {one.id: Name(one.name, hexadecimal(one.colour)) for one in BY_ID.values()}
    if table is None:
        return own
    rows = read_tsv(table, ("index", "name"))
    ids = [int(number(table, row["index"])) for row in rows]
    colours = [row.get("color", "") for row in rows]
    return {
        label: Name(
            row["name"], colour if _is_colour(colour) else own.get(label, Name("", _grey_of(label))).colour
        )
        for label, row, colour in zip(ids, rows, colours, strict=True)
    }


def _markups(path: Path) -> bytes:
    rows = read_tsv(path, ("name", "x", "y", "z"))
    return mrk_bytes({row["name"]: [number(path, row[axis]) for axis in "xyz"] for row in rows})


def _marks_of(scan: Path) -> dict[str, str]:
    """What the sidecar says of where a scan comes from: the mark of synthetic data goes along."""
    path = layout.sidecar(scan)
    synthetic = path.is_file() and read_json(path).get("Synthetic") is True
    return {"Synthetic": "true"} if synthetic else {}


def _grey_of(label: int) -> str:
    level = 64 + label * 37 % 160
    return hexadecimal((level, level, level))


def _is_colour(text: str) -> bool:
    return (
        len(text) == 7 and text[0] == "#" and all(letter in "0123456789abcdefABCDEF" for letter in text[1:])
    )
