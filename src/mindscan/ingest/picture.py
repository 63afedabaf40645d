"""A picture as it came, and the clean NIfTI file that becomes of it."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import nibabel as nib
import numpy as np
import numpy.typing as npt

from mindscan.core.volume import Affine

MOST_BYTES = 4 << 30
"""The largest picture that is read; a head at 0.3 mm takes a quarter of it."""

_FARTHEST_MM, _LEAST_MM, _LEAST_SPREAD = 1e6, 1e-4, 1e-5
"""Limits of affines that are believed: distances, edges of voxels, how far their axes part; choices."""
_LONGEST = 32767
"""Voxels along an axis that NIfTI-1 can count."""


_OFTEN, _NEARLY_ALL = 0.5, 0.8
"""Shares of neighbours that hold the same value: from where on a label map is likely, and certain."""


class UnfitError(Exception):
    """Why a picture is left out, in words of mindscan alone: it goes into a table that others may read."""


@dataclass(frozen=True)
class Segment:
    """One structure of a label map: its value, its name in the file, red, green and blue of 0 to 255."""

    index: int
    name: str
    colour: tuple[int, int, int]


@dataclass(frozen=True)
class Picture:
    """What a reader makes of a file; stored values and their scale are kept apart, so nothing is rounded.

    Args:
        data: stored values, axes (i, j, k).
        affine: 4 x 4, from voxel index to world millimetres (RAS+).
        slope, inter: the value of a voxel is `slope * stored + inter`.
        space: what the world is, as NIfTI codes it (1 scanner, 2 aligned, 3 Talairach, 4 MNI).
        said: what the file says of how it was taken, in BIDS names and units; not yet looked through.
        notes: what to know of it, in words of mindscan.
        segments: of a label map, its structures.
        layer: what tells it from other pictures of the same file, such as "echo-2"; "" for the only one.
    """

    data: npt.NDArray[Any]
    affine: Affine
    slope: float = 1.0
    inter: float = 0.0
    space: int = 1
    said: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    segments: tuple[Segment, ...] = ()
    layer: str = ""


def sound(picture: Picture) -> Picture:
    """The picture with three axes, if it is one; voxels that are not finite are counted and kept.

    Raises:
        UnfitError: several volumes, an axis of no length, no real numbers, an affine that cannot be inverted,
            or the same value everywhere.
    """
    data, affine = picture.data, picture.affine
    shape = (*data.shape, 1, 1)[: max(3, data.ndim)]
    if 0 in shape or max(shape) > _LONGEST or sum(length > 1 for length in shape) < 2:
        raise UnfitError(f"has shape {_by(shape)}")
    if any(length > 1 for length in shape[3:]):
        raise UnfitError(
            f"holds {np.prod(shape[3:])} volumes of {_by(shape[:3])}; only single ones are taken"
        )
    if data.dtype.kind not in "iufb" or data.dtype.itemsize > 8:
        raise UnfitError("holds colours or complex numbers, not one real number a voxel")
    if not is_place(affine):
        raise UnfitError("its voxels have no place or no size in the world")
    with np.errstate(over="ignore"):
        scale = np.array([picture.slope, picture.inter], np.float32)  # as NIfTI keeps it
    if not np.isfinite(scale).all() or scale[0] == 0:
        raise UnfitError("its values have no finite scale")
    values = data.reshape(shape[:3])
    finite = values[np.isfinite(values)] if data.dtype.kind == "f" else values
    if finite.size == 0 or finite.min() == finite.max():
        raise UnfitError("is the same everywhere")
    odd = values.size - finite.size
    notes = (*picture.notes, *([f"{odd} voxels are not finite; they are kept so"] if odd else []))
    return replace(picture, data=values, notes=notes)


def is_place(affine: Affine) -> bool:
    """Whether voxels of some size lie somewhere in the world, not too far to be said in single precision."""
    with np.errstate(all="ignore"):
        edges = np.linalg.norm(affine[:3, :3], axis=0)
        if not (np.abs(affine) < _FARTHEST_MM).all() or not (edges > _LEAST_MM).all():
            return False
        return bool(abs(np.linalg.det(affine[:3, :3] / edges)) > _LEAST_SPREAD)


def looks_like_labels(picture: Picture) -> bool:
    """Whether neighbours inside the picture are alike as only in label maps and masks.

    In scans noise sees to it that they differ; four in five alike are always too many. Maps of many small
    structures on coarse voxels have fewer alike, as have scans of few greys; but where neighbours of a scan
    differ, then mostly to the next grey, while numbers of structures jump. The limits are choices.
    """
    first, second = picture.data[:-1], picture.data[1:]
    inside = (first != first.flat[0]) & (second != first.flat[0])
    one, other = first[inside], second[inside]
    alike = int((one == other).sum())
    if alike <= _OFTEN * one.size:
        return False
    if alike > _NEARLY_ALL * one.size:
        return True
    steps = np.diff(np.searchsorted(np.unique(picture.data), np.stack([one, other])), axis=0)
    return float(np.median(np.abs(steps[steps != 0]))) > 1


def whole_numbers(picture: Picture) -> Picture:
    """A label map, unscaled, in the smallest type that holds its labels.

    Raises:
        UnfitError: it holds fractions, or numbers that no label has.
    """
    values = picture.data
    if (picture.slope, picture.inter) != (1, 0):
        values = values.astype(np.float64) * picture.slope + picture.inter
    if values.dtype.kind == "f" and not (np.isfinite(values).all() and (values == np.rint(values)).all()):
        raise UnfitError("is a label map by its name, but holds fractions")
    low, high = float(values.min()), float(values.max())
    for kind in ("u1", "<i2", "<i4"):
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return replace(picture, data=values.astype(kind), slope=1.0, inter=0.0)
    raise UnfitError("is a label map by its name, but its numbers are too large")


def clean_bytes(picture: Picture, repeats: bool = False) -> bytes:
    """A picture as the bytes of a `.nii.gz` file that says where its voxels are and what they hold, no more.

    Descriptions, names, extensions, times and whatever stood after the voxels are not in it; nor are a
    file's name and date, which gzip may keep. The same picture gives the same bytes. Noise repeats nothing,
    so scans are packed by runs and frequencies alone: at most 2 % larger, in three quarters of the time.

    Args:
        picture: what is written.
        repeats: whether slices repeat each other, as those of label maps do.
    """
    data = _storable(picture.data)
    header: Any = nib.Nifti1Header(endianness="<")
    header.set_data_shape(data.shape)
    header.set_data_dtype(data.dtype)
    header.set_slope_inter(picture.slope, picture.inter)
    header.set_sform(picture.affine, code=picture.space)
    header.set_qform(picture.affine, code=picture.space, strip_shears=True)
    if not np.allclose(header.get_qform(), picture.affine, atol=1e-4):  # a sheared grid
        header.set_qform(None, code=0)
    header.set_xyzt_units("mm", "sec")
    start = io.BytesIO()
    header.write_to(start)
    strategy = zlib.Z_DEFAULT_STRATEGY if repeats else zlib.Z_RLE
    squeeze = zlib.compressobj(1, zlib.DEFLATED, 31, strategy=strategy)
    begin = squeeze.compress(start.getvalue().ljust(352, b"\0"))
    return begin + squeeze.compress(data.ravel(order="F").data) + squeeze.flush()


def _storable(data: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The same values in a type that NIfTI has, little-endian."""
    if data.dtype.kind == "b":
        return data.astype(np.uint8)
    if data.dtype == np.float16:
        return data.astype("<f4")
    return data.astype(data.dtype.newbyteorder("<"), copy=False)


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
