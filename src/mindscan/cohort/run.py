"""Many subjects in parallel, each written as soon as it is made; what is finished is never made again."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mindscan.anatomy import assets, bases
from mindscan.cohort import recipe as recipes
from mindscan.cohort.estimate import Estimate, check_memory, default_workers, estimate
from mindscan.cohort.plan import Plan
from mindscan.cohort.recipe import Recipe
from mindscan.cohort.worker import write_all, write_one
from mindscan.core.errors import SettingsError
from mindscan.core.volume import Grid
from mindscan.dataset import card, folder, index


@dataclass(frozen=True)
class Progress:
    """How far a cohort is.

    Args:
        done: subjects on disk.
        total: subjects asked for.
        subject: id of the one just finished, "" at the start.
        cost: estimate, made at the start, of what was still missing then.
    """

    done: int
    total: int
    subject: str
    cost: Estimate


def make_cohort(
    root: str | Path, plan: Plan, subjects: int, seed: int, workers: int | None = None
) -> Generator[Progress, None, None]:
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
        SettingsError: an impossible plan, seed or number, or a grid that does not fit in memory.
        FolderError: the folder is foreign, of another job, unwritable or full.
    """
    root = Path(root)
    for name, value in (("subjects", subjects), ("workers", workers)):
        if value is not None and value < 1:
            raise SettingsError(f"{name} = {value}", "at least 1", "ask for more")
    present = set(card.finished(root)) if root.is_dir() else set()
    ids = [recipes.subject_id(n) for n in range(1, subjects + 1)]
    missing = [
        recipes.draw(plan, seed, subject) for subject in ids if not present.issuperset(plan.visits(subject))
    ]
    grid = max([plan.grid.grid(), *_scanned(missing)], key=lambda grid: grid.size)
    workers = min(workers or default_workers(grid), max(len(missing), 1))
    check_memory(grid, workers)
    needed = estimate(plan, len(missing), workers)
    folder.open_job(root, job(plan, seed), free_bytes_needed=int(needed.disk_bytes))
    done = subjects - len(missing)
    yield Progress(done, subjects, "", needed)
    try:
        for subject in _write(root, missing, workers):
            done += 1
            yield Progress(done, subjects, subject, needed)
    finally:
        index.write_index(root)


def _scanned(made: list[Recipe]) -> list[Grid]:
    """The grids that the heads of recipes are painted on for their scans."""
    return [scan.grid(recipe.grid.grid()) for recipe in made for scan in recipe.scans]


def job(plan: Plan, seed: int) -> dict[str, Any]:
    """What makes two runs the same job: software version, seed, plan and the maps that it builds on."""
    told = {"mindscan": version("mindscan"), "seed": seed, "plan": plan.model_dump(mode="json")}
    added = {name: digest for name, digest in recipes.bases(plan).items() if digest}
    return told | ({"bases": added} if added else {})


def replay_one(root: str | Path, recipe: Recipe) -> None:
    """Make one subject again from its recipe, as a data set of its own.

    Raises:
        SettingsError: the recipe's grid does not fit in memory, or its base is missing or another one.
        FolderError: the folder is foreign, of another job, unwritable or full.
    """
    root = Path(root)
    assets.check(recipe.anatomy.base, recipe.base_digest)
    check_memory(recipe.grid.grid(), 1)
    folder.open_job(root, {"mindscan": version("mindscan"), "seed": recipe.seed, "recipe": recipe.digest})
    try:
        if not set(recipe.visits) <= set(card.finished(root)):
            write_one(root, recipe)
    finally:
        index.write_index(root)


def _write(root: Path, missing: list[Recipe], workers: int) -> Iterator[str]:
    """Ids of subjects as they are finished."""
    for name in {recipe.anatomy.base for recipe in missing}:
        bases.load(name)  # build the cache once, not in every worker
    if workers > 1:
        yield from write_all(root, missing, workers)
    else:
        yield from (write_one(root, recipe) for recipe in missing)
