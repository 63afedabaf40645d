"""What a scanner gives, and what a data set keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from mindscan.core.brain import Brain
from mindscan.core.motion import Motion
from mindscan.core.person import Person
from mindscan.core.volume import Volume


@dataclass(frozen=True)
class Scan:
    """One image of one head.

    Args:
        volume: signal in arbitrary units, float32, at least 0; a phase is in radians, a map in its unit, CT
            in Hounsfield units; a radiograph is optical depth times 1000, shape (columns, rows, 1), on the
            plane of the detector in the world.
        suffix: the BIDS suffix, such as "T1w"; "ct" or "xr", of which BIDS has no word yet.
        metadata: what the sidecar JSON says, in BIDS names and units (seconds, tesla, degrees).
        brain: labels and landmarks exactly as this image shows them, where its grid or its geometry is not
            that of the subject's brain; else None.
        acq: what tells it from other scans of its suffix, the BIDS label `acq-`; "" for the usual scan.
        part: "mag" or "phase" of a complex image, the BIDS label `part-`; else "".
        maps: of a projection: mm of every tissue along the ray to each pixel, on the grid of `volume`.
        places: of a projection: name of a landmark to its column, its row and its magnification, whole
            numbers in the middles of pixels.
    """

    volume: Volume
    suffix: str
    metadata: Mapping[str, Any]
    brain: Brain | None = None
    acq: str = ""
    part: str = ""
    maps: Mapping[str, Volume] = field(default_factory=dict)
    places: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Origin:
    """Where a subject comes from and how to make it again.

    Args:
        kind: "recipe" (procedural), "scan" (a real one) or "model" (a learned generator).
        digest: SHA-256 of `document`, in hexadecimal.
        document: the recipe, or whatever else proves the origin, as JSON text.
    """

    kind: Literal["recipe", "scan", "model"]
    digest: str
    document: str


@dataclass(frozen=True)
class Subject:
    """One person on the shelf, or one session of a person who comes several times.

    Args:
        id: letters and digits, such as "001", which becomes `sub-001` on disk; one session is "001_ses-02".
        person: what the participants table says.
        scans: the images.
        brain: exact labels and landmarks, where they are known.
        origin: where it all comes from.
        condition: what the participants table says of the person's conditions; empty for the healthy.
        since: how the head has changed since the first session; None in the first or only one.
    """

    id: str
    person: Person
    scans: tuple[Scan, ...]
    brain: Brain | None
    origin: Origin
    condition: Mapping[str, Any] = field(default_factory=dict)
    since: Motion | None = None
