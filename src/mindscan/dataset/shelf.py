"""Reading a data set: a lazy sequence of subjects."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import torch

from mindscan.core.brain import Brain, Landmarks
from mindscan.core.errors import FileError, SettingsError
from mindscan.core.labels import BY_ID, TISSUES, both_sides, in_skull
from mindscan.core.person import Person
from mindscan.core.points import PointName, Points
from mindscan.core.scan import Origin, Scan, Subject
from mindscan.core.volume import Volume
from mindscan.dataset import layout, visits
from mindscan.dataset.card import Card, read_card, recipes
from mindscan.dataset.nifti import read_nifti
from mindscan.dataset.tables import Cell, damaged, number, read_json, read_text, read_tsv

_DEEP = ("Thalamus", "Caudate", "Putamen", "Pallidum", "Hippocampus", "Amygdala", "Accumbens-area")

SUMMARIES: Mapping[str, tuple[int, ...]] = {
    "icv_ml": tuple(i for i, label in BY_ID.items() if in_skull(label)),
    "cortical_gm_ml": both_sides("Cerebral-Cortex"),
    "cerebral_wm_ml": both_sides("Cerebral-White-Matter"),
    "subcortical_gm_ml": tuple(i for name in _DEEP for i in both_sides(name)),
    "ventricles_ml": (*both_sides("Lateral-Ventricle"), *both_sides("Inf-Lat-Vent"), 14, 15),
    "hippocampus_ml": both_sides("Hippocampus"),
}
"""Column of the participants table to the label ids whose volumes it sums."""


@dataclass(frozen=True)
class Entry:
    """One subject on the shelf; opens no picture until asked.

    Args:
        root: folder of the data set.
        card: who the subject is and which files it has.
    """

    root: Path
    card: Card

    @property
    def id(self) -> str:
        """Letters and digits, such as "001"."""
        return self.card.id

    @property
    def person(self) -> Person:
        """What the participants table says."""
        return self.card.person

    @property
    def scans(self) -> tuple[Path, ...]:
        """Pictures of the scans."""
        return tuple(self.root / path for path in self.card.scans())

    @property
    def labels(self) -> Path | None:
        """Picture of the label ids; None where no truth is known."""
        return self._known(layout.labels(self.id))

    def shown_labels(self, picture: Path) -> Path | None:
        """Picture of the label ids as a scan shows them: its own where it has one, else `labels`."""
        return self._known(layout.shown_labels(self.id, picture)) or self.labels

    @property
    def parcels(self) -> Path | None:
        """Picture of the cortical parcels; None where they are not known."""
        return self._known(layout.parcels(self.id))

    @property
    def fractions(self) -> dict[str, Path]:
        """Tissue ("GM", "WM", "CSF") to the picture of its fraction, read by `read_nifti`."""
        paths = {tissue: layout.fraction(self.id, tissue) for tissue in layout.TISSUES_KEPT}
        return {tissue: self.root / path for tissue, path in paths.items() if str(path) in self.card.files}

    @property
    def recipe(self) -> Path:
        """The document that the subject comes from."""
        return self.root / layout.recipe(self.id)

    def base(self) -> str:
        """Name of the added label map that the anatomy is shaped from; "" where there is none.

        Raises:
            FileError: the recipe is missing or damaged.
        """
        recipe = read_json(self.recipe) if self.card.kind == "recipe" else {}
        return str(recipe["anatomy"]["base"]) if recipe.get("base_digest") else ""

    def landmarks(self) -> Landmarks:
        """Named points in world millimetres, to 1e-5 mm; empty where no truth is known.

        Raises:
            FileError: the table is missing or damaged.
        """
        return {} if self.labels is None else _read_landmarks(self.root / layout.landmarks(self.id))

    def volumes_ml(self) -> dict[int, float]:
        """Label id to volume in millilitres, to 1e-5 mL; empty where no truth is known.

        Raises:
            FileError: the table is missing or damaged.
        """
        if self.labels is None:
            return {}
        path = self.root / layout.volumes(self.id)
        rows = read_tsv(path, layout.VOLUME_COLUMNS)
        return {int(number(path, row["index"])): number(path, row["volume_ml"]) for row in rows}

    def parcels_ml(self) -> dict[int, float]:
        """Parcel id to volume in millilitres, to 1e-5 mL; empty where parcels are not known.

        Raises:
            FileError: the table is missing or damaged.
        """
        path = self._known(layout.parcel_table(self.id))
        if path is None:
            return {}
        rows = [row for row in read_tsv(path, layout.PARCEL_COLUMNS) if row["volume_ml"] != "n/a"]
        return {int(number(path, row["index"])): number(path, row["volume_ml"]) for row in rows}

    def points(self) -> Points | None:
        """Dense corresponding points, to 1e-5 mm; None where they are not known.

        Raises:
            FileError: the table is missing or damaged.
        """
        path = self._known(layout.points(self.id))
        if path is None:
            return None
        rows = read_tsv(path, layout.POINT_COLUMNS)
        places = [[_or_nan(path, row[axis]) for axis in "xyz"] for row in rows]
        names = (
            PointName(row["id"], row["kind"], row["structure"], row["side"].replace("n/a", ""))
            for row in rows
        )
        return Points(tuple(names), torch.tensor(places, dtype=torch.float64).reshape(-1, 3))

    def _known(self, path: PurePosixPath) -> Path | None:
        return self.root / path if str(path) in self.card.files else None

    def participant(self) -> dict[str, Cell]:
        """What the participants table says of this subject, who may be one session; None stands for "n/a"."""
        volumes = self.volumes_ml()
        row: dict[str, Cell] = {
            "participant_id": visits.stem(self.id),
            "species": "homo sapiens",
            "age": self.person.age_years,
            "sex": self.person.sex,
            "handedness": self.person.handedness,
            "diagnosis": self.person.diagnosis,
        }
        for name, ids in SUMMARIES.items():
            row[name] = round(sum(volumes.get(i, 0.0) for i in ids), 5) if volumes else None
        row |= self.card.condition
        return row

    def subject(self) -> Subject:
        """Everything that is on disk of this subject, on the CPU.

        Scans are float32. `brain.fractions` and `brain.owners` are None, because only three of the six
        tissues are kept; the three are behind `fractions`.

        Raises:
            FileError: a file is missing or damaged.
        """
        brain = None
        if self.labels is not None:
            brain = replace(
                Brain.from_labels(read_nifti(self.labels, torch.int16), self.landmarks()),
                parcels=read_nifti(self.parcels, torch.int16) if self.parcels else None,
                parcels_ml=self.parcels_ml() or None,
                points=self.points(),
            )
        return Subject(self.id, self.person, tuple(map(self._scan, self.scans)), brain, self._origin())

    def _scan(self, path: Path) -> Scan:
        metadata = read_json(layout.sidecar(path))
        settings = {name: value for name, value in metadata.items() if name not in layout.MARKS}
        labels, brain = self._known(layout.shown_labels(self.id, path)), None
        if labels is not None:
            marks = _read_landmarks(self.root / layout.shown_landmarks(self.id, path))
            brain = Brain.from_labels(read_nifti(labels, torch.int16), marks)
        acq, part = (layout.entity(path, name) for name in ("acq", "part"))
        suffix, maps, places = layout.suffix_of(path), self._maps(path), self._places(path)
        return Scan(read_nifti(path), suffix, settings, brain, acq, part, maps, places)

    def _maps(self, picture: Path) -> dict[str, Volume]:
        """Thickness maps of a radiograph; none of other scans."""
        paths = {tissue: self._known(layout.thickness(self.id, picture, tissue)) for tissue in TISSUES}
        return {tissue: read_nifti(path) for tissue, path in paths.items() if path is not None}

    def _places(self, picture: Path) -> dict[str, tuple[float, float, float]]:
        """Where the landmarks fall on a radiograph; nothing of other scans."""
        path = self._known(layout.places(self.id, picture)) if layout.is_projection(picture) else None
        rows = read_tsv(path, layout.PLACE_COLUMNS) if path else []
        x, y, m = ([_or_nan(picture, row[c]) for row in rows] for c in ("column", "row", "magnification"))
        return dict(zip([row["name"] for row in rows], zip(x, y, m, strict=True), strict=True))

    def _origin(self) -> Origin:
        document = read_text(self.recipe)
        digest = hashlib.sha256(document.encode()).hexdigest()
        if digest != self.card.files.get(str(layout.recipe(self.id))):
            raise damaged(self.recipe, f"has SHA-256 {digest}", "the recipe that the subject was made from")
        return Origin(self.card.kind, digest, document)


@dataclass(frozen=True)
class Dataset:
    """Subjects on disk, in the order of their ids; loaded one at a time.

    Args:
        root: folder of the data set.
        entries: what is known of each subject without opening a picture.
    """

    root: Path
    entries: tuple[Entry, ...]

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Subject]:
        return (entry.subject() for entry in self.entries)

    def __getitem__(self, which: int | str) -> Subject:
        """Load a subject by its place or its id."""
        return self.entry(which).subject()

    @property
    def ids(self) -> list[str]:
        """Ids of the subjects, such as ["001", "002"]."""
        return [entry.id for entry in self.entries]

    @property
    def bases(self) -> list[str]:
        """Names of the added label maps that anatomies are shaped from.

        Raises:
            FileError: a recipe is missing or damaged.
        """
        return sorted({entry.base() for entry in self.entries} - {""})

    @property
    def people(self) -> dict[str, list[Entry]]:
        """The sessions of every person by the name of their folder; one entry of those who come once."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(layout.folder(entry.id), []).append(entry)
        return found

    @property
    def participants(self) -> list[dict[str, Cell]]:
        """What the participants table says of every subject, who may be one session, from their own files."""
        return [entry.participant() for entry in self.entries]

    def entry(self, which: int | str) -> Entry:
        """What is known of a subject, by its place or its id.

        Raises:
            IndexError: no such place.
            SettingsError: no such id.
        """
        if isinstance(which, int):
            return self.entries[which]
        for entry in self.entries:
            if entry.id == which:
                return entry
        some = ", ".join(self.ids[:5]) or "none"
        raise SettingsError(f"subject {which!r}", f"an id in {self.root} (such as {some})", "choose another")

    def volumes(self, which: int | str) -> dict[int, float]:
        """Volumes of a subject's structures in millilitres; keys are label ids."""
        return self.entry(which).volumes_ml()


def read_dataset(root: str | Path) -> Dataset:
    """The data set in a folder; subjects that are still being written are left out.

    Raises:
        FileError: the folder is missing or holds no data set of mindscan, or a subject's card is damaged.
    """
    root = Path(root)
    if not root.is_dir():
        raise FileError(f"{root} is not a folder", "the folder of a data set", "check the path")
    ids = recipes(root)
    if not ids and not (root / layout.JOB).is_file():
        raise FileError(f"{root} holds no subject", "a data set that mindscan wrote", "check the path")
    return Dataset(root, tuple(Entry(root, read_card(root, subject)) for subject in ids))


def _or_nan(path: Path, text: str) -> float:
    return math.nan if text == "n/a" else number(path, text)


def _read_landmarks(path: Path) -> Landmarks:
    rows = read_tsv(path, layout.LANDMARK_COLUMNS)
    x, y, z = ([number(path, row[axis]) for row in rows] for axis in "xyz")
    return dict(zip([row["name"] for row in rows], zip(x, y, z, strict=True), strict=True))
