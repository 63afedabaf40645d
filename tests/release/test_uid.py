"""Identifiers follow from what they name."""

import re

from mindscan.release.uid import uid


def test_same_words_same_identifier() -> None:
    assert uid("study", "0001", 3) == uid("study", "0001", 3)
    words = [("study", "0001"), ("study", "00", "01"), ("study0001",), ("study", "0002"), ("study", 1)]
    assert len({uid(*word) for word in words}) == len(words)


def test_identifiers_are_those_of_uuids() -> None:
    for n in range(50):
        found = uid("series", n)
        assert re.fullmatch(r"2\.25\.[1-9]\d{0,38}", found)
        bits = int(found.removeprefix("2.25."))
        assert bits < 2**128
        assert (bits >> 76 & 15, bits >> 62 & 3) == (8, 2)
