"""One function per command: parse, call one function, show."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from mindscan import api
from mindscan.anatomy.conditions import CONDITIONS, PROGRESSIONS, described, find
from mindscan.cli.progress import counted, shown
from mindscan.cohort.estimate import default_workers, estimate
from mindscan.cohort.plan_text import plan_text
from mindscan.core.errors import SettingsError
from mindscan.imaging.presets import preset_row
from mindscan.imaging.scanner import PRESETS
from mindscan.release.look import Format, Look
from mindscan.release.slices import TABLE, export, wanted
from mindscan.release.split import read_split
from mindscan.report.methods import cite as cite_dataset
from mindscan.report.plane import View
from mindscan.report.show import show as show_file
from mindscan.validate.claims import Validation


@dataclass(frozen=True)
class Sick:
    """What everybody has.

    Args:
        condition: What everybody has, whatever the plan says; `mindscan conditions` lists the names.
        severity: Of the condition, from 0 (healthy) to 1; drawn for everybody when it is left out.
    """

    condition: str | None = None
    severity: float | None = None


HEALTHY = Sick()


def make(
    out: Path,
    /,
    *,
    subjects: Annotated[int, Parameter(alias="-n")] = 4,
    seed: int = 0,
    plan: Path | None = None,
    scan: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    workers: int | None = None,
    surfaces: Annotated[bool, Parameter(negative=())] = False,
    sick: Annotated[Sick, Parameter(name="*")] = HEALTHY,
) -> None:
    """Make a labelled data set (BIDS) with its report, or go on with one.

    Parameters
    ----------
    out
        Folder; new, empty, or of the same job, which then goes on where it stopped.
    subjects
        How many people.
    seed
        Whole number; the same seed and plan give the same people.
    plan
        TOML or JSON file that says what the people are made of; see `mindscan plan`.
    scan
        Name of a scan that every subject gets, in place of those of the plan; may be given several times.
        `mindscan presets` lists the names.
    workers
        Processes side by side; one per core by default. The result does not depend on it.
    surfaces
        Make white and pial surfaces of the cortex too, whatever the plan says.
    sick
        What everybody has, whatever the plan says.
    """
    chosen = api.with_scans(api.as_plan(plan), scan) if scan else api.as_plan(plan)
    if surfaces:
        chosen = chosen.model_copy(update={"surfaces": True})
    if sick.condition is not None:
        chosen = api.with_condition(chosen, sick.condition, sick.severity)
    elif sick.severity is not None:
        raise SettingsError("--severity without --condition", "both", "name the condition")
    with shown(Console(stderr=True)) as show_step:
        report = api.make(out, subjects, seed, chosen, workers, show_step)
    print(f"report: {report}")


def plan(file: Path | None = None, *, subjects: Annotated[int, Parameter(alias="-n")] = 100) -> None:
    """Print the default plan with comments, or check a plan; say on standard error what it will cost.

    Parameters
    ----------
    file
        A plan of yours to check; the default plan is printed when it is left out.
    subjects
        For how many people the cost is estimated.
    """
    chosen = api.as_plan(file)
    api.check(chosen)
    if file is None:
        print(plan_text(), end="")
    cost = estimate(chosen, subjects, default_workers(chosen.grid.grid()))
    print(f"{subjects} subjects of this plan: {cost}", file=sys.stderr)


def presets() -> None:
    """List the scans that can be asked for by name: BIDS suffix, field strength, voxels, sequence, use."""
    rows = [("NAME", "SUFFIX", "FIELD", "VOXEL", "SEQUENCE", "FOR"), *map(preset_row, PRESETS)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def conditions(name: str | None = None) -> None:
    """List the conditions that people can have, or what one of them draws and where it comes from.

    Parameters
    ----------
    name
        Of a condition; all are listed when it is left out.
    """
    chosen = CONDITIONS if name is None else (find(name),)
    width = max(len(each.name) for each in chosen)
    for each in chosen:
        print(f"{each.name.ljust(width)}  {each.about}")
    for each in chosen if name is not None else ():
        for field, what in described(each.record).items():
            print(f"  {field}: {what}")
        for field, what in described(PROGRESSIONS[each.name]).items() if each.name in PROGRESSIONS else ():
            print(f"  sessions.progression.{each.name}.{field}: {what}")
        for source in each.sources:
            print(f"  source: {source}")


def replay(recipe: Path, out: Path, /) -> None:
    """Make one subject again from its recipe, as a data set of its own.

    Parameters
    ----------
    recipe
        A `*_recipe.json` of a data set, edited or not.
    out
        Folder; new, empty, or of the same recipe.
    """
    print(f"report: {api.replay(recipe, out)}")


def show(file: Path, /, *, out: Path) -> None:
    """Draw a labelled montage of an image or a label map.

    Parameters
    ----------
    file
        NIfTI image or label map; inside a mindscan data set the labels are laid over.
    out
        PNG file to write.
    """
    print(show_file(file, out))


def validate_anatomy(
    *,
    subjects: Annotated[int, Parameter(alias="-n")] = 300,
    out: Path = Path("docs/validation"),
    workers: int | None = None,
    seed: int = 0,
) -> None:
    """Make people of 5 to 95 years, measure their label volumes, and write the page that says what is true.

    What is measured of a person is kept in the cache folder, so the same command goes on after Ctrl-C.

    Parameters
    ----------
    subjects
        How many people are made and measured, at least 10.
    out
        Folder for anatomy.html and anatomy.json.
    workers
        Processes side by side; one per core by default. The result does not depend on it.
    seed
        Whole number; the same seed gives the same page.
    """
    with counted(Console(stderr=True), "measuring people") as show_step:
        result = api.validate_anatomy(out, subjects, seed, workers, show_step)
    _say(result)


def validate_imaging(*, out: Path = Path("docs/validation"), workers: int | None = None) -> None:
    """Measure signals, noise, sharpness, CT and X-ray, and write the page that says what is true.

    Parameters
    ----------
    out
        Folder for imaging.html and imaging.json.
    workers
        Processes side by side; one per core by default. The result does not depend on it.
    """
    with counted(Console(stderr=True), "measuring images") as show_step:
        result = api.validate_imaging(out, workers, show_step)
    _say(result)


def validate_conditions(
    *,
    subjects: Annotated[int, Parameter(alias="-n")] = 6,
    out: Path = Path("docs/validation"),
    workers: int | None = None,
    seed: int = 0,
) -> None:
    """Make people with every condition and without, measure them, and write the page that says what is true.

    Parameters
    ----------
    subjects
        How many people, at least 1; the first one is shown at three severities.
    out
        Folder for conditions.html and conditions.json.
    workers
        Processes side by side; one per core by default.
    seed
        Whole number; the same seed gives the same people.
    """
    with counted(Console(stderr=True), "measuring conditions") as show_step:
        result = api.validate_conditions(out, subjects, seed, workers, show_step)
    _say(result)


def _say(result: Validation) -> None:
    """Every claim with its verdict, and where the page is."""
    for claim in result.claims:
        print(f"{'holds' if claim.holds else 'FAILS'}  {claim.name}: {claim.found}")
    print(f"page: {result.page}")


def export_dicom(
    dataset: Path,
    out: Path,
    /,
    *,
    subject: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    scan: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    labelmap: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Write scans as DICOM: MR, CT or DX series, and the labels of MR and CT as segmentations (SEG).

    Every file is marked as synthetic data. After Ctrl-C the same command goes on.

    Parameters
    ----------
    dataset
        Folder made by `mindscan make`.
    out
        Folder; new, empty, or of the same export. Every series gets a folder of its own in it.
    subject
        Such as sub-0001; may be given several times. All when left out.
    scan
        As `mindscan make --scan` or the file calls it, such as CT or acq-ap_xr; may be given several times.
        All when left out.
    labelmap
        Segmentations of the newer kind, one picture of FreeSurfer ids, which few programs read yet.
    """
    totals = []
    with counted(Console(stderr=True), "writing series") as show_step:

        def show(done: int, total: int) -> None:
            totals.append(total)
            show_step(done, total)

        api.to_dicom(dataset, out, subject, scan, labelmap, show)
    print(f"{totals[-1]} series: {out}")


