"""The catalogue of a data set: Parquet tables that are kept up to date, always whole, never half new."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path, PurePath
from typing import IO, Any

import duckdb

from mindscan.catalogue.cells import Columns, Row, named, quoted, typed, years
from mindscan.catalogue.rows import FIXED, read_member
from mindscan.catalogue.shelf import HOME, Member, Shelf, walk
from mindscan.core.errors import FileError
from mindscan.dataset import layout
from mindscan.dataset.folder import disk_faults, move, partial, put, tidy
from mindscan.dataset.tables import json_bytes, read_json, read_tsv

TABLES = ("subjects", *FIXED)
"""Names of the tables; each is `derivatives/catalogue/NAME.parquet`."""

PARQUET = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 1000000"
"""How tables are stored; groups of a million rows are read twice as fast as DuckDB's usual ones."""

_FORM = 1
"""Raised whenever the tables are made in another way, so that old ones are made anew."""

_SUBJECTS: Columns = {
    "participant_id": "VARCHAR",
    "scans": "BIGINT",
    "sessions": "BIGINT",
    "stamp": "VARCHAR",
}


@dataclass(frozen=True)
class Step:
    """How far an index is: subjects that were read anew, and all that must be."""

    done: int
    total: int


def place(root: str | Path, table: str) -> Path:
    """Where a table of a data set stands."""
    return Path(root) / HOME / f"{table}.parquet"


def refresh(root: str | Path) -> Generator[Step]:
    """Bring the tables of a data set up to date; only subjects whose files have changed are read.

    Args:
        root: a BIDS data set.

    Yields:
        A step before the first subject and after each; the tables are in place when it ends. One step of
        nothing where they are up to date.

    Raises:
        FileError: no data set there.
        FolderError: the disk refuses.
    """
    shelf = walk(root)
    stamps, now = shelf.stamps(), f"{_FORM} {shelf.stamp}"
    there = generation(shelf.root)
    if there == now:
        yield Step(0, 0)
        return
    known = _stamps(shelf.root) if there else {}
    stale = [member for member in shelf.members if known.get(member.name) != stamps[member.name]]
    kept = sorted(name for name, stamp in stamps.items() if known.get(name) == stamp)
    home = shelf.root / HOME
    yield Step(0, len(stale))
    with disk_faults(home):
        with partial(home, "index") as temporary:
            yield from _read(shelf, stale, temporary)
            _merge(shelf, stamps, kept, temporary, now)
            for name, content in _papers().items():
                put(home, temporary, PurePath(name), content)
            for table in reversed(TABLES):
                move(home, temporary / f"{table}.parquet", PurePath(f"{table}.parquet"))
        tidy(home)


def generation(root: Path) -> str:
    """Which state of the data set the tables are of; "" where there are none or they are of several."""
    paths = [place(root, table) for table in TABLES]
    if not all(path.is_file() for path in paths):
        return ""
    asked = "SELECT DISTINCT decode(value) FROM parquet_kv_metadata(?) WHERE decode(key) = 'generation'"
    try:
        with duckdb.connect() as database:
            found = database.execute(asked, [[str(path) for path in paths]]).fetchall()
    except duckdb.Error:
        return ""
    return str(found[0][0]) if len(found) == 1 else ""


def _stamps(root: Path) -> dict[str, str]:
    with duckdb.connect() as database:
        asked = "SELECT participant_id, stamp FROM read_parquet(?) WHERE stamp IS NOT NULL"
        return dict(database.execute(asked, [str(place(root, "subjects"))]).fetchall())


def _read(shelf: Shelf, stale: Sequence[Member], temporary: Path) -> Generator[Step]:
    """Rows of all these subjects, as lines of JSON, a file for every table."""
    loose: dict[str, list[tuple[Row, dict[str, str]]]] = {"sessions": [], "findings": []}
    files = {table: (temporary / f"{table}.json").open("w", encoding="utf-8") for table in FIXED}
    try:
        for done, member in enumerate(stale, 1):
            rows = read_member(shelf.root, member, shelf.sidecars)
            for table, found in rows.of.items():
                _add(files[table], found)
            for table, cells in rows.loose.items():
                loose[table] += cells
            yield Step(done, len(stale))
        _add(files["faults"], participants(shelf.root)[1])
        for table, pairs in loose.items():
            columns, said = typed([cells for _, cells in pairs], FIXED[table], table.rstrip("s"))
            _add(files[table], ({**base, **own} for (base, _), own in zip(pairs, said, strict=True)))
            (temporary / f"{table}.columns").write_text(json.dumps(columns))
    finally:
        for file in files.values():
            file.close()


def _add(file: IO[str], rows: Iterable[Row]) -> None:
    for row in rows:
        text = json.dumps(row, allow_nan=False)
        file.write(text + "\n")


