"""Part of a data set as a data set of its own: its images are links, never copies."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from mindscan.catalogue.cells import named
from mindscan.catalogue.index import Step, refresh
from mindscan.catalogue.query import ask, opened
from mindscan.catalogue.shelf import HOME
from mindscan.core.errors import FileError, FolderError, SettingsError
from mindscan.core.key import Key
from mindscan.dataset import layout
from mindscan.dataset.folder import disk_faults, move, open_job, partial, put, tidy
from mindscan.dataset.tables import json_bytes, read_json, read_text, tsv_bytes

MANIFEST = PurePosixPath("links.tsv")
"""Every file of the selection and where it really lies, where the file system knows no links."""

_FOR_ALL = (
    *("README*", "CHANGES*", "LICENSE*", "CITATION.cff", ".bidsignore", "*.json", "*.bval", "*.bvec"),
    *("dseg.tsv", "*_dseg.tsv"),
)
"""Files beside the subjects that speak of nobody in particular; they are copied; other tables are not."""


@dataclass(frozen=True)
class Choice:
    """Whom to take.

    Args:
        where: SQL condition on `subjects`, such as "diagnosis = 'AD' AND age_years > 75"; "" for everybody.
        balance: columns of `subjects`; of every combination of their values equally many are taken.
        count: at most so many, by chance; 0 for all.
        seed: whole number; another one takes others by chance.
    """

    where: str = ""
    balance: tuple[str, ...] = ()
    count: int = 0
    seed: int = 0


def select(
    root: str | Path, out: str | Path, choice: Choice | None = None, manifest: bool = False
) -> Generator[Step, None, list[str]]:
    """Write a selection as a BIDS data set of links; one that was stopped goes on.

    Args:
        root: a BIDS data set.
        out: folder outside it; new, empty, or of the same selection.
        choice: whom to take; everybody when None.
        manifest: write `links.tsv` instead of links, as is done anyway where links cannot be made.

    Yields:
        A step after every subject that is read, and after every one that is linked.

    Returns:
        Whom it holds, in the order of names.

    Raises:
        FileError: no data set there.
        SettingsError: nobody is chosen, or the condition is wrong.
        FolderError: the folder is inside the data set or holds other things, or the disk refuses.
    """
    root, out, choice = Path(root), Path(out), choice or Choice()
    if out.resolve().is_relative_to(root.resolve()):
        raise FolderError(f"{out} is inside {root}", "a folder outside it", "choose another folder")
    yield from refresh(root)
    people = chosen(root, choice)
    about = {**asdict(choice), "balance": list(choice.balance), "of": str(root.resolve()), "subjects": people}
    open_job(out, {"select": about})
    with disk_faults(out):
        with partial(out, "select") as temporary:
            linked = not manifest and _can_link(temporary)
            listed: list[tuple[str, str]] = []
            for done, name in enumerate(people, 1):
                listed += _take(root, out, temporary, name, linked)
                yield Step(done, len(people))
            if not linked:
                put(out, temporary, MANIFEST, tsv_bytes(("path", "source"), listed))
            _describe(root, out, temporary, people)
        tidy(out)
    return people


def chosen(root: Path, choice: Choice) -> list[str]:
    """Who is taken, in the order of names; people without any scan never are.

    Raises:
        SettingsError: nobody is, or the condition is wrong.
    """
    names = ", ".join(map(named, choice.balance))
    condition = f" AND ({choice.where}\n)" if choice.where.strip() else ""
    asked = f"SELECT participant_id{', ' if names else ''}{names} FROM subjects WHERE scans > 0{condition}"
    with opened(root) as database:
        rows = sorted(ask(database, asked).rows, key=lambda row: str(row[0]))
    key = Key(choice.seed) / "select"
    order = sorted(rows, key=lambda row: (key / str(row[0])).digest)
    groups: dict[tuple[object, ...], list[str]] = {}
    for name, *values in order:
        groups.setdefault(tuple(values), []).append(str(name))
    least = min(map(len, groups.values()), default=0)
    each = _each(choice, len(groups), least)
    taken = sorted(name for group in groups.values() for name in group[: each or None])
    if not taken:
        raise SettingsError(f"nobody of {root} where {choice.where!r}", "somebody", "ask for others")
    return taken


def _each(choice: Choice, groups: int, least: int) -> int:
    """How many are taken of every group; 0 for all."""
    if choice.count and choice.balance:
        return min(least, max(1, choice.count // groups))
    return choice.count or (least if choice.balance else 0)


def _can_link(place: Path) -> bool:
    try:
        (place / "link").symlink_to("nowhere")
    except (OSError, NotImplementedError):
        return False
    (place / "link").unlink()
    return True


def _take(root: Path, out: Path, temporary: Path, name: str, linked: bool) -> list[tuple[str, str]]:
    """Link all files of a subject, those in derivatives first; the folders that are there stay."""
    listed = []
    sources = sorted((root / HOME.parent).glob(f"*/{name}")) if (root / HOME.parent).is_dir() else []
    for source in [*sources, root / name]:
        place = PurePosixPath(source.relative_to(root))
        if not source.is_dir() or HOME in place.parents:
            continue
        files = [PurePosixPath(file.relative_to(root)) for file in _files(source)]
        listed += [(str(path), _towards(root / path, out)) for path in files]
        if linked and not (out / place).exists():
            made = temporary / "subject"
            for path in files:
                link = made / path.relative_to(place)
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(_towards(root / path, (out / path).parent))
            made.mkdir(exist_ok=True)
            move(out, made, place)
    return listed


def _files(folder: Path) -> list[Path]:
    """Files below a folder, links to folders not followed."""
    found = []
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        found += [Path(place) / name for name in (*names, *links)]
    return sorted(found)


def _towards(file: Path, place: Path) -> str:
    """The way to a file from a folder that may not be there yet; links in the file's own name are kept."""
    return os.path.relpath(file.parent.resolve() / file.name, place.resolve())


