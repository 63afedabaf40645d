"""Worker processes: they come from any program, pass on faults and never outlive their parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

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


def comes(what: Callable[[], bool], seconds: float) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def gone(pids: list[int]) -> bool:
    """Whether all processes end soon; a machine that is full may take its time to give them a turn."""
    return comes(lambda: not any(map(runs, pids)), 20)


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
        assert comes(lambda: any(tmp_path.glob("out/sub-*")), 120)
        workers = children(parent.pid)
        parent.kill()
    assert len(workers) == 2
    assert gone(workers)


class Late:
    """A task in a module that only the process that is given it loads, and that never ends loading."""

    def __reduce__(self) -> tuple[Any, ...]:
        return import_module, ("late",)

    def __call__(self, _: Any) -> str:
        raise AssertionError


def test_a_worker_that_still_loads_its_task_dies_with_its_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = tmp_path / "begun"
    (tmp_path / "late.py").write_text(f"open({str(begun)!r}, 'w').close()\nimport time\ntime.sleep(600)\n")
    monkeypatch.syspath_prepend(tmp_path)
    worker = Worker(Late())

    def do() -> None:
        with pytest.raises(MindscanError, match="a worker process has died"):
            worker.do(None)

    with ThreadPoolExecutor(1) as threads:
        done = threads.submit(do)
        try:
            assert comes(begun.exists, 120)
            assert worker.process.stdin is not None
            worker.process.stdin.close()
            assert gone([worker.process.pid])
        finally:
            worker.stop()
        done.result()
