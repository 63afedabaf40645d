"""Subjects divided into parts, such as for training and for tests: balanced, and nobody in two of them."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from mindscan.catalogue.cells import named
from mindscan.catalogue.index import Step, refresh
from mindscan.catalogue.prints import alike, read_prints, refresh_prints
from mindscan.catalogue.query import ask, opened
from mindscan.core.errors import FolderError, SettingsError
from mindscan.core.key import Key
from mindscan.dataset import layout
from mindscan.dataset.folder import disk_faults, partial, put, tidy
from mindscan.dataset.tables import json_bytes, read_tsv, tsv_bytes

COLUMNS = ("participant_id", "split")

_FEW, _BINS = 8, 5
"""Numbers of more values than a few are taken in bins of equal size; own choices."""


@dataclass(frozen=True)
class Parts:
    """How subjects are divided.

    Args:
        shares: name of a part to its share of the subjects; the shares sum to 1.
        by: columns of `subjects` whose values are spread over the parts as evenly as can be.
        together: column of `subjects`; people of one value, such as a family, stay together. "" for none.
        images: whether people of whom there are copies of one image stay together, too.
        seed: whole number; another one divides otherwise.
    """

    shares: Mapping[str, float]
    by: tuple[str, ...] = ()
    together: str = ""
    images: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be divided."""
        total = math.fsum(self.shares.values())
        odd = [share for share in self.shares.values() if not 0 < share <= 1]
        if not self.shares or odd or abs(total - 1) > 1e-6:
            given = ",".join(f"{name}={share:g}" for name, share in self.shares.items())
            raise SettingsError(
                f"parts {given!r}", "shares above 0 that sum to 1", "such as train=0.8,test=0.2"
            )


@dataclass
class _Group:
    """People who must not be parted."""

    names: list[str]
    stratum: tuple[str, ...] = field(default=())


def parse(text: str) -> dict[str, float]:
    """The shares that a text such as "train=0.7,test=0.3" names.

    Raises:
        SettingsError: it names none, or one twice.

    Example:
        >>> parse("train=0.7,test=0.3")
        {'train': 0.7, 'test': 0.3}
    """
    shares: dict[str, float] = {}
    for word in text.split(","):
        name, _, share = (one.strip() for one in word.partition("="))
        try:
            number = float(share)
        except ValueError:
            number = math.nan
        if not name.isidentifier() or name in shares or math.isnan(number):
            raise SettingsError(
                f"parts {text!r}", "such as train=0.7,val=0.15,test=0.15", "mend " + repr(word)
            )
        shares[name] = number
    return shares


def split(root: str | Path, out: str | Path, parts: Parts) -> Generator[Step]:
    """Divide the subjects of a data set, and write who is where as a table, with how it came about beside it.

    Args:
        root: a BIDS data set; people without any scan are left out.
        out: the table to write, `.tsv`; it may be there already if it says the same.
        parts: how they are divided.

    Yields:
        A step after every subject and image that is read.

    Raises:
        FileError: no data set there.
        SettingsError: no such column, or fewer subjects than parts.
        FolderError: another table is there, or the disk refuses.
    """
    root, out = Path(root), Path(out)
    if out.suffix != ".tsv":
        raise SettingsError(f"table {out}", "a name that ends in .tsv", "choose another name")
    yield from refresh(root)
    if parts.images:
        yield from refresh_prints(root)
    rows = _people(root, [*parts.by, *filter(None, [parts.together])])
    if len(rows) < len(parts.shares):
        raise SettingsError(
            f"{len(rows)} subjects", f"at least {len(parts.shares)}, one a part", "ask for fewer"
        )
    where = divided(rows, _ties(root, rows, parts), parts)
    table = tsv_bytes(COLUMNS, sorted(where.items()))
    _write(out, table, json_bytes(_about(root, where, parts)))


def read_split(path: str | Path) -> dict[str, str]:
    """Subject to part, as `split` wrote it or somebody else.

    Raises:
        FileError: no such table.
        SettingsError: somebody stands in two parts.
    """
    where: dict[str, str] = {}
    for row in read_tsv(Path(path), COLUMNS):
        name = "sub-" + row["participant_id"].removeprefix("sub-")
        if where.setdefault(name, row["split"]) != row["split"]:
            raise SettingsError(
                f"{path}: {name} stands in two parts", "one part for everybody", "mend the table"
            )
    return where


