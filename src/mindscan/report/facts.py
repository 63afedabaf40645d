"""What a report says of a data set, read from the disk once; no picture is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mindscan.dataset import layout
from mindscan.dataset.folder import read_job
from mindscan.dataset.shelf import Dataset, read_dataset
from mindscan.dataset.tables import Cell
from mindscan.report.settings import ScanKind, scan_kinds


@dataclass(frozen=True)
class Facts:
    """A data set in words and numbers.

    Args:
        dataset: the shelf.
        rows: the participants table, in the order of the subjects.
        kinds: the kinds of scan and their settings.
        labels: ids of the structures that occur, without the background.
        landmarks: names of the landmarks that occur.
        job: version, seed and plan that the data set follows from; empty where it has none.
    """

    dataset: Dataset
    rows: tuple[Mapping[str, Cell], ...]
    kinds: tuple[ScanKind, ...]
    labels: tuple[int, ...]
    landmarks: tuple[str, ...]
    job: Mapping[str, Any]

    @property
    def made_by(self) -> str:
        """Version of mindscan that made the data set, or that reads it where the job says nothing."""
        return str(self.job.get("mindscan", version("mindscan")))

    @property
    def seed(self) -> str:
        """The seed; empty where the data set has none."""
        return str(self.job.get("seed", ""))

    @property
    def real(self) -> int:
        """How many subjects come from real scans."""
        return sum(entry.card.kind == "scan" for entry in self.dataset.entries)

    @property
    def mark(self) -> str:
        """What a picture or a mark shows: a subject, or one session where somebody comes several times."""
        return "session" if len(self.dataset) > len(self.dataset.people) else "subject"

    @property
    def subjects(self) -> str:
        """How many there are, such as "3 subjects", or "3 subjects in 6 sessions"."""
        people = counted(len(self.dataset.people), "subject")
        return people if self.mark == "subject" else f"{people} in {counted(len(self.dataset), self.mark)}"

    def column(self, name: str) -> list[float]:
        """The numbers in a column of the participants table; subjects without one are left out."""
        return [value for row in self.rows if isinstance(value := row[name], float)]

    def people(self) -> str:
        """Sex, age and diagnoses in words, such as "2 women and 1 man of 20.0 to 60.5 years, all healthy"."""
        persons = [sessions[0].person for sessions in self.dataset.people.values()]
        ages = [entry.person.age_years for entry in self.dataset.entries]
        numbers = [(sum(p.sex == sex for p in persons), noun) for sex, noun in (("F", "woman"), ("M", "man"))]
        sexes = " and ".join(counted(number, noun) for number, noun in numbers if number)
        young, old = (f"{edge(ages):.1f}" for edge in (min, max))
        text = f"{sexes} of {young if young == old else f'{young} to {old}'} years"
        names = sorted({p.diagnosis for p in persons}, key=lambda name: (name != "healthy", name))
        if len(names) == 1:
            return f"{text}, {'all ' if len(persons) > 1 else ''}{names[0]}"
        return f"{text}; {', '.join(f'{sum(p.diagnosis == name for p in persons)} {name}' for name in names)}"


def read_facts(root: str | Path) -> Facts:
    """The facts of the data set in a folder.

    Raises:
        FileError: the folder holds no data set, or a table or sidecar in it is damaged.
    """
    dataset = read_dataset(root)
    found = {i for entry in dataset.entries for i, ml in entry.volumes_ml().items() if ml > 0}
    landmarks = dict.fromkeys(name for entry in dataset.entries for name in entry.landmarks())
    job = read_job(dataset.root) if (dataset.root / layout.JOB).is_file() else {}
    rows, kinds = tuple(dataset.participants), tuple(scan_kinds(dataset))
    return Facts(dataset, rows, kinds, tuple(sorted(found - {0})), tuple(landmarks), job)


def counted(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it is due.

    Example:
        >>> counted(1, "subject"), counted(2, "woman")
        ('1 subject', '2 women')
    """
    plural = noun[:-3] + "men" if noun.endswith("man") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"


def listed(words: Sequence[str]) -> str:
    """Words in a row.

    Example:
        >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
        ('a', 'a and b', 'a, b and c')
    """
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
