"""Every file below a folder, also those in zip archives; what may lead elsewhere is not followed."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mindscan.ingest.picture import UnfitError

SKIPPED = frozenset({".git", ".datalad", "__MACOSX", ".mindscan-partial"})
"""Folders that hold nothing of the user's."""

_MOST_MEMBERS = 200_000
_MOST_UNPACKED = 64 << 30
_SMALL, _RATIO = 1 << 30, 100
"""An archive that grows beyond the first may grow by the second at most."""

_STEP = 1 << 20


@dataclass(frozen=True)
class Entry:
    """A file to look at.

    Args:
        path: where its bytes are now.
        name: what it is called below the source, folders parted by "/"; archives count as folders.
        unfit: why it is left out at once; "" where it is not.
    """

    path: Path
    name: str
    unfit: str = ""


def files_below(source: Path) -> list[Entry]:
    """Files below a folder in the order of their names, or the one file that the source is.

    Links are followed where they lead to a file inside the source. Others, and folders that are links, get
    an entry that says so: they may lead in a circle, or to what was not meant to be shared.

    Raises:
        OSError: the folder cannot be read.
    """
    if source.is_file():
        return [Entry(source, source.name)]
    home = source.resolve()
    return sorted(_walk(source, home), key=lambda entry: entry.name)


def _walk(source: Path, home: Path) -> Iterator[Entry]:
    for folder, folders, names in os.walk(source):
        here = Path(folder)
        for name in [name for name in folders if name in SKIPPED or (here / name).is_symlink()]:
            folders.remove(name)
            if name not in SKIPPED:
                link = "is a link to a folder; such links are not followed"
                yield Entry(here / name, _below(here / name, source), link)
        for name in names:
            yield _entry(here / name, source, home)


def _entry(path: Path, source: Path, home: Path) -> Entry:
    name = _below(path, source)
    if not path.is_symlink():
        return Entry(path, name, "" if path.is_file() else "is no ordinary file")
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return Entry(path, name, "is a link that leads nowhere")
    if not target.is_relative_to(home) or not target.is_file():
        return Entry(path, name, "is a link that leads out of the source")
    return Entry(path, name)


def unzipped(archive: Entry, work: Path) -> Iterator[Entry]:
    """The members of a zip archive, unpacked one by one under numbers, whatever they are called.

    Args:
        archive: the archive.
        work: a folder of its own, which is made.

    Yields:
        Every member; one that would climb out of the archive, is locked, damaged or a link is unfit.

    Raises:
        UnfitError: it is damaged as a whole, or a bomb.
        OSError: the disk refuses.
    """
    work.mkdir(parents=True)
    try:
        with zipfile.ZipFile(archive.path) as file:
            members = [member for member in file.infolist() if not member.is_dir()]
            _refuse_bomb(archive.path, members)
            for number, member in enumerate(members):
                name = f"{archive.name}/{member.filename}"
                fault = _fault(member)
                target = work / f"{number:06d}"
                yield Entry(target, name, fault or _unpack(file, member, target))
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise UnfitError("is a damaged zip archive") from None


def _refuse_bomb(path: Path, members: list[zipfile.ZipInfo]) -> None:
    size = sum(member.file_size for member in members)
    packed = max(1, path.stat().st_size)
    if len(members) > _MOST_MEMBERS or size > _MOST_UNPACKED or (size > _SMALL and size > _RATIO * packed):
        raise UnfitError("is a zip bomb: it would grow without measure")


def _fault(member: zipfile.ZipInfo) -> str:
    parts = PurePosixPath(member.filename.replace("\\", "/")).parts
    if ".." in parts or member.filename.startswith(("/", "\\")) or ":" in (parts or ("",))[0]:
        return "is a path that climbs out of its archive"
    if member.flag_bits & 1:
        return "is locked by a password"
    return "is a link; links in archives are not followed" if member.external_attr >> 28 == 0o12 else ""


def _unpack(file: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> str:
    """Write a member down, never more than it announces; what is wrong with it, or ""."""
    left = member.file_size
    try:
        with file.open(member) as packed, target.open("wb") as plain:
            while piece := packed.read(_STEP):
                left -= len(piece)
                if left < 0:
                    return "is larger than its archive says"
                plain.write(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        return "is damaged in its archive"
    return ""


def _below(path: Path, source: Path) -> str:
    return path.relative_to(source).as_posix()
