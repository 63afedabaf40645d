"""NIfTI: one writer and one reader; the same volume gives the same bytes, whatever the time or path.

Scans become int16, label ids uint16 and fractions uint16 in steps of 1/65535. NIfTI-1 keeps affines in
single precision; the exact one travels along in a header comment, which other tools pass over.
"""

from __future__ import annotations

import gzip
import io
import json
import math
import zlib
from pathlib import Path
from typing import Any, Literal

import nibabel as nib
import numpy as np
import numpy.typing as npt
import torch
from nibabel.filebasedimages import ImageFileError
from nibabel.nifti1 import Nifti1Extension
from nibabel.spatialimages import HeaderDataError
from nibabel.wrapstruct import WrapStructError
from torch import Tensor

from mindscan.core.errors import FileError, SettingsError
from mindscan.core.volume import Affine, Volume

Kind = Literal["scan", "labels", "fraction"]
"""What a volume holds, which decides how it is stored."""

FULL = 65535
"""Stored value of a fraction of 1."""

_FAULTS = (
    *(ImageFileError, HeaderDataError, WrapStructError),
    *(OSError, EOFError, ValueError, NotImplementedError, zlib.error),
)


def nifti_bytes(volume: Volume, kind: Kind, note: str = "") -> bytes:
    """A volume as the bytes of a `.nii.gz` file (gzip level 1, millimetres, sform and qform alike).

    Args:
        volume: shape (i, j, k). A scan that peaks between 1024 and 32767 is rounded to whole numbers;
            any other is first scaled by a power of two, so at least 14 bits of precision stay. Labels
            are 0 to 65535; fractions are 0 to 1.
        kind: what the volume holds.
        note: at most 79 bytes for the header's description field.

    Raises:
        SettingsError: a value is not finite or out of the range of its kind.

    Example:
        >>> bones = Volume(torch.tensor([[[165, 0]]]), np.eye(4))
        >>> nifti_bytes(bones, "labels") == nifti_bytes(bones, "labels")
        True
    """
    stored, slope = _stored(volume.data.detach(), kind)
    header = _header(tuple(volume.data.shape), stored.dtype, volume.affine, note)
    header.set_slope_inter(slope, 0.0)
    return _packed(header, stored)


def displacement_bytes(vectors: Tensor, affine: Affine, note: str = "") -> bytes:
    """A displacement field as the bytes of a `.nii.gz` file that ITK and ANTs read as a transform.

    Args:
        vectors: mm, RAS+, shape (3, i, j, k); stored in LPS+, float32, as five axes with intent "vector".
        affine: 4 x 4, from index to world mm, without shear.
        note: at most 79 bytes for the header's description field.
    """
    turned = vectors.detach().cpu() * torch.tensor([-1.0, -1.0, 1.0])[:, None, None, None]
    stored = turned.permute(0, 3, 2, 1).contiguous().numpy().astype("<f4")
    header = _header((*vectors.shape[1:], 1, 3), stored.dtype, affine, note)
    header.set_intent("vector")
    return _packed(header, stored)


def _header(shape: tuple[int, ...], dtype: npt.DTypeLike, affine: Affine, note: str) -> Any:
    header: Any = nib.Nifti1Header(endianness="<")
    header.set_data_shape(shape)
    header.set_data_dtype(dtype)
    header.set_sform(affine, code=1)
    header.set_qform(affine, code=1)
    header.set_xyzt_units("mm", "sec")
    header["descrip"] = note.encode()
    header.extensions.append(Nifti1Extension("comment", _affine_text(affine)))
    return header


def _packed(header: Any, stored: npt.NDArray[Any]) -> bytes:
    start = io.BytesIO()
    header.write_to(start)
    squeeze = zlib.compressobj(1, zlib.DEFLATED, 31)
    return squeeze.compress(start.getvalue()) + squeeze.compress(stored.data) + squeeze.flush()


def read_nifti(path: Path, dtype: torch.dtype = torch.float32) -> Volume:
    """The volume in a `.nii.gz` or `.nii` file.

    Args:
        path: a 3-D picture.
        dtype: of the result; stored values are scaled as the header says.

    Raises:
        FileError: the file is missing, damaged, not 3-D or not of real numbers; or whole numbers are asked
            for and it holds others, or some that do not fit.
    """
    try:
        packed = path.read_bytes()
        content = gzip.decompress(packed) if path.name.endswith(".gz") else packed
        image: Any = nib.Nifti1Image.from_bytes(content)
        raw = np.asarray(image.dataobj.get_unscaled())
    except _FAULTS as error:
        raise _unreadable(path, error) from None
    if raw.ndim != 3:
        raise _useless(path, f"has shape {raw.shape}", "a 3-D picture")
    if raw.dtype.kind not in "iuf" or raw.dtype.itemsize > 8:
        raise _useless(path, f"holds voxels of the type {raw.dtype}", "real numbers of at most 64 bits")
    slope, inter = float(image.dataobj.slope), float(image.dataobj.inter)
    native = raw.T.astype(raw.dtype.newbyteorder("="), copy=False)
    if not dtype.is_floating_point:
        native, slope, inter = _whole(path, native, slope, inter, dtype), 1.0, 0.0
    values = torch.from_numpy(native.copy()).permute(2, 1, 0).contiguous().to(dtype)
    if (slope, inter) != (1.0, 0.0):
        values = (values * slope + inter).to(dtype)
    return Volume(values, _exact_affine(image.header))


