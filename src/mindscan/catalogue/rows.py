"""What the files of one subject say, as rows of the catalogue's tables."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

import nibabel as nib
import numpy as np
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError
from nibabel.wrapstruct import WrapStructError

from mindscan.catalogue.cells import Columns, Row, Value, value
from mindscan.catalogue.shelf import HOME, Member
from mindscan.core.errors import FileError
from mindscan.dataset import layout
from mindscan.dataset.tables import read_json, read_tsv
from mindscan.dataset.truth import truth_names

_TEXT, _NUMBER, _WHOLE = "VARCHAR", "DOUBLE", "BIGINT"

SETTINGS = {
    "Manufacturer": ("manufacturer", _TEXT),
    "ManufacturersModelName": ("model", _TEXT),
    "MagneticFieldStrength": ("field_tesla", _NUMBER),
    "RepetitionTime": ("tr_s", _NUMBER),
    "EchoTime": ("te_s", _NUMBER),
    "InversionTime": ("ti_s", _NUMBER),
    "FlipAngle": ("flip_deg", _NUMBER),
    "KVP": ("kvp", _NUMBER),
    "Synthetic": ("synthetic", "BOOLEAN"),
}
"""Key of a sidecar to the column that it fills, and the column's type."""

WHOSE: Columns = {"participant_id": _TEXT, "session": _TEXT}
_SAID_BY: Columns = {**WHOSE, "source": _TEXT, "scan": _TEXT, "file": _TEXT}
_AXES = [f"{what}_{axis}{unit}" for what, unit in (("shape", ""), ("voxel", "_mm")) for axis in "ijk"]

FIXED: Mapping[str, Columns] = {
    "scans": {
        **WHOSE, "path": _TEXT, "datatype": _TEXT, "suffix": _TEXT, "acquisition": _TEXT, "run": _TEXT,
        **{name: _WHOLE if name.startswith("shape") else _NUMBER for name in _AXES},
        "frames": _WHOLE, "orientation": _TEXT, "dtype": _TEXT, "bytes": _WHOLE, "labels": _TEXT,
        **dict(SETTINGS.values()), "sidecar": "JSON",
    },
    "volumes": {**_SAID_BY, "label_id": _WHOLE, "structure": _TEXT, "volume_ml": _NUMBER},
    "landmarks": {
        **_SAID_BY, "name": _TEXT, "x": _NUMBER, "y": _NUMBER, "z": _NUMBER, "uncertainty_mm": _NUMBER,
    },
    "findings": _SAID_BY,
    "sessions": WHOSE,
    "faults": {"participant_id": _TEXT, "file": _TEXT, "fault": _TEXT},
}  # fmt: skip
"""Table to the columns that it always has; sessions and findings have those of the files as well."""

_NO_SCANS = ("dseg", "probseg", "mask")
UNREADABLE = (
    *(ImageFileError, HeaderDataError, WrapStructError),
    *(OSError, EOFError, ValueError, NotImplementedError, zlib.error),
)


@dataclass
class Rows:
    """Rows of one subject, by table, and those whose columns only the files know, cells as they stand."""

    of: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in FIXED})
    loose: dict[str, list[tuple[Row, dict[str, str]]]] = field(
        default_factory=lambda: {"sessions": [], "findings": []}
    )

    def fault(self, member: Member, path: PurePath, what: object) -> None:
        """Keep in mind that a file is of no use."""
        said = " ".join(str(what).split())
        self.of["faults"].append({"participant_id": member.name, "file": str(path), "fault": said})


def read_member(root: Path, member: Member, shared: Sequence[PurePosixPath]) -> Rows:
    """All rows of a subject; files that cannot be read become rows of `faults`.

    Args:
        root: folder of the data set.
        member: the subject.
        shared: sidecars at the top of the data set.
    """
    rows = Rows()
    paths = [one.path for one in member.files]
    sidecars = [path for path in (*shared, *paths) if path.suffix == ".json"]
    labels = {path.name: path for path in reversed(paths) if layout.suffix_of(path) == "dseg"}
    for found in member.files:
        path = found.path
        try:
            if is_scan(path):
                about = inherited(root, path, sidecars)
                row, marks = _scan(root, path, about)
                known = (labels[name] for name in truth_names(path) if name in labels)
                row.update(bytes=found.size, labels=str(next(known, "")) or None)
                rows.of["scans"].append(row)
                rows.of["landmarks"] += marks
            elif path.suffix == ".tsv":
                _table(root, path, rows)
        except FileError as error:
            rows.fault(member, path, error)
    told = {row["session"] for row, _ in rows.loose["sessions"]} | {None}
    seen = {row["session"]: row for row in rows.of["scans"] if row["session"] not in told}
    rows.loose["sessions"] += [({name: row[name] for name in WHOSE}, {}) for row in seen.values()]
    return rows


def is_scan(path: PurePosixPath) -> bool:
    """Whether a file is an image of a subject and not what was drawn on one."""
    image = path.name.endswith((".nii", ".nii.gz")) and path.parts[0] != HOME.parts[0]
    return image and layout.suffix_of(path) not in _NO_SCANS


def inherited(root: Path, picture: PurePosixPath, sidecars: Iterable[PurePosixPath]) -> dict[str, Any]:
    """What sidecars say of a picture: those above it that speak of all such, then its own.

    Raises:
        FileError: one of them is damaged.
    """
    words = set(picture.name.partition(".")[0].split("_"))
    suffix = layout.suffix_of(picture)
    fitting = [
        path
        for path in sidecars
        if layout.suffix_of(path) == suffix
        and picture.parent.is_relative_to(path.parent)
        and set(path.stem.split("_")) <= words
    ]
    said: dict[str, Any] = {}
    for path in sorted(fitting, key=lambda one: (len(one.parts), len(one.stem.split("_")))):
        said |= read_json(root / path)
    return said


