"""Scans as flat pictures, for those who train in 2-D: upright slices, their masks and one table."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from mindscan.core.errors import FileError, MindscanError, SettingsError
from mindscan.core.labels import BY_ID, LABELS, TABLE_SIZE
from mindscan.core.volume import Volume
from mindscan.dataset import layout
from mindscan.dataset.folder import disk_faults, move, open_job, partial, put, tidy
from mindscan.dataset.nifti import read_nifti
from mindscan.dataset.tables import Cell, hexadecimal, read_tsv, tsv_bytes
from mindscan.imaging.ct import WINDOWS
from mindscan.learn.pose import moved, seen
from mindscan.report.plane import NORMAL, Box, Plane, View, field_of_view
from mindscan.report.tone import brain_mask, grey, head_mask, window

Array = npt.NDArray[Any]
Format = Literal["png", "jpg"]

COLUMNS = (
    "file", "mask", "participant_id", "session", "scan", "suffix",
    "plane", "position_mm", "pixel_mm", "black", "white",
)  # fmt: skip
"""Columns of `slices.tsv`; those of the table of participants follow, named `participant_...` where one of
these has their name."""
TABLE, LEGEND, IMAGES, MASKS = "slices.tsv", "labels.tsv", "images", "masks"
_NO_SCANS = ("_dseg", "_probseg", "_mask")
_ROWS = np.zeros(TABLE_SIZE, np.uint8)
_ROWS[[label.id for label in LABELS]] = range(len(LABELS))
_PALETTE = [part for label in LABELS for part in label.colour]
_QUALITY, _LEVEL = 95, 1
"""Of JPEG, and how hard PNG is packed: more takes several times as long and saves little."""


@dataclass(frozen=True)
class Look:
    """How scans are cut.

    Args:
        plane: "axial", "coronal" or "sagittal" of world space, whatever the order of the voxels.
        every_mm: from slice to slice, more than 0.
        size: pixels along the edge of every picture, 8 to 4096; the pixels are square in mm.
        window: what is shown black and white: "auto" by the head, "brain" by grey and white matter where
            labels are known, or percentiles of the head such as "p1,p99". For CT the first two are the window
            in which brains are read, 0 to 80 HU.
        format: "png", or "jpg", which loses a little.
        labels: column of the table of participants whose values become folders; "" for one folder, "all".
    """

    plane: View = "axial"
    every_mm: float = 3.0
    size: int = 256
    window: str = "auto"
    format: Format = "png"
    labels: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if not (math.isfinite(self.every_mm) and self.every_mm > 0):
            raise SettingsError(f"slices {self.every_mm} mm apart", "more than 0 mm", "give another distance")
        if not 8 <= self.size <= 4096:
            raise SettingsError(f"pictures of {self.size} pixels", "8 to 4096", "give another size")
        percentiles(self.window)


@dataclass(frozen=True)
class Done:
    """One scan that is over: how many slices there are of it, and what to say of it; "" for nothing."""

    scan: Path
    slices: int
    note: str = ""


def export(root: str | Path, out: str | Path, look: Look | None = None) -> Iterator[Done]:
    """Cut all scans of a data set, one after the other; scans whose slices are there are skipped.

    Args:
        root: a BIDS data set, or any folder with NIfTI files; labels are looked for in `derivatives`.
        out: folder; new, empty, or of the same export, which then goes on.
        look: how they are cut.

    Yields:
        Every scan when it is over; one that cannot be read does not stop the others. In the end `slices.tsv`
        has a row for every slice, and `labels.tsv` says which label each grey of a mask is.

    Raises:
        FileError: no scans there, or two of one name.
        SettingsError: the table of participants has no such column.
        FolderError: the folder holds other things, or the disk refuses.
    """
    root, out, look = Path(root), Path(out), look or Look()
    scans = found(root)
    people = _people(root, look.labels)
    open_job(out, {"slices": {**asdict(look), "of": str(root.resolve())}})
    with disk_faults(out):
        for scan in scans:
            yield _cut(root, out, scan, people, look)
        with partial(out, "table") as temporary:
            put(out, temporary, PurePath(TABLE), _table(out, people))
            put(out, temporary, PurePath(LEGEND), _legend())
    tidy(out)


def found(root: Path) -> list[Path]:
    """The scans below a folder, in order, seen from there; radiographs are flat already and left out.

    Raises:
        FileError: there are none, or two would have the same pictures.
    """
    files = sorted(path.relative_to(root) for path in root.rglob("*.nii*")) if root.is_dir() else []
    scans = [path for path in files if _is_scan(path)]
    if not scans:
        raise FileError(f"{root} holds no scan", "a data set or a folder of NIfTI files", "check the path")
    names: dict[str, Path] = {}
    for path in scans:
        other = names.setdefault(_apart(path), path)
        if other != path:
            raise FileError(f"{root}: {other} and {path}", "scans with names of their own", "rename one")
    return scans


def labels_of(root: Path, scan: Path) -> Path | None:
    """The label map of a scan: that on its own grid, else that of its subject and session; None without."""
    if not _stem(scan).startswith("sub-"):
        return None
    for name in layout.label_names(scan):
        for path in sorted(root.glob(f"derivatives/*/{scan.parts[0]}/**/{name}")):
            return path
    return None


def percentiles(text: str) -> tuple[float, float] | None:
    """The two percentiles that a window such as "p1,p99" names; None for "auto" and "brain".

    Raises:
        SettingsError: it is none of these.
    """
    if text in ("auto", "brain"):
        return None
    match = re.fullmatch(r"p(\d+(?:\.\d+)?),p(\d+(?:\.\d+)?)", text)
    low, high = map(float, match.groups()) if match else (0.0, 0.0)
    if not 0 <= low < high <= 100:
        raise SettingsError(f"window {text!r}", "auto, brain or percentiles such as p1,p99", "choose one")
    return low, high


def planes(volume: Volume, inside: npt.NDArray[np.bool_], look: Look) -> list[Plane]:
    """The planes that meet what is `inside`, low to high, all of one square field of view."""
    whole = field_of_view(volume, np.ones(volume.data.shape, bool))
    x, y, z = (_widened(low, high, max(b - a for a, b in whole)) for low, high in whole)
    low, high = field_of_view(volume, inside)[NORMAL[look.plane]]
    first = math.ceil(low / look.every_mm)
    box: Box = (x, y, z)
    pixel_mm = (x[1] - x[0]) / look.size
    count = max(0, math.floor(high / look.every_mm) - first + 1)
    return [Plane(look.plane, (first + n) * look.every_mm, box, pixel_mm) for n in range(count)]


def _widened(low: float, high: float, length: float) -> tuple[float, float]:
    middle = (low + high) / 2
    return middle - length / 2, middle + length / 2


def _cut(root: Path, out: Path, scan: Path, people: Mapping[str, dict[str, str]], look: Look) -> Done:
    name = _stem(scan)
    person = people.get(name.split("_")[0], {})
    group = PurePath(_word(person.get(look.labels, "unknown")) if look.labels else "all") / _apart(scan)
    if (out / IMAGES / group).exists():
        return Done(scan, len(_rows(out / IMAGES / group / TABLE)), "already there")
    try:
        volume, odd = _sound(read_nifti(root / scan))
        labels, missing = _labels(root, scan)
        black, white = _window(scan, volume, labels, look)
    except MindscanError as error:
        return Done(scan, 0, str(error))
    raised, shown = _Raised.of(volume), None if labels is None else _Raised.of(labels)
    rows: list[list[Cell]] = []
    with partial(out, name) as temporary:
        pictures, masks = temporary / IMAGES, temporary / MASKS
        pictures.mkdir()
        masks.mkdir()
        for number, plane in enumerate(planes(volume, head_mask(volume.numpy()), look)):
            file, mask = f"{look.plane}_{number:03d}.{look.format}", f"{look.plane}_{number:03d}.png"
            picture = Image.fromarray(grey(raised.slice(plane), black, white)[..., 0])
            picture.save(pictures / file, quality=_QUALITY, compress_level=_LEVEL)
            where: list[Cell] = [str(PurePath(IMAGES) / group / file), None]
            if shown is not None:
                (masks / mask).write_bytes(mask_bytes(shown.slice(plane, nearest=True)))
                where[1] = str(PurePath(MASKS) / group / mask)
            at: list[Cell] = [look.plane, round(plane.at_mm, 3), round(plane.pixel_mm, 5)]
            rows.append([*where, *_names(scan), *at, round(black, 5), round(white, 5)])
        (pictures / TABLE).write_bytes(tsv_bytes(COLUMNS, rows))
        if shown is not None and not (out / MASKS / group).exists():
            move(out, masks, PurePath(MASKS) / group)
        move(out, pictures, PurePath(IMAGES) / group)
    return Done(scan, len(rows), "; ".join(word for word in (odd, missing) if word))


def _names(scan: Path) -> list[Cell]:
    """Participant, session, scan and suffix."""
    name = _stem(scan)
    return [name.split("_")[0], layout.entity(scan, "ses"), name, name.rpartition("_")[2]]


def _sound(volume: Volume) -> tuple[Volume, str]:
    """A scan with every voxel finite, and what to say of those that were not.

    Raises:
        SettingsError: there is nothing to be seen in it, or its voxels have no size.
    """
    affine = volume.affine
    if not np.isfinite(affine).all() or abs(np.linalg.det(affine[:3, :3])) < 1e-9:
        raise SettingsError("an affine that cannot be inverted", "voxels of some size", "mend the header")
    finite = volume.data.isfinite()
    values, count = volume.data[finite], int((~finite).sum())
    if len(values) == 0 or float(values.min()) == float(values.max()):
        raise SettingsError("a scan that is the same everywhere", "a picture", "give another file")
    if count == 0:
        return volume, ""
    return (
        Volume(torch.where(finite, volume.data, values.min()), affine),
        f"{count} voxels are not finite and shown as air",
    )


def _labels(root: Path, scan: Path) -> tuple[Volume | None, str]:
    """The labels of a scan that masks can be drawn of, and what to say where there are some that cannot."""
    path = labels_of(root, scan)
    if path is None:
        return None, ""
    try:
        labels = read_nifti(path, torch.int16)
    except MindscanError as error:
        return None, f"no masks: {error}"
    strange = [i for i in np.unique(labels.numpy()).tolist() if i not in BY_ID]
    if strange:
        return None, f"no masks: label id {strange[0]} of {path} is not in the table of labels"
    return labels, ""


@dataclass(frozen=True)
class _Raised:
    """A volume as it is asked for again and again: its values above the least, which lies all around it."""

    data: torch.Tensor
    least: torch.Tensor
    to_voxel: npt.NDArray[np.floating[Any]]

    @staticmethod
    def of(volume: Volume) -> _Raised:
        data = volume.data.float()
        least = data.min()
        return _Raised((data - least)[None], least, np.linalg.inv(volume.affine))

    def slice(self, plane: Plane, nearest: bool = False) -> Array:
        """What it holds in a plane, shape (height, width)."""
        index = moved(torch.from_numpy(plane.points()).float(), self.to_voxel)
        return np.asarray((seen(self.data, index[None], nearest)[0, 0] + self.least).numpy())


def mask_bytes(ids: Array) -> bytes:
    """Label ids as a PNG with a palette; its greys are rows of the table of labels, see `labels.tsv`."""
    picture = Image.fromarray(_ROWS[ids.astype(np.int64)], mode="L")
    picture.putpalette(_PALETTE)
    content = io.BytesIO()
    picture.save(content, "PNG", compress_level=_LEVEL)
    return content.getvalue()


def _window(scan: Path, volume: Volume, labels: Volume | None, look: Look) -> tuple[float, float]:
    data = volume.numpy()
    head, ends = head_mask(data), percentiles(look.window)
    if ends is not None:
        low, high = (
            map(float, np.percentile(data[head].astype(np.float64), ends)) if head.any() else (0.0, 0.0)
        )
        return (low, high) if high > low else (low, low + 1.0)
    if layout.suffix_of(scan) == "ct":
        centre, width = WINDOWS["brain"]
        return centre - width / 2, centre + width / 2
    nothing = np.zeros_like(head)
    brain = brain_mask(labels, head.shape, nothing) if look.window == "brain" else head
    if look.window == "brain" and not brain.any():
        raise SettingsError(
            "window 'brain' without labels on the grid of the scan",
            "a scan with labels",
            "take --window auto",
        )
    return window(data, brain)


def _people(root: Path, column: str) -> dict[str, dict[str, str]]:
    """Rows of the table of participants by id; none where there is no table."""
    path = root / "participants.tsv"
    if not path.exists() and not column:
        return {}
    rows = read_tsv(path, ("participant_id",))
    if column and rows and column not in rows[0]:
        raise SettingsError(f"labels {column!r}", f"a column of {path}: {', '.join(rows[0])}", "choose one")
    return {row["participant_id"]: row for row in rows}


def _table(out: Path, people: Mapping[str, dict[str, str]]) -> bytes:
    more = [name for name in next(iter(people.values()), {}) if name != "participant_id"]
    rows = [row for path in sorted((out / IMAGES).glob(f"*/*/{TABLE}")) for row in _rows(path)]
    full = [[*row.values(), *(people.get(row["participant_id"], {}).get(n) for n in more)] for row in rows]
    names = [f"participant_{name}" if name in COLUMNS else name for name in more]
    return tsv_bytes((*COLUMNS, *names), full)


def _rows(path: Path) -> list[dict[str, str]]:
    return read_tsv(path, COLUMNS)


def _legend() -> bytes:
    rows = [(str(row), str(one.id), one.name, hexadecimal(one.colour)) for row, one in enumerate(LABELS)]
    return tsv_bytes(("grey", "index", "name", "color"), rows)


def _apart(scan: Path) -> str:
    """The name of a scan, with the folders that tell it from others where the name itself does not."""
    name = _stem(scan)
    return name if name.startswith("sub-") else "_".join((*scan.parts[:-1], name))


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".nii")


def _is_scan(path: Path) -> bool:
    hidden = any(part.startswith(".") or part == "derivatives" for part in path.parts)
    return not (hidden or _stem(path).endswith(_NO_SCANS) or layout.is_projection(path))


def _word(text: str) -> str:
    return re.sub(r"[^\w.-]+", "-", text).strip(".-") or "unknown"
