"""NRRD with its voxels inside or beside it, and the segmentations that 3D Slicer writes as `.seg.nrrd`."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

import nrrd
import numpy as np
import numpy.typing as npt
from nrrd.errors import NRRDError

from mindscan.ingest.packed import finish, take, unpacking
from mindscan.ingest.picture import MOST_BYTES, Picture, Segment, UnfitError

_MOST_HEADER = 1 << 20
_TYPES = {
    **dict.fromkeys(("signed char", "int8", "int8_t"), "i1"),
    **dict.fromkeys(("uchar", "unsigned char", "uint8", "uint8_t"), "u1"),
    **dict.fromkeys(("short", "short int", "signed short", "signed short int", "int16", "int16_t"), "i2"),
    **dict.fromkeys(("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"), "u2"),
    **dict.fromkeys(("int", "signed int", "int32", "int32_t"), "i4"),
    **dict.fromkeys(("uint", "unsigned int", "uint32", "uint32_t"), "u4"),
    **dict.fromkeys(("longlong", "long long", "long long int", "int64", "int64_t"), "i8"),
    **dict.fromkeys(("ulonglong", "unsigned long long", "uint64", "uint64_t"), "u8"),
    "float": "f4",
    "double": "f8",
}
_ENCODINGS = {"raw": "raw", "gzip": "gzip", "gz": "gzip", "bzip2": "bzip2", "bz2": "bzip2"}
_SPACES = {
    **dict.fromkeys(("right-anterior-superior", "ras"), (1, 1, 1)),
    **dict.fromkeys(("left-anterior-superior", "las"), (-1, 1, 1)),
    **dict.fromkeys(("left-posterior-superior", "lps"), (-1, -1, 1)),
}
"""Signs that turn millimetres of a space into those of RAS+."""

_KEPT = (
    "Synthetic",
    "RepetitionTime",
    "EchoTime",
    "InversionTime",
    "FlipAngle",
    "MagneticFieldStrength",
    "Units",
)
"""Key/value pairs that are taken as what a BIDS sidecar says."""


def read(path: Path, pixels: Path | None = None) -> Picture:
    """The picture in a NRRD file.

    Args:
        path: `.nrrd`, or the `.nhdr` of detached voxels.
        pixels: the file that `detached` names.

    Raises:
        UnfitError: it is damaged, cut short, too large, or encoded in a way that is not read.
        OSError: the disk refuses.
    """
    with path.open("rb") as file:
        header = _header(file)
        if "data file" in header or "datafile" in header:
            if pixels is None:
                raise UnfitError("its voxels are missing: the data file of this header is not there")
            with pixels.open("rb") as voxels:
                return _picture(header, voxels)
        return _picture(header, file)


def layers(path: Path) -> list[Picture]:
    """A segmentation as label maps, one for each of its layers, with the structures that each shows.

    Raises:
        UnfitError, OSError: as `read`.
    """
    with path.open("rb") as file:
        said = _header(file)
    whole, found = read(path), _segments(said)
    if whole.data.ndim < 4:
        return [replace(whole, segments=tuple(segment for _, segment in found))]
    count = whole.data.shape[3]
    return [
        replace(
            whole,
            data=whole.data[..., layer],
            segments=tuple(segment for where, segment in found if where == layer),
            layer=f"desc-layer{layer}" if count > 1 else "",
        )
        for layer in range(count)
    ]


def detached(path: Path) -> str:
    """Name of the file of the voxels, seen from the header's folder; "" where they are inside.

    Raises:
        UnfitError: the header is damaged, or names several files or one outside its folder.
        OSError: the disk refuses.
    """
    with path.open("rb") as file:
        header = _header(file)
    name = str(header.get("data file", header.get("datafile", "")))
    parts = PurePosixPath(name).parts
    if name and (name.startswith("LIST") or "%" in name):
        raise UnfitError("has its voxels in several files; only one is read")
    if ".." in parts or PurePosixPath(name).is_absolute():
        raise UnfitError("names a file of voxels outside its folder")
    return str(PurePosixPath(name)) if name else ""


def is_segmentation(path: Path) -> bool:
    """Whether a file says that it holds segments; a damaged one says nothing."""
    try:
        with path.open("rb") as file:
            return any(re.match(r"Segment\d+_|Segmentation_", name) for name in _header(file))
    except UnfitError:
        return False


def _header(file: IO[bytes]) -> Mapping[str, Any]:
    """The header; the file stands behind its empty line, if there is one."""
    lines, size = [], 0
    for line in iter(lambda: file.readline(_MOST_HEADER), b""):
        size += len(line)
        if size > _MOST_HEADER:
            raise UnfitError("has a damaged header")
        if not line.strip():
            break
        lines.append(line)
    try:
        header: Mapping[str, Any] = nrrd.read_header([line.decode("utf-8", "replace") for line in lines])
    except (NRRDError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        raise UnfitError("has a damaged header") from None
    return header


def _picture(header: Mapping[str, Any], file: IO[bytes]) -> Picture:
    try:
        shape = tuple(int(length) for length in header["sizes"])
        dtype = np.dtype(_TYPES[str(header["type"]).lower()]).newbyteorder(
            ">" if str(header.get("endian", "little")).lower() == "big" else "<"
        )
        encoding = _ENCODINGS[str(header["encoding"]).lower()]
    except KeyError:
        raise UnfitError("is encoded in a way that is not read") from None
    except (TypeError, ValueError):
        raise UnfitError("has a damaged header") from None
    if not shape or min(shape) < 1 or any(int(header.get(name, 0)) for name in ("line skip", "byte skip")):
        raise UnfitError("has a shape or an offset that is not read")
    count = dtype.itemsize
    for length in shape:
        count = min(count * length, MOST_BYTES + 1)
    affine, moved, notes = _place(header, len(shape))
    data = np.frombuffer(_voxels(file, encoding, count), dtype).reshape(shape, order="F")
    said = {name: _value(str(header[name])) for name in _KEPT if name in header}
    return Picture(np.moveaxis(data, moved, -1), affine, said=said, notes=notes)


def _voxels(file: IO[bytes], encoding: str, count: int) -> bytearray:
    with unpacking(file, encoding) as unpacked:
        try:
            content = take(unpacked, count)
            finish(unpacked)
        except EOFError:
            raise UnfitError("is cut short") from None
        except (OSError, ValueError, zlib.error) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise UnfitError("is packed and damaged") from None
    return content


def _place(header: Mapping[str, Any], axes: int) -> tuple[npt.NDArray[np.float64], int, tuple[str, ...]]:
    """Affine in RAS+, the axis that is no direction of space, and what to know."""
    space = str(header.get("space", "")).lower().removesuffix("-time")
    try:
        directions = np.asarray(header.get("space directions", np.eye(axes, 3)), np.float64)
        origin = np.asarray(header.get("space origin", np.zeros(3)), np.float64)
    except (TypeError, ValueError):
        raise UnfitError("has a damaged header") from None
    if "space directions" not in header and "spacings" in header and axes == 3:
        directions = np.diag(np.asarray(header["spacings"], np.float64))
    if directions.shape != (axes, 3) or origin.shape != (3,):
        raise UnfitError("does not lie in a space of three dimensions")
    lost = [axis for axis in range(axes) if not np.isfinite(directions[axis]).all()]
    if axes < 3 or len(lost) != axes - 3:
        raise UnfitError("does not lie in a space of three dimensions")
    affine = np.eye(4)
    affine[:3, :3] = np.delete(directions, lost, axis=0).T
    affine[:3, 3] = origin
    affine[:3] *= np.reshape(_SPACES.get(space, (1, 1, 1)), (3, 1))
    notes = () if space in _SPACES else ("the header does not say how the head lies: taken as stored",)
    return affine, lost[0] if lost else -1, notes


def _segments(header: Mapping[str, Any]) -> list[tuple[int, Segment]]:
    """Layer and structure of every segment."""
    found = []
    told = (re.fullmatch(r"Segment(\d{1,6})_ID", name) for name in header)
    for number in sorted(int(match[1]) for match in told if match):
        keys = ("Name", "Color", "LabelValue", "Layer")
        said = {key: str(header.get(f"Segment{number}_{key}", "")) for key in keys}
        try:
            value, layer = int(said["LabelValue"] or number + 1), int(said["Layer"] or 0)
            red, green, blue = (min(255, max(0, round(float(part) * 255))) for part in said["Color"].split())
        except (ValueError, OverflowError):
            value, layer, (red, green, blue) = number + 1, 0, (128, 128, 128)
        found.append((layer, Segment(value, said["Name"], (red, green, blue))))
    return found


def _value(text: str) -> Any:
    """A word, a number or a truth of a key/value pair."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return float(text)
    except ValueError:
        return text
