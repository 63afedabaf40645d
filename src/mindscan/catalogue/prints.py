"""Which images are copies of one another, whatever they were stored as.

The print of an image is what stands out from its surroundings in 16 x 16 x 16 blocks of its voxels, axes
brought into the order of RAS: 4,096 numbers of which the mean and the scale are taken away. Other units,
types of numbers, orders of axes and ways of packing leave it as it is. Copies are alike to 0.998 and more,
down to 64 grey levels and with the outer percentiles cut off; heads of different people on one grid to 0.59
at most (three real ones, 2 mm) and 0.68 (twelve made ones, 3 mm), label maps to 0.86. Images that were moved
to another grid are not found.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

import duckdb
import nibabel as nib
import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter

from mindscan.catalogue.cells import quoted
from mindscan.catalogue.index import Step, place
from mindscan.catalogue.rows import UNREADABLE, is_scan
from mindscan.catalogue.shelf import HOME, Found, walk
from mindscan.dataset.folder import disk_faults, move, partial, tidy

ALIKE = 0.99
"""Correlation of prints from which on two images are copies; own choice, see above."""

_BLOCKS = 16
_COLUMNS = {"path": "VARCHAR", "size": "BIGINT", "changed": "BIGINT", "shape": "VARCHAR", "levels": "VARCHAR"}


@dataclass(frozen=True)
class Print:
    """The print of one image.

    Args:
        path: of the image, below its data set.
        shape: of its grid in the order of RAS; images of different shapes are never compared.
        levels: int8; nothing where there is nothing to be told from anything else.
    """

    path: PurePosixPath
    shape: tuple[int, ...]
    levels: npt.NDArray[np.int8]

    @property
    def subject(self) -> str:
        """Whom the image shows, such as "sub-01"."""
        return self.path.parts[0]


def refresh_prints(root: str | Path) -> Generator[Step]:
    """Take prints of all images of a data set that are new or changed; the others are kept.

    Yields:
        A step before the first image and after each.

    Raises:
        FileError: no data set there.
        FolderError: the disk refuses.
    """
    root, images = Path(root), _images(Path(root))
    known = {(one["path"], one["size"], one["changed"]): one for one in _stored(root)}
    new = [one for one in images if (str(one.path), one.size, one.changed) not in known]
    yield Step(0, len(new))
    if not new and len(known) == len(images):
        return
    home = root / HOME
    with disk_faults(home):
        with partial(home, "prints") as temporary:
            with (temporary / "prints.json").open("w", encoding="utf-8") as file:
                for one in images:
                    row = known.get((str(one.path), one.size, one.changed))
                    if row is not None:
                        file.write(json.dumps(row) + "\n")
                for done, one in enumerate(new, 1):
                    file.write(json.dumps(_row(one, *taken(root / one.path))) + "\n")
                    yield Step(done, len(new))
            with duckdb.connect() as database:
                source = f"read_json($1, format = 'newline_delimited', columns = {_COLUMNS})"
                database.execute(
                    f"CREATE TABLE prints AS SELECT * FROM {source}", [str(temporary / "prints.json")]
                )
                target = quoted(str(temporary / "prints.parquet"))
                database.execute(f"COPY (FROM prints ORDER BY path) TO {target} (FORMAT parquet)")
            move(home, temporary / "prints.parquet", PurePath("prints.parquet"))
        tidy(home)


def read_prints(root: str | Path) -> list[Print]:
    """The prints that were taken, in the order of paths; images that show nothing are left out."""
    found = []
    for row in _stored(Path(root)):
        levels = np.frombuffer(base64.b64decode(row["levels"]), np.int8)
        if levels.size:
            found.append(Print(PurePosixPath(row["path"]), tuple(json.loads(row["shape"])), levels))
    return sorted(found, key=lambda one: one.path)


def taken(file: Path) -> tuple[tuple[int, ...], npt.NDArray[np.int8]]:
    """Shape and levels of the print of an image; no levels where it cannot be read or shows nothing.

    Of images with several frames the first counts.
    """
    try:
        image: Any = nib.load(file)
        scale = -1.0 if float(image.dataobj.slope) < 0 else 1.0
        raw = np.asarray(image.dataobj.get_unscaled()[(..., *[0] * (len(image.shape) - 3))])
        raw = raw.reshape(raw.shape + (1,) * (3 - raw.ndim))
        data = nib.orientations.apply_orientation(raw, nib.io_orientation(image.affine))
        blocks = _blocks(np.asarray(data, np.float32))
    except (*UNREADABLE, TypeError, IndexError):
        return (), np.zeros(0, np.int8)
    blocks = np.nan_to_num(blocks, nan=0.0, posinf=0.0, neginf=0.0) * scale
    stands_out = blocks - uniform_filter(blocks, 3, mode="nearest")
    stands_out -= stands_out.mean()
    spread = float(np.abs(stands_out).max(initial=0.0))
    if spread <= 1e-6 * float(np.abs(blocks).max(initial=0.0)):
        return data.shape, np.zeros(0, np.int8)
    # Square roots spend the 127 levels on what is small, too.
    bent = np.sign(stands_out) * np.sqrt(np.abs(stands_out) / spread)
    return data.shape, np.rint(bent * 127).astype(np.int8).ravel()


def alike(some: Sequence[Print], others: Sequence[Print]) -> list[tuple[Print, Print]]:
    """All pairs of images, one of either list, that are copies of one another."""
    pairs = []
    for shape in sorted({one.shape for one in some} & {one.shape for one in others}):
        left, right = ([one for one in side if one.shape == shape] for side in (some, others))
        theirs = _unit(right)
        for start in range(0, len(left), 256):
            part = left[start : start + 256]
            for i, j in np.argwhere(_unit(part) @ theirs.T >= ALIKE):
                pairs.append((part[i], right[j]))
    return pairs


def _unit(prints: Sequence[Print]) -> npt.NDArray[np.float32]:
    levels = np.stack([one.levels for one in prints]).astype(np.float32)
    values = np.sign(levels) * levels**2
    values -= values.mean(1, keepdims=True)
    unit: npt.NDArray[np.float32] = values / np.linalg.norm(values, axis=1, keepdims=True)
    return unit


def _blocks(data: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Means of blocks, at most 16 along each axis."""
    blocks = data.astype(np.float64) if data.size < 1_000_000 else data
    for axis in range(3):
        count = min(_BLOCKS, data.shape[axis])
        edges = np.linspace(0, data.shape[axis], count + 1).round().astype(int)
        sizes = np.diff(edges).reshape([-1 if other == axis else 1 for other in range(3)])
        blocks = np.add.reduceat(blocks, edges[:-1], axis=axis, dtype=np.float64) / sizes
    return np.asarray(blocks, np.float64)


def _images(root: Path) -> list[Found]:
    return [one for member in walk(root).members for one in member.files if is_scan(one.path)]


def _row(one: Found, shape: tuple[int, ...], levels: npt.NDArray[np.int8]) -> dict[str, Any]:
    packed = base64.b64encode(levels.tobytes()).decode()
    return dict(zip(_COLUMNS, (str(one.path), one.size, one.changed, json.dumps(shape), packed), strict=True))


def _stored(root: Path) -> list[dict[str, Any]]:
    path = place(root, "prints")
    if not path.is_file():
        return []
    try:
        with duckdb.connect() as database:
            names = ", ".join(_COLUMNS)
            rows = database.execute(f"SELECT {names} FROM read_parquet(?)", [str(path)]).fetchall()
    except duckdb.Error:
        return []
    return [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
