"""Commands that pick people from data sets, keep them apart and give them to other programs."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Annotated, TypeVar

from cyclopts import Parameter
from rich.console import Console

from mindscan.catalogue.index import Step
from mindscan.cli.progress import counted
from mindscan.core.errors import FileError
from mindscan.release.apart import refuse_shared, shared
from mindscan.release.nrrd import export as write_nrrd
from mindscan.release.scans import found
from mindscan.release.select import Choice
from mindscan.release.select import select as select_people
from mindscan.release.split import Parts, parse, read_split
from mindscan.release.split import split as split_people

Found = TypeVar("Found")


def select(
    dataset: Path,
    out: Path,
    /,
    *,
    where: str = "",
    balance: str = "",
    count: int = 0,
    seed: int = 0,
    manifest: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Take part of a data set as one of its own, whose images are links.

    After Ctrl-C the same command goes on.

    Parameters
    ----------
    dataset
        BIDS data set, made by mindscan or not.
    out
        Folder outside it; new, empty, or of the same selection.
    where
        SQL condition on the table of subjects, such as "diagnosis='AD' and age_years>75".
    balance
        Columns, parted by commas; of every combination of their values equally many are taken.
    count
        At most so many.
    seed
        Whole number that chance follows from.
    manifest
        Write links.tsv, which says where every file lies, instead of links.
    """
    choice = Choice(where, _words(balance), count, seed)
    people = _shown("selecting", select_people(dataset, out, choice, manifest))
    print(f"{len(people)} subjects: {out}")


def split(
    dataset: Path,
    out: Path,
    /,
    *,
    parts: str = "train=0.7,val=0.15,test=0.15",
    by: str = "",
    together: str = "",
    seed: int = 0,
    images: bool = True,
) -> None:
    """Divide the subjects of a data set into parts, nobody in two of them, and write who is where.

    Parameters
    ----------
    dataset
        BIDS data set, made by mindscan or not.
    out
        Table to write, .tsv; what it follows from stands in the .json beside it.
    parts
        Names of the parts with their shares.
    by
        Columns of the table of subjects, parted by commas, that every part has its share of.
    together
        Column whose values, such as families, stay together.
    seed
        Whole number that chance follows from.
    images
        Look for people who are in the data set twice, by copies of their images, and keep them together.
    """
    _shown("reading", split_people(dataset, out, Parts(parse(parts), _words(by), together, images, seed)))
    where = list(read_split(out).values())
    for part in dict.fromkeys(sorted(where, key=list(parse(parts)).index)):
        print(f"{part}: {where.count(part)}")


def apart(one: Path, other: Path, /, *, names: bool = True) -> None:
    """Make sure that two data sets share nobody: neither a name nor a copy of an image.

    Parameters
    ----------
    one
        BIDS data set.
    other
        Another; the same one again to look for people who are in it twice.
    names
        Whether the same name is the same person.
    """
    people = _shown("reading images", shared(one, other, names))
    for each in people:
        print(f"{each.one} is {each.other}: {each.by}")
    refuse_shared(one, other, people)
    print("nobody is in both")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _shown(doing: str, steps: Generator[Step, None, Found]) -> Found:
    """Go through all steps with a bar, and give what comes of them."""
    with counted(Console(stderr=True), doing) as show:
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                found: Found = end.value
                return found
            if step.done:
                show(step.done, step.total)


def export_nrrd(dataset: Path, out: Path, /) -> None:
    """Write scans as NRRD, their labels as segmentations and their landmarks as point lists, for 3D Slicer.

    After Ctrl-C the same command goes on.

    Parameters
    ----------
    dataset
        BIDS data set, or any folder of NIfTI files.
    out
        Folder; new, empty, or of the same export. Every subject gets a folder in it.
    """
    total, files, failed = len(found(dataset)), 0, 0
    with counted(Console(stderr=True), "scans") as show:
        for number, done in enumerate(write_nrrd(dataset, out), 1):
            show(number, total)
            files, failed = files + done.files, failed + (done.files == 0)
            if done.note:
                print(f"{done.scan}: {done.note}", flush=True)
    print(f"{files} files: {out}")
    if failed:
        raise FileError(f"{failed} of {total} scans could not be read", "scans", "see the lines above")
