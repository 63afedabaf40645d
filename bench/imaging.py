"""How much CPU time an image costs: mindscan against TorchIO, on one label volume in one run.

    python bench/imaging.py

Both turn the same labels into an image with per-label contrast, bias field, blur and noise, on one thread.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
import torchio

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.labels import LABELS, TISSUES
from mindscan.core.person import Person
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.blur import FWHM_PER_SD
from mindscan.imaging.scanner import MRI, draw, scan

Floats = npt.NDArray[np.floating]
SIDE = 192
BLUR_SD_MM = 1.0
PERSON = Person(age_years=40, sex="F")


def regions(key: Key, side: int = SIDE, pieces: int = 53) -> Volume:
    """A ball of Voronoi cells that carry all labels of the table in turn, in air; int16."""
    grid = Grid.centred((side, side, side), (1.0, 1.0, 1.0))
    rng = key.rng()
    seeds = rng.uniform(0.15, 0.85, (pieces, 3)) * side
    ids = np.array([LABELS[1 + n % (len(LABELS) - 1)].id for n in range(pieces)], np.int16)
    axes = [np.arange(side, dtype=np.float32)] * 3
    nearest = np.full(grid.shape, np.inf, np.float32)
    labels = np.zeros(grid.shape, np.int16)
    for seed, label in zip(seeds, ids, strict=True):
        away = _squared_distance(axes, seed)
        closer = away < nearest
        labels[closer], nearest[closer] = label, away[closer]
    labels[_squared_distance(axes, np.full(3, side / 2)) > (0.45 * side) ** 2] = 0
    return Volume(torch.from_numpy(labels), grid.affine)


def _squared_distance(axes: list[Floats], point: Floats) -> Floats:
    x, y, z = ((axis - place) ** 2 for axis, place in zip(axes, point, strict=True))
    squared: Floats = x[:, None, None] + y[None, :, None] + z[None, None, :]
    return squared


def shares(labels: Volume) -> Brain:
    """The same head with tissue shares: every voxel wholly of its own tissue."""
    brain = Brain.from_labels(labels)
    fractions = torch.stack([brain.fraction(tissue).data for tissue in TISSUES])
    owners = torch.stack([brain.labels.data] * len(TISSUES))
    return Brain(brain.labels, fractions, owners, {})


def cpu_seconds(work: Callable[[], object], times: int = 3) -> float:
    """Median CPU time of a call, after one call to warm up."""
    work()
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def peer(labels: Volume) -> Callable[[], object]:
    """TorchIO's contrast, bias field, blur and noise on the same labels, with the same blur."""
    subject = torchio.Subject(label=torchio.LabelMap(tensor=labels.data[None].to(torch.int32)))  # type: ignore[no-untyped-call]
    chain = torchio.Compose(
        [
            torchio.RandomLabelsToImage(label_key="label", used_labels=torch.unique(labels.data).tolist()),
            torchio.RandomBiasField(),
            torchio.RandomBlur(std=(BLUR_SD_MM, BLUR_SD_MM)),
            torchio.RandomNoise(),
        ]
    )
    return lambda: chain(subject)


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    labels = regions(Key(1) / "bench")
    drawn = draw("random", Key(1), PERSON).model_dump() | {"psf_fwhm_mm": BLUR_SD_MM * FWHM_PER_SD}
    t1w = draw("T1w", Key(1), PERSON)
    settings, key = MRI.parse(drawn), Key(1) / "image"
    hard, soft = Brain.from_labels(labels), shares(labels)
    source, target = torch.empty(labels.data.shape), torch.empty(labels.data.shape)
    copy = cpu_seconds(lambda: target.copy_(source), 9)
    per_byte = copy / (8 * labels.data.numel())
    floor = per_byte * labels.data.numel() * (labels.data.element_size() + 4)
    rows = [
        ("TorchIO labels, bias, blur, noise", cpu_seconds(peer(labels))),
        ("mindscan random contrast, hard labels", cpu_seconds(lambda: scan(hard, settings, key), 5)),
        ("mindscan T1w, hard labels", cpu_seconds(lambda: scan(hard, t1w, key), 5)),
        ("mindscan T1w, tissue shares", cpu_seconds(lambda: scan(soft, t1w, key), 5)),
        ("memory floor: int16 in, float32 out", floor),
    ]
    base, ours = rows[0][1], rows[1][1]
    print(f"{SIDE}^3 voxels, {len(torch.unique(labels.data))} labels, one thread, blur {BLUR_SD_MM:g} mm")
    for name, seconds in rows:
        print(f"{name:40s} {1000 * seconds:9.1f} ms CPU {base / seconds:9.1f} x")
    print(f"ratio to TorchIO: {base / ours:.1f}; the memory floor is {100 * floor / ours:.1f} % of our time")


if __name__ == "__main__":
    main()
