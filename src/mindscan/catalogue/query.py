"""SQL over the tables of a data set: it reads them and nothing else."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb

from mindscan.catalogue.cells import quoted
from mindscan.catalogue.index import TABLES, place, refresh
from mindscan.core.errors import SettingsError

Form = Literal["table", "csv", "json"]


@dataclass(frozen=True)
class Answer:
    """What was found: names of the columns, and rows of plain values; None where nothing is known."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def query(root: str | Path, sql: str, values: Sequence[object] = ()) -> Answer:
    """Ask the tables of a data set, which are brought up to date before.

    Args:
        root: a BIDS data set.
        sql: one SELECT over `subjects`, `sessions`, `scans`, `volumes`, `landmarks`, `findings` and `faults`;
            DuckDB's words, see https://duckdb.org/docs/sql/introduction.
        values: of question marks in it.

    Raises:
        FileError: no data set there.
        FolderError: the disk refuses.
        SettingsError: the SQL is wrong, or wants to do something else than read the tables.
    """
    for _ in refresh(root):
        pass
    with opened(Path(root)) as database:
        return ask(database, sql, values)


@contextmanager
def opened(root: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of a data set in a database that can read no other file, nor write any."""
    with duckdb.connect(config={"temp_directory": ""}) as database:
        for setting in (
            "autoinstall_known_extensions",
            "autoload_known_extensions",
            "python_enable_replacements",
        ):
            database.execute(f"SET {setting} = false")
        paths = [str(place(root, table).resolve()) for table in TABLES]
        database.execute("SET allowed_paths = ?", [paths])
        database.execute("SET enable_external_access = false")
        for table, path in zip(TABLES, paths, strict=True):
            less = " EXCLUDE (stamp)" if table == "subjects" else ""
            database.execute(f"CREATE VIEW {table} AS SELECT *{less} FROM read_parquet({quoted(path)})")
        database.execute("SET lock_configuration = true")
        yield database


def ask(database: duckdb.DuckDBPyConnection, sql: str, values: Sequence[object] = ()) -> Answer:
    """The answer of an opened database.

    Raises:
        SettingsError: the SQL is wrong, or more than one SELECT.
    """
    try:
        statements = database.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise SettingsError(f"query {sql!r}", "one SELECT", "ask for rows, nothing else can be done")
        database.execute(statements[0], list(values))
        columns = tuple(str(column[0]) for column in database.description or ())
        return Answer(columns, database.fetchall())
    except duckdb.Error as error:
        fault = str(error).partition("\n\nLINE")[0]
        mend = "see the tables by 'SHOW TABLES', their columns by 'DESCRIBE subjects'"
        raise SettingsError(f"query: {fault}", f"SQL over {', '.join(TABLES)}", mend) from None
    except UnicodeEncodeError:
        raise SettingsError(f"query {sql!r}", "text", "leave out what is no letter") from None


def lines(answer: Answer, form: Form = "table") -> Iterator[str]:
    """An answer as text, line by line.

    Args:
        answer: what was found.
        form: a table to look at, CSV with empty cells where nothing is known, or JSON: a list of objects.

    Example:
        >>> list(lines(Answer(("a", "b"), [(1, None), (2.5, "x")]), "csv"))
        ['a,b', '1,', '2.5,x']
    """
    if form == "csv":
        yield from _csv(answer)
    elif form == "json":
        yield from _json(answer)
    else:
        yield from _table(answer)


def _csv(answer: Answer) -> Iterator[str]:
    for row in (answer.columns, *answer.rows):
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(["" if cell is None else cell for cell in row])
        yield line.getvalue()


def _json(answer: Answer) -> Iterator[str]:
    last = len(answer.rows) - 1
    yield "[" if answer.rows else "[]"
    for number, row in enumerate(answer.rows):
        cells = {name: _finite(cell) for name, cell in zip(answer.columns, row, strict=True)}
        yield " " + json.dumps(cells, ensure_ascii=False, default=str) + ("" if number == last else ",")
    if answer.rows:
        yield "]"


def _finite(cell: object) -> object:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def _table(answer: Answer) -> Iterator[str]:
    """Columns side by side, numbers to the right."""
    cells = [[_shown(cell) for cell in row] for row in answer.rows]
    widths = [max(map(len, column)) for column in zip(answer.columns, *cells, strict=True)]
    numbers = [
        any(isinstance(cell, int | float) for cell in column)
        for column in (zip(*answer.rows, strict=True) if answer.rows else [()] * len(widths))
    ]
    for row in (answer.columns, *cells):
        padded = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numbers, strict=True)
        )
        yield "  ".join(padded).rstrip()


def _shown(cell: object) -> str:
    if cell is None:
        return "n/a"
    text = f"{cell:.6g}" if isinstance(cell, float) else str(cell)
    return " ".join(text.split())
