"""Who a subject on the shelf is: a person, or one session of a person who comes several times."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from mindscan.core.errors import SettingsError

_MARK = "_ses-"


def visit(person: str, session: str) -> str:
    """The id of one session of a person; the person's own where there is only one.

    Example:
        >>> visit("0001", "02"), visit("0001", "")
        ('0001_ses-02', '0001')
    """
    return f"{person}{_MARK}{session}" if session else person


def person(subject: str) -> str:
    """The person that a subject's id means.

    Raises:
        SettingsError: the id holds anything but letters and digits, besides the mark of a session.

    Example:
        >>> person("0001_ses-02")
        '0001'
    """
    return word(subject.partition(_MARK)[0], "subject id")


def session(subject: str) -> str:
    """The session that a subject's id means; "" for somebody who comes once.

    Example:
        >>> session("0001_ses-02")
        '02'
    """
    _, mark, name = subject.partition(_MARK)
    return word(name, "session") if mark else ""


def stem(subject: str) -> str:
    """What the names of a subject's files start with.

    Example:
        >>> stem("0001_ses-02")
        'sub-0001_ses-02'
    """
    return visit(f"sub-{person(subject)}", session(subject))


def home(subject: str) -> PurePosixPath:
    """The folder of a subject below the root of a data set.

    Example:
        >>> str(home("0001_ses-02"))
        'sub-0001/ses-02'
    """
    return PurePosixPath(*stem(subject).split("_"))


def word(text: str, what: str) -> str:
    """The text, made of letters and digits.

    Raises:
        SettingsError: it holds anything else.
    """
    if not re.fullmatch("[0-9A-Za-z]+", text):
        raise SettingsError(f"{what} {text!r}", "letters and digits only", "choose another name")
    return text
