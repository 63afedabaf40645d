"""How a user's table is read: columns are guessed, written down, and read again once they are corrected."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from mindscan.core.errors import FileError
from mindscan.core.record import Record
from mindscan.dataset.tables import read_text
from mindscan.ingest.modality import LABEL_SUFFIXES, SUFFIXES

_GUESSES: Mapping[str, tuple[str, ...]] = {
    "id": (
        *("participantid", "subjectid", "patientid", "subject", "patient", "participant", "sub", "ptid"),
        *("ixiid", "caseid", "case", "rid", "id"),
    ),
    "age_years": ("ageyears", "age", "ageatscan", "ageatvisit", "ageatentry", "patientage", "subjectage"),
    "sex": ("sex", "gender", "ptgender", "patientsex", "sexid1m2f"),
    "handedness": ("handedness", "hand", "pthand"),
    "diagnosis": ("diagnosis", "dx", "dxgroup", "dxbl", "group", "condition", "disease", "clinicalgroup"),
}
"""Names of columns, without capitals and signs, the likeliest first."""

Slug = Annotated[str, StringConstraints(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]


class Named(Record):
    """Which column says what; "" for none."""

    id: str = ""
    age_years: str = ""
    sex: str = ""
    handedness: str = ""
    diagnosis: str = ""


class Words(Record):
    """Words that may pass though mindscan does not know them, such as those of sequences or segments."""

    keep: tuple[str, ...] = ()


class Choices(Record):
    """What the user may correct.

    Args:
        columns: of the table of participants.
        sex: what stands in the table, to "F" or "M".
        diagnosis: what stands in the table or in headers, to a plain kebab-case name.
        scans: pattern of a file's path below the source, such as "*mystudy*", to a BIDS suffix.
        words: that may pass.
    """

    columns: Named = Named()
    sex: dict[str, Literal["F", "M"]] = Field(default_factory=dict)
    diagnosis: dict[str, Slug] = Field(default_factory=dict)
    scans: dict[str, str] = Field(default_factory=dict)
    words: Words = Words()

    def suffix(self, pattern: str) -> str:
        """The suffix of a pattern.

        Raises:
            FileError: it is none that single pictures have.
        """
        suffix = self.scans[pattern]
        if suffix not in SUFFIXES | LABEL_SUFFIXES:
            some = ", ".join(sorted(SUFFIXES | LABEL_SUFFIXES))
            raise FileError(f"[scans] {pattern} = {suffix!r}", f"one of {some}", "change it")
        return suffix


Rows = list[dict[str, str]]


def read_table(path: Path) -> Rows:
    """Rows of a table whose cells are parted by commas, semicolons or tabs.

    Raises:
        FileError: it is missing, no text, or has no column.
    """
    if not path.is_file():
        raise FileError(f"{path} is no file", "a table (.csv or .tsv)", "check the path")
    text = read_text(path).removeprefix("\ufeff")
    head = text.partition("\n")[0]
    mark = max("\t;,", key=head.count)
    try:
        rows = list(csv.DictReader(io.StringIO(text), delimiter=mark, restkey="", restval=""))
    except csv.Error:
        raise FileError(f"{path} is no table", "cells parted by commas or tabs", "check the file") from None
    if not rows or not head.strip():
        raise FileError(f"{path} has no rows", "a header and a row for every person", "check the file")
    return [{name.strip(): str(cell).strip() for name, cell in row.items() if name} for row in rows]


def guessed(names: Iterable[str]) -> Named:
    """Which of these columns say what.

    Example:
        >>> guessed(["Subject ID", "AGE", "Sex (F/M)", "Dx"])
        Named(id='Subject ID', age_years='AGE', sex='Sex (F/M)', handedness='', diagnosis='Dx')
    """
    columns = list(names)
    found = {what: _first(columns, wanted) for what, wanted in _GUESSES.items()}
    return Named(**{**found, "id": found["id"] or (columns[0] if columns else "")})


def _first(columns: Sequence[str], wanted: Sequence[str]) -> str:
    plain = {re.sub(r"\(.*?\)|[^a-z0-9]", "", name.casefold()): name for name in reversed(columns)}
    return next((plain[name] for name in wanted if name in plain), "")


def choices_text(choices: Choices) -> str:
    """Choices as a TOML file with comments, which `Choices.read` reads."""
    columns = "\n".join(f"{what} = {_quoted(name)}" for what, name in choices.columns.model_dump().items())
    return _TEXT.format(columns=columns, sex=_lines(choices.sex), diagnosis=_lines(choices.diagnosis))


def _lines(pairs: Mapping[str, str]) -> str:
    return "".join(f"{_quoted(key)} = {_quoted(value)}\n" for key, value in pairs.items())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_TEXT = """\
# How mindscan ingest reads what you gave. Correct it and run the same command again.

# Which column of the table says what; "" for none.
[columns]
{columns}

# What stands in the column of sex, to F or M, such as "1" = "M".
[sex]
{sex}
# What stands in the column of the diagnosis, to a plain name, such as "prob. AD" = "alzheimers-disease".
[diagnosis]
{diagnosis}
# What files are, where neither header nor name says it, such as "*study7*" = "T1w" or "*lesions*" = "mask".
[scans]

# Words of names, sequences and segments that may pass though mindscan does not know them.
[words]
keep = []
"""
