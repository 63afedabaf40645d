"""Partial field of view: which part of the head is imaged, without folding."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mindscan.core.errors import SettingsError
from mindscan.core.prior import Rounded
from mindscan.core.record import Record
from mindscan.core.volume import Grid

Extent = Annotated[Rounded, Field(gt=0, le=1000)]
Offset = Annotated[Rounded, Field(ge=-500, le=500)]


class FieldOfView(Record):
    """A box of the head's voxels.

    Args:
        i_mm, j_mm, k_mm: extent along each axis of the image, above 0; the whole head where None.
        offset_i_mm, offset_j_mm, offset_k_mm: from the middle of the head's grid to that of the box.
    """

    i_mm: Extent | None = None
    j_mm: Extent | None = None
    k_mm: Extent | None = None
    offset_i_mm: Offset = 0.0
    offset_j_mm: Offset = 0.0
    offset_k_mm: Offset = 0.0


def box(view: FieldOfView, grid: Grid) -> tuple[slice, slice, slice]:
    """Ranges of voxels inside the field of view.

    Raises:
        SettingsError: it is empty: less than a voxel, or outside the head's grid.

    Example:
        >>> box(FieldOfView(i_mm=2), Grid.centred((6, 4, 4), (1.0, 1.0, 1.0)))
        (slice(2, 4, None), slice(0, 4, None), slice(0, 4, None))
    """
    ranges = []
    for axis, count, voxel in zip("ijk", grid.shape, grid.voxel_mm, strict=True):
        extent: float | None = getattr(view, f"{axis}_mm")
        offset: float = getattr(view, f"offset_{axis}_mm")
        wanted = count if extent is None else round(extent / voxel)
        first = round((count - wanted) / 2 + offset / voxel)
        start, stop = max(first, 0), min(first + wanted, count)
        if start >= stop:
            raise SettingsError(
                f"an empty field of view along {axis} ({'all' if extent is None else f'{extent:g} mm'},"
                f" {offset:g} mm off the middle)",
                f"at least a voxel of the head's {count * voxel:g} mm",
                "make it larger, or move it back",
            )
        ranges.append(slice(start, stop))
    return ranges[0], ranges[1], ranges[2]
