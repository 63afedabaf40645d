"""The recipe: everything that is random about one subject, drawn first and kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal, Self

import numpy as np
import torch
from pydantic import Field, model_validator

from mindscan.anatomy import anatomy as anatomies
from mindscan.anatomy import assets, build, conditions, later, progress
from mindscan.anatomy.anatomy import Anatomy
from mindscan.anatomy.conditions import AnyIllness
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.surfaces import surfaces as cortical_surfaces
from mindscan.cohort import override
from mindscan.cohort.plan import Plan, ScanPlan
from mindscan.cohort.sessions import Sessions
from mindscan.cohort.threads import one_thread
from mindscan.core.key import Key
from mindscan.core.motion import Motion
from mindscan.core.person import Person
from mindscan.core.prior import Prior
from mindscan.core.record import Record, Sparse
from mindscan.core.scan import Origin, Scan, Subject
from mindscan.core.volume import Grid
from mindscan.dataset.visits import visit
from mindscan.imaging import scanner
from mindscan.imaging.scanner import Settings

Row = tuple[float, float, float, float]
Count = Annotated[int, Field(ge=1, le=4096)]


class GridRecord(Record):
    """Where the voxels lie: shape (i, j, k) and the first three rows of the affine, in mm."""

    shape: tuple[Count, Count, Count]
    affine: tuple[Row, Row, Row]

    @model_validator(mode="after")
    def _voxels_are_solid(self) -> Self:
        axes = np.array(self.affine, np.float64)[:, :3]
        edges = np.linalg.norm(axes, axis=0)
        if not all(0.05 <= edge <= 50 for edge in edges) or abs(np.linalg.det(axes)) < 1e-2 * np.prod(edges):
            raise ValueError("an affine with voxels of 0.05 to 50 mm that are not flat")
        return self

    @classmethod
    def of(cls, grid: Grid) -> Self:
        """The record of a grid."""
        return cls.parse({"shape": grid.shape, "affine": grid.affine[:3].tolist()})

    def grid(self) -> Grid:
        """The grid of the record."""
        return Grid(self.shape, np.array([*self.affine, (0, 0, 0, 1)], np.float64))


class Recipe(Sparse):
    """One subject, completely: the same recipe makes the same subject, bit for bit on one machine.

    Args:
        version: format of the recipe.
        seed: of the cohort.
        subject: id; names the subject's random streams below the seed.
        person: age, sex, handedness, diagnosis.
        grid: where the voxels lie.
        anatomy: parameters of the head in physical units.
        scans: settings of every scan.
        base_digest: SHA-256 of the label map that `anatomy.base` means; "" for the average.
        surfaces: whether the surfaces of the cortex are made too.
        conditions: what the person has; `anatomy` is the head as it would be without. Not written where
            empty.
        sessions: when the person comes again and how fast the brain changes; not written where None. All
            else that the recipe says is of the first session.

    Raises:
        SettingsError, FileError: (through `Recipe.parse` and `Recipe.read`) the recipe is damaged.
    """

    unwritten = ("conditions", "sessions")

    version: Literal["1"] = "1"
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    subject: Annotated[str, Field(pattern="^[A-Za-z0-9]+$")]
    person: Person
    grid: GridRecord
    anatomy: Anatomy
    scans: tuple[Settings, ...]
    base_digest: str = ""
    surfaces: bool = False
    conditions: tuple[AnyIllness, ...] = ()
    sessions: Sessions | None = None

    @property
    def visits(self) -> list[str]:
        """Ids of the person's sessions, see `dataset.visits`."""
        return [visit(self.subject, name) for name in (self.sessions.names if self.sessions else [""])]

    def head(self, device: torch.device | str = "cpu") -> build.Model:
        """The continuous head, with what the conditions have made of it."""
        return build.model(self.anatomy, self.key / "anatomy", device, self.conditions)

    @property
    def key(self) -> Key:
        """The stream that all of the subject's randomness comes from."""
        return Key(self.seed) / "subject" / self.subject


def subject_id(number: int) -> str:
    """The id of the subject with this number (from 1); it does not depend on how many there are."""
    return f"{number:04d}"


def draw(plan: Plan, seed: int, subject: str) -> Recipe:
    """The recipe of one subject of a cohort.

    Args:
        plan: what the cohort is made of.
        seed: of the cohort, 0 to 2**63 - 1.
        subject: id, letters and digits.

    Raises:
        SettingsError: the plan asks for something impossible.

    Example:
        >>> draw(Plan(), 1, "0001") == draw(Plan(), 1, "0001")
        True
    """
    key = Key(seed) / "subject" / subject
    person = plan.people.draw(key / "person")
    illnesses = _illnesses(plan, key / "conditions", person)
    if illnesses:
        names = "+".join(illness.condition for illness in illnesses)
        person = person.model_copy(update={"diagnosis": names})
    head = plan.anatomy.get("head", {})
    icv_ml = override.given(head, "icv_ml", key / "plan" / "head")
    known = bases(plan)
    usual = anatomies.draw(key / "anatomy", person, icv_ml).model_dump()
    scans = []
    for n, (scan, run) in enumerate(_runs(plan)):
        stream = key / "settings" / "plan" / scan.preset / run
        scans.append(scan.draw((key / "settings", stream), person, run, f"scans.{n}.settings"))
    anatomy = Anatomy.parse(override.replaced(usual, plan.anatomy, key / "plan"), "anatomy")
    return Recipe(
        seed=seed,
        subject=subject,
        person=person,
        grid=GridRecord.of(plan.grid.grid()),
        anatomy=anatomy,
        scans=tuple(scans),
        base_digest=known[anatomy.base],
        surfaces=plan.surfaces,
        conditions=illnesses,
        sessions=plan.sessions.draw(key / "sessions", person, illnesses) if plan.sessions else None,
    )


