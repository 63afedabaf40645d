"""What a data set of scans from elsewhere says of itself: tables and words, made anew from what is in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from mindscan.dataset import layout
from mindscan.dataset.folder import partial, put
from mindscan.dataset.index import BIDS_VERSION
from mindscan.dataset.tables import Cell, json_bytes, read_tsv, tsv_bytes
from mindscan.ingest.journal import Note
from mindscan.ingest.people import OLDEST, Known

_FROM_RAW = {"SourceDatasets": [{"URL": "../.."}], "DatasetLinks": {"raw": "../.."}}
CONVERSION = PurePosixPath("conversion.tsv")
LABELS = PurePosixPath("derivatives/labels")
IGNORED = ("conversion.*", "**/ct", "**/xr")
"""What BIDS has no word for."""

PARTICIPANTS: layout.Columns = {
    "participant_id": {"Description": "Pseudonym; who has the key can find out whose it is"},
    "age": {
        "LongName": "Age",
        "Description": f"Age at the first visit; of real people {OLDEST} stands for {OLDEST} and above",
        "Format": "number",
        "Units": "year",
        "Minimum": 0,
        "Maximum": 120,
    },
    "sex": {"Description": "Sex", "Levels": {"F": "female", "M": "male", "O": "other"}},
    "handedness": {**layout.PARTICIPANT_COLUMNS["handedness"], "Description": "Hand that they write with"},
    "diagnosis": {"Description": "Condition, as the source says it"},
    "synthetic": {
        "Description": "Whether the scans say that they are made up",
        "Levels": {"yes": "all say so", "no": "all say that they are not", "n/a": "not all say anything"},
    },
}
SESSIONS: layout.Columns = {
    "session_id": {"Description": "Visit, in the order of visits"},
    "age": {
        **PARTICIPANTS["age"],
        "Description": f"Age at this visit; of real people {OLDEST} stands for {OLDEST} and above",
    },
}
SCANS: layout.Columns = {
    "filename": {"Description": "The picture, seen from the folder of the person"},
    "format": {"Description": "What the picture came as"},
    "reason": {"Description": "Why it is taken for what it is, and what there is to know of it"},
}
CONVERSION_COLUMNS: layout.Columns = {
    "source": {
        "Description": "A file of the source: the keyed hash of its path; a private table tells which"
    },
    "format": {"Description": "What it is by its content"},
    "outcome": {
        "Description": "What became of it",
        "Levels": {"taken": "it became a picture, or a part of one", "left out": "it became nothing"},
    },
    "became": {"Description": "The picture that it became or is a part of"},
    "why": {"Description": "Why it is taken for what it is, why it was left out, what there is to know"},
}


def write_descriptions(
    root: Path, notes: Mapping[str, Note], people: Mapping[str, Known], conversion: Sequence[tuple[Cell, ...]]
) -> None:
    """Write all that describes the whole; every file is replaced in one step.

    Args:
        root: the data set.
        notes: what has been taken in.
        people: what is known of persons by pseudonym; others keep their row of an earlier run.
        conversion: rows of `conversion.tsv`.

    Raises:
        OSError: the disk refuses.
    """
    whole = [note for note in notes.values() if note["pictures"]]
    files = {**_documents(root, whole, people), **_scans(whole), **_sessions(people)}
    files[CONVERSION] = tsv_bytes(CONVERSION_COLUMNS, sorted(conversion))
    files[layout.sidecar(CONVERSION)] = json_bytes(CONVERSION_COLUMNS)
    with partial(root, "descriptions") as temporary:
        for path, content in files.items():
            put(root, temporary, path, content)


def _documents(root: Path, notes: Sequence[Note], people: Mapping[str, Known]) -> dict[PurePosixPath, bytes]:
    marks = _marks(notes)
    made_up = bool(marks) and set(marks.values()) == {"yes"}
    files = {
        layout.README: _readme(made_up).encode(),
        layout.IGNORE: "".join(f"{name}\n" for name in IGNORED).encode(),
        layout.DESCRIPTION: json_bytes(_description("Scans of heads, under pseudonyms", "raw", made_up)),
        layout.PARTICIPANTS: tsv_bytes(PARTICIPANTS, _people(root, marks, people)),
        layout.sidecar(layout.PARTICIPANTS): json_bytes(PARTICIPANTS),
    }
    if any(name.startswith(f"{LABELS}/") for note in notes for name in note["files"]):
        said = _description("Label maps that came with the scans", "derivative", made_up)
        files[LABELS / layout.DESCRIPTION] = json_bytes({**said, **_FROM_RAW})
        files[LABELS / layout.README] = b"Label maps that came with the scans; what they show in the .tsv\n"
    return files


def _description(name: str, kind: str, made_up: bool) -> Mapping[str, Any]:
    return {
        "Name": name,
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": kind,
        "Keywords": ["MRI", "brain", *(["synthetic"] if made_up else [])],
        "GeneratedBy": [
            {
                "Name": "mindscan",
                "Version": version("mindscan"),
                "Description": "Sorted and converted; pseudonyms given, identifiers left behind",
            }
        ],
    }


def _marks(notes: Sequence[Note]) -> dict[str, str]:
    """Whether a person's scans say that they are made up, by pseudonym."""
    said: dict[str, set[bool | None]] = defaultdict(set)
    for note in notes:
        said[note["subject"]].add(note["mark"])
    return {
        subject: "yes" if marks == {True} else "no" if marks == {False} else ""
        for subject, marks in said.items()
    }


