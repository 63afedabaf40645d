"""How far a cohort is, on standard error: a bar in a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bar
from rich.text import Text

if TYPE_CHECKING:  # quick commands show a bar too, and must not load all that makes heads
    from mindscan.cohort.run import Progress

Show = Callable[["Progress"], None]


class TimeLeft(ProgressColumn):
    """Time left, from the pace so far; before the first subject is finished, from the estimate."""

    def render(self, task: Task) -> Text:
        """The column of one task."""
        left = max(task.fields["ends"] - time.monotonic(), 0)
        return Text(f"{timedelta(seconds=round(left))} left" if task.remaining else "done")


@contextmanager
def shown(console: Console) -> Iterator[Show]:
    """A function that shows each step of a cohort."""
    if not console.is_terminal:
        yield lambda step: _line(console, step)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeLeft(),
    )
    with Bar(*columns, console=console) as bar:
        yield _bar_filler(bar)


@contextmanager
def counted(console: Console, doing: str) -> Iterator[Callable[[int, int], None]]:
    """A function that shows how many of how many things are done: a bar, or a line for every tenth."""
    if not console.is_terminal:
        yield lambda done, total: _tenth(console, doing, done, total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console) as bar:
        task = bar.add_task(doing, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def phased(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    """The same for several kinds of things, one kind after the other: a bar, or lines, for each."""
    if not console.is_terminal:
        yield lambda doing, done, total: _tenth(console, doing, done, total) if done else None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console) as bar:
        tasks: dict[str, TaskID] = {}

        def show(doing: str, done: int, total: int) -> None:
            if doing not in tasks:
                tasks[doing] = bar.add_task(doing, total=None)
            bar.update(tasks[doing], completed=done, total=total)

        yield show


def _tenth(console: Console, doing: str, done: int, total: int) -> None:
    if done * 10 // total > (done - 1) * 10 // total:
        console.out(f"{doing}: {done} of {total}", highlight=False)


def _line(console: Console, step: Progress) -> None:
    """One line a step, without control characters."""
    text = f"sub-{step.subject} is finished" if step.subject else _about(step)
    console.out(f"{step.done} of {step.total}: {text}", highlight=False)


def _about(step: Progress) -> str:
    missing = step.total - step.done
    return f"{missing} to make, {step.cost}" if missing else "nothing left to make"


def _bar_filler(bar: Bar) -> Show:
    """A function that moves the bar."""
    began = time.monotonic()
    first: Progress | None = None

    def show(step: Progress) -> None:
        nonlocal first
        now = time.monotonic()
        if first is None:
            first = step
            bar.console.print(_about(step), highlight=False)
            bar.add_task("making", total=step.total, completed=step.done, ends=began + step.cost.seconds)
            return
        made, left = step.done - first.done, step.total - step.done
        doing = "making" if left else "writing the report"
        ends = now + (now - began) / made * left
        bar.update(bar.task_ids[0], completed=step.done, description=doing, ends=ends)

    return show
