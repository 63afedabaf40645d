"""A scan on the shelf, seen as the series that it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mindscan.dataset import layout, visits
from mindscan.dataset.shelf import Entry
from mindscan.dataset.tables import read_json


@dataclass(frozen=True)
class Source:
    """One scan of one subject.

    Args:
        entry: the subject.
        picture: the scan's file.
        number: its place among the subject's scans, from 1.
        sidecar: what its JSON file says.
    """

    entry: Entry
    picture: Path
    number: int
    sidecar: dict[str, Any]

    @property
    def name(self) -> str:
        """What its file is called between subject and ending, such as "T1w" or "acq-ap_xr"."""
        return self.picture.name.partition(".")[0].removeprefix(f"{self.subject}_")

    @property
    def subject(self) -> str:
        """The subject as file names say it, such as "sub-0001" or "sub-0001_ses-02"."""
        return visits.stem(self.entry.id)

    @property
    def preset(self) -> str:
        """The name that the scan was asked for by; "" where nobody asked."""
        return str(self.sidecar.get("MindscanSettings", {}).get("preset", ""))

    @property
    def modality(self) -> str:
        """ "CT", "DX" or "MR"."""
        return {"ct": "CT", "xr": "DX"}.get(layout.suffix_of(self.picture), "MR")

    @property
    def digest(self) -> str:
        """SHA-256 of the recipe, or whatever else the subject comes from."""
        return self.entry.card.files[str(layout.recipe(self.entry.id))]

    @property
    def goes_by(self) -> set[str]:
        """What users may call it: its name, its BIDS suffix, its preset."""
        return {self.name, layout.suffix_of(self.picture), self.preset} - {""}


def sources(entry: Entry) -> list[Source]:
    """The scans of a subject, in order.

    Raises:
        FileError: a sidecar is missing or damaged.
    """
    return [
        Source(entry, picture, number, read_json(layout.sidecar(picture)))
        for number, picture in enumerate(entry.scans, 1)
    ]