def _whole(
    path: Path, raw: npt.NDArray[Any], slope: float, inter: float, dtype: torch.dtype
) -> npt.NDArray[Any]:
    """Stored values as the whole numbers that they stand for, to a thousandth; others are refused."""
    if raw.dtype.kind == "f" or (slope, inter) != (1.0, 0.0):
        values = raw.astype(np.float64) * slope + inter
        raw = np.rint(values)
        with np.errstate(invalid="ignore"):  # of infinite values
            odd = values[~(np.abs(values - raw) <= 1e-3)]
        if odd.size:
            raise _useless(path, f"holds {odd[0]:g}", "whole numbers, as label ids are")
    low, high = (int(edge) for edge in (raw.min(initial=0), raw.max(initial=0)))
    reach = torch.iinfo(dtype)
    if not reach.min <= low <= high <= reach.max:
        strange = low if low < reach.min else high
        raise _useless(path, f"holds {strange}", f"whole numbers from {reach.min} to {reach.max}")
    return raw


def _stored(data: Tensor, kind: Kind) -> tuple[npt.NDArray[Any], float]:
    """Stored integers, axes (k, j, i) so that memory runs as NIfTI wants it, and their scale."""
    if kind == "labels":
        first, last = (int(edge) for edge in torch.aminmax(data))
        if not 0 <= first <= last <= FULL:
            raise SettingsError(f"label ids from {first} to {last}", f"0 to {FULL}", "mend the label map")
        return _little_endian(data.to(torch.uint16)), 1.0
    if kind == "scan":
        steps, slope = in_steps(data)
        return _little_endian(steps), slope
    low, high = _finite_edges(data, kind)
    if not -1e-4 <= low <= high <= 1 + 1e-4:
        raise SettingsError(f"fractions from {low} to {high}", "0 to 1", "mend the fractions")
    return _little_endian((data * FULL).round_().clamp_(0, FULL).to(torch.uint16)), 1 / FULL


def in_steps(data: Tensor) -> tuple[Tensor, float]:
    """The values of a scan as whole steps (int16), and the size of a step.

    The step is 1 where the scan peaks between 1024 and 32767, else a power of two. What has been stored in
    steps is found again exactly.

    Raises:
        SettingsError: a value is not finite.

    Example:
        >>> steps, step = in_steps(torch.tensor([0.25, 1.0]))
        >>> (steps * step).tolist(), step == 2**-14
        ([0.25, 1.0], True)
    """
    low, high = _finite_edges(data, "scan")
    step = _scan_slope(max(-low, high))
    return (data / step).round_().to(torch.int16), step


def _finite_edges(data: Tensor, kind: Kind) -> tuple[float, float]:
    low, high = (float(edge) for edge in torch.aminmax(data))
    if not math.isfinite(low + high):
        raise SettingsError(f"a {kind} from {low} to {high}", "finite values", "mend the picture")
    return low, high


def _little_endian(data: Tensor) -> npt.NDArray[Any]:
    array = data.permute(2, 1, 0).contiguous().cpu().numpy()
    return array.astype(array.dtype.newbyteorder("<"), copy=False)


def _scan_slope(peak: float) -> float:
    """One for a peak from 1024 to 32767; else the power of two that uses the whole range of int16."""
    if peak == 0 or 1024 <= peak <= 32767:
        return 1.0
    return 2.0 ** max(math.ceil(math.log2(peak / 32767)), -126)


def _affine_text(affine: Affine) -> bytes:
    return json.dumps({"affine": np.asarray(affine, np.float64).tolist()}).encode()


def _exact_affine(header: Any) -> Affine:
    """The affine of the comment, unless another tool has changed the header since."""
    rounded = np.asarray(header.get_best_affine(), np.float64)
    for extension in header.extensions:
        try:
            exact = np.array(json.loads(extension.get_content())["affine"], np.float64)
        except (TypeError, ValueError, KeyError):
            continue
        if np.array_equal(exact.astype(np.float32), rounded.astype(np.float32)):
            return exact
    return rounded


def _unreadable(path: Path, error: Exception) -> FileError:
    fault = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return _useless(path, fault, "a whole NIfTI file")


def _useless(path: Path, fault: str, expected: str) -> FileError:
    mend = "give a sound copy; of a data set that was made, delete the file and run the same command again"
    return FileError(f"{path}: {fault}", expected, mend)
