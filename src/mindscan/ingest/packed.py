"""Files that may be packed by gzip or bzip2, read no further than what they announce."""

from __future__ import annotations

import bz2
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from mindscan.ingest.picture import MOST_BYTES, UnfitError

_GZIP, _BZIP2 = b"\x1f\x8b", b"BZh"
_STEP = 1 << 24
_TAIL = 1 << 26
"""How much may stand behind the voxels before a file counts as a bomb."""


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """A file to read, unpacked on the way if it is packed.

    Raises:
        UnfitError: it is cut short or damaged, found out while it is read.
    """
    try:
        with path.open("rb") as plain:
            begins = plain.read(3)
        encoding = "gzip" if begins[:2] == _GZIP else "bzip2" if begins == _BZIP2 else "raw"
        with unpacking(path, encoding) as file:
            yield file
    except EOFError:
        raise UnfitError("is cut short") from None
    except (gzip.BadGzipFile, zlib.error):
        raise UnfitError("is packed by gzip and damaged") from None


@contextmanager
def unpacking(source: Path | IO[bytes], encoding: str) -> Iterator[IO[bytes]]:
    """What a file holds, which is packed as `encoding` says: "raw", "gzip" or "bzip2"."""
    if encoding == "raw":
        if isinstance(source, Path):
            with source.open("rb") as file:
                yield file
        else:
            yield source
        return
    opener = gzip.open if encoding == "gzip" else bz2.open
    with opener(source, "rb") as packed:
        yield cast(IO[bytes], packed)


def take(file: IO[bytes], count: int, at_most: int = MOST_BYTES) -> bytearray:
    """Exactly so many bytes.

    Raises:
        UnfitError: there are fewer, or more are asked for than any picture needs.
    """
    if not 0 <= count <= at_most:
        raise UnfitError(f"announces more voxels than are read: at most {at_most} bytes")
    content = bytearray()
    while len(content) < count:
        piece = file.read(min(_STEP, count - len(content)))
        if not piece:
            raise UnfitError(f"is cut short: {len(content)} of {count} bytes of voxels are there")
        content += piece
    return content


def finish(file: IO[bytes]) -> None:
    """Read what is left, so that the check sum at the end is looked at.

    Raises:
        UnfitError: there is far more than a picture leaves.
    """
    left = 0
    while piece := file.read(_STEP):
        left += len(piece)
        if left > _TAIL:
            raise UnfitError("goes on long after its voxels end")
