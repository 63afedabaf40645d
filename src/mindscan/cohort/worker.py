"""Subjects made side by side, each put on the shelf by the process that made it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from mindscan.cohort import recipe as recipes
from mindscan.cohort.recipe import Recipe
from mindscan.core.worker import do_all
from mindscan.dataset import store


def write_one(root: Path, recipe: Recipe) -> str:
    """Make one subject, all sessions of theirs, and put it on the shelf; returns its id."""
    for subject in recipes.make_all(recipe):
        store.write_subject(root, subject)
    return recipe.subject


def write_all(root: Path, wanted: Sequence[Recipe], workers: int) -> Iterator[str]:
    """Make subjects in several processes, which end with the iteration; ids come as they are finished.

    Args:
        root: a folder that is open for the job.
        wanted: the recipes.
        workers: processes side by side, at least 1.

    Raises:
        MindscanError: whatever making a subject raises, or that a process was killed.
    """
    yield from do_all(partial(write_one, root), wanted, workers)
