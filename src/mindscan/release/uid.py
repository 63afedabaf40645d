"""Unique identifiers that follow from what they name, so that the same export has the same ones."""

from __future__ import annotations

import uuid

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_OID, "mindscan")


def uid(*words: object) -> str:
    """A DICOM UID made from words, below the root 2.25 that needs no registration (PS3.5, annex B.2).

    Args:
        words: what the thing is; other words give another UID.

    Returns:
        At most 44 digits and dots.

    Example:
        >>> uid("study", "0001")
        '2.25.59107012064087846577093936826690306398'
    """
    return f"2.25.{uuid.uuid5(_NAMESPACE, repr(words)).int}"