def _people(root: Path, marks: Mapping[str, str], people: Mapping[str, Known]) -> list[tuple[Cell, ...]]:
    path = root / layout.PARTICIPANTS
    before = {row["participant_id"]: row for row in read_tsv(path, PARTICIPANTS)} if path.is_file() else {}
    rows: list[tuple[Cell, ...]] = []
    for subject in sorted(marks):
        name = layout.folder(subject)
        if subject in people:
            known = people[subject]
            told: tuple[Cell, ...] = (known.age_years, known.sex, known.handedness, known.diagnosis)
            rows.append((name, *told, marks[subject]))
        elif name in before:
            rows.append(tuple(before[name][column] for column in PARTICIPANTS))
    return rows


def _scans(notes: Sequence[Note]) -> dict[PurePosixPath, bytes]:
    """A table of scans for each person, or for each visit where there are several."""
    tables: dict[PurePosixPath, list[tuple[Cell, ...]]] = defaultdict(list)
    for note in notes:
        who = [layout.folder(note["subject"]), *([f"ses-{note['session']}"] if note["session"] else [])]
        table = PurePosixPath(*who) / f"{'_'.join(who)}_scans.tsv"
        for name in note["pictures"]:
            if not name.startswith("derivatives/") and not set(PurePosixPath(name).parts) & {"ct", "xr"}:
                file = str(PurePosixPath(name).relative_to(table.parent))
                tables[table].append((file, note["kind"], note["why"]))
    files = {path: tsv_bytes(SCANS, sorted(rows)) for path, rows in tables.items()}
    return files | {layout.sidecar(path): json_bytes(SCANS) for path in tables}


def _sessions(people: Mapping[str, Known]) -> dict[PurePosixPath, bytes]:
    """A table of visits for each person who came more than once and whose age is known."""
    files: dict[PurePosixPath, bytes] = {}
    for subject, known in people.items():
        if len(known.ages) > 1 and any(age is not None for age in known.ages.values()):
            path = PurePosixPath(layout.folder(subject)) / f"{layout.folder(subject)}_sessions.tsv"
            rows = [(f"ses-{label}", age) for label, age in sorted(known.ages.items())]
            files |= {path: tsv_bytes(SESSIONS, rows), layout.sidecar(path): json_bytes(SESSIONS)}
    return files


def _readme(made_up: bool) -> str:
    return _README.format(version=version("mindscan"), whole=_MADE_UP if made_up else _REAL)


_MADE_UP = "All scans say that they are synthetic: nobody was scanned."
_REAL = """\
Heads are whole: a face can be seen in most of them, and people can be recognised by it. Take faces away, and
have the data set reviewed, before you give it to anybody."""

_README = """\
Scans of heads, under pseudonyms

Taken in by mindscan {version}. Names, numbers, dates and free text of headers, file names and sidecars were
left behind; what stays is a list of physical parameters. Pseudonyms follow from a key that is not here.

{whole}

sub-*/                    pictures and their parameters; scans.tsv says why each is taken for what it is
sub-*/ct, sub-*/xr        CT and radiographs, of which BIDS has no word
participants.tsv          age, sex, handedness and diagnosis, as far as headers or a table said them
derivatives/labels        label maps that came with the scans
conversion.tsv            what became of every file of the source, under keyed hashes of their paths
code                      how far the work has come, so that it can go on
"""
