"""Small subjects made by hand: asymmetrical, on an oblique grid."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.labels import TISSUES
from mindscan.core.person import Person
from mindscan.core.points import PointName, Points
from mindscan.core.scan import Origin, Scan, Subject
from mindscan.core.surface import CorticalSurface
from mindscan.core.volume import Affine, Volume

SHAPE = (12, 14, 10)
OWNERS = (0, 258, 165, 4, 53, 41)  # one structure per tissue, all on one side where there are sides

MakeSubject = Callable[..., Subject]


def oblique_affine() -> Affine:
    """Turned about two axes, voxels of three sizes; its entries do not fit single precision."""
    a, b = 0.3, -0.2
    about_z = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    affine = np.eye(4)
    affine[:3, :3] = about_z @ about_x @ np.diag([0.9, 1.1, 1.3])
    affine[:3, 3] = [-7.1, 3.3, 41.7]
    return affine


def build(subject: str = "001", age: float = 61.5, suffixes: tuple[str, ...] = ("T1w", "T2w")) -> Subject:
    """A subject whose every voxel follows from its id."""
    rng = (Key(7) / "shelf" / subject).rng()
    affine = oblique_affine()
    fractions = rng.dirichlet([0.3] * len(TISSUES), SHAPE).transpose(3, 0, 1, 2).astype(np.float32)
    owners = np.broadcast_to(np.array(OWNERS, np.int16)[:, None, None, None], fractions.shape)
    labels = np.array(OWNERS, np.int16)[fractions.argmax(0)]
    points = {"AC": (0.1, 2.000004, -3.0), "PC": (0.12345, -25.5, 1e-7)}
    brain = Brain(
        Volume(torch.from_numpy(labels), affine),
        torch.from_numpy(fractions),
        torch.from_numpy(owners.copy()),
        points,
        parcels=Volume(torch.from_numpy(np.where(labels == 53, 32001, 0).astype(np.int16)), affine),
        parcels_ml={31001: 0.0, 32001: 1.23456},
        points=Points(
            (
                PointName("pial-L-000", "pial", "Cerebral-Cortex", "L"),
                PointName("Skull-inner-001", "inner", "Skull", ""),
            ),
            torch.tensor([[-40.25, 1e-7, 12.5], [torch.nan] * 3], dtype=torch.float64),
        ),
    )
    scans = tuple(
        Scan(
            Volume(torch.from_numpy(rng.gamma(2, 500 * (1 + i), SHAPE).astype(np.float32)), affine),
            suffix,
            {"MagneticFieldStrength": 3.0, "EchoTime": 0.003, "FlipAngle": 9.0 + i},
        )
        for i, suffix in enumerate(suffixes)
    )
    document = f'{{"subject": "{subject}", "né": 1}}\n'
    digest = hashlib.sha256(document.encode()).hexdigest()
    person = Person(age_years=age, sex="F")
    return Subject(subject, person, scans, brain, Origin("recipe", digest, document))


@pytest.fixture
def make_subject() -> MakeSubject:
    return build


@pytest.fixture
def with_surfaces() -> MakeSubject:
    """The same with surfaces: two tetrahedra, one in the other, on either side."""

    def made(*words: Any) -> Subject:
        subject = build(*words)
        assert subject.brain is not None
        corners = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], np.float32)
        faces = np.array([[0, 1, 2], [0, 3, 1], [0, 2, 3], [1, 3, 2]], np.int32)
        even = np.ones(4, np.float32)
        surface = CorticalSurface(faces, 20 * corners, 22 * corners, 2 * even, 0 * even, even > 0)
        brain = replace(subject.brain, surfaces={"left": surface, "right": surface})
        return replace(subject, brain=brain)

    return made


@pytest.fixture
def with_radiograph() -> MakeSubject:
    """The same with a radiograph of three columns and four rows."""

    def made(*words: Any) -> Subject:
        subject = build(*words)
        affine = oblique_affine()
        depth = torch.arange(12.0).reshape(3, 4, 1) * 300
        maps = {name: Volume(depth / 100, affine) for name in ("soft", "bone", "CSF", "GM", "WM")}
        places = {"nasion": (1.25, 0.5, 1.2), "behind": (torch.nan,) * 3}
        view = Scan(Volume(depth, affine), "xr", {"KVP": 70}, acq="ap", maps=maps, places=places)
        return replace(subject, scans=(*subject.scans, view))

    return made


def contents(root: Path) -> dict[str, bytes | None]:
    """Everything below a folder: files with their bytes, folders as None."""
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else None
        for path in sorted(root.rglob("*"))
    }


@pytest.fixture
def listing() -> Callable[[Path], dict[str, bytes | None]]:
    return contents


def add_other_voxels(subject: Subject) -> Subject:
    """The same subject with an axial scan of its own grid, and the phase of a complex one."""
    assert subject.brain is not None
    grid = subject.brain.labels.grid.with_voxels((0.9, 1.1, 2.6))
    labels = Volume(torch.full(grid.shape, 53, dtype=torch.int16), grid.affine)
    thick = Scan(
        Volume(torch.ones(grid.shape), grid.affine),
        "FLAIR",
        {"EchoTime": 0.09},
        Brain.from_labels(labels),
        acq="3taxial5mm",
    )
    angle = Volume(subject.scans[0].volume.data / 5000 - 1.5, subject.scans[0].volume.affine)
    phase = Scan(angle, "T2starw", {"EchoTime": 0.02, "Units": "rad"}, acq="swi3t", part="phase")
    trace = replace(thick, suffix="trace", acq="dwi3tb1000")
    return replace(subject, scans=(*subject.scans, thick, trace, phase))


@pytest.fixture
def on_other_voxels() -> Callable[[Subject], Subject]:
    return add_other_voxels
