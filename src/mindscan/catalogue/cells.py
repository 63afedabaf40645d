"""Cells of other people's tables: what is missing, what is a number, and how columns are called."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Value = str | int | float | bool | dict[str, Any] | None
Row = dict[str, Value]
Columns = Mapping[str, str]
"""Name of a column to its type in DuckDB."""

_MISSING = frozenset(("", "n/a", "N/A", "NA", "nan", "NaN"))
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,17})", re.ASCII)
_NUMBER = re.compile(r"[-+]?(0|[1-9]\d*|(?=\.\d))(\.\d*)?([eE][-+]?\d{1,3})?", re.ASCII)
_YEARS = {"year": 1.0, "month": 1 / 12, "week": 7 / 365.25, "day": 1 / 365.25}


def kind(cells: Iterable[str]) -> str:
    """The type of a column: "BIGINT", "DOUBLE", or "VARCHAR" where not all that is there are numbers.

    Numbers with zeros in front are names, such as "007".

    Example:
        >>> kind(["1", "n/a", "2"]), kind(["1", "2.5"]), kind(["1", "007"]), kind(["n/a"])
        ('BIGINT', 'DOUBLE', 'VARCHAR', 'VARCHAR')
    """
    told = [cell for cell in cells if cell not in _MISSING]
    if not told:
        return "VARCHAR"
    if all(_WHOLE.fullmatch(cell) for cell in told):
        return "BIGINT"
    return "DOUBLE" if all(map(_is_number, told)) else "VARCHAR"


def value(cell: str, type_: str) -> Value:
    """What a cell says in a column of that type; None where it says nothing.

    Raises:
        ValueError: it is no finite number and should be.
    """
    if cell in _MISSING:
        return None
    if type_ not in ("BIGINT", "DOUBLE"):
        return cell
    number = int(cell) if type_ == "BIGINT" else float(cell)
    if not math.isfinite(number):
        raise ValueError(f"{cell} is not finite")
    return number


def years(cell: str, unit: str = "year") -> float | None:
    """Age in years; "89+" is 89, and None what is no age.

    Args:
        cell: as the table of participants has it.
        unit: as its description has it: years, months, weeks or days; years where it is anything else.

    Example:
        >>> years("72"), years("89+"), years("18", "months"), years("unknown")
        (72.0, 89.0, 1.5, None)
    """
    text = cell.strip().rstrip("+")
    scale = _YEARS.get(unit.strip().lower().rstrip("s"), 1.0)
    return float(text) * scale if _is_number(text) else None


def apart(names: Sequence[str], taken: Iterable[str], prefix: str) -> list[str]:
    """Names of columns that differ also without case, as SQL wants them; a name that is taken gets a prefix.

    Example:
        >>> apart(["Age", "age", "file"], ["file"], "own")
        ['Age', 'own_age', 'own_file']
    """
    seen = {name.lower() for name in taken}
    given = []
    for name in names:
        new = name or prefix
        while new.lower() in seen:
            new = f"{prefix}_{new}"
        seen.add(new.lower())
        given.append(new)
    return given


def typed(rows: Sequence[Mapping[str, str]], taken: Iterable[str], prefix: str) -> tuple[Columns, list[Row]]:
    """Rows of a table with columns of any names, and what the columns are."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    given = dict(zip(names, apart(names, taken, prefix), strict=True))
    kinds = {name: kind(row[name] for row in rows if name in row) for name in names}
    said = [{given[name]: value(cell, kinds[name]) for name, cell in row.items()} for row in rows]
    return {given[name]: kinds[name] for name in names}, said


def named(column: str) -> str:
    """The name of a column as SQL takes it, whatever it holds.

    Example:
        >>> print(named('the "age" of'))
        "the ""age"" of"
    """
    return '"' + column.replace('"', '""') + '"'


def quoted(text: str) -> str:
    """A text as SQL takes it, whatever it holds.

    Example:
        >>> print(quoted("it's"))
        'it''s'
    """
    return "'" + text.replace("'", "''") + "'"


def _is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text)) and math.isfinite(float(text))