def divided(
    rows: Mapping[str, Mapping[str, object]], ties: Iterable[tuple[str, str]], parts: Parts
) -> dict[str, str]:
    """The part of everybody.

    People are taken stratum after stratum, in random order within each, and everyone goes to the part that
    lacks most. So every part is at most one group away from its share of all, and at most two from its share
    of any stratum.

    Args:
        rows: subject to the values of the columns that are spread evenly.
        ties: pairs of subjects who must not be parted.
        parts: how they are divided.
    """
    groups = _groups(rows, ties)
    strata = _strata(rows, parts.by)
    for group in groups:
        group.stratum = strata[group.names[0]]
    key = Key(parts.seed) / "split"
    groups.sort(key=lambda one: (one.stratum, (key / one.names[0]).digest))
    counts = dict.fromkeys(parts.shares, 0)
    where: dict[str, str] = {}
    total = 0
    for group in groups:
        total += len(group.names)
        lacks = {name: share * total - counts[name] for name, share in parts.shares.items()}
        part = max(lacks, key=lambda name: lacks[name])
        counts[part] += len(group.names)
        where |= dict.fromkeys(group.names, part)
    return where


def _people(root: Path, columns: Sequence[str]) -> dict[str, dict[str, object]]:
    with opened(root) as database:
        names = ", ".join(map(named, columns))
        asked = (
            f"SELECT participant_id{', ' if names else ''}{names} FROM subjects WHERE scans > 0 ORDER BY 1"
        )
        rows = ask(database, asked).rows
    return {str(name): dict(zip(columns, cells, strict=True)) for name, *cells in rows}


def _ties(root: Path, rows: Mapping[str, Mapping[str, object]], parts: Parts) -> list[tuple[str, str]]:
    ties: list[tuple[str, str]] = []
    if parts.together:
        first: dict[object, str] = {}
        for name, row in rows.items():
            value = row[parts.together]
            if value is not None:
                ties.append((first.setdefault(value, name), name))
    if parts.images:
        prints = read_prints(root)
        ties += [(one.subject, other.subject) for one, other in alike(prints, prints)]
    return [(one, other) for one, other in ties if one in rows and other in rows]


def _groups(rows: Iterable[str], ties: Iterable[tuple[str, str]]) -> list[_Group]:
    """People who are tied to one another, directly or over others."""
    of = {name: _Group([name]) for name in rows}
    for one, other in ties:
        kept, gone = of[one], of[other]
        if kept is not gone:
            kept.names += gone.names
            of |= dict.fromkeys(gone.names, kept)
    unique = {id(group): group for group in of.values()}
    for group in unique.values():
        group.names.sort()
    return list(unique.values())


def _strata(rows: Mapping[str, Mapping[str, object]], by: Sequence[str]) -> dict[str, tuple[str, ...]]:
    columns = [_coarse({name: row[column] for name, row in rows.items()}) for column in by]
    return {name: tuple(column[name] for column in columns) for name in rows}


def _coarse(values: Mapping[str, object]) -> dict[str, str]:
    """Values as words; numbers of many values as bins of equal size."""
    numbers = sorted(value for value in values.values() if isinstance(value, int | float))
    if len(set(numbers)) <= _FEW:
        return {name: repr(value) for name, value in values.items()}
    edges = [numbers[len(numbers) * n // _BINS] for n in range(1, _BINS)]
    return {
        name: str(sum(value >= edge for edge in edges)) if isinstance(value, int | float) else repr(value)
        for name, value in values.items()
    }


def _about(root: Path, where: Mapping[str, str], parts: Parts) -> dict[str, object]:
    counts = {part: sum(one == part for one in where.values()) for part in parts.shares}
    how = {"by": list(parts.by), "together": parts.together, "images": parts.images, "seed": parts.seed}
    return {"of": str(root.resolve()), "parts": dict(parts.shares), **how, "subjects": counts}


def _write(out: Path, table: bytes, about: bytes) -> None:
    if out.exists() and (not out.is_file() or out.read_bytes() != table):
        raise FolderError(f"{out} is there and says something else", "a new name", "choose another")
    with disk_faults(out.parent):
        with partial(out.parent, out.name) as temporary:
            put(out.parent, temporary, PurePath(layout.sidecar(out).name), about)
            put(out.parent, temporary, PurePath(out.name), table)
        tidy(out.parent)
