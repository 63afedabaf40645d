"""Small texts on disk: JSON and tab-separated tables, the same bytes for the same content."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mindscan.core.errors import FileError, SettingsError

Cell = str | float | None
"""One cell of a table; None is written as "n/a"."""


def json_bytes(data: Mapping[str, Any]) -> bytes:
    """Indented JSON that ends with a newline.

    Raises:
        SettingsError: a value is not finite or cannot be said in JSON.
    """
    try:
        text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise SettingsError(f"a value for a JSON file: {error}", "plain finite values", "change it") from None
    return (text + "\n").encode()


def read_json(path: Path) -> dict[str, Any]:
    """The object that a JSON file holds.

    Raises:
        FileError: the file is missing, damaged or holds no object.
    """
    try:
        data = json.loads(read_text(path))
    except ValueError as error:
        raise damaged(path, str(error), "a JSON object") from None
    if not isinstance(data, dict):
        raise damaged(path, f"holds a {type(data).__name__}", "a JSON object")
    return data


def tsv_bytes(columns: Iterable[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A tab-separated table with a header; numbers to five decimals, None as "n/a".

    Raises:
        SettingsError: a text holds a tab or a line break, or a number is not finite.

    Example:
        >>> tsv_bytes(["name", "x"], [["AC", 0.5], ["PC", None]])
        b'name\\tx\\nAC\\t0.5\\nPC\\tn/a\\n'
    """
    lines = ["\t".join(columns), *map(_line, rows)]
    return ("\n".join(lines) + "\n").encode()


def row_bytes(row: Sequence[Cell]) -> bytes:
    """One row of such a table, for tables that are too long to be held at once.

    Raises:
        SettingsError: as above.
    """
    return (_line(row) + "\n").encode()


def read_tsv(path: Path, columns: Iterable[str]) -> list[dict[str, str]]:
    """Rows of a tab-separated table that has at least these columns.

    Raises:
        FileError: the file is missing, lacks a column or has a row of another length.
    """
    lines = [line.split("\t") for line in read_text(path).splitlines()]
    header = lines[0] if lines else []
    missing = [name for name in columns if name not in header]
    if missing:
        raise damaged(path, f"has no column {missing[0]!r}", f"columns {', '.join(columns)}")
    for number, line in enumerate(lines[1:], 2):
        if len(line) != len(header):
            raise damaged(path, f"line {number} has {len(line)} cells", f"{len(header)} cells")
    return [dict(zip(header, line, strict=True)) for line in lines[1:]]


def hexadecimal(colour: tuple[int, int, int]) -> str:
    """Red, green and blue from 0 to 255 as tables of BIDS say them.

    Example:
        >>> hexadecimal((205, 62, 78))
        '#cd3e4e'
    """
    return "#{:02x}{:02x}{:02x}".format(*colour)


def number(path: Path, text: str) -> float:
    """The number in a cell of the table at `path`.

    Raises:
        FileError: the cell holds no finite number.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise damaged(path, f"holds {text!r}", "a number")
    return value


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, without the mark that some programs put before it.

    Raises:
        FileError: the file cannot be read or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise damaged(path, str(error.strerror), "a readable file") from None
    except UnicodeDecodeError:
        raise damaged(path, "is not UTF-8", "text") from None


def damaged(path: Path, fault: str, expected: str) -> FileError:
    """The error that says what is wrong with a file and how to mend a data set."""
    return FileError(f"{path}: {fault}", expected, "delete the file and run the same command again")


def _line(row: Sequence[Cell]) -> str:
    return "\t".join(_cell(value) for value in row)


def _cell(value: Cell) -> str:
    if value is None:
        return "n/a"
    if isinstance(value, str):
        if not value.isprintable():
            raise SettingsError(f"a table cell {value!r}", "printable text on one line", "change it")
        return value or "n/a"
    if not math.isfinite(value):
        raise SettingsError(f"a table cell {value}", "a finite number", "change it")
    text = f"{value:.5f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
