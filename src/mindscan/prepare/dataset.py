"""All scans of a data set made ready: one derivative, scan by scan, and a page that judges them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial as bound
from importlib.metadata import version
from pathlib import Path, PurePosixPath

from mindscan.cohort.threads import one_thread
from mindscan.core.errors import FileError, MindscanError
from mindscan.core.worker import do_all
from mindscan.dataset import layout
from mindscan.dataset.folder import disk_faults, move, open_job, partial, put, tidy
from mindscan.dataset.index import BIDS_VERSION
from mindscan.dataset.tables import json_bytes, read_json
from mindscan.prepare import names as names_of
from mindscan.prepare.names import Names
from mindscan.prepare.page import Row, page_html, table_bytes, words_bytes
from mindscan.prepare.scan import Settings, files_of
from mindscan.tasks.results import sources

FOLDERS = ("anat", "ct")
"""Folders of a data set whose scans show the brain in three dimensions."""


@dataclass(frozen=True)
class Done:
    """One scan that is over.

    Args:
        scan: which, seen from the data set.
        ready: where its prepared picture is; None where there is none.
        note: what to say of it: the error, or what is doubtful; "" for nothing.
    """

    scan: PurePosixPath
    ready: Path | None
    note: str = ""


def scans_of(root: Path) -> list[PurePosixPath]:
    """The scans of a data set that can be made ready, in order, seen from there.

    Raises:
        FileError: there are none.
    """
    if not root.is_dir():
        raise FileError(f"{root}", "the folder of a BIDS data set", "check the path")
    inside = [PurePosixPath(source.path.relative_to(root).as_posix()) for source in sources([root])]
    wanted = [path for path in inside if path.parent.name in FOLDERS and not layout.is_projection(path)]
    if not wanted:
        raise FileError(f"{root} holds no scan in sub-*/anat", "a BIDS data set", "see `mindscan ingest`")
    return wanted


def prepare(root: str | Path, settings: Settings | None = None, workers: int = 1) -> Iterator[Done]:
    """Make all scans of a BIDS data set ready, into its `derivatives/prepared`; finished ones are skipped.

    Args:
        root: the data set, made or real; nothing outside `derivatives/prepared` is touched.
        settings: how; the same as before where some are finished already.
        workers: processes side by side, each with one thread.

    Yields:
        Every scan when it is over; one that cannot be used does not stop the others. In the end the page
        `quality.html` and the table `quality.tsv` are written of all that is there.

    Raises:
        FileError: no scans there.
        FolderError: the derivative was made with other settings, or the disk refuses.
    """
    root, settings = Path(root), settings or Settings()
    wanted = scans_of(root)
    out = root / names_of.FOLDER
    open_job(out, {"prepare": settings.model_dump(mode="json")})
    left, failed = [], []
    for scan in wanted:
        ready = _ready(out, scan)
        if ready is None:
            left.append(scan)
        else:
            yield Done(scan, ready, "already there")
    for done in _all(root, left, settings, workers):
        if done.ready is None:
            failed.append(done)
        yield done
    _describe(out, failed)


def _ready(out: Path, scan: PurePosixPath) -> Path | None:
    """The prepared picture of a scan that is finished."""
    try:
        known = Names.of(scan)
    except MindscanError:
        return None
    return out / known.prepared if (out / known.sidecar).exists() else None


def _all(root: Path, left: Sequence[PurePosixPath], settings: Settings, workers: int) -> Iterator[Done]:
    task = bound(prepare_one, root, settings)
    crew = min(workers, len(left))
    answers = do_all(task, left, crew) if crew > 1 else map(task, left)
    for answer in answers:
        scan, ready, note = json.loads(answer)
        yield Done(PurePosixPath(scan), None if ready is None else Path(ready), note)


def prepare_one(root: Path, settings: Settings, scan: PurePosixPath) -> str:
    """Make one scan ready and put it on the shelf; returns scan, prepared picture and note as JSON.

    Raises:
        FolderError: the disk refuses.
    """
    out = root / names_of.FOLDER
    try:
        known = Names.of(scan)
        with one_thread():
            files = files_of(root / scan, known, f"bids:raw:{scan}", settings)
    except MindscanError as error:
        return json.dumps([str(scan), None, str(error)])
    except RuntimeError as error:  # of ITK or torch: this scan is beyond them
        return json.dumps([str(scan), None, f"{scan}: {' '.join(str(error).split())[-200:]}"])
    with disk_faults(out), partial(out, known.sidecar.stem) as temporary:
        for name, content in files.items():
            (temporary / name.name).write_bytes(content)
        for name in files:
            move(out, temporary / name.name, name)
    doubts = read_json(out / known.sidecar)["Doubts"]
    return json.dumps([str(scan), str(out / known.prepared), "; ".join(doubts)])


def _describe(out: Path, failed: Sequence[Done]) -> None:
    """Write what is said of the whole: description, table and page."""
    rows = [Row.of(path.relative_to(out), read_json(path)) for path in sorted(out.glob(names_of.SIDECARS))]
    pictures = {row.picture: (out / row.picture).read_bytes() for row in rows if (out / row.picture).exists()}
    notes = [(str(done.scan), done.note) for done in failed]
    made = {"Name": "mindscan", "Version": version("mindscan"), "Description": "mindscan prepare"}
    description = {
        "Name": "Scans made ready",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "derivative",
        "GeneratedBy": [made],
        "DatasetLinks": {"raw": "../.."},
        "SourceDatasets": [{"URL": "../.."}],
    }
    with disk_faults(out):
        with partial(out, "page") as temporary:
            put(out, temporary, names_of.DESCRIPTION, json_bytes(description))
            put(out, temporary, names_of.IGNORE, ("\n".join(names_of.IGNORED) + "\n").encode())
            put(out, temporary, names_of.TABLE, table_bytes(rows, notes))
            put(out, temporary, names_of.TABLE_WORDS, words_bytes())
            put(out, temporary, names_of.PAGE, page_html(rows, pictures, notes).encode())
        tidy(out)
