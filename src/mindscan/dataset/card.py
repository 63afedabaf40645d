"""What the shelf knows of a subject without opening a picture."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, StringConstraints, model_serializer

from mindscan.core.errors import FileError, SettingsError
from mindscan.core.person import Person
from mindscan.core.record import Record
from mindscan.dataset import layout

Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class Card(Record):
    """Who a subject is and which files it has.

    Args:
        id: letters and digits.
        person: what the participants table says.
        kind: where the subject comes from: "recipe", "scan" or "model".
        files: path of every file but this one, relative to the root, to its SHA-256 in hexadecimal.
        condition: columns of the participants table that conditions bring; not written where empty.
    """

    id: str
    person: Person
    kind: Literal["recipe", "scan", "model"]
    files: dict[str, Sha256]
    condition: dict[str, str | float] = Field(default_factory=dict)

    @model_serializer(mode="wrap")
    def _without_empty_condition(self, usual: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = usual(self)
        if not self.condition:
            data.pop("condition", None)
        return data

    def scans(self) -> list[PurePosixPath]:
        """Paths of the scans, in the subject's order."""
        paths = [PurePosixPath(name) for name in self.files]
        own = layout.folder(self.id)
        return [path for path in paths if path.parts[0] == own and path.name.endswith(".nii.gz")]


def read_card(root: Path, subject: str) -> Card:
    """The card of one subject.

    Raises:
        FileError: the card is missing or damaged.
    """
    path = root / layout.card(subject)
    try:
        return Card.read(path)
    except SettingsError as error:
        raise FileError(
            error.given, error.expected, "delete the file and run the same command again"
        ) from None


def recipes(root: Path) -> list[str]:
    """Ids of the subjects that were written to the end, in order."""
    found = (path for pattern in (layout.RECIPES, layout.VISIT_RECIPES) for path in root.glob(pattern))
    return sorted(layout.subject_of(path.name) for path in found)


def finished(root: str | Path) -> list[str]:
    """Ids of the subjects whose files are all there, in order.

    Args:
        root: the folder of a data set; it may be missing or empty.
    """
    root = Path(root)
    return [subject for subject in recipes(root) if finished_card(root, subject) is not None]


def finished_card(root: Path, subject: str) -> Card | None:
    """The card of a subject whose files are all there, else None."""
    try:
        card = read_card(root, subject)
    except FileError:
        return None
    return None if any(not _holds_something(root / name) for name in card.files) else card


def _holds_something(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False
