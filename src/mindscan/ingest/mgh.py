"""MGH and MGZ, as FreeSurfer writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from nibabel.freesurfer.mghformat import MGHImage

from mindscan.ingest.packed import finish, opened, take
from mindscan.ingest.picture import Picture, UnfitError

_HEADER = 284
"""Bytes before the voxels."""

_FOOTER = (("RepetitionTime", 1e-3), ("FlipAngle", 180 / np.pi), ("EchoTime", 1e-3), ("InversionTime", 1e-3))
"""What stands behind the voxels, big-endian single precision, and what it is worth in BIDS units."""

_KINDS = {0: ">u1", 1: ">i4", 3: ">f4", 4: ">i2", 10: ">u2"}


def read(path: Path, pixels: Path | None = None) -> Picture:
    """The picture in a `.mgh` or `.mgz` file; tags, which hold command lines and names, are passed over.

    Raises:
        UnfitError: it is damaged, cut short or too large.
        OSError: the disk refuses.
    """
    with opened(path) as file:
        content = file.read(_HEADER)
        if len(content) < _HEADER:
            raise UnfitError("has no whole header")
        version, *shape, kind = (int(number) for number in np.frombuffer(content, ">i4", 6))
        if version != 1 or kind not in _KINDS or min(shape) < 1:
            raise UnfitError("has a damaged header")
        dtype = np.dtype(_KINDS[kind])
        count = shape[0] * shape[1] * shape[2] * shape[3]
        voxels = take(file, count * dtype.itemsize)
        footer = np.frombuffer((file.read(16) + bytes(16))[:16], ">f4")
        finish(file)
    header: Any = MGHImage.header_class(content, check=False)
    lies = "the header does not say how the head lies: taken as coronal"
    said = {
        name: round(float(value) * scale, 9)
        for (name, scale), value in zip(_FOOTER, footer, strict=True)
        if np.isfinite(value) and value > 0
    }
    data = np.frombuffer(voxels, dtype).reshape(shape, order="F")
    affine = np.asarray(header.get_affine(), np.float64)
    return Picture(data, affine, said=said, notes=() if int(header["goodRASFlag"]) else (lies,))
