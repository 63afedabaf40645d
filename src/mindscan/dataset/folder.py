"""The folder of a data set: whose it is, what is half done in it, and what the disk says."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from typing import IO, Any

from mindscan.core.errors import FolderError
from mindscan.dataset import layout
from mindscan.dataset.tables import json_bytes, read_json

if sys.platform != "win32":
    import fcntl

FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the system says when a disk has no more room."""

_CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM)
_AGAIN = "run the same command again: finished subjects are kept"


def open_job(root: str | Path, job: Mapping[str, Any], free_bytes_needed: int = 0) -> None:
    """Make the folder of a job, or go on with it; half-written files of a killed run are removed.

    Args:
        root: the folder; it may be missing, empty, or hold the very same job.
        job: what the subjects follow from (version, seed, plan), JSON-able.
        free_bytes_needed: room that the subjects still to be written will take.

    Raises:
        FolderError: the folder is a file, foreign, of another job, unwritable, or its disk too full.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     open_job(folder, {"seed": 7})
        ...     read_job(folder)
        {'seed': 7}
    """
    root = Path(root)
    with disk_faults(root):
        if root.exists() and not root.is_dir():
            raise FolderError(f"{root} is a file", "a folder", "choose another folder")
        fresh = not (root / layout.JOB).exists()
        if fresh:
            _refuse_foreign(root)
        else:
            _refuse_other_job(root, json.loads(json_bytes(job)))
        refuse_full_disk(root, free_bytes_needed)
        with partial(root, "job") as temporary:
            if fresh:
                put(root, temporary, layout.JOB, json_bytes(job))
        tidy(root)


def read_job(root: str | Path) -> dict[str, Any]:
    """The job that a folder belongs to.

    Raises:
        FileError: the folder holds no job, or its file is damaged.
    """
    return read_json(Path(root) / layout.JOB)


@contextmanager
def disk_faults(root: Path) -> Iterator[None]:
    """Turn what the disk refuses into a `FolderError` that says how to mend it."""
    try:
        yield
    except OSError as error:
        fault = f"{root}: {error.strerror or error}"
        if error.errno in FULL:
            raise FolderError(fault, "room on the disk", f"free some space and {_AGAIN}") from None
        if error.errno in _CLOSED:
            raise FolderError(fault, "a folder that you may write to", "choose another folder") from None
        raise FolderError(fault, "a folder that can be written", f"mend it and {_AGAIN}") from None


@contextmanager
def partial(root: Path, name: str) -> Iterator[Path]:
    """A hidden folder inside `root` that lasts as long as the block and is locked meanwhile.

    What a killed process leaves behind is unlocked; the next `open_job` removes it.
    """
    temporary = root / layout.PARTIAL / f"{name}-{os.getpid()}"
    lock = temporary.with_suffix(".lock")
    with _open_lock(lock) as handle:
        _try_lock(handle)
        try:
            shutil.rmtree(temporary, ignore_errors=True)
            temporary.mkdir(parents=True)
            yield temporary
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
            lock.unlink(missing_ok=True)


def tidy(root: Path) -> None:
    """Remove what killed processes left behind, and the hidden folder if nobody writes there now."""
    for lock in sorted((root / layout.PARTIAL).glob("*.lock")):
        with suppress(FileNotFoundError), lock.open("r+b") as handle:
            if _try_lock(handle):
                shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
                lock.unlink(missing_ok=True)
    with suppress(OSError):
        (root / layout.PARTIAL).rmdir()


def put(root: Path, temporary: Path, path: PurePath, content: bytes) -> None:
    """Write a file of the data set in one step: readers see the old one or the new one, never half."""
    (temporary / path.name).write_bytes(content)
    move(root, temporary / path.name, path)


def move(root: Path, written: Path, path: PurePath) -> None:
    """Move a written file to its place below `root`."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    os.replace(written, root / path)


def refuse_full_disk(root: Path, needed: int) -> None:
    """See to it that there is room before anything is written.

    Args:
        root: a folder, which may be missing.
        needed: bytes.

    Raises:
        FolderError: its disk has less room.
    """
    place = root
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if free < needed:
        raise FolderError(
            f"{root}: {free / 1e6:,.1f} MB free",
            f"{needed / 1e6:,.1f} MB",
            "free some space, choose another folder, or ask for fewer subjects",
        )


def _refuse_foreign(root: Path) -> None:
    if not root.exists():
        return
    own = {layout.PARTIAL.parts[0]}
    code = root / layout.JOB.parent
    if code.is_dir() and not any(code.iterdir()):
        own.add(code.name)
    foreign = sorted(entry.name for entry in root.iterdir() if entry.name not in own)
    if foreign:
        raise FolderError(
            f"{root} holds {foreign[0]!r}, which mindscan did not write",
            "an empty or a missing folder",
            "choose another folder",
        )


def _refuse_other_job(root: Path, job: dict[str, Any]) -> None:
    there = read_job(root)
    if there == job:
        return
    faults = list(_differences(there, job))
    more = f" and {len(faults) - 3} more" if len(faults) > 3 else ""
    raise FolderError(
        f"{root} holds another data set: {', '.join(faults[:3])}{more}",
        "the same version, seed and plan",
        "choose another folder, or ask for what the folder holds",
    )


def _differences(there: object, asked: object, path: str = "") -> Iterator[str]:
    if isinstance(there, dict) and isinstance(asked, dict):
        for name in sorted({*there, *asked}):
            yield from _differences(there.get(name), asked.get(name), f"{path}.{name}" if path else name)
    elif there != asked:
        yield f"{path or 'job'} is {_short(there)} there and {_short(asked)} here"


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _open_lock(lock: Path) -> IO[bytes]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        return lock.open("wb")
    except FileNotFoundError:  # another run has just removed the hidden folder that it found empty
        lock.parent.mkdir(parents=True, exist_ok=True)
        return lock.open("wb")


def _try_lock(handle: IO[bytes]) -> bool:
    """Whether nobody else holds the file; the lock ends with the handle, or with the process."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True
