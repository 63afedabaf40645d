"""Unique identifiers that follow from what they name, so that the same export has the same ones."""

from __future__ import annotations

import hashlib


def uid(*words: str | int) -> str:
    """A DICOM UID made from words, below the root 2.25 that needs no registration (DICOM PS3.5, annex B.2).

    It is a UUID of version 8 (RFC 9562, doi:10.17487/RFC9562): bits of a SHA-256 of the words.

    Args:
        words: what the thing is; other words give another UID.

    Returns:
        At most 44 digits and dots.

    Example:
        >>> uid("study", "0001")
        '2.25.87401078361783811489226319241370794831'
    """
    bits = int.from_bytes(hashlib.sha256(repr(words).encode()).digest()[:16])
    bits = bits & ~(0xF << 76) | 8 << 76  # version
    bits = bits & ~(0x3 << 62) | 2 << 62  # variant
    return f"2.25.{bits}"