def _describe(root: Path, out: Path, temporary: Path, people: Sequence[str]) -> None:
    """What stands beside the subjects: loose files, those of derivatives too, and the tables cut down."""
    for top in (PurePosixPath(), *_derivatives(out)):
        for file in sorted((root / top).iterdir()):
            if file.is_file() and any(fnmatchcase(file.name, pattern) for pattern in _FOR_ALL):
                put(out, temporary, top / file.name, file.read_bytes())
    table = _cut_down(root, people)
    if table:
        put(out, temporary, layout.PARTICIPANTS, table)
    put(out, temporary, layout.DESCRIPTION, json_bytes(_description(root)))


def _derivatives(out: Path) -> list[PurePosixPath]:
    folder = out / HOME.parent
    return [HOME.parent / one.name for one in sorted(folder.iterdir())] if folder.is_dir() else []


def _cut_down(root: Path, people: Sequence[str]) -> bytes:
    """The table of participants, lines of others left out; nothing where there is no table."""
    try:
        header, *lines = read_text(root / layout.PARTICIPANTS).splitlines()
    except (FileError, ValueError):
        return b""
    column = header.split("\t").index("participant_id") if "participant_id" in header.split("\t") else 0
    kept = [
        line
        for line in lines
        if len(cells := line.split("\t")) > column and "sub-" + cells[column].removeprefix("sub-") in people
    ]
    return ("\n".join([header, *kept]) + "\n").encode()


def _description(root: Path) -> Mapping[str, Any]:
    try:
        about = read_json(root / layout.DESCRIPTION)
    except FileError:
        about = {"Name": root.resolve().name, "BIDSVersion": "1.10.1"}
    said = {"Name": "mindscan", "Version": version("mindscan"), "Description": f"Selected; see {layout.JOB}"}
    before = about.get("GeneratedBy")
    return {**about, "GeneratedBy": [*(before if isinstance(before, list) else []), said]}
