"""Commands that fetch data sets and look into them, without what makes heads."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from mindscan.catalogue.index import refresh
from mindscan.catalogue.query import Form, ask, lines, opened
from mindscan.catalogue.shelf import HOME
from mindscan.cli.progress import counted
from mindscan.core.errors import FileError, SettingsError
from mindscan.dataset import layout
from mindscan.ingest.openneuro import BASE, Store, fetch, listed


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


def fetch_openneuro(
    accession: str,
    out: Path,
    /,
    *,
    include: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    yes: Annotated[bool, Parameter(negative=())] = False,
    ingest: Path | None = None,
    base: str = BASE,
) -> None:
    """Load a data set of OpenNeuro, or a part of it; how much it is, is shown before anything comes.

    After Ctrl-C or without a connection the same command goes on where it stopped.

    Parameters
    ----------
    accession
        Number of the data set, such as ds000001.
    out
        Folder; new, empty, or of the same data set.
    include
        Pattern of paths, such as "sub-0[1-5]/anat/*"; may be given several times. All files when left out;
        those at the top always come along.
    yes
        Load without asking.
    ingest
        Data set to make of it then, as `mindscan ingest OUT FOLDER --participants OUT/participants.tsv` does.
    base
        Address of the storage, if it is another.
    """
    store = Store(base)
    items = listed(accession, include, store)
    size = sum(item.size for item in items) / 1e6
    print(f"{accession}: {len(items)} files, {size:,.1f} MB, to {out}", flush=True)
    if not yes and not _agreed():
        raise SettingsError("nothing is loaded", "your word for it", "say --yes")
    faults = 0
    with counted(Console(stderr=True), "loading MB") as show:
        for step in fetch(accession, items, out, store):
            faults += bool(step.fault)
            show(max(1, round(step.bytes / 1e6)), max(1, round(size)))
            if step.fault:
                print(f"{step.item.path}: {step.fault}", flush=True)
    if faults:
        raise FileError(f"{faults} of {len(items)} files are missing", "all", "run the same command again")
    print(f"{len(items)} files: {out}")
    if ingest is not None:
        shelving = importlib.import_module("mindscan.cli.shelving")  # only now: it takes longer to load
        table = out / layout.PARTICIPANTS
        shelving.ingest(out, ingest, participants=table if table.is_file() else None)


def _agreed() -> bool:
    """What somebody at the terminal says; nobody agrees where there is none."""
    return sys.stdin.isatty() and input("load them? [y/N] ").strip().lower() in ("y", "yes")


def _refresh(dataset: Path) -> None:
    with counted(Console(stderr=True), "reading subjects") as show:
        for step in refresh(dataset):
            if step.done:
                show(step.done, step.total)
