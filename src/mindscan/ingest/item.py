"""What is to become one picture or a few: a series of DICOM files, or a file of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Item:
    """Something to take in, and all that is known of it before its voxels are read.

    Args:
        identity: what tells it from all others of the source, whichever files it has.
        kind: "DICOM", "NIfTI", "Analyze", "NRRD", "segmentation" or "MGH".
        names: its files as the source calls them; the first one stands for the whole.
        paths: where their bytes are.
        size: of its files together, in bytes.
        person: whose it is, as the source says it; never written down but in the private table.
        session: which visit, likewise; "" where nothing says it.
        date: of the visit, for putting visits in order.
        words: descriptions and names to guess from, as they stand.
        modality: that of DICOM; "" where nothing says it.
        entities: of a BIDS name, without `sub` and `ses`; "suffix" among them.
        said: of a sidecar or a header, in BIDS names and units; not yet looked through.
        facts: age_years, sex, diagnosis and the like, as far as headers say them.
        mark: whether it is synthetic; None where nothing says it.
        companions: names of files that belong to it and become nothing of their own.
        pixels: where the voxels are, if not in the first file.
        labels: of a label map, its suffix: "dseg" or "mask"; "" for scans.
        beside: of a label map, the scan that it was drawn on, seen from the data set; "" where none is known.
        repeats: whether two of its files say that they lie at the same place.
        unfit: why it is left out at once; "" where it is not.
    """

    identity: str
    kind: str
    names: tuple[str, ...]
    paths: tuple[str, ...]
    size: int
    person: str
    session: str = ""
    date: str = ""
    words: str = ""
    modality: str = ""
    entities: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    mark: bool | None = None
    companions: tuple[str, ...] = ()
    pixels: str = ""
    labels: str = ""
    beside: str = ""
    repeats: bool = False
    unfit: str = ""


@dataclass(frozen=True)
class Row:
    """What became of one file of the source.

    Args:
        name: as the source calls it; in the data set only a keyed hash of it is written.
        kind: what it is.
        became: the picture that it became or is a part of, below the data set; "" for nothing.
        why: why it was left out, or what to know of it, in words of mindscan alone.
        fault: whether something is wrong with it; what is merely no picture is not.
    """

    name: str
    kind: str
    became: str = ""
    why: str = ""
    fault: bool = False
