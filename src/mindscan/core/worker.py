"""Worker processes: each does the orders that come down its pipe, and dies with its parent.

A worker is a new interpreter that runs this module. It never loads the program that started it, which may
therefore be a script without a main guard, a notebook or standard input.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO

from mindscan.core.errors import MindscanError

Task = Callable[[Any], str]

_KEEPING = {"MALLOC_MMAP_THRESHOLD_": str(2**32), "MALLOC_TRIM_THRESHOLD_": str(2**33)}
"""The C library keeps what is freed for the next head, instead of giving it back to the system, which hands
it out again page by page: about a twentieth of the time of a head. What the user has set counts more."""


def do_all(task: Task, orders: Sequence[Any], workers: int) -> Iterator[str]:
    """Do a task for every order in several processes; its answers come as they are ready.

    Args:
        task: a function at the top of a module, or a `functools.partial` of one; takes an order.
        orders: what can be pickled.
        workers: processes side by side, at least 1.

    Raises:
        MindscanError: whatever the task raises, or that a process was killed.
    """
    crew = [Worker(task) for _ in range(workers)]
    idle: SimpleQueue[Worker] = SimpleQueue()
    for worker in crew:
        idle.put(worker)

    def do(order: Any) -> str:
        worker = idle.get()
        try:
            return worker.do(order)
        finally:
            idle.put(worker)

    with ThreadPoolExecutor(workers) as threads:
        try:
            for future in as_completed([threads.submit(do, order) for order in orders]):
                yield future.result()
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
            for worker in crew:
                worker.stop()


class Worker:
    """A process that does one order at a time, seen from its parent."""

    def __init__(self, task: Task) -> None:
        """Start it in a process group of its own, so that Ctrl-C reaches the parent alone."""
        places = os.pathsep.join(place or os.getcwd() for place in sys.path)
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**_KEEPING, **os.environ, "PYTHONPATH": places, "OMP_NUM_THREADS": "1"},
            process_group=0 if os.name == "posix" else None,
        )
        self.task: Task | None = task

    def do(self, order: Any) -> str:
        """Let the process do one order; returns the answer of the task."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            if self.task is not None:
                self._send(self.task)
                self.task = None
            self._send(order)
            self.process.stdin.flush()
            answer = pickle.load(self.process.stdout)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            raise MindscanError(
                "a worker process has died",
                "memory enough for every worker",
                "run the same command again with fewer --workers: finished subjects are kept",
            ) from None
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    def _send(self, what: Any) -> None:
        """Pack something twice: who only listens for the end of the pipe need not load what it is made of."""
        assert self.process.stdin is not None
        pickle.dump(pickle.dumps(what), self.process.stdin)

    def stop(self) -> None:
        """End the process at once, and wait until it is gone."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()


def serve(orders: BinaryIO, answers: BinaryIO) -> None:
    """Do the task that comes first for every order that comes after it, until the parent is gone."""
    waiting: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(orders, waiting), daemon=True).start()
    task: Task = pickle.loads(waiting.get())
    while True:
        answer: str | Exception
        try:
            answer = task(pickle.loads(waiting.get()))
        except Exception as error:
            answer = error
        pickle.dump(answer, answers)
        answers.flush()


def _listen(orders: BinaryIO, waiting: SimpleQueue[bytes]) -> None:
    """Pass orders on; the end of the pipe is the end of the parent, and so of this process."""
    try:
        while True:
            waiting.put(pickle.load(orders))
    finally:
        os._exit(1)


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes from and to the parent, out of the reach of stray prints."""
    orders, answers = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    return os.fdopen(orders, "rb"), os.fdopen(answers, "wb")


if __name__ == "__main__":
    serve(*_own_pipes())
