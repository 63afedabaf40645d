"""Brains made on the fly for training: no disk, no two alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from mindscan.cohort import recipe as recipes
from mindscan.cohort.plan import Plan
from mindscan.core.errors import SettingsError
from mindscan.core.scan import Subject

Sample = dict[str, Any]


class Stream(IterableDataset[Sample]):
    """An endless (or `length` long) torch data set of subjects made on the fly.

    Works with `torch.utils.data.DataLoader` and any number of its workers: together they give every
    subject exactly once, whatever their number.

    Args:
        plan: what the subjects are made of.
        seed: 0 to 2**63 - 1.
        length: how many subjects; endless when None.
        device: where images and labels are made and stay.
        start: number of the first subject (from 1), to go on after a checkpoint.

    Yields:
        A dictionary: "image" float32 (scans, i, j, k), "labels" int16 (1, i, j, k) of FreeSurfer ids,
        "landmarks" float32 (81, 3) in world mm, "affine" float64 (4, 4), "recipe" JSON text, "subject" id.
    """

    def __init__(
        self,
        plan: Plan,
        seed: int = 0,
        length: int | None = None,
        device: torch.device | str = "cpu",
        start: int = 1,
    ) -> None:
        super().__init__()
        self.plan, self.seed, self.length = plan, seed, length
        self.device, self.start = device, start

    def __iter__(self) -> Iterator[Sample]:
        worker = get_worker_info()
        number = self.start + (worker.id if worker else 0)
        step = worker.num_workers if worker else 1
        while self.length is None or number < self.start + self.length:
            recipe = recipes.draw(self.plan, self.seed, recipes.subject_id(number))
            yield sample(recipes.make(recipe, self.device, dense=False))
            number += step


def sample(subject: Subject) -> Sample:
    """A subject as the dictionary of tensors that training code wants; see `Stream`.

    Labels and landmarks are those that the first scan shows.

    Raises:
        SettingsError: the scans lie on different grids.
    """
    brain = subject.scans[0].brain or subject.brain
    assert brain is not None
    grids = {(scan.volume.data.shape, scan.volume.affine.tobytes()) for scan in subject.scans}
    if len(grids) > 1:
        raise SettingsError(
            f"scans on {len(grids)} different grids in a stream",
            "one grid for all scans of a subject",
            "give all scans of the plan the same slices, field of view and sampling",
        )
    points: Tensor = torch.tensor(list(brain.landmarks.values()), dtype=torch.float32)
    return {
        "image": torch.stack([scan.volume.data for scan in subject.scans]),
        "labels": brain.labels.data[None],
        "landmarks": points.to(brain.labels.data.device),
        "affine": torch.from_numpy(brain.labels.affine),
        "recipe": subject.origin.document,
        "subject": subject.id,
    }