def _illnesses(plan: Plan, key: Key, person: Person) -> tuple[AnyIllness, ...]:
    """What somebody has; each part of the plan draws from a stream of its own."""
    found: list[AnyIllness] = []
    for n, wanted in enumerate(plan.conditions):
        named = wanted.draw(key / n, person)
        if named is None or named[0] in {illness.condition for illness in found}:
            continue
        usual = conditions.draw(named[0], key, person, named[1])
        changed = override.replaced(usual.model_dump(), wanted.settings, key / n / "settings")
        given = type(usual).parse(changed, f"conditions.{n}.settings")
        found.append(conditions.find(named[0]).follow(usual, given, wanted.settings))
    return tuple(found)


def bases(plan: Plan) -> dict[str, str]:
    """Name to digest of every base anatomy that a plan may choose; "" for the average.

    Raises:
        SettingsError: one of them has not been added.
        FileError: one of them is damaged.
    """
    choices = override.ends(Prior.parse(plan.anatomy.get("base", assets.AVERAGE)))
    return {str(name): assets.digest(str(name)) for name in choices}


def make(recipe: Recipe, device: torch.device | str = "cpu", dense: bool = True) -> Subject:
    """The subject that a recipe describes, in the first session: a pure function.

    Args:
        recipe: drawn, read or edited.
        device: where to compute; images and labels stay there.
        dense: whether to find the dense corresponding points as well.

    Returns:
        A `Subject` with its brain, scans and origin.

    Raises:
        SettingsError: the recipe's base anatomy is missing, or another one than it was drawn with.
    """
    return next(make_all(recipe, device, dense))


def make_all(recipe: Recipe, device: torch.device | str = "cpu", dense: bool = True) -> Iterator[Subject]:
    """All sessions of the person that a recipe describes, one after the other; see `make`.

    Raises:
        SettingsError: (besides) a later session asks for more change than tissue can take.
    """
    assets.check(recipe.anatomy.base, recipe.base_digest)
    with one_thread():
        head = recipe.head(device)
        subject = _seen(recipe, head, recipe.visits[0], recipe.key, dense)
    yield subject
    sessions, first = recipe.sessions, subject.brain
    if sessions is None or first is None:
        return
    with one_thread():
        looked = later.look(head) if len(sessions.years) > 1 else None
    before = head.lesions
    for name, years, who in list(zip(sessions.names, sessions.years, recipe.visits, strict=True))[1:]:
        with one_thread():
            assert looked is not None
            change = sessions.rates.change(years, looked.volumes_ml)
            aged = later.later(looked, change, _lesions(recipe, looked, years))
            aged = replace(aged, lesions=progress.numbered(aged.lesions, before))
            subject = _seen(recipe, aged, who, recipe.key / "session" / name, dense)
            assert subject.brain is not None
            vectors, affine = later.to_first(aged)
            changes = later.changes(change, first.healed_ml(), subject.brain.healed_ml())
            rows = [brain.lesions.rows if brain.lesions else () for brain in (first, subject.brain)]
            course = progress.changes(head.lesions, aged.lesions, *rows)
        older = recipe.person.model_dump() | {"age_years": recipe.person.age_years + years}
        motion = Motion(vectors, affine, sessions.names[0], changes, course)
        before = aged.lesions
        yield replace(subject, person=Person.parse(older, "sessions"), since=motion)


def _lesions(recipe: Recipe, first: later.First, years: float) -> list[Lesion]:
    """The lesions that somebody has so many years after the first session, not yet fitted."""
    if not recipe.conditions or not recipe.sessions:
        return []
    key, ways = recipe.key / "anatomy", recipe.sessions.progression
    return progress.later(recipe.conditions, ways, years, key, first.survey)


def _seen(recipe: Recipe, head: build.Model, who: str, key: Key, dense: bool) -> Subject:
    """One session: the head on its grids, and its scans with noise from `key`."""
    usual = recipe.grid.grid()
    brain = build.painted(head, usual, dense)
    brains = {GridRecord.of(usual): brain}
    if recipe.surfaces:
        brain = replace(brain, surfaces=cortical_surfaces(head))
    seen: Counter[str] = Counter()
    scans: list[Scan] = []
    for settings in recipe.scans:
        seen[settings.preset] += 1
        stream = key / "scan" / settings.preset / seen[settings.preset]
        own = GridRecord.of(settings.grid(usual))
        if own not in brains:
            brains[own] = build.painted(head, own.grid(), dense=False)
        scans.append(scanner.scan(brains[own], settings, stream))
    origin = Origin("recipe", recipe.digest, recipe.json_text())
    told = conditions.columns(recipe.conditions)
    return Subject(who, recipe.person, tuple(scans), brain, origin, told)


def _runs(plan: Plan) -> list[tuple[ScanPlan, int]]:
    """Each planned scan and its number among the scans of its preset, from 1."""
    seen: Counter[str] = Counter()
    runs = []
    for scan in plan.scans:
        seen[scan.preset] += 1
        runs.append((scan, seen[scan.preset]))
    return runs
