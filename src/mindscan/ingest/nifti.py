"""NIfTI-1 and NIfTI-2, in one file or in a pair, and Analyze 7.5, which both descend from."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import nibabel as nib
import numpy as np
from nibabel.spatialimages import HeaderDataError
from nibabel.wrapstruct import WrapStructError

from mindscan.ingest.packed import finish, opened, take
from mindscan.ingest.picture import MOST_BYTES, Picture, UnfitError

_FAULTS = (HeaderDataError, WrapStructError, ValueError, KeyError, OverflowError, TypeError)
_UNITS = {1: 1000.0, 3: 0.001}
"""Millimetres in what `xyzt_units` calls metres and micrometres."""
_SIDES = "Analyze does not say which side is left: taken as radiological, the right side of the head first"


def read(path: Path, pixels: Path | None = None) -> Picture:
    """The picture in a `.nii` file, or in a header and the file of its voxels, packed or not.

    Args:
        path: the file, or the header of a pair.
        pixels: the voxels of a pair.

    Raises:
        UnfitError: it is damaged, cut short or too large, or its voxels are missing.
        OSError: the disk refuses.
    """
    with opened(path) as file:
        header = _header(file)
        if _alone(header):
            _skip(file, header, 352 if header["sizeof_hdr"] < 540 else 544)
            return _picture(header, file)
    if pixels is None:
        raise UnfitError("its voxels are missing: the .img file of this header is not there")
    with opened(pixels) as voxels:
        _skip(voxels, header, 0)
        return _picture(header, voxels)


def _alone(header: Any) -> bool:
    """Whether the voxels stand in the same file."""
    return isinstance(header, nib.Nifti1Header) and bytes(header["magic"])[:2] == b"n+"


def _header(file: IO[bytes]) -> Any:
    """The header, read to its last byte, of whichever of the three it is."""
    begins = file.read(4)
    order = "<" if int.from_bytes(begins, "little") in (348, 540) else ">"
    size = int.from_bytes(begins, "little" if order == "<" else "big")
    content = begins + file.read(size - 4 if size in (348, 540) else 0)
    kinds: dict[int, Any] = {540: nib.Nifti2Header, 348: nib.Nifti1Header}
    if content[344:347] not in (b"n+1", b"ni1"):
        kinds[348] = nib.Spm99AnalyzeHeader
    if size not in kinds or len(content) != size:
        raise UnfitError("has no whole header")
    try:
        return kinds[size](content, endianness=order, check=False)
    except _FAULTS:
        raise UnfitError("has a damaged header") from None


def _skip(file: IO[bytes], header: Any, least: int) -> None:
    """Go to where the voxels begin; what stands before them, such as extensions, is passed over."""
    offset = float(header["vox_offset"])
    if not 0 <= offset <= 1 << 28:
        raise UnfitError("has a damaged header")
    file.seek(max(least, int(offset)))


def _picture(header: Any, file: IO[bytes]) -> Picture:
    try:
        shape, kind = tuple(map(int, header.get_data_shape())), header.get_data_dtype()
        affine, space, notes = _place(header)
        slope, inter = header.get_slope_inter()
    except _FAULTS:
        raise UnfitError("has a damaged header") from None
    if not shape or min(shape) < 1 or kind.itemsize == 0:
        raise UnfitError(f"has shape {' x '.join(map(str, shape)) or 'of no axes'}")
    count = 1
    for length in shape:
        count = min(count * length, MOST_BYTES + 1)
    content = take(file, count * kind.itemsize)
    finish(file)
    data = np.frombuffer(content, kind).reshape(shape, order="F")
    return Picture(data, affine, 1.0 if slope is None else slope, inter or 0.0, space, notes=notes)


def _place(header: Any) -> tuple[Any, int, tuple[str, ...]]:
    """Affine, code of the space, and what to know of it."""
    affine = np.asarray(header.get_best_affine(), np.float64)
    if not isinstance(header, nib.Nifti1Header):
        return affine, 1, (_SIDES,)
    codes = (int(header["sform_code"]), int(header["qform_code"]))
    space = next((code for code in codes if code in (1, 2, 3, 4)), 1)
    affine[:3] *= _UNITS.get(int(header["xyzt_units"]) & 7, 1.0)
    notes = () if any(codes) else ("the header does not say how the head lies: taken as stored",)
    return affine, space, notes