def _scan(root: Path, path: PurePosixPath, about: Mapping[str, Any]) -> tuple[Row, list[Row]]:
    """The row of an image, and those of the landmarks that its sidecar names."""
    try:
        image: Any = nib.load(root / path)
        shape, affine, dtype = image.shape, np.asarray(image.affine), str(image.get_data_dtype())
    except UNREADABLE as error:
        raise FileError(
            f"{path}: {getattr(error, 'strerror', None) or error}", "a whole NIfTI file"
        ) from None
    edges = [float(edge) for edge in np.sqrt((affine[:3, :3] ** 2).sum(0))]
    sizes = [int(size) for size in (*shape[:3], *[1] * (3 - len(shape)))]
    row: Row = {**_whose(path), "path": str(path), "datatype": path.parent.name}
    row |= {"suffix": layout.suffix_of(path), "acquisition": layout.entity(path, "acq") or None}
    row |= {"run": layout.entity(path, "run") or None, **dict(zip(_AXES, [*sizes, *edges], strict=True))}
    row |= {"frames": math.prod(shape[3:]), "orientation": _orientation(affine), "dtype": dtype}
    for key, (column, type_) in SETTINGS.items():
        row[column] = _plain(about.get(key), type_)
    row["sidecar"] = json.loads(json.dumps(about), parse_constant=lambda _: None) if about else None
    return row, _marks(path, affine, about.get("AnatomicalLandmarkCoordinates"))


def _orientation(affine: np.ndarray[Any, Any]) -> str | None:
    """Letters of the axes, such as "RAS"; None where the header does not tell."""
    if not np.isfinite(affine).all() or abs(np.linalg.det(affine[:3, :3])) < 1e-12:
        return None
    return "".join(nib.orientations.aff2axcodes(affine))


def _plain(said: object, type_: str) -> Value:
    """What a sidecar says, where it is of that type."""
    if type_ == "BOOLEAN":
        return said if isinstance(said, bool) else None
    if type_ == _TEXT:
        return said if isinstance(said, str) else None
    number = isinstance(said, int | float) and not isinstance(said, bool) and math.isfinite(said)
    return float(said) if number else None  # type: ignore[arg-type]


def _marks(path: PurePosixPath, affine: np.ndarray[Any, Any], named: object) -> list[Row]:
    """Landmarks that stand in a sidecar as voxel indices, in millimetres."""
    rows: list[Row] = []
    for name, index in named.items() if isinstance(named, dict) else ():
        numbers = isinstance(index, list) and [_plain(one, _NUMBER) for one in index]
        if not numbers or len(numbers) != 3 or None in numbers:
            continue
        x, y, z = (float(one) for one in (affine @ [*numbers, 1.0])[:3])
        if all(map(math.isfinite, (x, y, z))):
            rows.append({**_said_by(path, layout.suffix_of(path)), "name": str(name), "x": x, "y": y, "z": z})
    return rows


def _table(root: Path, path: PurePosixPath, rows: Rows) -> None:
    """Rows of a table of volumes, landmarks, findings or sessions; other tables say nothing here."""
    suffix = layout.suffix_of(path)
    if suffix == "sessions":
        for row in read_tsv(root / path, ("session_id",)):
            session = row.pop("session_id").removeprefix("ses-")
            rows.loose["sessions"].append(({**_whose(path), "session": session}, row))
    elif suffix in ("lesions", "findings"):
        said = _said_by(path)
        rows.loose["findings"] += [(dict(said), row) for row in read_tsv(root / path, ())]
    elif suffix == "volumes":
        names = {"label_id": "index", "structure": "name", "volume_ml": "volume_ml"}
        rows.of["volumes"] += _picked(root / path, path, "volumes", names)
    elif suffix == "landmarks":
        names = {name: name for name in ("name", "x", "y", "z", "uncertainty_mm")}
        rows.of["landmarks"] += _picked(root / path, path, "landmarks", names)


def _picked(file: Path, path: PurePosixPath, table: str, names: Mapping[str, str]) -> list[Row]:
    """The columns of a table that the catalogue keeps; nothing where it speaks of other things."""
    said, types, rows = _said_by(path), FIXED[table], read_tsv(file, ())
    needed = [name for name in names.values() if name not in ("index", "uncertainty_mm")]
    if not rows or any(name not in rows[0] for name in needed):
        return []
    try:
        return [
            {**said, **{new: value(row.get(old, ""), types[new]) for new, old in names.items()}}
            for row in rows
        ]
    except ValueError as error:
        raise FileError(f"{path}: {error}", "numbers") from None


def _whose(path: PurePath) -> Row:
    subject = next(part for part in path.parts if part.startswith("sub-"))
    return {"participant_id": subject, "session": layout.entity(path, "ses") or None}


def _said_by(path: PurePosixPath, suffix: str = "") -> Row:
    """Whose table it is, which derivative it stands in, and which scan it speaks of: "T1w"; None of all."""
    words = path.name.partition(".")[0].split("_")[:-1] + ([suffix] if suffix else [])
    of = "_".join(word for word in words if not word.startswith(("sub-", "ses-")))
    source = path.parts[1] if path.parts[0] == HOME.parts[0] else None
    return {**_whose(path), "source": source, "scan": of or None, "file": str(path)}
