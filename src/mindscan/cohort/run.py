"""Many subjects in parallel, each written as soon as it is made; what is finished is never made again."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mindscan.anatomy import template
from mindscan.cohort import recipe as recipes
from mindscan.cohort.estimate import default_workers, estimate
from mindscan.cohort.plan import Plan
from mindscan.cohort.recipe import Recipe
from mindscan.core.errors import FolderError, SettingsError
from mindscan.dataset import card, folder, index, store


@dataclass(frozen=True)
class Progress:
    """How far a cohort is: subjects on disk, of how many, and the one just finished ("" at the start)."""

    done: int
    total: int
    subject: str


def make_cohort(
    root: str | Path, plan: Plan, subjects: int, seed: int, workers: int | None = None
) -> Iterator[Progress]:
    """Make a cohort as a BIDS data set; a step is yielded for every subject on disk.

    Subjects that are there already are kept, so the same call goes on after any interruption, and a
    larger `subjects` adds people to a cohort. The result does not depend on `workers`.

    Args:
        root: output folder; new, empty or of the very same job.
        plan: what the cohort is made of.
        subjects: how many people, at least 1.
        seed: 0 to 2**63 - 1.
        workers: processes side by side; as many as there are cores when None.

    Raises:
        SettingsError: an impossible plan, seed or number.
        FolderError: the folder is foreign, of another job, unwritable or full.
    """
    root = Path(root)
    if subjects < 1:
        raise SettingsError(f"subjects = {subjects}", "at least 1", "ask for more")
    if workers is not None and workers < 1:
        raise SettingsError(f"workers = {workers}", "at least 1", "ask for more")
    wanted = [recipes.draw(plan, seed, recipes.subject_id(n + 1)) for n in range(subjects)]
    present = set(card.finished(root)) if root.is_dir() else set()
    missing = [recipe for recipe in wanted if recipe.subject not in present]
    workers = min(workers or default_workers(), max(len(missing), 1))
    needed = estimate(plan, len(missing), workers).disk_bytes
    folder.open_job(root, job(plan, seed), free_bytes_needed=int(needed))
    done = subjects - len(missing)
    yield Progress(done, subjects, "")
    try:
        for subject in _make_all(root, missing, workers):
            done += 1
            yield Progress(done, subjects, subject)
    finally:
        index.write_index(root)


def job(plan: Plan, seed: int) -> dict[str, Any]:
    """What makes two runs the same job: software version, seed and plan."""
    return {"mindscan": version("mindscan"), "seed": seed, "plan": plan.model_dump(mode="json")}


def replay_one(root: str | Path, recipe: Recipe) -> None:
    """Make one subject again from its recipe, as a data set of its own.

    Raises:
        FolderError: the folder is foreign, of another job, unwritable or full.
    """
    root = Path(root)
    folder.open_job(root, {"mindscan": version("mindscan"), "seed": recipe.seed, "recipe": recipe.digest})
    try:
        write_one(root, recipe)
    finally:
        index.write_index(root)


def write_one(root: Path, recipe: Recipe) -> str:
    """Make one subject and put it on the shelf; returns its id."""
    store.write_subject(root, recipes.make(recipe))
    return recipe.subject


def _make_all(root: Path, missing: list[Recipe], workers: int) -> Iterator[str]:
    """Ids of subjects as they are finished."""
    if not missing:
        return
    template.load()  # build the cache once, not in every worker
    if workers == 1:
        for recipe in missing:
            yield write_one(root, recipe)
        return
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker)
    try:
        yield from _finished_in_turn(pool, root, missing, workers)
    except BrokenProcessPool:
        raise FolderError(
            "a worker process was killed",
            "enough memory for every worker",
            "run the same command again with fewer --workers; finished subjects are kept",
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _finished_in_turn(
    pool: ProcessPoolExecutor, root: Path, missing: list[Recipe], workers: int
) -> Iterator[str]:
    """Keep every worker busy with a short queue, so that stopping is quick."""
    waiting = iter(missing)
    running: set[Future[str]] = set()
    while True:
        for recipe in waiting:
            running.add(pool.submit(write_one, root, recipe))
            if len(running) > workers:
                break
        if not running:
            return
        finished, running = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            yield future.result()


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, and die with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
