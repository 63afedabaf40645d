"""One whole new labelled subject: CPU time, peak memory and the memory-bandwidth floor.

Run with `make bench` or `python bench/subject.py`. Each person has a fresh process; medians are printed.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time

import torch

import mindscan
from mindscan.anatomy import build, template

PEOPLE = 5
LIMIT_CPU_SECONDS = 4.0
LIMIT_GIB = 2.0


def one_subject(seed: int) -> dict[str, float]:
    """CPU seconds of anatomy (dense points too) and one T1w scan at 1 mm, default grid, and peak memory."""
    template.load()
    torch.set_num_threads(1)
    plan = mindscan.Plan.parse({"scans": [{"preset": "T1w"}]})
    recipe = mindscan.draw(plan, seed=seed, subject="0001")
    start = time.process_time()
    build.make(recipe.anatomy, recipe.grid.grid(), recipe.key / "anatomy")
    anatomy = time.process_time() - start
    start = time.process_time()
    subject = mindscan.make_subject(recipe)
    whole = time.process_time() - start
    start = time.process_time()
    build.make(recipe.anatomy, recipe.grid.grid(), recipe.key / "anatomy")
    again = time.process_time() - start
    voxels = subject.scans[0].volume.data.numel()
    return {
        "anatomy_s": anatomy,
        "again_s": again,
        "whole_s": whole,
        "gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "floor_s": voxels * (2 + 4) / copy_bytes_per_second(voxels),
        "voxels": voxels,
    }


def copy_bytes_per_second(voxels: int) -> float:
    """Read and write bandwidth of one core, measured on an array of the subject's size."""
    source, target = torch.ones(voxels), torch.zeros(voxels)
    times = []
    for _ in range(7):
        start = time.perf_counter()
        target.copy_(source)
        times.append(time.perf_counter() - start)
    return 2 * 4 * voxels / statistics.median(times)


def main() -> None:
    """Print the table."""
    command = [sys.executable, __file__, "--one"]
    runs = [
        json.loads(subprocess.run([*command, str(seed)], check=True, capture_output=True).stdout)
        for seed in range(1, PEOPLE + 1)
    ]
    median = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    print(f"labelled subject, T1w, 1 mm, {median['voxels'] / 1e6:.1f} million voxels, median of {PEOPLE}:")
    print(f"  anatomy, points  {median['anatomy_s']:6.2f} CPU-seconds (limit {LIMIT_CPU_SECONDS:.0f})")
    later = median["again_s"]
    print(f"  any later person {later:6.2f} CPU-seconds (the first one loads tables and code)")
    print(f"  anatomy and scan {median['whole_s']:6.2f} CPU-seconds")
    print(f"  peak memory      {median['gib']:6.2f} GiB (limit {LIMIT_GIB:.0f}, torch included)")
    floor = median["floor_s"]
    share = floor / median["whole_s"]
    print(f"  memory-bandwidth floor {floor * 1000:.1f} ms (labels read, image written): {share:.2%} of it")


if __name__ == "__main__":
    if "--one" in sys.argv:
        print(json.dumps(one_subject(int(sys.argv[-1]))))
    else:
        main()
