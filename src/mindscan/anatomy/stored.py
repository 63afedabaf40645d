"""How a template is kept in the cache: half-precision fields and everything else, in one file."""

from __future__ import annotations

import os
import tempfile
from dataclasses import fields as fields_of
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from mindscan.anatomy.distance import Array, Point
from mindscan.anatomy.mantle import Hemisphere

Stored = dict[str, tuple[npt.NDArray[np.float16], tuple[float, float, float], float]]


class Built(NamedTuple):
    """What the cache keeps: fields as (values, origin, step), volumes inside them, both mantles, landmarks.

    A field whose lattice begins at or right of the middle is a right half, which the left mirrors.
    """

    fields: Stored
    inside: dict[str, Array]
    left: Hemisphere
    right: Hemisphere
    points: dict[str, Point]


def write(path: Path, built: Built) -> None:
    """Write the cache atomically; a cache that cannot be written is no error, only slower."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, (values, origin, step) in built.fields.items():
        arrays[f"field/{name}"] = values
        arrays[f"place/{name}"] = np.asarray([*origin, step], np.float32)
    arrays |= {f"inside/{name}": values for name, values in built.inside.items()}
    arrays |= {f"point/{name}": np.array(point) for name, point in built.points.items()}
    for part in fields_of(Hemisphere):
        for side in ("left", "right"):
            arrays[f"{side}/{part.name}"] = getattr(getattr(built, side), part.name).numpy()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part_file:
            np.savez(part_file, **arrays)  # type: ignore[arg-type]
        os.replace(part_file.name, path)
    except OSError:
        return


def read(path: Path) -> Built:
    """What `write` has written; a damaged file raises whatever NumPy says."""
    fields: Stored = {}
    inside: dict[str, Array] = {}
    points: dict[str, Point] = {}
    sides: dict[str, dict[str, torch.Tensor]] = {"left": {}, "right": {}}
    with path.open("rb") as opened, np.load(opened) as stored:
        for key in stored.files:
            kind, name = key.split("/")
            if kind == "field":
                x, y, z, step = (float(v) for v in stored[f"place/{name}"])
                fields[name] = (stored[key], (x, y, z), step)
            elif kind == "inside":
                inside[name] = stored[key]
            elif kind == "point":
                x, y, z = stored[key].tolist()
                points[name] = (x, y, z)
            elif kind in sides:
                sides[kind][name] = torch.from_numpy(stored[key])
    left, right = (Hemisphere(**parts) for parts in sides.values())
    return Built(fields, inside, left, right, points)
