"""Small data sets made by hand: a coarse head of ellipsoids, written by the shelf's own writer."""

import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.scan import Origin, Scan, Subject
from mindscan.core.volume import Grid, Volume
from mindscan.dataset.folder import open_job
from mindscan.dataset.index import write_index
from mindscan.dataset.store import write_subject

PARTS = (
    (258, (0, -15, 0), (80, 100, 95)),
    (24, (0, -15, 5), (68, 86, 72)),
    (3, (0, -15, 10), (64, 82, 62)),
    (2, (0, -15, 10), (52, 70, 50)),
    (8, (0, -60, -36), (44, 24, 20)),
    (16, (0, -28, -35), (12, 14, 30)),
    (4, (14, -10, 16), (10, 34, 10)),
    (10, (12, -17, 5), (10, 16, 10)),
    (17, (26, -21, -15), (10, 18, 9)),
)
"""Label id, middle and half axes in millimetres; sided ones lie on the right and are mirrored."""

RIGHT = {3: 42, 2: 41, 8: 47, 4: 43, 10: 49, 17: 53}
LEVELS = {258: 900, 24: 200, 3: 600, 42: 600, 2: 1000, 41: 1000, 8: 650, 47: 650, 16: 850}
LANDMARKS = {"AC": (0.0, 2.5, -5.0), "PC": (0.0, -25.0, -2.0)}
T1W = {
    "MagneticFieldStrength": 3.0,
    "PulseSequenceType": "MPRAGE",
    "RepetitionTime": 2.0,
    "InversionTime": 1.1,
    "EchoTime": 0.003,
    "FlipAngle": 8.0,
    "MindscanSettings": {"snr": 40.0, "field_tesla": 3.0, "deviations": {"grey": [0.1, 0.2, 0.3]}},
}
OTHERS = {
    "T2w": {"MagneticFieldStrength": 1.5, "PulseSequenceType": "Spin echo", "EchoTime": 0.09},
    "FLAIR": {"PulseSequenceType": "Inversion recovery spin echo", "EchoTime": 0.11, "InversionTime": 2.45},
    "random": {"PulseSequenceType": "Random contrast"},
}

MakeShelf = Callable[..., Path]


def head_labels(step_mm: float = 8.0, scale: float = 1.0) -> Volume:
    """Label ids of a coarse head."""
    shape = tuple(int(size // step_mm) for size in (190, 230, 210))
    grid = Grid.centred(shape, (step_mm * scale,) * 3, (0.0, -15.0, 0.0))
    world = np.stack(np.indices(shape), -1) @ grid.affine[:3, :3].T / scale + grid.affine[:3, 3] / scale
    ids = np.zeros(shape, np.int16)
    for label, middle, half in PARTS:
        for side in (-1, 1) if label in RIGHT else (0,):
            at = np.array([side * middle[0], *middle[1:]])
            inside = (((world - at) / half) ** 2).sum(-1) < 1
            if side:
                inside &= world[..., 0] * side > 0
            ids[inside] = RIGHT[label] if side == 1 else label
    return Volume(torch.from_numpy(ids), grid.affine)


def head_signal(labels: Volume, key: Key) -> Volume:
    """A T1-like signal of the coarse head, with noise."""
    ids = labels.numpy()
    levels = np.zeros(300)
    for label in np.unique(ids):
        levels[label] = 0 if label == 0 else LEVELS.get(int(label), 700)
    noise = np.abs(key.rng().normal(0, 15, ids.shape))
    return Volume(torch.from_numpy((levels[ids] + noise).astype(np.float32)), labels.affine)


def subject_of(
    number: int,
    suffixes: tuple[str, ...],
    diagnosis: str = "healthy",
    kind: str = "recipe",
    brain: bool = True,
    parcels: bool = False,
) -> Subject:
    """One subject; women have odd numbers."""
    key = Key(5) / "report" / number
    labels = head_labels(scale=1 + 0.03 * (number % 4))
    person = Person(age_years=20.0 + 7 * (number % 9), sex="FM"[number % 2 == 0], diagnosis=diagnosis)
    settings = {"T1w": {**T1W, "EchoTime": 0.003 + 0.0001 * number}, **OTHERS}
    scans = tuple(Scan(head_signal(labels, key / suffix), suffix, settings[suffix]) for suffix in suffixes)
    recipe = {"seed": 5, "person": person.model_dump(), "anatomy": {"icv_ml": 1400.5, "knots": [1, 2, 3]}}
    document = json.dumps(recipe) + "\n"
    truth = Brain.from_labels(labels, LANDMARKS) if brain else None
    if truth and parcels:
        truth = dataclasses.replace(truth, parcels=Volume(31001 * (labels.data == 3), labels.affine))
    origin = Origin(kind, hashlib.sha256(document.encode()).hexdigest(), document)
    return Subject(f"{number:03d}", person, scans, truth, origin)


def in_session(subject: Subject, session: int) -> Subject:
    """The same once more, two years older every time."""
    age = subject.person.age_years + 2 * (session - 1)
    person = subject.person.model_copy(update={"age_years": age})
    return dataclasses.replace(subject, id=f"{subject.id}_ses-{session:02d}", person=person)


@pytest.fixture(scope="session")
def labels() -> Volume:
    """Label ids of the coarse head."""
    return head_labels()


@pytest.fixture(scope="session")
def signal(labels: Volume) -> Volume:
    """A T1-like signal of the coarse head."""
    return head_signal(labels, Key(1))


@pytest.fixture(scope="session")
def make_shelf(tmp_path_factory: pytest.TempPathFactory) -> MakeShelf:
    """Write a data set of some subjects and give its folder; the same arguments give the same folder."""
    made: dict[object, Path] = {}

    def make(count: int = 2, suffixes: tuple[str, ...] = ("T1w",), sessions: int = 1, **how: object) -> Path:
        name = (count, suffixes, sessions, *sorted(how.items()))
        if name not in made:
            root = tmp_path_factory.mktemp("shelf") / "cohort & co"
            open_job(root, {"mindscan": "9.8.7", "seed": 314, "plan": {"subjects": count}})
            for number in range(1, count + 1):
                subject = subject_of(number, suffixes, **how)
                for session in range(1, 1 + sessions):
                    write_subject(root, subject if sessions == 1 else in_session(subject, session))
            write_index(root)
            made[name] = root
        return made[name]

    return make
