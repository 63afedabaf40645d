"""Whether two data sets have anybody in common: by name, or by a copy of one image."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import NamedTuple

from mindscan.catalogue.index import Step
from mindscan.catalogue.prints import alike, read_prints, refresh_prints
from mindscan.catalogue.shelf import walk
from mindscan.core.errors import SettingsError


class Shared(NamedTuple):
    """Somebody who is in both: their name in either, and what says so."""

    one: str
    other: str
    by: str


def shared(one: str | Path, other: str | Path, names: bool = True) -> Generator[Step, None, list[Shared]]:
    """Everybody who is in both of two data sets, or twice in one that is given twice.

    Args:
        one: a BIDS data set.
        other: another one.
        names: whether the same name is the same person. Data sets of two makers both have a "sub-01".

    Yields:
        A step after every image that is read.

    Returns:
        Who is in both, in the order of names.

    Raises:
        FileError: no data set there.
        FolderError: the disk refuses.
    """
    yield from refresh_prints(one)
    yield from refresh_prints(other)
    within = Path(one).resolve() == Path(other).resolve()
    found: dict[tuple[str, str], str] = {}
    for a, b in alike(read_prints(one), read_prints(other)):
        if not within or a.subject < b.subject:
            found.setdefault((a.subject, b.subject), f"{a.path} is {b.path}")
    if names and not within:
        mine, theirs = ({member.name for member in walk(root).members} for root in (one, other))
        for name in mine & theirs:
            found.setdefault((name, name), "they have one name")
    return [Shared(*pair, by) for pair, by in sorted(found.items())]


def refuse_shared(one: str | Path, other: str | Path, found: list[Shared]) -> None:
    """See to it that nobody is in both.

    Raises:
        SettingsError: somebody is.
    """
    if found:
        people = ", ".join(f"{each.one} is {each.other}" for each in found[:3])
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        given = f"{one} and {other} share {len(found)} of their subjects: {people}{more}"
        raise SettingsError(given, "nobody in both", "leave them out of one")
