"""The whole way of `mindscan ingest`: look, name, take in, describe."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from mindscan.core.errors import FileError, FolderError, SettingsError
from mindscan.core.worker import do_all
from mindscan.dataset import layout
from mindscan.dataset.folder import disk_faults, open_job, partial, tidy
from mindscan.dataset.tables import Cell, tsv_bytes
from mindscan.ingest import journal
from mindscan.ingest.beside import drawn_on
from mindscan.ingest.columns import Choices, Rows, choices_text, guessed, read_table
from mindscan.ingest.convert import Order, convert
from mindscan.ingest.describe import CONVERSION, write_descriptions
from mindscan.ingest.item import Item, Row
from mindscan.ingest.journal import Note
from mindscan.ingest.loose import normal
from mindscan.ingest.naming import Named, named, settled
from mindscan.ingest.people import ages_of, by_person, known_of
from mindscan.ingest.secret import Secret, own_key
from mindscan.ingest.survey import Show, Survey, survey

_NOT_YET = "its turn has not come: run the same command again"


@dataclass(frozen=True)
class Places:
    """Where things lie; all but `out` is the user's own and never given away.

    Args:
        out: the data set.
        key: the key of pseudonyms.
    """

    out: Path
    key: Path

    @property
    def columns(self) -> Path:
        """How tables and names are read; beside the key."""
        return self.key.parent / f"{self.out.name}.columns.toml"

    @property
    def files(self) -> Path:
        """Which hash of `conversion.tsv` is which file; beside the key."""
        return self.key.parent / f"{self.out.name}.files.tsv"

    @property
    def people(self) -> Path:
        """Which pseudonym is which person; beside the key."""
        return self.key.parent / f"{self.out.name}.people.tsv"


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Args:
        places: where the results lie.
        pictures: how many are in the data set.
        people: how many persons they are of.
        files: how many files the source has.
        left_out: rows of files that became nothing.
        choices: how the table was read.
        strange: diagnoses that were not understood.
    """

    places: Places
    pictures: int
    people: int
    files: int
    left_out: tuple[Row, ...]
    choices: Choices
    strange: tuple[str, ...]


def ingest(
    source: Path,
    places: Places,
    table: Path | None,
    workers: int,
    show: Show = lambda doing, done, total: None,
) -> Outcome:
    """Take in all scans of a source; what is there from an earlier run stays.

    Args:
        source: a folder of anything, or one file; it is only read.
        places: where things go.
        table: of participants, or None.
        workers: processes side by side, at least 1.
        show: called as things get done.

    Raises:
        FileError: there is no source or no scan in it, or a table or settings file is damaged.
        FolderError: a folder is foreign, unwritable or full, or lies in another.
        SettingsError: a number of workers, or a column that is not there.
    """
    _refuse_nested(source, places)
    if workers < 1:
        raise SettingsError(f"workers = {workers}", "at least 1", "ask for more")
    rows = read_table(table) if table is not None else []
    secret = own_key(places.key, places.out)
    choices = _choices(places, rows)
    told = by_person(rows, choices)
    home = {"source": secret.tag("source", str(source.resolve()), 16), "key": secret.tag("key", "", 16)}
    open_job(places.out, {"ingest": home})
    parent = places.out.absolute().parent
    try:
        with disk_faults(parent), partial(parent, places.out.name) as work:
            looked = survey(source, work, told.keys(), workers, show)
            items = [settled(item, choices) for item in looked.items]
            scans, maps = ([item for item in items if bool(item.labels) is kind] for kind in (False, True))
            things = named(scans, secret, journal.notes(places.out), choices)
            try:
                _take_in(things, places, work, (workers, choices), secret, show)
                notes = journal.notes(places.out)
                drawn = named(drawn_on(maps, things, notes, places.out), secret, notes, choices)
                things += drawn
                _take_in(drawn, places, work, (workers, choices), secret, show)
            finally:
                outcome = _describe(looked, things, places, secret, (choices, told))
    finally:
        tidy(parent)
        tidy(places.out)
    if not outcome.pictures:
        none = f"{source}: none of {looked.files} files became a picture"
        raise FileError(none, "scans", f"see {places.out / CONVERSION}")
    return outcome


def _refuse_nested(source: Path, places: Places) -> None:
    """The source must stay as it is, so nothing may be written into it."""
    inside, outside = source.resolve(), places.out.resolve()
    if outside.is_relative_to(inside) or (inside.is_relative_to(outside) and outside.exists()):
        raise FolderError(
            f"{places.out} and {source} lie in each other", "folders apart", "choose another folder"
        )
    if places.key.resolve().is_relative_to(inside):
        raise FolderError(
            f"key file {places.key} inside {source}", "a place outside of both", "give another --key"
        )


def _choices(places: Places, rows: Rows) -> Choices:
    """What the user has settled, or what is guessed and now written down for them.

    Raises:
        SettingsError: a column that is named is not in the table.
    """
    if places.columns.exists():
        choices = Choices.read(places.columns)
    else:
        choices = Choices(columns=guessed(rows[0])) if rows else Choices()
        _write_private(places.columns, choices_text(choices).encode())
    for what, name in choices.columns.model_dump().items():
        if rows and name and name not in rows[0]:
            raise SettingsError(
                f"{places.columns}: {what} = {name!r}",
                f"a column of the table: {', '.join(rows[0])}",
                "change it",
            )
    return choices


