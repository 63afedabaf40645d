"""What a cohort will cost, before anything is made."""

from __future__ import annotations

import os
from dataclasses import dataclass

from mindscan.cohort.plan import Plan

_SECONDS_PER_MEGAVOXEL = {"anatomy": 0.35, "scan": 0.09, "writing": 0.12}
_BYTES_PER_VOXEL = {"scan": 1.35, "truth": 0.75}
_MEMORY_PER_VOXEL = 110
_MEMORY_BASE = 450e6
_STARTING_SECONDS = 4.0


@dataclass(frozen=True)
class Estimate:
    """Rough cost of a cohort on an ordinary laptop.

    Args:
        seconds: wall-clock time.
        memory_bytes: at the peak, all workers together.
        disk_bytes: of the finished data set.
        workers: processes side by side.
    """

    seconds: float
    memory_bytes: float
    disk_bytes: float
    workers: int

    def __str__(self) -> str:
        minutes = self.seconds / 60
        time = f"{self.seconds:.0f} s" if minutes < 2 else f"{minutes:.0f} min"
        return (
            f"about {time} with {self.workers} worker{'s' * (self.workers != 1)}, "
            f"{self.memory_bytes / 2**30:.1f} GiB of memory, {self.disk_bytes / 2**30:.2f} GiB of disk"
        )


def estimate(plan: Plan, subjects: int, workers: int) -> Estimate:
    """Time, memory and disk that `subjects` people of a plan will need.

    Args:
        plan: what the cohort is made of.
        subjects: how many people.
        workers: processes side by side, at least 1.
    """
    voxels = plan.grid.grid().size
    fine = voxels * max(1.0, _divisions(plan))
    scans = len(plan.scans)
    each = _SECONDS_PER_MEGAVOXEL
    seconds = (fine * each["anatomy"] + voxels * (scans * each["scan"] + (scans + 1) * each["writing"])) / 1e6
    disk = voxels * (scans * _BYTES_PER_VOXEL["scan"] + _BYTES_PER_VOXEL["truth"])
    busy = min(workers, subjects) or 1
    return Estimate(
        seconds=_STARTING_SECONDS + seconds * subjects / busy,
        memory_bytes=busy * (_MEMORY_BASE + voxels * _MEMORY_PER_VOXEL),
        disk_bytes=disk * subjects,
        workers=busy,
    )


def default_workers() -> int:
    """As many processes as this program may use cores."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _divisions(plan: Plan) -> float:
    """How many points stand for one voxel, since thick voxels are divided."""
    total = 1.0
    for edge in plan.grid.voxel_mm:
        total *= -(-edge // 1.05)
    return total
