"""How fast radiographs are: line integrals next to DiffDRR's in one run, and a whole radiograph of a head.

    python bench/projector.py

A ball of 128^3 voxels is seen on 256 x 256 pixels, on one thread, each time in a fresh process: time on
the processor and peak memory, and how far both pictures are from the chords of the ball. DiffDRR 0.6.1 is
looked for in the folder that MINDSCAN_PEERS names (`make bench` puts it there, without the packages that
its renderers do not use); where it is missing, ours are shown alone.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME, TISSUES
from mindscan.core.person import Person
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.projector import line_integrals
from mindscan.imaging.view import View
from mindscan.imaging.xray import XRay

SIDE, PIXELS, RADIUS_MM = 128, 256, 50.0
SOURCE_MM, DETECTOR_MM = 1000.0, 1500.0
GRID = Grid.centred((SIDE, SIDE, SIDE), (1.0, 1.0, 1.0))
LIMIT_TIME, LIMIT_MEMORY, LIMIT_SECONDS = 3.0, 1 / 3, 1.0
PEERS = ("siddon", "trilinear")


def ball() -> Tensor:
    """A ball in the middle, its edge one voxel soft; float32."""
    axes = [torch.arange(SIDE) - (SIDE - 1) / 2] * 3
    i, j, k = torch.meshgrid(*axes, indexing="ij")
    return (RADIUS_MM + 0.5 - (i * i + j * j + k * k).sqrt()).clamp(0, 1)


def chords() -> Tensor:
    """How long the rays run in the ball."""
    view = seen()
    way = view.targets() - view.source
    cross = torch.linalg.cross(view.source.expand_as(way), way)
    nearest = cross.norm(dim=-1) / way.norm(dim=-1)
    return 2 * (RADIUS_MM**2 - nearest**2).clamp_min(0).sqrt()


def seen() -> View:
    """From the front, one pixel a millimetre."""
    return View.towards((0, 0, 0), (0, 0, 0), (SOURCE_MM, DETECTOR_MM), (PIXELS, PIXELS), 1.0)


def ours() -> Callable[[], Tensor]:
    """Our projector on the ball."""
    volume, view = ball()[None], seen()
    return lambda: line_integrals(volume, GRID.affine, view.source, view.targets())[0]


def peer(renderer: str) -> Callable[[], Tensor]:
    """One of DiffDRR's renderers on the same ball, seen alike."""
    sys.path.append(os.environ["MINDSCAN_PEERS"])
    image = importlib.import_module("torchio").ScalarImage(tensor=ball()[None], affine=GRID.affine)
    read = importlib.import_module("diffdrr.data").read
    subject = read(image, orientation="AP", center_volume=True)
    drr = importlib.import_module("diffdrr.drr").DRR
    machine = drr(subject, sdd=DETECTOR_MM, height=PIXELS, delx=1.0, renderer=renderer)
    # its voxels are densities by value, not by Hounsfield unit
    machine.density.copy_(ball())
    pose = (torch.zeros(1, 3), torch.tensor([[0.0, SOURCE_MM, 0.0]]))
    return lambda: machine(*pose, parameterization="euler_angles", convention="ZXY")[0, 0]


def measured(name: str) -> dict[str, float]:
    """CPU time, peak memory and error of one projector, in this process."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    work = ours() if name == "mindscan" else peer(name)
    with torch.no_grad():
        picture, taken = work(), []
        for _ in range(3):
            start = time.process_time()
            work()
            taken.append(time.process_time() - start)
    exact = chords()
    inner = exact > RADIUS_MM
    error = float((picture / exact - 1)[inner].abs().max())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    return {"seconds": min(taken), "mib": peak, "error": error}


def head() -> Brain:
    """A head of ellipsoids with tissue shares, of the size of the usual grid."""
    grid = Grid.centred((176, 224, 208), (1.0, 1.0, 1.0), (0.0, -15.0, -8.0))
    axes = [(torch.arange(n) - (n - 1) / 2) / (0.5 * n) for n in grid.shape]
    i, j, k = torch.meshgrid(*axes, indexing="ij")
    radius = (i * i + j * j + k * k).sqrt()
    labels = torch.zeros(grid.shape, dtype=torch.int16)
    shells = {0.95: "Adipose", 0.9: "Outer-Table", 0.84: "CSF", 0.8: "Left-Cerebral-Cortex"}
    for edge, name in shells.items():
        labels[radius < edge] = BY_NAME[name].id
    hard = Brain.from_labels(Volume(labels, grid.affine))
    shares = torch.stack([hard.fraction(tissue).data for tissue in TISSUES])
    owners = torch.stack([labels] * len(TISSUES))
    points = {name: tuple(xyz) for name, xyz in zip("abcdef", np.eye(6, 3) * 40, strict=True)}
    return Brain(hard.labels, shares, owners, points)


def radiograph(threads: int) -> dict[str, float]:
    """Wall-clock and CPU time of a radiograph with thickness maps and landmarks."""
    torch.set_num_threads(threads)
    brain = head()
    settings = XRay.draw("XR-lateral", Key(1), Person(age_years=40, sex="F"))
    settings.scan(brain, Key(1))
    wall, used = time.perf_counter(), time.process_time()
    settings.scan(brain, Key(1))
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - used}


def fresh(*words: str) -> dict[str, float]:
    """What a fresh process measures."""
    command = [sys.executable, __file__, *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Print the table."""
    peers = PEERS if os.environ.get("MINDSCAN_PEERS") else ()
    found = {name: fresh(name) for name in ("mindscan", *peers)}
    print(f"line integrals, {SIDE}^3 voxels to {PIXELS} x {PIXELS} pixels, one thread")
    for name, row in found.items():
        print(
            f"  {name:10s} {1000 * row['seconds']:8.1f} ms CPU {row['mib']:7.0f} MiB at the peak"
            f"   chords met within {row['error']:.2%}"
        )
    own = found["mindscan"]
    for name in peers:
        faster = found[name]["seconds"] / own["seconds"]
        memory = own["mib"] / found[name]["mib"]
        print(f"  next to DiffDRR {name}: {faster:.1f} x as fast (limit {LIMIT_TIME:g}), "
              f"{memory:.2f} of the memory (limit {LIMIT_MEMORY:.2f})")  # fmt: skip
    print("radiograph of 512 x 512 pixels, 80 energies, 5 thickness maps, landmarks; "
          f"limit {LIMIT_SECONDS:g} s with 2 threads")  # fmt: skip
    for threads in ("1", "2"):
        whole = fresh("radiograph", threads)
        print(f"  threads {threads}  {whole['wall']:.2f} s, {whole['cpu']:.2f} CPU-seconds")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        name, *threads = sys.argv[1:]
        print(json.dumps(radiograph(int(threads[0])) if threads else measured(name)))
    else:
        main()
