import errno
import os
from collections import namedtuple
from pathlib import Path

import pytest

from mindscan.core.errors import FileError, FolderError
from mindscan.dataset import folder, layout
from mindscan.dataset.folder import disk_faults, open_job, partial, put, read_job, tidy

JOB = {"version": "0.1.0", "seed": 7, "plan": {"age_years": [20, 90], "scans": [{"preset": "T1w"}]}}


def test_a_missing_or_empty_folder_is_opened(tmp_path: Path) -> None:
    for root in (tmp_path / "deep" / "new", tmp_path / "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        open_job(root, JOB)
        assert read_job(root) == JOB


def test_the_same_job_is_opened_again_and_nothing_changes(tmp_path: Path, listing) -> None:
    open_job(tmp_path, JOB)
    before = listing(tmp_path)
    open_job(tmp_path, {**JOB, "plan": {**JOB["plan"], "age_years": (20, 90)}})  # a tuple reads as a list
    assert listing(tmp_path) == before


def test_another_job_is_refused_with_what_differs(tmp_path: Path, listing) -> None:
    open_job(tmp_path, JOB)
    before = listing(tmp_path)
    other = {**JOB, "seed": 8, "plan": {**JOB["plan"], "age_years": [20, 95]}}
    with pytest.raises(FolderError) as caught:
        open_job(tmp_path, other)
    assert "seed is 7 there and 8 here" in str(caught.value)
    assert "plan.age_years is [20, 90] there and [20, 95] here" in str(caught.value)
    assert listing(tmp_path) == before


@pytest.mark.parametrize(
    "name", ["notes.txt", "sub-001/anat/sub-001_T1w.nii.gz", "code/mine.py", ".git/HEAD"]
)
def test_a_foreign_folder_is_refused_and_untouched(tmp_path: Path, listing, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("precious")
    before = listing(tmp_path)
    with pytest.raises(FolderError, match="mindscan did not write"):
        open_job(tmp_path, JOB)
    assert listing(tmp_path) == before


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("precious")
    with pytest.raises(FolderError, match="is a file"):
        open_job(path, JOB)
    with pytest.raises(FolderError, match="Not a directory"):
        open_job(path / "below", JOB)
    assert path.read_text() == "precious"


def test_too_little_room_is_refused_before_anything_is_made(tmp_path: Path, monkeypatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(folder.shutil, "disk_usage", lambda place: usage(10**9, 0, 10**9))
    root = tmp_path / "new" / "out"
    with pytest.raises(FolderError, match=r"1,000\.0 MB free; expected 5,000\.0 MB"):
        open_job(root, JOB, free_bytes_needed=5 * 10**9)
    assert not root.parent.exists()
    open_job(root, JOB, free_bytes_needed=10**9)


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_an_unwritable_folder_is_refused(tmp_path: Path, monkeypatch, code: int) -> None:
    def refuse(*_args: object, **_more: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(FolderError, match="that you may write to"):
        open_job(tmp_path / "out", JOB)


def test_a_damaged_job_is_told(tmp_path: Path) -> None:
    open_job(tmp_path, JOB)
    (tmp_path / layout.JOB).write_text("{")
    with pytest.raises(FileError, match=r"mindscan\.json"):
        open_job(tmp_path, JOB)


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EDQUOT, "free some space"),
        (errno.EROFS, "choose another folder"),
        (errno.EACCES, "choose another folder"),
        (errno.EIO, "run the same command again"),
    ],
)
def test_what_the_disk_refuses_is_told_with_a_way_out(code: int, advice: str) -> None:
    with pytest.raises(FolderError, match=advice) as caught, disk_faults(Path("/data/out")):
        raise OSError(code, os.strerror(code))
    assert os.strerror(code) in str(caught.value)
    assert "/data/out" in str(caught.value)


def test_a_partial_folder_goes_with_its_block(tmp_path: Path) -> None:
    def fail() -> None:
        with partial(tmp_path, "sub-001") as temporary:
            (temporary / "half").write_text("x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list((tmp_path / layout.PARTIAL).iterdir()) == []
    tidy(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_a_killed_run_are_removed(tmp_path: Path) -> None:
    left = tmp_path / layout.PARTIAL / "sub-001-99"
    left.mkdir(parents=True)
    (left / "half.nii.gz").write_text("x")
    left.with_suffix(".lock").touch()
    open_job(tmp_path, JOB)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["code", "mindscan.json"]


def test_what_a_living_run_writes_is_left_alone(tmp_path: Path) -> None:
    open_job(tmp_path, JOB)
    with partial(tmp_path, "sub-001") as temporary:
        (temporary / "half").write_text("x")
        open_job(tmp_path, JOB)
        tidy(tmp_path)
        assert (temporary / "half").read_text() == "x"


def test_put_replaces_in_one_step(tmp_path: Path, monkeypatch) -> None:
    path = layout.PARTICIPANTS
    with partial(tmp_path, "index") as temporary:
        put(tmp_path, temporary, path, b"old")

        def die(*_args: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(folder.os, "replace", die)
        with pytest.raises(KeyboardInterrupt):
            put(tmp_path, temporary, path, b"new")
    assert (tmp_path / path).read_bytes() == b"old"
