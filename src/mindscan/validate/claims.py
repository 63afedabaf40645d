"""What a validation says: rows that were measured, claims that rest on them, and how far it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_NAMED = 4
Row = dict[str, Any]
"""One thing measured: name, measured, low, high, source and holds. Where nobody knows what it should be, the
last four are None, and no claim rests on it."""


@dataclass(frozen=True)
class Claim:
    """Something that must be true, and whether it is.

    Args:
        name: what is claimed.
        found: what was found, in words and numbers.
        holds: whether it is true.
    """

    name: str
    found: str
    holds: bool


@dataclass(frozen=True)
class Validation:
    """How far a validation is, and at its end what it found.

    Args:
        done: steps that are finished.
        total: steps wanted.
        page: the page, once it is written.
        claims: what must be true and whether it is, once it is known.
    """

    done: int
    total: int
    page: Path | None = None
    claims: tuple[Claim, ...] = ()


def row(name: str, measured: float, low: float, high: float, source: str = "") -> Row:
    """One thing measured and the range that it must lie in; NaN never does.

    Args:
        name: what was measured, with its unit.
        measured: what was found.
        low, high: ends of the range, both allowed.
        source: what the range is taken from.

    Example:
        >>> row("half", 0.51, 0.45, 0.55)["holds"]
        True
    """
    return {
        "name": name,
        "measured": float(measured),
        "low": float(low),
        "high": float(high),
        "source": source,
        "holds": bool(low <= measured <= high),
    }


def near(name: str, measured: float, wanted: float, off: float, source: str = "") -> Row:
    """A `row` that may lie `off` on either side of what is wanted."""
    return row(name, measured, wanted - off, wanted + off, source)


def all_hold(name: str, rows: Sequence[Row], found: str = "") -> Claim:
    """The claim that every row with a verdict holds; it names those that do not, and is false of none at all.

    Args:
        name: what is claimed.
        rows: what it rests on.
        found: the numbers that a reader wants to see at once.

    Example:
        >>> all_hold("Both", [row("one", 1, 0, 2), row("two", 3, 0, 2)]).found
        '1 of 2; not two'
    """
    known = [one for one in rows if one["holds"] is not None]
    fails = [str(one["name"]) for one in known if not one["holds"]]
    named = ", ".join(fails[:_NAMED]) + (f" and {len(fails) - _NAMED} more" if len(fails) > _NAMED else "")
    silent = len(rows) - len(known)
    parts = [
        f"{len(known) - len(fails)} of {len(known)}",
        f"{silent} without a reference" if silent else "",
        found,
        f"not {named}" if fails else "",
    ]
    return Claim(name, "; ".join(part for part in parts if part), bool(known) and not fails)


def largest_off(rows: Sequence[Row], relative: bool = False) -> float:
    """How far the row that lies farthest lies from the middle of its range; from 0 where that is an end.

    Args:
        rows: what was measured.
        relative: to the middle of the range.

    Example:
        >>> round(largest_off([near("a", 101.0, 100.0, 5.0)], relative=True), 3)
        0.01
    """
    off = []
    for one in rows:
        middle = 0.0 if one["low"] == 0 else (one["low"] + one["high"]) / 2
        off.append(abs(one["measured"] - middle) / (abs(middle) if relative and middle else 1.0))
    return max(off, default=math.nan)
