"""Data sets of OpenNeuro, or parts of them, fetched over its public S3 storage; nothing comes unasked.

Every file is loaded under a hidden name, goes on where the connection was cut, is checked against the MD5 sum
that the storage lists (objects that were stored in several parts have none: their size is checked), and only
then appears under its own name.
"""

from __future__ import annotations

import hashlib
import http.client
import re
import shutil
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree

from mindscan.core.errors import FileError, FolderError, SettingsError
from mindscan.dataset.folder import disk_faults, refuse_full_disk

BASE = "https://s3.amazonaws.com/openneuro.org"

PARTS = ".mindscan-fetch"
"""Folder of files that are still loading; gone when all are there."""

_TRIES, _WAIT_S, _TIMEOUT_S = 5, 1.0, 60.0
"""Own choices; the wait doubles from try to try."""
_BLOCK, _LISTING = 1 << 20, 64 << 20
_CUT = (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError)
_MD5 = re.compile(r"[0-9a-f]{32}")
_ETAG = re.compile(r"[0-9a-f]+(?:-\d+)?")


@dataclass(frozen=True)
class Item:
    """One file of a data set.

    Args:
        path: below the data set.
        size: bytes.
        etag: what the storage calls this content: its MD5 sum where it was stored in one part; or "".
    """

    path: PurePosixPath
    size: int
    etag: str


@dataclass(frozen=True)
class Store:
    """Where data sets are fetched from.

    Args:
        base: address of the bucket, http or https.
        wait_s: seconds before the second try.
    """

    base: str = BASE
    wait_s: float = _WAIT_S

    def __post_init__(self) -> None:
        """Refuse what is no address."""
        if not self.base.startswith(("http://", "https://")):
            raise SettingsError(f"address {self.base!r}", "http:// or https://", "give another")


@dataclass(frozen=True)
class Loaded:
    """How far a download is: files and bytes that are there, and what is wrong with this one, if anything."""

    item: Item
    files: int
    bytes: int
    fault: str = ""


def listed(accession: str, include: Sequence[str] = (), store: Store | None = None) -> list[Item]:
    """The files of a data set, in the order of their paths.

    Args:
        accession: such as "ds000001".
        include: patterns of paths, such as "sub-0[12]/anat/*"; all files when empty. Files at the top, which
            say what the data set is, always come along.
        store: where it is.

    Raises:
        SettingsError: that is no accession number.
        FileError: no such data set, no file that fits, or a path that leads out of the data set.
    """
    if not re.fullmatch(r"ds\d{6}", accession):
        raise SettingsError(f"data set {accession!r}", "ds and six digits, such as ds000001", "check it")
    store = store or Store()
    items = sorted(_pages(accession, store), key=lambda item: item.path)
    if not items:
        raise FileError(f"{store.base} holds no {accession}", "a public data set", "check the number")
    wanted = [item for item in items if len(item.path.parts) == 1 or _fits(item.path, include)]
    if include and not any(_fits(item.path, include) for item in items):
        some = ", ".join(str(item.path) for item in items[-2:])
        raise FileError(
            f"{accession} holds nothing like {', '.join(include)}", f"such as {some}", "ask for others"
        )
    return wanted


def fetch(accession: str, items: Sequence[Item], out: Path, store: Store | None = None) -> Generator[Loaded]:
    """Load files of a data set; those that are there are kept, half-loaded ones go on.

    Args:
        accession: of the data set.
        items: as `listed` gives them.
        out: folder; missing, empty, or of the same data set.
        store: where it is.

    Yields:
        A step after every file, also after one that could not be loaded: the others come all the same.

    Raises:
        FolderError: a file of another size is there, or the disk refuses or is too full.
    """
    store = store or Store()
    missing = [item for item in items if not _is_there(out, item)]
    parts = out / PARTS
    with disk_faults(out):
        refuse_full_disk(out, sum(item.size - _size(_part(parts, item)) for item in missing))
        parts.mkdir(parents=True, exist_ok=True)
        files, total = len(items) - len(missing), sum(item.size for item in items if item not in missing)
        failed = 0
        for item in missing:
            url = f"{store.base.rstrip('/')}/{accession}/{urllib.parse.quote(str(item.path))}"
            fault = _load(url, item, _part(parts, item), store)
            if not fault:
                target = out / item.path
                target.parent.mkdir(parents=True, exist_ok=True)
                _part(parts, item).rename(target)
                files, total = files + 1, total + item.size
            failed += bool(fault)
            yield Loaded(item, files, total, fault)
        if not failed:
            shutil.rmtree(parts)


def _fits(path: PurePosixPath, include: Sequence[str]) -> bool:
    return not include or any(fnmatchcase(str(path), pattern) for pattern in include)


