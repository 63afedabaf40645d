"""GIFTI: cortical surfaces and numbers on them; the same surface gives the same bytes.

Vertices are world millimetres (RAS+), the space that NIfTI calls scanner anatomical.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from nibabel import gifti
from nibabel.nifti1 import data_type_codes

from mindscan.core.surface import CorticalSurface

_gifti: Any = gifti
_STRUCTURE = {"left": "CortexLeft", "right": "CortexRight"}
_LAYER = {"white": "GrayWhite", "pial": "Pial"}
_SPACE = 1
"""NIFTI_XFORM_SCANNER_ANAT."""


def surface_bytes(surface: CorticalSurface, side: str, layer: Literal["white", "pial"]) -> bytes:
    """One surface as the bytes of a `.surf.gii` file.

    Args:
        surface: of one hemisphere.
        side: "left" or "right".
        layer: which of its two surfaces.
    """
    about = {
        "AnatomicalStructurePrimary": _STRUCTURE[side],
        "AnatomicalStructureSecondary": _LAYER[layer],
        "GeometricType": "Anatomical",
    }
    points = _array(getattr(surface, layer), "NIFTI_INTENT_POINTSET", about)
    points.coordsys = _gifti.GiftiCoordSystem(_SPACE, _SPACE, np.eye(4))
    faces = _array(surface.faces, "NIFTI_INTENT_TRIANGLE", {"TopologicalType": "Closed"})
    return _bytes(side, [points, faces])


def shape_bytes(values: npt.NDArray[np.float32], side: str, name: str) -> bytes:
    """A number at every vertex, shape (v,), as the bytes of a `.shape.gii` file."""
    return _bytes(side, [_array(values, "NIFTI_INTENT_SHAPE", {"Name": name})])


def mask_bytes(mask: npt.NDArray[np.bool_], side: str, name: str) -> bytes:
    """A part of the surface, shape (v,), as the bytes of a `.label.gii` file: 1 inside, 0 outside."""
    table = _gifti.GiftiLabelTable()
    for key, label in enumerate(("Unknown", name)):
        entry = _gifti.GiftiLabel(key, *((1.0, 1.0, 1.0, 1.0) if key else (0.0, 0.0, 0.0, 0.0)))
        entry.label = label
        table.labels.append(entry)
    return _bytes(side, [_array(mask.astype(np.int32), "NIFTI_INTENT_LABEL", {"Name": name})], table)


def _array(values: npt.NDArray[np.float32 | np.int32], intent: str, about: dict[str, str]) -> Any:
    array = _gifti.GiftiDataArray(
        np.ascontiguousarray(values),
        intent=intent,
        datatype=data_type_codes.code[values.dtype],
        encoding="GIFTI_ENCODING_B64GZ",
        meta=_gifti.GiftiMetaData(about),
    )
    array.coordsys = None
    return array


def _bytes(side: str, arrays: list[Any], table: Any = None) -> bytes:
    about = _gifti.GiftiMetaData({"AnatomicalStructurePrimary": _STRUCTURE[side]})
    image = _gifti.GiftiImage(meta=about, labeltable=table, darrays=arrays)
    return bytes(image.to_bytes())
