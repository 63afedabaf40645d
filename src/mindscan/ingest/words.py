"""Which words of headers and names may pass: those that say what is imaged and how, never whom."""

from __future__ import annotations

import re
from collections.abc import Collection
from importlib.resources import files

_PARTS = re.compile(r"[^\W\d_]+|\d+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MOST_DIGITS = 3
"""More may be dates, telephone or record numbers."""


def known_words() -> frozenset[str]:
    """Every word of `words.txt`, lower case."""
    text = files(__package__).joinpath("words.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())


KNOWN = known_words()


def harmless(text: str, more: Collection[str] = ()) -> bool:
    """Whether a text consists of known words and short numbers alone, and holds any.

    Args:
        text: such as the label of `acq-` or the name of a segment.
        more: words that the user lets pass besides.

    Example:
        >>> [harmless(text) for text in ("Left-Thalamus", "mprage1mm", "JohnDoe", "20240131", "")]
        [True, True, False, False, False]
    """
    allowed = KNOWN | {word.casefold() for word in more}
    if text.casefold() in allowed:
        return True
    words = re.findall(r"[^\W_]+", text)
    parts = [part for word in words if word.casefold() not in allowed for part in _PARTS.findall(word)]
    digits = sum(len(part) for part in parts if part.isdigit())
    if not words or not text.isascii() or digits > _MOST_DIGITS:
        return False
    return all(_passes(part, allowed) for part in parts)


def said_in(text: str) -> frozenset[str]:
    """The known words of a text, lower case, for those who guess what an image is.

    Example:
        >>> sorted(said_in("t1_mprage_sag_Jones"))
        ['mprage', 'sag', 't1']
    """
    pieces = re.split(r"[^\w*+]+|_", _CAMEL.sub(" ", text).casefold())
    whole = {piece.strip("*+") + ("star" if piece.endswith("*") else "") for piece in pieces}
    return frozenset(whole & KNOWN)


def _passes(part: str, allowed: Collection[str]) -> bool:
    """Whether one run of letters or digits passes, whole or where its capitals part it."""
    if part.isdigit():
        return True
    pieces = [part, *([] if part.isupper() else _CAMEL.split(part))]
    known = [piece.casefold() in allowed for piece in pieces]
    return known[0] or (len(known) > 1 and all(known[1:]))
