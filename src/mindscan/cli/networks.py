"""The commands that need networks; they stand apart because these take seconds to load."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from mindscan.cli.progress import counted
from mindscan.core.errors import SettingsError
from mindscan.learn.fit import WEIGHTS, fit
from mindscan.learn.labelled import stock
from mindscan.learn.training import Training
from mindscan.tasks.results import (
    Made,
    landmark_files,
    segmentation_files,
    sources,
    stripped_files,
    write_all,
)
from mindscan.tasks.tasks import find
from mindscan.tasks.trained import trained

Scans = Annotated[tuple[Path, ...], Parameter(help="NIfTI files, folders of them, or BIDS data sets.")]
Out = Annotated[Path, Parameter(help="Folder for the results.")]
Weights = Annotated[Path | None, Parameter(help="A segmenter of yours, from `mindscan train segmenter`.")]


def segment(
    scans: Scans,
    /,
    *,
    out: Out = Path("segmented"),
    posteriors: Annotated[bool, Parameter(negative=())] = False,
    tissues: Annotated[bool, Parameter(negative=())] = False,
    weights: Weights = None,
) -> None:
    """Tell apart 32 structures of the brain in scans of any contrast, resolution and orientation.

    Every scan gets a folder: labels on the scan's own grid and at 1 mm, volumes with a quality score, and a
    picture. Scans whose folder is there are skipped, so the same command goes on after Ctrl-C.

    Parameters
    ----------
    posteriors
        Write the probability of every structure too.
    tissues
        Write how much grey matter, white matter and fluid every voxel holds too.
    """
    _run(scans, out, partial(segmentation_files, posteriors=posteriors, tissues=tissues), weights)


def strip(scans: Scans, /, *, out: Out = Path("stripped"), weights: Weights = None) -> None:
    """Take the skull away: the mask of the brain with the fluid around it, and the scan inside it."""
    _run(scans, out, stripped_files, weights)


def landmarks(
    scans: Scans,
    /,
    *,
    out: Out = Path("landmarks"),
    weights: Weights = None,
    landmarker: Path | None = None,
) -> None:
    """Find the 32 landmarks of the AFIDs protocol, each with an uncertainty in mm.

    Every scan gets a folder: a table (RAS+), two files for 3D Slicer (LPS), and a picture. Scans whose folder
    is there are skipped, so the same command goes on after Ctrl-C.

    Parameters
    ----------
    landmarker
        A landmarker of yours, from `mindscan train landmarker`.
    """
    trained("landmarker", landmarker)
    _run(scans, out, partial(landmark_files, landmarker=landmarker), weights)


def _run(scans: tuple[Path, ...], out: Path, made: Made, weights: Path | None) -> None:
    wanted = sources(scans)
    failed = 0
    with counted(Console(stderr=True), "scans") as show:
        for number, done in enumerate(write_all(wanted, out, made, weights), 1):
            show(number, len(wanted))
            failed += done.folder is None
            where = done.folder or done.source.path
            print(f"{where}: {done.note}" if done.note else f"{where}", flush=True)
    if failed:
        raise SettingsError(
            f"{failed} of {len(wanted)} scans could not be used",
            "heads in NIfTI files",
            "see the lines above",
        )


def train(
    task: str,
    /,
    *,
    out: Path,
    plan: Path | None = None,
    init: Path | None = None,
    device: str = "cpu",
    hours: float | None = None,
    workers: int = 0,
    own: Path | None = None,
) -> None:
    """Train a network on made heads, or go on with training one.

    Parameters
    ----------
    task
        segmenter, stripper or landmarker.
    out
        Folder of the training; new, empty, or of the same training, which then goes on where it stopped.
    plan
        TOML file with heads, steps and rates; every field has a default.
    init
        Weights to begin with, such as those of an earlier training.
    device
        Where the network learns: cpu, cuda, mps.
    hours
        End after so long, the rate falling by the clock.
    workers
        Processes that make views; 0 makes them between steps.
    own
        Folder of labelled scans to learn from too: NAME.nii.gz with NAME_dseg.nii.gz. A quarter of them is
        not learnt from, but judged by.
    """
    training = Training() if plan is None else Training.read(plan)
    steps = fit(find(task), training, out, init, device, hours, workers, stock(own))
    with counted(Console(stderr=True), "steps") as show:
        for step in steps:
            show(step.number, step.total)
            if step.scores:
                told = " ".join(f"{name} {value:.3f}" for name, value in step.scores.items())
                print(f"step {step.number}, {step.seconds / 3600:.2f} h: loss {step.loss:.3f}; {told}")
                sys.stdout.flush()
    print(out / WEIGHTS)
