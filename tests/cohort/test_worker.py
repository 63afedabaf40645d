"""Worker processes: they come from any program, pass on faults and never outlive their parent."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from cohort.small import GRID, SMALL
from mindscan.cohort.recipe import draw
from mindscan.cohort.run import make_cohort
from mindscan.cohort.worker import write_one
from mindscan.core.errors import FolderError, MindscanError
from mindscan.core.worker import Task, Worker
from mindscan.dataset import folder
from mindscan.dataset.shelf import read_dataset

SCRIPT = f"""
import sys
import mindscan
print("loaded")
plan = mindscan.Plan.parse({{"grid": {GRID}, "scans": [{{"preset": "T1w"}}]}})
mindscan.make(sys.argv[1], subjects=2, seed=7, plan=plan, workers=2)
"""


def children(pid: int) -> list[int]:
    """Processes that a process has started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def runs(pid: int) -> bool:
    """Whether a process has not ended; one that has may stay listed until someone asks how."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def gone(pids: list[int], seconds: float = 5) -> bool:
    """Whether all processes end in time."""
    for _ in range(int(seconds / 0.05)):
        if not any(map(runs, pids)):
            return True
        time.sleep(0.05)
    return False


def test_a_program_on_standard_input(tmp_path: Path) -> None:
    command = [sys.executable, "-", str(tmp_path / "out")]
    done = subprocess.run(command, input=SCRIPT, capture_output=True, text=True, check=True, timeout=120)
    assert (done.stdout, done.stderr) == ("loaded\n", "")
    assert read_dataset(tmp_path / "out").ids == ["0001", "0002"]


def test_faults_come_through_and_prints_do_not(tmp_path: Path) -> None:
    folder.open_job(tmp_path, {})
    (tmp_path / "sub-0001").write_text("in the way")
    worker = Worker(partial(write_one, tmp_path))
    try:
        with pytest.raises(FolderError, match=str(tmp_path)) as caught:
            worker.do(draw(SMALL, 7, "0001"))
        assert caught.value.mend
        assert worker.do(draw(SMALL, 7, "0002")) == "0002"
        out, err = (os.readlink(f"/proc/{worker.process.pid}/fd/{number}") for number in (1, 2))
        assert out == err
    finally:
        worker.stop()
    assert gone([worker.process.pid])
    assert (tmp_path / "sub-0001").read_text() == "in the way"


def test_a_worker_that_is_killed_takes_nothing_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Worker] = []
    start = Worker.__init__

    def remember(worker: Worker, task: Task) -> None:
        start(worker, task)
        started.append(worker)

    monkeypatch.setattr(Worker, "__init__", remember)
    steps = make_cohort(tmp_path, SMALL, 4, 7, 2)
    done = [next(steps).subject for _ in range(2)][1]
    pids = [worker.process.pid for worker in started]
    assert len(pids) == 2
    os.kill(pids[0], signal.SIGKILL)
    with pytest.raises(MindscanError, match="a worker process has died; expected memory enough"):
        list(steps)
    assert gone(pids)
    kept = read_dataset(tmp_path).ids
    assert done in kept
    assert len(kept) < 4
    made = [step.subject for step in make_cohort(tmp_path, SMALL, 4, 7, 1)][1:]
    assert sorted([*kept, *made]) == [f"000{n}" for n in range(1, 5)]


def test_workers_of_a_script_without_a_guard_die_with_it(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT.replace("subjects=2", "subjects=50"))
    command = [sys.executable, str(tmp_path / "script.py"), str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as parent:
        for _ in range(600):
            if list(tmp_path.glob("out/sub-*")):
                break
            time.sleep(0.05)
        workers = children(parent.pid)
        parent.kill()
    assert len(workers) == 2
    assert gone(workers)