def _merge(
    shelf: Shelf, stamps: Mapping[str, str], kept: Sequence[str], temporary: Path, generation_now: str
) -> None:
    """Tables of the subjects that are kept and of those that were read, in `temporary`."""
    options = f"{PARQUET}, KV_METADATA {{generation: {quoted(generation_now)}}}"
    with duckdb.connect() as database:
        database.execute("SET threads = 1")
        database.execute(f"SET temp_directory = {quoted(str(temporary / 'spill'))}")
        database.execute("CREATE TABLE kept AS SELECT unnest(?::VARCHAR[]) AS participant_id", [list(kept)])
        for table, columns in FIXED.items():
            own = temporary / f"{table}.columns"
            types = {**columns, **(json.loads(own.read_text()) if own.exists() else {})}
            parts = [_lines(temporary / f"{table}.json", types)]
            if kept:
                old = f"read_parquet({quoted(str(place(shelf.root, table)))})"
                parts.insert(0, f"SELECT * FROM {old} SEMI JOIN kept USING (participant_id)")
            whole = " UNION ALL BY NAME ".join(parts)
            target = quoted(str(temporary / f"{table}.parquet"))
            names = [str(row[0]) for row in database.execute(f"DESCRIBE {whole}").fetchall()]
            listed = ", ".join(named(one) for one in [*columns, *sorted({*names} - {*columns})])
            database.execute(f"COPY (SELECT {listed} FROM ({whole}) ORDER BY ALL) TO {target} ({options})")
        counted = f"FROM read_parquet({quoted(str(temporary / 'scans.parquet'))}) GROUP BY participant_id"
        counts = database.execute(f"SELECT participant_id, count(*), count(DISTINCT session) {counted}")
        columns = _subjects(shelf, stamps, {name: two for name, *two in counts.fetchall()}, temporary)
        target = quoted(str(temporary / "subjects.parquet"))
        lines = _lines(temporary / "subjects.json", columns)
        database.execute(f"COPY (SELECT * FROM ({lines}) ORDER BY participant_id) TO {target} ({options})")


def _subjects(
    shelf: Shelf, stamps: Mapping[str, str], counts: Mapping[str, list[int]], temporary: Path
) -> Columns:
    """Rows of the table of subjects: what `participants.tsv` says, and what is on disk."""
    told, _ = participants(shelf.root)
    own, said = typed(list(told.values()), _SUBJECTS, "participant")
    said_of = dict(zip(told, said, strict=True))
    ages = _ages(shelf.root, told)
    with (temporary / "subjects.json").open("w", encoding="utf-8") as file:
        for name in sorted({*stamps, *told}):
            scans, sessions = counts.get(name, (0, 0))
            known: Row = {
                "participant_id": name,
                "scans": scans,
                "sessions": sessions,
                "stamp": stamps.get(name),
            }
            _add(file, [{"age_years": ages.get(name)} | said_of.get(name, {}) | known])
    return {"participant_id": "VARCHAR", "age_years": "DOUBLE", **own, **_SUBJECTS}


def participants(root: Path) -> tuple[dict[str, dict[str, str]], list[Row]]:
    """Rows of the table of participants by id, cells as they stand, and what is wrong with it."""
    path = root / layout.PARTICIPANTS
    told: dict[str, dict[str, str]] = {}
    faults = []
    try:
        rows = read_tsv(path, ("participant_id",)) if path.exists() else []
    except FileError as error:
        rows, faults = [], [str(error)]
    for row in rows:
        name = "sub-" + row.pop("participant_id").removeprefix("sub-")
        if name in told:
            faults.append(f"{name} stands in two lines; the first counts")
        told.setdefault(name, row)
    return told, [{"participant_id": None, "file": str(layout.PARTICIPANTS), "fault": one} for one in faults]


def _ages(root: Path, told: Mapping[str, Mapping[str, str]]) -> dict[str, float | None]:
    """Age in years of everybody, from the column "age" in the unit that its description has."""
    path = root / layout.sidecar(layout.PARTICIPANTS)
    try:
        about: Any = read_json(path) if path.exists() else {}
    except FileError:
        about = {}
    found: dict[str, float | None] = {}
    for name, row in told.items():
        column = next((one for one in row if one.lower() == "age"), None)
        said = about.get(column)
        unit = str(said.get("Units", "")) if isinstance(said, dict) else ""
        found[name] = years(row[column], unit) if column else None
    return found


def _lines(path: Path, columns: Columns) -> str:
    types = ", ".join(f"{quoted(name)}: {quoted(type_)}" for name, type_ in columns.items())
    size = "maximum_object_size = 1073741824"
    form = f"format = 'newline_delimited', {size}, columns = {{{types}}}"
    return f"SELECT * FROM read_json({quoted(str(path))}, {form})"


def _papers() -> dict[str, bytes]:
    about = {
        "Name": "Catalogue of this data set",
        "BIDSVersion": "1.10.1",
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": "mindscan", "Version": version("mindscan")}],
    }
    return {"dataset_description.json": json_bytes(about), ".bidsignore": b"*.parquet\n"}