def _take_in(
    things: Sequence[Named],
    places: Places,
    work: Path,
    settings: tuple[int, Choices],
    secret: Secret,
    show: Show,
) -> None:
    """Convert what is missing, and note it as it is done."""
    workers, choices = settings
    before = journal.notes(places.out)
    fit = {one.key: one for one in things if not one.unfit}
    missing = [one for one in fit.values() if not _is_done(places.out, one, before.get(one.key))]
    done = len(fit) - len(missing)
    if fit:
        show("scans", done, len(fit))
    orders = [Order(one, places.out.absolute(), work, choices.words.keep) for one in missing]
    for answer in _answers(orders, workers):
        note = {**json.loads(answer)}
        one = fit[note["item"]]
        note |= {
            "print": one.print,
            "base": one.base,
            "stem": one.stem,
            "subject": one.subject,
            "session": one.session,
            "visit": secret.tag("visit", one.item.session),
            "kind": one.item.kind,
            "mark": one.item.mark,
        }
        _clear(places.out, before.get(one.key), note)
        journal.add(places.out, note)
        done += 1
        show("scans", done, len(fit))


def _answers(orders: Sequence[Order], workers: int) -> Iterator[str]:
    if workers > 1 and len(orders) > 1:
        yield from do_all(convert, orders, min(workers, len(orders)))
    else:
        yield from map(convert, orders)


def _is_done(root: Path, one: Named, note: Note | None) -> bool:
    return (
        note is not None
        and note["print"] == one.print
        and note["stem"] == one.stem
        and journal.is_whole(root, note)
    )


def _clear(root: Path, before: Note | None, after: Note) -> None:
    """Remove what an item has been and is no more."""
    for name in set(before["files"] if before else ()) - set(after["files"]):
        with suppress(FileNotFoundError):
            (root / name).unlink()


def _describe(
    looked: Survey,
    things: Sequence[Named],
    places: Places,
    secret: Secret,
    settings: tuple[Choices, Mapping[str, Mapping[str, str]]],
) -> Outcome:
    """Write tables and words of what there is by now."""
    choices, table = settings
    notes = journal.notes(places.out)
    rows = [*looked.rows, *(row for one in things for row in _rows(one, notes.get(one.key)))]
    come = {one.item.identity for one in things}
    late = (item for item in looked.items if item.identity not in come)
    rows += [Row(name, item.kind, "", _NOT_YET) for item in late for name in item.names]
    people: dict[str, list[Item]] = defaultdict(list)
    visits: dict[str, dict[str, list[Item]]] = defaultdict(lambda: defaultdict(list))
    for one in things:
        people[one.subject].append(one.item)
        if one.session and notes.get(one.key, {}).get("pictures"):
            visits[one.subject][one.session].append(one.item)
    known = {
        who: known_of(items, table.get(normal(items[0].person), {}), choices) for who, items in people.items()
    }
    known |= {who: replace(known[who], ages=ages_of(seen, known[who])) for who, seen in visits.items()}
    tags = [secret.tag("file", row.name, 16) for row in rows]
    write_descriptions(places.out, notes, known, [*map(_line, rows, tags)])
    files = sorted(zip(tags, (printable(row.name) for row in rows), strict=True))
    _write_private(places.files, tsv_bytes(("source", "path"), files))
    persons = sorted((layout.folder(who), printable(items[0].person)) for who, items in people.items())
    _write_private(places.people, tsv_bytes(("participant_id", "person"), persons))
    whole = [note for note in notes.values() if note["pictures"]]
    return Outcome(
        places,
        sum(len(note["pictures"]) for note in whole),
        len({note["subject"] for note in whole}),
        looked.files,
        tuple(row for row in rows if not row.became),
        choices,
        tuple(sorted({text for one in known.values() for text in one.strange})),
    )


def _rows(one: Named, note: Note | None) -> Iterator[Row]:
    """A row for each file of an item."""
    names, kind = one.item.names, one.item.kind
    if one.unfit:
        yield from (Row(name, kind, "", one.reason, bool(one.item.unfit)) for name in names)
    elif note is None or note["print"] != one.print:
        yield from (Row(name, kind, "", _NOT_YET) for name in names)
    else:
        first = note["pictures"][0] if note["pictures"] else ""
        for number, name in enumerate(names):
            if number in note["same"]:
                yield Row(name, kind, "", "shows the same as another file of its series")
            else:
                yield Row(name, kind, first, note["why"], note["fault"])


def _line(row: Row, tag: str) -> tuple[Cell, ...]:
    return tag, row.kind, "taken" if row.became else "left out", row.became or None, row.why


def printable(text: str) -> str:
    """A name on one line, whatever bytes it is made of.

    Example:
        >>> print(printable("a" + chr(9) + "b" + chr(0xDCFF)))
        a\\tb\\xff
    """
    if text.isprintable():
        return text
    told = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in told)


def _write_private(path: Path, content: bytes) -> None:
    """A file for the user's eyes alone, replaced in one step."""
    with disk_faults(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.part")
        temporary.touch(0o600)
        temporary.write_bytes(content)
        temporary.replace(path)
