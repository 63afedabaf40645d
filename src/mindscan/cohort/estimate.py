"""What a cohort will cost, before anything is made.

The constants were measured on two cores of about 3 GHz; `make bench` (bench/cohort.py) sets the estimate
of a default cohort beside what it really takes.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path

from mindscan.cohort.plan import Plan
from mindscan.core.errors import SettingsError
from mindscan.core.volume import Grid

_SECONDS_A_START = 6.0
_SECONDS_A_SUBJECT = 1.6
_SECONDS_A_REPORTED_SUBJECT = 0.5
_SECONDS_A_MEGAPOINT = 0.33
_SECONDS_A_SCANNED_MEGAVOXEL = 0.04
_SECONDS_A_WRITTEN_MEGAVOXEL = 0.03
_DISK_A_SUBJECT = 3.2e5
_SECONDS_A_LATER_SESSION = 3.0
_DISK_A_LATER_SESSION = 3e6
_SECONDS_A_SURFACED_SUBJECT = 11.0
_DISK_A_SURFACED_SUBJECT = 5e6
_DISK_A_SCANNED_VOXEL = 1.3
_DISK_A_LABELLED_VOXEL = 0.5
_MEMORY_A_PROCESS = 6.5e8
_MEMORY_A_VOXEL = 45
_FINEST_MM = 1.05
"""Voxels with longer edges are divided into points when a head is made."""


@dataclass(frozen=True)
class Estimate:
    """Rough cost of a cohort on an ordinary laptop, within a factor of two.

    Args:
        seconds: wall-clock time.
        memory_bytes: at the peak, all processes together.
        disk_bytes: of the finished data set.
        workers: processes side by side.
    """

    seconds: float
    memory_bytes: float
    disk_bytes: float
    workers: int

    def __str__(self) -> str:
        return (
            f"about {_time(self.seconds)} with {self.workers} worker{'s' * (self.workers != 1)}, "
            f"{self.memory_bytes / 2**30:.1f} GiB of memory, {_size(self.disk_bytes)} of disk"
        )


def estimate(plan: Plan, subjects: int, workers: int) -> Estimate:
    """Time, memory and disk that `subjects` people of a plan will need.

    Args:
        plan: what the cohort is made of.
        subjects: how many people.
        workers: processes side by side, at least 1.

    Example:
        >>> estimate(Plan(), 20, 1).seconds > estimate(Plan(), 20, 2).seconds
        True
    """
    base, grids = plan.grid.grid(), plan.grids()
    painted = {(grid.shape, grid.affine.tobytes()): grid for grid in (base, *grids)}.values()
    points = sum(map(_points, painted))
    scanned, labelled = sum(grid.size for grid in grids), sum(grid.size for grid in painted)
    busy = max(min(workers, subjects), 1)
    each = (
        plan.surfaces * _SECONDS_A_SURFACED_SUBJECT
        + _SECONDS_A_SUBJECT
        + 1e-6
        * (
            points * _SECONDS_A_MEGAPOINT
            + scanned * _SECONDS_A_SCANNED_MEGAVOXEL
            + (scanned + labelled) * _SECONDS_A_WRITTEN_MEGAVOXEL
        )
    )
    sessions = len(plan.sessions.years) if plan.sessions else 1
    each = each * sessions + (sessions - 1) * _SECONDS_A_LATER_SESSION
    disk = _DISK_A_SUBJECT + plan.surfaces * _DISK_A_SURFACED_SUBJECT
    disk += scanned * _DISK_A_SCANNED_VOXEL + labelled * _DISK_A_LABELLED_VOXEL
    return Estimate(
        seconds=_SECONDS_A_START + subjects * (each / busy + sessions * _SECONDS_A_REPORTED_SUBJECT),
        memory_bytes=memory_bytes(labelled, busy),
        disk_bytes=(disk * sessions + (sessions - 1) * _DISK_A_LATER_SESSION) * subjects,
        workers=busy,
    )


def memory_bytes(voxels: int, workers: int) -> float:
    """Memory at the peak, all processes together; several workers have a parent besides."""
    processes = workers + (workers > 1)
    return processes * _MEMORY_A_PROCESS + workers * voxels * _MEMORY_A_VOXEL


def default_workers(grid: Grid) -> int:
    """One process for each core that this program may use, as far as memory goes."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    room = free_memory_bytes()
    return max((n for n in range(1, cores + 1) if memory_bytes(grid.size, n) <= room), default=1)


def check_memory(grid: Grid, workers: int) -> None:
    """Refuse what would need more than twice the memory that is free.

    Raises:
        SettingsError: the grid is too fine or too wide for this computer.
    """
    needed, free = memory_bytes(grid.size, workers), free_memory_bytes()
    if needed > 2 * free:
        raise SettingsError(
            f"a grid of {' x '.join(map(str, grid.shape))} voxels with {workers} worker"
            f"{'s' * (workers != 1)} takes about {_size(needed)} of memory",
            f"no more than the {_size(free)} that are free",
            "ask for larger voxels, a smaller field of view or fewer --workers",
        )


def free_memory_bytes() -> float:
    """Bytes of memory that programs may still take; without bound where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        available = next(line for line in lines if line.startswith("MemAvailable:"))
        return float(available.split()[1]) * 1024
    except (OSError, StopIteration, ValueError):
        return math.inf


def _points(grid: Grid) -> float:
    """How many points a head is asked for, since thick voxels are divided."""
    return grid.size * math.prod(math.ceil(edge / _FINEST_MM) for edge in grid.voxel_mm)


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"


def _size(count: float) -> str:
    return f"{count / 2**20:.0f} MiB" if count < 2**30 else f"{count / 2**30:.1f} GiB"
