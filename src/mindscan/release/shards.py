"""Samples in tar files as WebDataset and its like read them: what is one sample has one name before the dot.

Reference: https://github.com/webdataset/webdataset, "The WebDataset Format".
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

Add = Callable[[str, Mapping[str, bytes]], None]
"""Adds a sample: its name, without dots, and its parts, ending such as "mask.png" to content."""


@contextmanager
def shard(path: Path) -> Iterator[Add]:
    """A function that adds samples to a new tar file; the same samples give the same bytes."""
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:

        def add(key: str, parts: Mapping[str, bytes]) -> None:
            for ending, content in parts.items():
                about = tarfile.TarInfo(f"{key}.{ending}")
                about.size, about.mode = len(content), 0o644
                tar.addfile(about, io.BytesIO(content))

        yield add
