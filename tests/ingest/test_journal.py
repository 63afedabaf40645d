"""A run that is killed goes on where it stopped, and nothing half-written is left under its final name."""

import errno
import gzip
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ingest import made
from mindscan.core.errors import FolderError
from mindscan.ingest import convert, journal

MANY = 24


def fill(src: Path) -> None:
    for number in range(MANY):
        data = made.values(shape=(60, 60, 60), seed=number)
        made.nifti(src / f"p{number:02d}_T1w.nii", data, np.eye(4))


def whole(out: Path) -> list[Path]:
    """All pictures under their final names; each must be whole."""
    pictures = sorted(out.glob("sub-*/anat/*.nii.gz"))
    for path in pictures:
        assert len(gzip.decompress(path.read_bytes())) == 352 + 60**3 * 2
    return pictures


def test_kill_9_loses_nothing_and_leaves_nothing_half_done(tmp_path: Path, take) -> None:
    fill(tmp_path / "in")
    program = "import sys; from mindscan.cli import main; "
    program += "main(['ingest', 'in', 'out', '--workers', sys.argv[1]])"
    for workers, some in (("1", 3), ("2", 6)):
        process = subprocess.Popen(
            [sys.executable, "-c", program, workers],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(6000):
            if len(journal.notes(tmp_path / "out")) >= some or process.poll() is not None:
                break
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        whole(tmp_path / "out")
    done = journal.notes(tmp_path / "out")
    before = {path: path.stat().st_mtime_ns for path in whole(tmp_path / "out")}
    assert 3 <= len(done) < MANY
    assert take().pictures == MANY
    after = whole(tmp_path / "out")
    assert len(after) == MANY
    kept = [name for note in done.values() for name in note["pictures"]]
    paths = [tmp_path / "out" / name for name in kept]
    assert all(path.stat().st_mtime_ns == before[path] for path in paths)
    assert not list(tmp_path.rglob(".mindscan-partial"))


def test_a_second_run_changes_nothing(tmp_path: Path, take) -> None:
    for name in ("a", "b"):
        made.nifti(tmp_path / "in" / f"{name}_T1w.nii", made.values(), np.eye(4))
    take()

    def state() -> dict[Path, tuple[bytes, int]]:
        files = [path for path in (tmp_path / "out").glob("sub-*/anat/*") if path.is_file()]
        return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}

    before = state()
    take()
    assert state() == before
    made.nifti(tmp_path / "in" / "b_T1w.nii", made.values(seed=9, shape=(7, 9, 12)), np.eye(4))
    made.nifti(tmp_path / "in" / "a" / "T1w.nii", made.values(seed=3), np.eye(4))
    assert take().pictures == 3
    after = state()
    assert sum(before.get(path) == content for path, content in after.items()) == 2
    assert [path.name for path in after if "run-2" in path.name and path.suffix == ".gz"]


def test_a_line_that_was_cut_short_is_passed_over(tmp_path: Path) -> None:
    journal.add(tmp_path, {"item": "a", "files": []})
    with (tmp_path / journal.JOURNAL).open("ab") as file:
        file.write(b'{"item": "b", "fi')
    journal.add(tmp_path, {"item": "c", "files": []})
    assert list(journal.notes(tmp_path)) == ["a", "c"]
    assert journal.notes(tmp_path / "nowhere") == {}


def test_a_full_disk_ends_in_one_line_and_the_run_goes_on_later(
    tmp_path: Path, take, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        made.nifti(tmp_path / "in" / f"{name}_T1w.nii", made.values(), np.eye(4))
    put, asked = convert.put, []

    def full(root: Path, temporary: Path, path: Path, content: bytes) -> None:
        asked.append(path)
        if len(asked) > 3:
            (temporary / path.name).write_bytes(content[:50])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        put(root, temporary, path, content)

    with monkeypatch.context() as patch:
        patch.setattr(convert, "put", full)
        with pytest.raises(FolderError, match="No space left on device; expected room on the disk; free"):
            take()
    assert len(list((tmp_path / "out").glob("sub-*/anat/*.nii.gz"))) == 1
    assert not list(tmp_path.rglob(".mindscan-partial"))
    assert "its turn has not come" in (tmp_path / "out" / "conversion.tsv").read_text()
    assert take().pictures == 3
