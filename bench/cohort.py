"""What a default cohort really takes, beside the estimate that is given before it is made.

    python bench/cohort.py

Four people with T1w and T2w at 1 mm, two workers; the estimate should lie within a factor of two.
"""

from __future__ import annotations

import resource
import shutil
import tempfile
import time
from pathlib import Path

import mindscan
from mindscan.cohort.estimate import Estimate
from mindscan.cohort.run import Progress

SUBJECTS, WORKERS = 4, 2
MIB = 2**20


def measured(root: Path) -> tuple[Estimate, Estimate]:
    """What was estimated and what it took; memory is that of the largest worker, once for each."""
    costs: list[Estimate] = []

    def keep(step: Progress) -> None:
        costs.append(step.cost)

    began = time.perf_counter()
    mindscan.make(root, SUBJECTS, 1, None, WORKERS, keep)
    seconds = time.perf_counter() - began
    sizes = [path.stat().st_size for path in root.rglob("sub-*") if path.is_file()]
    parent, worker = (
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return costs[0], Estimate(seconds, (parent + WORKERS * worker) * 1024, sum(sizes), WORKERS)


def main() -> None:
    """Print the estimate, what was measured and their ratio."""
    root = Path(tempfile.mkdtemp())
    try:
        expected, found = measured(root)
    finally:
        shutil.rmtree(root)
    print(f"{SUBJECTS} subjects on the default grid, {WORKERS} workers: estimated, measured, ratio")
    for name, unit, scale in (("seconds", "s", 1), ("memory_bytes", "MiB", MIB), ("disk_bytes", "MiB", MIB)):
        a, b = getattr(expected, name) / scale, getattr(found, name) / scale
        print(f"  {name.split('_')[0]:8} {a:7.0f} {b:7.0f} {unit:4} {a / b:5.2f}")


if __name__ == "__main__":
    main()
