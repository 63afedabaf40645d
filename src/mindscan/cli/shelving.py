"""Commands that put scans from elsewhere on the shelf."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from mindscan import api
from mindscan.cli.progress import phased
from mindscan.ingest.run import Outcome, printable

_SHOWN = 10
"""Files with faults that are named; the rest stands in the table."""


def ingest(
    source: Path,
    out: Path,
    /,
    *,
    participants: Path | None = None,
    workers: int | None = None,
    key: Path | None = None,
    prepare: Annotated[bool, Parameter(negative=())] = False,
    deface: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Take scans in: DICOM, NIfTI, NRRD, MGZ, Analyze, BIDS, zipped or not, as one BIDS data set.

    People get pseudonyms, identifying fields are left behind, the source is only read. After Ctrl-C the
    same command goes on; a bad file does not stop the others.

    Parameters
    ----------
    source
        Folder of anything, or one file.
    out
        Folder; new, empty, or of the same source, which then goes on.
    participants
        Table (.csv or .tsv) of age, sex, handedness and diagnosis. How its columns are read stands in
        OUT.columns.toml afterwards; correct it and run the same command again.
    workers
        Processes side by side; one per core by default. The result does not depend on it.
    key
        File of the key of pseudonyms, OUT.key.toml by default; made if it is missing. Keep it to yourself.
    prepare
        Make the scans ready to learn from too, as `mindscan prepare OUT` does.
    deface
        The same, with face and ears taken away.
    """
    with phased(Console(stderr=True)) as show_step:
        outcome = api.take_in(source, out, participants, workers, key, show_step)
    _say(outcome, participants)
    if prepare or deface:
        ready = importlib.import_module("mindscan.cli.preparing")  # only now: its networks take seconds
        ready.prepare(out, deface=deface, workers=workers or os.cpu_count() or 1)


def _say(outcome: Outcome, table: Path | None) -> None:
    """What came of it: how the table was read, what was left out, where everything is."""
    places = outcome.places
    if table is not None:
        told = outcome.choices.columns.model_dump().items()
        read = ", ".join(f"{what} = {name}" for what, name in told if name)
        print(f"columns: {read} (correct them in {places.columns})")
    if outcome.strange:
        some = ", ".join(repr(printable(text)) for text in outcome.strange[:5])
        print(f"diagnoses not understood: {some} (say in {places.columns} what they mean)")
    faults = [row for row in outcome.left_out if row.fault]
    for row in faults[:_SHOWN]:
        print(f"{printable(row.name)}: {row.why}")
    if len(faults) > _SHOWN:
        print(f"and {len(faults) - _SHOWN} more files with faults")
    print(f"{outcome.pictures} pictures of {outcome.people} people: {places.out}")
    print(
        f"{len(outcome.left_out)} of {outcome.files} files left out: {places.out / 'conversion.tsv'} says why"
    )
    print(f"keep to yourself: {places.key}, {places.files}, {places.people}")