def _pages(accession: str, store: Store) -> Iterator[Item]:
    """All items, page after page of the listing."""
    token = ""
    while True:
        query = {"list-type": "2", "prefix": f"{accession}/"} | (
            {"continuation-token": token} if token else {}
        )
        url = f"{store.base.rstrip('/')}/?{urllib.parse.urlencode(query)}"
        page = _xml(url, store)
        for one in page.iterfind("{*}Contents"):
            key, size, etag = (one.findtext("{*}" + name) or "" for name in ("Key", "Size", "ETag"))
            if not (size.isascii() and size.isdigit()):
                raise FileError(f"{url}: a size of {size!r}", "a listing of S3", "check the address")
            if not key.endswith("/"):
                yield Item(_inside(key, accession), int(size), "".join(_ETAG.findall(etag.lower())[:1]))
        token = page.findtext("{*}NextContinuationToken") or ""
        if not token:
            return


def _xml(url: str, store: Store) -> ElementTree.Element:
    fault = ""
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(store.wait_s * 2 ** (attempt - 1))
        try:
            with _opened(url, {}) as answer:
                content = answer.read(_LISTING)
            if b"<!DOCTYPE" in content:  # a listing has none; entities could be made to fill the memory
                raise FileError(f"{url} is no listing", "XML of S3", "check the address")
            return ElementTree.fromstring(content)
        except urllib.error.HTTPError as error:
            fault = f"{error.code} {error.reason}"
            if error.code < 500:
                break
        except _CUT as error:
            fault = str(getattr(error, "reason", error))
        except ElementTree.ParseError as error:
            fault = f"no listing: {error}"
    raise FileError(f"{url}: {fault}", "a listing of S3", "check the address and the connection")


def _inside(key: str, accession: str) -> PurePosixPath:
    """The path of a key below its data set.

    Raises:
        FileError: it leads out of it, or could on some computer.
    """
    inside = key.removeprefix(f"{accession}/")
    words = inside.split("/")
    odd = any(word in ("", ".", "..", PARTS) or not word.isprintable() for word in words)
    if inside == key or odd or re.search(r"[\\:]", inside):
        raise FileError(
            f"key {key!r} of {accession}", "a path inside the data set", "tell OpenNeuro; nothing is loaded"
        )
    return PurePosixPath(inside)


def _is_there(out: Path, item: Item) -> bool:
    path = out / item.path
    if not path.exists() and not path.is_symlink():
        return False
    if not path.is_file() or path.stat().st_size != item.size:
        raise FolderError(
            f"{path} is there and no copy of the data set's", "a new folder", "choose another folder"
        )
    return True


def _part(parts: Path, item: Item) -> Path:
    """Where a file is loaded to, named by its content too, so that another version never goes on in it."""
    text = f"{item.path}\n{item.size}\n{item.etag}"
    return parts / hashlib.sha256(text.encode()).hexdigest()[:32]


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _load(url: str, item: Item, part: Path, store: Store) -> str:
    """Load a file, try after try; what is wrong in the end, "" for nothing."""
    fault = ""
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(store.wait_s * 2 ** (attempt - 1))
        try:
            _go_on(url, item, part)
        except urllib.error.HTTPError as error:
            fault = f"{error.code} {error.reason}"
            if error.code in (412, 416):
                part.unlink(missing_ok=True)
            elif error.code < 500:
                return fault
            continue
        except _CUT as error:
            fault = f"cut off: {getattr(error, 'reason', error)}"
            continue
        fault = _wrong(item, part)
        if not fault:
            return ""
        if _size(part) >= item.size:
            part.unlink()
    return fault


def _go_on(url: str, item: Item, part: Path) -> None:
    """Load what is missing of a file."""
    start = _size(part)
    if start >= item.size and part.exists():
        return
    headers = {"If-Match": f'"{item.etag}"'} if item.etag else {}
    headers |= {"Range": f"bytes={start}-"} if start else {}
    with _opened(url, headers) as answer:
        goes_on = (
            start
            and answer.status == 206
            and str(answer.headers["Content-Range"]).startswith(f"bytes {start}-")
        )
        with part.open("ab" if goes_on else "wb") as file:
            while block := answer.read(_BLOCK):
                file.write(block)
                if file.tell() > item.size:
                    return


def _wrong(item: Item, part: Path) -> str:
    size = _size(part)
    if size != item.size:
        return f"{size} bytes instead of {item.size}"
    if not _MD5.fullmatch(item.etag):
        return ""
    with part.open("rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    return "" if found == item.etag else f"MD5 {found} instead of {item.etag}"


def _opened(url: str, headers: dict[str, str]) -> Any:
    return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=_TIMEOUT_S)
