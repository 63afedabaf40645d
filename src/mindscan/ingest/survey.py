"""Every file of the source looked at once: what it is, and what it is to become."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mindscan.core.errors import FileError
from mindscan.core.worker import do_all
from mindscan.dataset.folder import disk_faults
from mindscan.ingest.find import Entry, files_below, unzipped
from mindscan.ingest.header import read_shot
from mindscan.ingest.item import Item, Row
from mindscan.ingest.kinds import kind_of
from mindscan.ingest.loose import loose_item
from mindscan.ingest.picture import UnfitError
from mindscan.ingest.series import series_items

_CHUNK = 64
"""Files that a process looks at in one go."""

_PICTURES = ("NIfTI", "Analyze", "NRRD", "segmentation", "MGH")
_SAYS_PICTURE = re.compile(r"\.(nii|nrrd|nhdr|mg[hz]|hdr|dcm|ima|zip)(\.gz)?$", re.I)

Show = Callable[[str, int, int], None]
"""Called with what is done, how many are done and how many there are."""

Looked = tuple[Entry, str, dict[str, Any] | None]
"""A file, its kind, and what it says if it is DICOM."""


@dataclass(frozen=True)
class Survey:
    """What the source holds: `items` to take in, and `rows` of the files that become nothing."""

    items: tuple[Item, ...]
    rows: tuple[Row, ...]

    @property
    def files(self) -> int:
        """How many files were found."""
        return len(self.rows) + sum(len(item.names) for item in self.items)


def survey(source: Path, work: Path, ids: Set[str], workers: int, show: Show) -> Survey:
    """Look at every file of the source, also at those in archives.

    Args:
        source: a folder or a file; it is only read.
        work: a folder of its own, where archives are unpacked.
        ids: of people in the user's table, as `normal` has them.
        workers: processes side by side.
        show: called as files are looked at.

    Raises:
        FileError: there is no source, or it cannot be read.
        FolderError: there is no room to unpack an archive.
    """
    if not source.exists():
        raise FileError(f"{source} is not there", "a folder of scans", "check the path")
    try:
        entries = files_below(source)
        looked = [*_look(entries, workers, partial(show, "files"))]
    except OSError as error:
        raise FileError(
            f"{source}: {error.strerror}", "files that can be read", "check the permissions"
        ) from None
    inside, rows = _archives([one for one in looked if one[1] == "zip"], work)
    if inside:
        looked += _look(inside, workers, partial(show, "files in archives"))
    return _sorted_out(looked, rows, {entry.name: entry for entry in (*entries, *inside)}, ids)


def look_at(paths: Sequence[str]) -> str:
    """Every file with its kind and what it says if it is DICOM, as JSON; "lost" for what cannot be read."""
    return json.dumps([(path, *_one(Path(path))) for path in paths])


def _one(path: Path) -> tuple[str, dict[str, Any] | None]:
    try:
        kind = kind_of(path)
        return kind, read_shot(path) if kind == "DICOM" else None
    except OSError:
        return "lost", None


def _look(entries: Sequence[Entry], workers: int, show: Callable[[int, int], None]) -> Iterator[Looked]:
    yield from ((entry, "other", None) for entry in entries if entry.unfit)
    fit = [entry for entry in entries if not entry.unfit]
    chunks = [fit[start : start + _CHUNK] for start in range(0, len(fit), _CHUNK)]
    orders = [[str(entry.path) for entry in chunk] for chunk in chunks]
    by_path = {str(entry.path): entry for entry in fit}
    done = len(entries) - len(fit)
    answers = do_all(look_at, orders, workers) if workers > 1 and len(chunks) > 1 else map(look_at, orders)
    for answer in answers:
        for path, kind, shot in json.loads(answer):
            yield by_path[path], kind, shot
            done += 1
        show(done, len(entries))


def _archives(zips: Iterable[Looked], work: Path) -> tuple[list[Entry], list[Row]]:
    """The members of archives, and a row for each archive."""
    inside: list[Entry] = []
    rows = []
    for number, (archive, _, _) in enumerate(zips):
        try:
            with disk_faults(work.parent):
                members = list(unzipped(archive, work / f"zip{number}"))
            inside += members
            rows.append(Row(archive.name, "zip", "", f"is an archive of {len(members)} files"))
        except UnfitError as error:
            rows.append(Row(archive.name, "zip", "", str(error), True))
    return inside, rows


def _sorted_out(looked: list[Looked], rows: list[Row], known: Mapping[str, Entry], ids: Set[str]) -> Survey:
    """Items and rows of what was looked at."""
    shots = [(entry, shot) for entry, kind, shot in looked if kind == "DICOM" and shot]
    items, copies = series_items(shots)
    items += [loose_item(entry, kind, known, ids) for entry, kind, _ in looked if kind in _PICTURES]
    taken = {name for item in items for name in item.names} | {row.name for row in (*rows, *copies)}
    belonging = {name for item in items for name in item.companions}
    rest = [
        _row(entry, kind, entry.name in belonging) for entry, kind, _ in looked if entry.name not in taken
    ]
    return Survey(tuple(sorted(items, key=lambda item: item.names[0])), (*rows, *copies, *rest))


def _row(entry: Entry, kind: str, belongs: bool) -> Row:
    """The row of a file that becomes nothing."""
    why, fault = "is no picture", False
    if entry.unfit:
        why, fault = entry.unfit, True
    elif belongs:
        why = "says more of a picture; what names nobody went into its sidecar"
    elif kind in _BECOME_NOTHING:
        why, fault = _BECOME_NOTHING[kind]
    elif _SAYS_PICTURE.search(entry.name):
        why, fault = "holds nothing that its name promises", True
    return Row(entry.name, kind, "", why, fault)


_BECOME_NOTHING = {
    "lost": ("cannot be read", True),
    "DICOM": ("belongs to no series or has a damaged header", False),
    "zip": ("is an archive in an archive; unpack it first", True),
}
"""Why files of a kind that are part of nothing become nothing, and whether that is a fault."""