@dataclass(frozen=True)
class Cut:
    """How scans are cut.

    Parameters
    ----------
    plane
        Of the head, whatever the order of the voxels.
    every
        Millimetres from slice to slice.
    size
        Pixels along the edge of every picture.
    window
        Black and white by the head (auto), by grey and white matter (brain), or by percentiles (p1,p99).
    """

    plane: View = "axial"
    every: float = 3.0
    size: int = 256
    window: str = "auto"


@dataclass(frozen=True)
class Store:
    """How pictures are kept.

    Parameters
    ----------
    format
        Files (png, jpg), or tar files of PNG for WebDataset (webdataset).
    labels
        Column of participants.tsv whose values become folders.
    split
        Table of `mindscan split`: its parts are kept apart, and whoever is in none is left out.
    per_shard
        Scans in a tar file.
    """

    format: Format = "png"
    labels: str = ""
    split: Path | None = None
    per_shard: int = 8


def slices(
    dataset: Path,
    out: Path,
    /,
    *,
    cut: Annotated[Cut, Parameter(name="*")] = Cut(),
    store: Annotated[Store, Parameter(name="*")] = Store(),
) -> None:
    """Cut scans into upright pictures with masks, and one table of them all.

    After Ctrl-C the same command goes on. Radiological: the patient's right is on the left.

    Parameters
    ----------
    dataset
        BIDS data set, or any folder of NIfTI files.
    out
        Folder; new, empty, or of the same export.
    """
    look = Look(cut.plane, cut.every, cut.size, cut.window, store.format, store.labels, store.per_shard)
    split = store.split
    where = read_split(split) if split else {}
    total, count, failed = len(wanted(dataset, where)), 0, 0
    with counted(Console(stderr=True), "scans") as show:
        for number, done in enumerate(export(dataset, out, look, where), 1):
            show(number, total)
            count, failed = count + done.slices, failed + (done.slices == 0)
            if done.note:
                print(f"{done.scan}: {done.note}", flush=True)
    print(f"{count} slices: {out / TABLE}")
    if failed:
        raise SettingsError(
            f"{failed} of {total} scans gave no slice", "readable heads", "see the lines above"
        )


def assets_add(map_file: Path, /, *, labels: str, name: str | None = None) -> None:
    """Add a label map as a base anatomy; plans then say `[anatomy] base = "NAME"`. Takes about a minute.

    Parameters
    ----------
    map_file
        3-D NIfTI segmentation of a whole brain, any orientation, voxels of 0.3 to 2 mm.
    labels
        Scheme of its ids: freesurfer (aseg, aparc+aseg or wmparc).
    name
        What plans call it; made from the file's name when it is left out.
    """
    added = api.add_asset(map_file, labels, name)
    print(added.summary())
    print(f"picture: {added.picture}")


def assets_list() -> None:
    """List the label maps that were added."""
    for asset in api.list_assets():
        print(asset.summary())


def assets_remove(name: str, /) -> None:
    """Remove a label map that was added; recipes that were drawn with it can then not be replayed.

    Parameters
    ----------
    name
        As `mindscan assets list` says it.
    """
    api.remove_asset(name)
    print(f"removed {name}")


def cite(dataset: Path, /) -> None:
    """Print the methods text and references of a data set.

    Parameters
    ----------
    dataset
        Folder made by `mindscan make`.
    """
    print(cite_dataset(dataset))
