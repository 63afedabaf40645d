"""A small data set whose scans lie in space in every way that scans do."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import torch
from nibabel import orientations

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.labels import LABELS
from mindscan.core.person import Person
from mindscan.core.scan import Origin, Scan, Subject
from mindscan.core.volume import Affine, Volume
from mindscan.dataset.folder import open_job
from mindscan.dataset.index import write_index
from mindscan.dataset.store import write_subject
from mindscan.imaging.view import View

SHAPE = (11, 14, 9)
IDS = torch.tensor([label.id for label in LABELS], dtype=torch.int16)


def affine(
    edges: tuple[float, float, float], codes: str = "RAS", turns_deg: tuple[float, ...] = (0, 0, 0)
) -> Affine:
    """Voxels of some size, axes named by where they run, the whole turned about x, y and z."""
    ornt = orientations.axcodes2ornt(tuple(codes))
    axes = np.zeros((3, 3))
    for i, (world, sign) in enumerate(ornt):
        axes[int(world), i] = sign * edges[i]
    for axis, degrees in enumerate(turns_deg):
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        turn, (a, b) = np.eye(3), ((1, 2), (2, 0), (0, 1))[axis]
        turn[a, a], turn[a, b], turn[b, a], turn[b, b] = c, -s, s, c
        axes = turn @ axes
    whole = np.eye(4)
    whole[:3, :3], whole[:3, 3] = axes, (-71.23456789, 33.3, 41.7)
    return whole


def tilted() -> Affine:
    """Slices of a gantry that is tilted by 15 degrees: they lie one above the other all the same."""
    whole, tilt = affine((1.1, 1.1, 5)), np.radians(15)
    whole[:3, 1] = 1.1 * np.array([0, np.cos(tilt), -np.sin(tilt)])
    return whole


GRIDS = {
    "axial": affine((1, 1, 1)),
    "thick": affine((0.9, 1.1, 5)),
    "sagittal": affine((4, 1, 1)),
    "coronal": affine((1.2, 3.5, 0.8)),
    "oblique": affine((0.9, 1.1, 1.3), "RAS", (17, -11, 23)),
    "obliquesagittal": affine((3.3, 0.7, 0.9), "RAS", (-8, 14, 21)),
    "leftup": affine((1, 1.1, 2), "LAS", (3, 5, 7)),
    "turned": affine((1, 1.2, 1.1), "PSR", (0, 20, 0)),
}
"""Name of a T1w scan, its `acq-`, to its affine."""

MRI = {
    "Manufacturer": "mindscan",
    "ManufacturersModelName": "simulated scanner",
    "MagneticFieldStrength": 3.0,
    "ScanningSequence": ["GR", "IR"],
    "SequenceVariant": ["SP", "MP"],
    "RepetitionTime": 2.3,
    "InversionTime": 0.9123,
    "EchoTime": 0.00298,
    "FlipAngle": 9.5,
}
CT = {"KVP": 120.0, "Exposure": 251.4, "ConvolutionKernel": "smooth", "SliceThickness": 5.0}


def scan(
    values: torch.Tensor, where: Affine, suffix: str, said: dict[str, Any], acq: str = "", part: str = ""
) -> Scan:
    """A scan on a grid of its own, labelled with every structure there is."""
    labels = IDS[torch.arange(values.numel()).reshape(values.shape) * 97 % len(IDS)]
    brain = Brain.from_labels(Volume(labels, where), {"AC": (0.0, 1.0, 2.0)})
    return Scan(Volume(values, where), suffix, said, brain, acq, part)


def subject(name: str = "001") -> Subject:
    """Somebody with T1w scans on all `GRIDS`, a phase, a map, two CTs and a radiograph."""
    rng = (Key(11) / name).rng()
    noise = torch.from_numpy(rng.gamma(2, 400, SHAPE).astype(np.float32))
    hu = torch.from_numpy(rng.integers(-1024, 3071, SHAPE).astype(np.float32))
    plain = affine((1, 1.1, 1.2))
    scans = [scan(noise, where, "T1w", MRI, acq) for acq, where in GRIDS.items()]
    scans.append(scan(noise / 2000 - 1, plain, "T2starw", {**MRI, "Units": "rad"}, "swi", "phase"))
    scans.append(scan(noise / 1000, plain, "T1map", {"ScanningSequence": "RM", "Units": "s"}))
    said = {**CT, "MindscanSettings": {"preset": "CT"}}
    scans.append(scan(hu, affine((0.95, 0.95, 0.6)), "ct", said))
    scans.append(scan(hu, tilted(), "ct", {**CT, "GantryDetectorTilt": 15.0}, "tilted"))
    view = View.towards((0, -10, -28), (88, 3, 2), (1000, 1150), (20, 30), 9.0)
    depth = torch.from_numpy(rng.integers(0, 9000, (20, 30, 1)).astype(np.float32))
    dx = {"KVP": 70.0, "DistanceSourceToDetector": 1150.0, "MindscanSettings": {"preset": "XR-lateral"}}
    scans.append(Scan(Volume(depth, view.affine()), "xr", dx, acq="lateral"))
    document = f'{{"subject": "{name}"}}\n'
    digest = hashlib.sha256(document.encode()).hexdigest()
    return Subject(
        name, Person(age_years=61.5, sex="F"), tuple(scans), None, Origin("recipe", digest, document)
    )


def write(root: Path, *names: str) -> Path:
    """A data set of these people."""
    open_job(root, {"seed": 3})
    for name in names:
        write_subject(root, subject(name))
    write_index(root)
    return root


def canonical(data: np.ndarray[Any, Any], where: Affine) -> nib.Nifti1Image:
    """Axes in the order and direction that is nearest to RAS, so that pictures can be compared."""
    return nib.as_closest_canonical(nib.Nifti1Image(np.asarray(data, np.float64), where))
