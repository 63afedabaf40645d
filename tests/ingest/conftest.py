"""What tests of this room share: one call that takes things in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mindscan.dataset.tables import read_tsv
from mindscan.ingest.run import Outcome, Places, ingest

Take = Callable[..., Outcome]


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """Takes `tmp_path/in` in as `tmp_path/out`."""

    def taken(table: Path | None = None, workers: int = 1) -> Outcome:
        places = Places(tmp_path / "out", tmp_path / "out.key.toml")
        return ingest(tmp_path / "in", places, table, workers)

    return taken


@pytest.fixture
def told(tmp_path: Path) -> Callable[[], dict[str, dict[str, str]]]:
    """Rows of `conversion.tsv` by what their files are called."""

    def rows() -> dict[str, dict[str, str]]:
        said = {
            row["source"]: row for row in read_tsv(tmp_path / "out" / "conversion.tsv", ("source", "why"))
        }
        names = read_tsv(tmp_path / "out.files.tsv", ("source", "path"))
        return {row["path"]: said[row["source"]] for row in names}

    return rows
