"""What lies in a BIDS data set, whoever made it: its files by subject, and what tells when they change."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mindscan.core.errors import FileError

HOME = PurePosixPath("derivatives/catalogue")
"""Where the catalogue of a data set stands in it."""

_ENDINGS = (".nii", ".nii.gz", ".json", ".tsv")
"""Files that the catalogue is made from; all others may come and go."""

_NOT_FOR_IMAGES = tuple(
    map(PurePosixPath, ("participants.tsv", "participants.json", "dataset_description.json"))
)


@dataclass(frozen=True)
class Found:
    """One file: its path below the data set, its size in bytes and when it was changed, in ns."""

    path: PurePosixPath
    size: int
    changed: int


@dataclass(frozen=True)
class Member:
    """One subject of a data set, by the files that speak of them.

    Args:
        name: such as "sub-01".
        files: in the order of their paths, those in `derivatives` among them.
    """

    name: str
    files: tuple[Found, ...]


@dataclass(frozen=True)
class Shelf:
    """A data set as it lies on disk.

    Args:
        root: its folder.
        members: subjects in the order of their names.
        shared: files at its top that speak of all subjects.
    """

    root: Path
    members: tuple[Member, ...]
    shared: tuple[Found, ...]

    @property
    def sidecars(self) -> list[PurePosixPath]:
        """JSON files at the top, which may speak of the images of all subjects."""
        return [one.path for one in self.shared if one.path.suffix == ".json"]

    def stamps(self) -> dict[str, str]:
        """Name of every subject to what changes as soon as one of the files that speak of them does."""
        for_all = _digest("", tuple(one for one in self.shared if one.path not in _NOT_FOR_IMAGES))
        return {member.name: _digest(for_all, member.files) for member in self.members}

    @property
    def stamp(self) -> str:
        """What changes as soon as any file of the data set does that the catalogue is made from."""
        names = json.dumps(self.stamps()).encode("utf-8", "surrogateescape")
        return _digest(hashlib.sha256(names).hexdigest(), self.shared)


def walk(root: str | Path) -> Shelf:
    """Look through a data set without opening a file.

    Folders that are links are followed, but never in a circle. Hidden folders, `code` and `sourcedata` are
    left out.

    Raises:
        FileError: the folder is missing or holds no subject.
    """
    root = Path(root)
    if not root.is_dir():
        raise FileError(f"{root} is not a folder", "a BIDS data set", "check the path")
    files: dict[str, list[Found]] = {}
    tops = [PurePosixPath(), *(HOME.parent / name for name in _folders(root / HOME.parent, ""))]
    for top in tops:
        for name in _folders(root / top, "sub-") if top != HOME else ():
            files.setdefault(name, []).extend(_below(root, top / name))
    if not files:
        raise FileError(f"{root} holds no subject", "a BIDS data set with folders sub-*", "check the path")
    members = (
        Member(name, tuple(sorted(found, key=lambda one: one.path))) for name, found in sorted(files.items())
    )
    with os.scandir(root) as entries:
        loose = sorted((one for one in entries if one.is_file()), key=lambda one: one.name)
    shared = [_found(one, PurePosixPath(one.name)) for one in loose if one.name.endswith(_ENDINGS)]
    return Shelf(root, tuple(members), tuple(shared))


def _folders(place: Path, start: str) -> list[str]:
    if not place.is_dir():
        return []
    with os.scandir(place) as entries:
        return sorted(one.name for one in entries if one.name.startswith(start) and one.is_dir())


def _below(root: Path, place: PurePosixPath) -> Iterator[Found]:
    with os.scandir(root / place) as entries:
        inside = sorted(entries, key=lambda one: one.name)
    for one in inside:
        if one.name.startswith("."):
            continue
        if one.is_dir():
            if not _leads_back(one):
                yield from _below(root, place / one.name)
        elif one.name.endswith(_ENDINGS):
            yield _found(one, place / one.name)


def _leads_back(folder: os.DirEntry[str]) -> bool:
    """Whether a folder is a link to one that it stands in."""
    if not folder.is_symlink():
        return False
    target, here = (Path(os.path.realpath(path)) for path in (folder.path, Path(folder.path).parent))
    return here.is_relative_to(target)


def _found(file: os.DirEntry[str], path: PurePosixPath) -> Found:
    """A file; one that is a link to nothing is there all the same, with no bytes."""
    try:
        state = file.stat()
    except OSError:
        return Found(path, 0, 0)
    return Found(path, state.st_size, state.st_mtime_ns)


def _digest(start: str, files: tuple[Found, ...]) -> str:
    lines = [start, *(f"{one.path}\t{one.size}\t{one.changed}" for one in files)]
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()
