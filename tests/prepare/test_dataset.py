"""A data set made ready: whole, once, in spite of bad scans; nothing of it is changed."""

import hashlib
from pathlib import Path, PurePosixPath

import pytest

from mindscan.core.errors import FileError, FolderError, SettingsError
from mindscan.dataset.tables import json_bytes, read_tsv
from mindscan.prepare import dataset
from mindscan.prepare.dataset import Done, prepare, scans_of
from mindscan.prepare.names import FOLDER, Names
from mindscan.prepare.page import COLUMNS
from mindscan.prepare.quality import MEASURES
from mindscan.prepare.scan import Settings

SCANS = ("sub-1/anat/sub-1_T1w.nii.gz", "sub-1/anat/sub-1_T2w.nii.gz", "sub-2/ses-a/anat/sub-2_ses-a_T1w.nii")
OTHERS = (
    "sub-1/xr/sub-1_acq-ap_xr.nii.gz",
    "sub-1/func/sub-1_task-a_bold.nii.gz",
    "derivatives/x/sub-1_T1w.nii.gz",
)


def made(path: Path, names: Names, source: str, settings: Settings) -> dict[PurePosixPath, bytes]:
    """As if a scan had been made ready."""
    if path.read_bytes() == b"bad":
        raise SettingsError("a scan without a brain")
    if path.read_bytes() == b"worse":
        raise RuntimeError("itk::ERROR: something\nelse")
    told = {"Sources": [source], "BrainMethod": "network", "Quality": dict.fromkeys(MEASURES), "Doubts": []}
    return {names.prepared: b"scan", names.picture: b"picture", names.sidecar: json_bytes(told)}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data set with three scans and others that are not for this."""
    for name in (*SCANS, *OTHERS):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"good")
    monkeypatch.setattr(dataset, "files_of", made)
    return tmp_path


def contents(root: Path) -> dict[str, str]:
    """Every file outside the derivative and what is in it."""
    files = (path for path in root.rglob("*") if path.is_file() and FOLDER.name not in path.parts)
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def run(root: Path, settings: Settings | None = None) -> list[Done]:
    """Make everything ready."""
    return list(prepare(root, settings))


def test_scans_that_show_a_brain_in_three_dimensions_are_wanted(root: Path) -> None:
    assert [str(path) for path in scans_of(root)] == list(SCANS)


@pytest.mark.parametrize("name", ["none", "empty"])
def test_where_there_are_none_one_line_says_so(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileError):
        scans_of(tmp_path / name)


def test_every_scan_is_made_ready_once_and_nothing_else_is_touched(root: Path) -> None:
    before = contents(root)
    assert [done.note for done in run(root)] == [""] * 3
    assert [done.note for done in run(root)] == ["already there"] * 3
    assert contents(root) == before
    assert all(done.ready is not None and done.ready.read_bytes() == b"scan" for done in run(root))
    assert len(read_tsv(root / FOLDER / "quality.tsv", COLUMNS)) == 3
    assert (root / FOLDER / "quality.html").exists()
    assert not list((root / FOLDER).glob(".mindscan*"))


def test_bad_scans_do_not_stop_the_others_and_are_tried_again(root: Path) -> None:
    (root / SCANS[0]).write_bytes(b"bad")
    (root / SCANS[2]).write_bytes(b"worse")
    first, second, third = run(root)
    assert (first.ready, second.note, third.ready) == (None, "", None)
    assert "without a brain" in first.note
    assert "something else" in third.note
    doubts = [row["doubt"] for row in read_tsv(root / FOLDER / "quality.tsv", COLUMNS)]
    assert doubts[0] == "n/a"
    assert all(doubt.startswith("not made ready") for doubt in doubts[1:])
    (root / SCANS[0]).write_bytes(b"good")
    assert sorted(done.note for done in run(root))[:2] == ["", "already there"]


def test_a_run_that_was_killed_goes_on(root: Path) -> None:
    """A scan counts from the moment that its sidecar is there, which comes last."""
    steps = prepare(root)
    next(steps)
    steps.close()
    sidecar = root / FOLDER / Names.of(PurePosixPath(SCANS[0])).sidecar
    sidecar.unlink()
    assert [done.note for done in run(root)] == ["", "", ""]
    assert sidecar.exists()


def test_other_settings_want_another_derivative(root: Path) -> None:
    run(root)
    with pytest.raises(FolderError, match=r"prepare\.deface is false there and true here"):
        run(root, Settings(deface=True))


def test_scans_that_bids_does_not_name_are_left_out(root: Path) -> None:
    (root / "sub-1" / "anat" / "head.nii.gz").write_bytes(b"good")
    notes = [done.note for done in run(root)]
    assert sum("BIDS" in note for note in notes) == 1
    assert len(notes) == 4
