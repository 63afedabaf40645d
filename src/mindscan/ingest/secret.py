"""The key that pseudonyms follow from; it stays with the user, beside the data set and never in it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

from mindscan.core.errors import FolderError
from mindscan.core.key import secret
from mindscan.core.record import Record
from mindscan.dataset.folder import disk_faults

_TEXT = """\
# The key of pseudonyms. Who has it can find out whose scan a pseudonym is, if they know or guess the name:
# keep it to yourself, never inside the data set. The same key gives the same person the same pseudonym.
key = "{key}"
"""


class KeyFile(Record):
    """What a key file holds: 64 hexadecimal digits."""

    key: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


@dataclass(frozen=True)
class Secret:
    """Turns identifiers into pseudonyms that nobody can turn back without the key (HMAC, RFC 2104).

    Example:
        >>> Secret(bytes(32)).tag("person", "Doe^John")
        'ojhn6oe547'
    """

    key: bytes = field(repr=False)

    def tag(self, kind: str, text: str, length: int = 10) -> str:
        """Small letters and the digits 2 to 7 that follow from a text, five bits each.

        Args:
            kind: what the text identifies; the same text gives other letters for another kind.
            text: any, also one with bytes that were no UTF-8.
            length: 1 to 52.
        """
        told = f"{kind}\0{text}".encode("utf-8", "surrogateescape")
        digest = hmac.new(self.key, told, hashlib.sha256).digest()
        return base64.b32encode(digest).decode().lower()[:length]


def own_key(path: Path, out: Path) -> Secret:
    """The key in a file, which is made if it is missing, readable by its owner alone.

    Raises:
        FolderError: the file would lie in the data set, or cannot be written.
        FileError, SettingsError: it is damaged.
    """
    if path.resolve().is_relative_to(out.resolve()):
        raise FolderError(
            f"key file {path} inside {out}", "a place outside the data set", "give another --key"
        )
    if not path.exists():
        with disk_faults(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(_TEXT.format(key=secret()))
    return Secret(bytes.fromhex(KeyFile.read(path).key))
