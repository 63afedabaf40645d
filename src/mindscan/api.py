"""The face of Python: one function per thing a user wants done."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import torch

from mindscan.anatomy.surfaces import surfaces as cortical_surfaces
from mindscan.assets import keep
from mindscan.assets.keep import Asset
from mindscan.cohort import recipe as recipes
from mindscan.cohort.plan import Plan, ScanPlan
from mindscan.cohort.recipe import Recipe
from mindscan.cohort.run import Progress, make_cohort, replay_one
from mindscan.cohort.stream import Sample, Stream
from mindscan.core.errors import FileError, PackageError
from mindscan.core.scan import Subject
from mindscan.core.surface import CorticalSurface
from mindscan.imaging.presets import find
from mindscan.imaging.scanner import PRESETS
from mindscan.ingest.run import Outcome, Places, ingest
from mindscan.release import dicom
from mindscan.report.page import write_report
from mindscan.validate import anatomy, imaging
from mindscan.validate import conditions as sick
from mindscan.validate.claims import Validation


def make(
    out: str | Path,
    subjects: int = 4,
    seed: int = 0,
    plan: Plan | str | Path | None = None,
    workers: int | None = None,
    progress: Callable[[Progress], None] = lambda step: None,
) -> Path:
    """Make a labelled synthetic brain MRI data set (BIDS) with its report.

    Args:
        out: folder; new, empty, or of the same job, which then goes on.
        subjects: how many people, at least 1.
        seed: 0 to 2**63 - 1.
        plan: what the cohort is made of; a `Plan` or the path of a TOML or JSON file.
        workers: processes side by side; one per core when None. The result does not depend on it.
        progress: called once at the start and then for every subject that is finished.

    Returns:
        The path of `report.html`.

    Raises:
        MindscanError: one line that says what was given, what was expected and how to mend it.
    """
    with closing(make_cohort(out, as_plan(plan), subjects, seed, workers)) as steps:
        for step in steps:
            progress(step)
    return write_report(out)


def replay(recipe: Recipe | str | Path, out: str | Path) -> Path:
    """Make one subject again from its recipe, as a data set of its own; returns its report.

    Args:
        recipe: a `Recipe` or the path of a `*_recipe.json`.
        out: folder; new, empty, or of the same recipe.

    Raises:
        FileError, SettingsError: the recipe is missing, damaged or impossible.
        FolderError: the folder is foreign, unwritable or full.
    """
    replay_one(out, recipe if isinstance(recipe, Recipe) else Recipe.read(recipe))
    return write_report(out)


def make_subject(recipe: Recipe, device: torch.device | str = "cpu") -> Subject:
    """The subject that a recipe describes, in memory."""
    return recipes.make(recipe, device)


def surfaces(recipe: Recipe, device: torch.device | str = "cpu") -> dict[str, CorticalSurface]:
    """White and pial surfaces of a recipe's cortex, by "left" and "right", whatever the recipe says.

    Args:
        recipe: drawn, read or edited.
        device: where to compute.

    Returns:
        Closed meshes in world millimetres, whose vertices correspond between all people, with thickness,
        sulcal depth and a mask of the cortex; see `CorticalSurface`.

    Example:
        >>> recipe = recipes.draw(Plan(), 1, "0001")
        >>> surfaces(recipe)["left"].white.shape  # doctest: +SKIP
        (40962, 3)
    """
    return cortical_surfaces(recipe.head(device))


def stream(
    plan: Plan | str | Path | None = None,
    seed: int = 0,
    length: int | None = None,
    device: torch.device | str = "cpu",
    start: int = 1,
) -> Stream:
    """A torch `IterableDataset` of brains made on the fly; see `Stream` for what it yields.

    Args:
        plan: what the subjects are made of; a `Plan` or the path of a TOML or JSON file.
        seed: 0 to 2**63 - 1.
        length: how many subjects; endless when None.
        device: where images and labels are made and stay.
        start: number of the first subject, to go on after a checkpoint.

    Raises:
        MindscanError: an impossible plan or seed.

    Example:
        >>> brains = stream(Plan.parse({"grid": {"voxel_mm": 2, "field_of_view_mm": 32}}), length=1)
        >>> [tuple(sample["image"].shape) for sample in brains]
        [(2, 16, 16, 16)]
    """
    chosen = as_plan(plan)
    check(chosen, seed)
    return Stream(chosen, seed, length, device, start)


def _ended(steps: Generator[Validation, None, None], progress: Callable[[int, int], None]) -> Validation:
    with closing(steps):
        for step in steps:
            progress(step.done, step.total)
    return step


def validate_anatomy(
    out: str | Path,
    subjects: int = 300,
    seed: int = 0,
    workers: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Validation:
    """Make people, measure their label volumes, and write `anatomy.html` and `anatomy.json`.

    Args:
        out: folder for page and numbers.
        subjects: how many people are made, at least 10; ages from 5 to 95 years, both sexes.
        seed: 0 to 2**63 - 1.
        workers: processes side by side; one per core when None. The result does not depend on it.
        progress: called with people made and people wanted, the 16 that are only shown among them.

    Returns:
        The path of the page, and every claim with what was found and whether it holds.

    Raises:
        MindscanError: one line that says what was given, what was expected and how to mend it.
    """
    return _ended(anatomy.validate(out, subjects, seed, workers), progress)


def validate_imaging(
    out: str | Path,
    workers: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Validation:
    """Measure what scanners make, and write `imaging.html` and `imaging.json`.

    Args:
        out: folder for page and numbers.
        workers: processes side by side; one per core when None. The result does not depend on it.
        progress: called with parts done and parts wanted.

    Returns:
        The path of the page, and every claim with what was found and whether it holds.

    Raises:
        MindscanError: one line that says what was given, what was expected and how to mend it.
    """
    return _ended(imaging.validate(out, workers), progress)


def validate_conditions(
    out: str | Path,
    subjects: int = 6,
    seed: int = 0,
    workers: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Validation:
    """Make people well and sick, measure them, and write `conditions.html` and `conditions.json`.

    Args:
        out: folder for page and numbers.
        subjects: how many people, at least 1, each with every condition.
        seed: 0 to 2**63 - 1.
        workers: processes side by side; one per core when None. Only seconds depend on it.
        progress: called with parts done and parts wanted.

    Returns:
        The path of the page, and every claim with what was found and whether it holds.

    Raises:
        MindscanError: one line that says what was given, what was expected and how to mend it.
    """
    return _ended(sick.validate(out, subjects, seed, workers), progress)


def with_condition(plan: Plan, name: str, severity: float | None = None) -> Plan:
    """The plan with everybody having a condition, in place of what it says of conditions.

    Args:
        plan: what the cohort is made of.
        name: as `mindscan conditions` says it, or "healthy".
        severity: 0 (healthy) to 1; drawn for everybody when None.

    Raises:
        SettingsError: no such condition, or a severity beyond 0 to 1.
    """
    wanted = {"name": name} if severity is None else {"name": name, "severity": severity}
    return Plan.parse({**plan.model_dump(exclude_defaults=True), "conditions": [wanted]}, "plan")


def to_dicom(
    dataset: str | Path,
    out: str | Path,
    subjects: Sequence[str] = (),
    scans: Sequence[str] = (),
    labelmap: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Path:
    """Export a data set as DICOM: a series of every scan, a segmentation of every MR and CT.

    Every file says that it is synthetic. The same data set gives the same bytes.

    Args:
        dataset: folder made by `make`.
        out: folder; new, empty, or of the same export, which then goes on.
        subjects: ids, such as "sub-0001"; all when empty.
        scans: names as files or presets have them, such as "T1w", "acq-ap_xr" or "CT"; all when empty.
        labelmap: segmentations as one picture of FreeSurfer ids, which few programs read yet.
        progress: called at the start and after every series, with series that are there and series in all.

    Returns:
        The path of `out`.

    Raises:
        MindscanError: one line that says what was given, what was expected and how to mend it.
    """
    with closing(dicom.export(dataset, out, subjects, scans, labelmap)) as steps:
        for step in steps:
            progress(step.done, step.total)
    return Path(out)


def take_in(
    source: str | Path,
    out: str | Path,
    participants: str | Path | None = None,
    workers: int | None = None,
    key: str | Path | None = None,
    progress: Callable[[str, int, int], None] = lambda doing, done, total: None,
) -> Outcome:
    """Take scans from elsewhere in, as a BIDS data set under pseudonyms; see `Outcome` for what it says.

    Args:
        source: folder of DICOM, NIfTI, NRRD, MGZ, Analyze, BIDS or archives of them, or one file; only read.
        out: folder; new, empty, or of the same source, which then goes on.
        participants: table of age, sex, handedness and diagnosis, or None.
        workers: processes side by side; one per core when None. The result does not depend on it.
        key: file of the key of pseudonyms; `OUT.key.toml` when None, made if it is missing.
        progress: called with what is done ("files", "scans"), how many are done and how many there are.

    Raises:
        MindscanError: one line that says what was given, what was expected and how to mend it.
    """
    places = Places(Path(out), Path(key) if key else Path(f"{Path(out)}.key.toml"))
    table = Path(participants) if participants else None
    return ingest(Path(source), places, table, workers or os.cpu_count() or 1, progress)


def add_asset(path: str | Path, labels: str = "freesurfer", name: str | None = None) -> Asset:
    """Turn a segmentation into one more base anatomy; plans then say `[anatomy] base = "NAME"`.

    Args:
        path: 3-D `.nii` or `.nii.gz` label map of a whole brain, any affine, voxels of 0.3 to 2 mm.
        labels: scheme of its ids: "freesurfer" (aseg, aparc+aseg, wmparc).
        name: 1 to 40 letters, digits, - or _; made from the file's name when None.

    Returns:
        What was read; `picture` is the montage to check it by.

    Raises:
        MindscanError: one line that says what was given, what was expected and how to mend it.
    """
    return keep.add(path, labels, name)


def list_assets() -> list[Asset]:
    """Every label map that has been added as a base anatomy."""
    return keep.listed()


def remove_asset(name: str) -> None:
    """Remove a label map that was added.

    Raises:
        SettingsError, FolderError: there is none of this name, or the data folder cannot be written.
    """
    keep.remove(name)


def as_plan(plan: Plan | str | Path | None) -> Plan:
    """A plan from a plan, from the path of its file, or the default one from None.

    Raises:
        FileError: the file is missing or neither TOML nor JSON.
        SettingsError: the file holds something impossible.
    """
    if plan is None or isinstance(plan, Plan):
        return plan or Plan()
    if Path(plan).suffix not in (".toml", ".json"):
        raise FileError(
            f"plan {plan}", "a .toml or .json file", "rename it, or write one from `mindscan plan`"
        )
    return Plan.read(plan)


def with_scans(plan: Plan, presets: Sequence[str]) -> Plan:
    """A plan with other scans.

    Args:
        plan: whose people, grid and anatomy are kept.
        presets: names as `mindscan presets` lists them.

    Raises:
        SettingsError: an unknown name.

    Example:
        >>> [scan.preset for scan in with_scans(Plan(), ["T1w", "FLAIR-3T"]).scans]
        ['T1w', 'FLAIR-3T']
    """
    for name in presets:
        find(name, PRESETS)
    return plan.model_copy(update={"scans": tuple(ScanPlan(preset=name) for name in presets)})


def check(plan: Plan, seed: int = 0) -> None:
    """Draw one recipe of a plan, to find out whether it can be made at all.

    Raises:
        SettingsError: names the parameter that is impossible.
    """
    recipes.draw(plan, seed, recipes.subject_id(1))


def to_monai(sample: Sample) -> dict[str, Any]:
    """A sample as MONAI wants it: `image` and `label` are MetaTensors that know their affine.

    Raises:
        PackageError: MONAI is not installed.
    """
    meta_tensor = _optional("monai.data").MetaTensor
    rest = {name: sample[name] for name in ("landmarks", "recipe", "subject")}
    affine = sample["affine"]
    return {
        "image": meta_tensor(sample["image"], affine=affine),
        "label": meta_tensor(sample["labels"], affine=affine),
        **rest,
    }


def to_torchio(sample: Sample) -> Any:
    """A sample as a `torchio.Subject` with `image`, `label`, `landmarks` and `recipe`.

    Raises:
        PackageError: TorchIO is not installed.
    """
    torchio = _optional("torchio")
    affine = sample["affine"].cpu().numpy()
    return torchio.Subject(
        image=torchio.ScalarImage(tensor=sample["image"].cpu(), affine=affine),
        label=torchio.LabelMap(tensor=sample["labels"].cpu(), affine=affine),
        landmarks=sample["landmarks"].cpu(),
        recipe=sample["recipe"],
        subject=sample["subject"],
    )


def _optional(module: str) -> Any:
    """An optional package, or one line that says how to get it."""
    try:
        return importlib.import_module(module)
    except ImportError:
        package = module.split(".", maxsplit=1)[0]
        raise PackageError(
            f"{package} is not installed", f"the package {package}", f"pip install {package}"
        ) from None
