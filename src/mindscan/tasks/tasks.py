"""All tasks that can be trained; a new one is one file with a class that fits `Task`, and one entry here."""

from __future__ import annotations

from mindscan.core.errors import SettingsError
from mindscan.learn.task import Task
from mindscan.tasks.landmarker import Landmarker
from mindscan.tasks.segmenter import Segmenter
from mindscan.tasks.stripper import Stripper

TASKS: tuple[type[Task], ...] = (Stripper, Segmenter, Landmarker)
"""All tasks."""


def find(name: str) -> Task:
    """The task of a name.

    Raises:
        SettingsError: there is none.

    Example:
        >>> find("stripper").name
        'stripper'
    """
    known = {task.name: task for task in TASKS}
    if name not in known:
        raise SettingsError(f"task '{name}'", f"one of {', '.join(known)}", "choose one of these")
    return known[name]()
