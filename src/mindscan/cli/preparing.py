"""The command that makes scans ready; it stands apart because its networks take seconds to load."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from mindscan.cli.progress import counted
from mindscan.core.errors import SettingsError
from mindscan.prepare.dataset import prepare as prepare_all
from mindscan.prepare.dataset import scans_of
from mindscan.prepare.intensity import Normalise
from mindscan.prepare.names import FOLDER, PAGE
from mindscan.prepare.scan import Settings


def prepare(
    dataset: Path,
    /,
    *,
    normalise: Normalise = "zscore",
    voxel_mm: float = 1.0,
    deface: Annotated[bool, Parameter(negative=())] = False,
    workers: int = 1,
) -> None:
    """Make the scans of a BIDS data set ready to learn from, into its `derivatives/prepared`.

    Every scan without its bias field, in the space of the MNI152 template, on a common scale of greys, with
    the mask of its brain and all that is needed to go back; and a page that marks doubtful scans. Scans that
    are finished are skipped, so the same command goes on after Ctrl-C.

    Parameters
    ----------
    dataset
        Folder of the data set, made or real; nothing of it is changed.
    normalise
        Scale of greys: zscore or percentile of the brain, or white-stripe.
    voxel_mm
        Edge of the voxels in the space of the template.
    deface
        Take face and ears away, and keep the scan without them on its own grid too.
    workers
        Processes side by side.
    """
    settings = Settings.parse({"normalise": normalise, "voxel_mm": voxel_mm, "deface": deface})
    total, failed = len(scans_of(dataset)), 0
    with counted(Console(stderr=True), "scans") as show:
        for number, done in enumerate(prepare_all(dataset, settings, workers), 1):
            show(number, total)
            failed += done.ready is None
            where = done.ready or done.scan
            print(f"{where}: {done.note}" if done.note else f"{where}", flush=True)
    print(f"page: {dataset / FOLDER / PAGE}")
    if failed:
        raise SettingsError(
            f"{failed} of {total} scans could not be made ready",
            "heads in NIfTI files",
            "see the lines above",
        )
