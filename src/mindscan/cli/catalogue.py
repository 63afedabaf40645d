"""Commands that look data sets up, pick from them and divide them."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from mindscan.catalogue.index import refresh
from mindscan.catalogue.query import Form, ask, lines, opened
from mindscan.catalogue.shelf import HOME
from mindscan.cli.progress import counted


def index(dataset: Path, /) -> None:
    """Make the tables of a data set, or bring them up to date: only what has changed is read again.

    Parameters
    ----------
    dataset
        BIDS data set, made by mindscan or not. The tables stand in `derivatives/catalogue`.
    """
    _refresh(dataset)
    with opened(dataset) as database:
        counts = {
            name: ask(database, f"SELECT count(*) FROM {name}").rows[0][0]
            for name in ("subjects", "scans", "faults")
        }
    print(f"{counts['subjects']} subjects, {counts['scans']} scans: {dataset / HOME}")
    if counts["faults"]:
        files = "file is" if counts["faults"] == 1 else "files are"
        print(f"{counts['faults']} {files} of no use: mindscan query {dataset} 'FROM faults'")


def ask_dataset(dataset: Path, sql: str, /, *, format: Form = "table") -> None:
    """Ask the tables of a data set: subjects, sessions, scans, volumes, landmarks, findings, faults.

    Parameters
    ----------
    dataset
        BIDS data set; its tables are made or brought up to date first.
    sql
        One SELECT in the words of DuckDB; `SHOW TABLES` and `DESCRIBE scans` tell what there is.
    format
        What is printed.
    """
    _refresh(dataset)
    with opened(dataset) as database:
        for line in lines(ask(database, sql), format):
            print(line)


def _refresh(dataset: Path) -> None:
    with counted(Console(stderr=True), "reading subjects") as show:
        for step in refresh(dataset):
            if step.done:
                show(step.done, step.total)
