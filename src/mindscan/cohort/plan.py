"""The plan: what a cohort is made of. Every parameter is a prior."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Self

import numpy as np
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    model_validator,
)

from mindscan.anatomy import anatomy as anatomies
from mindscan.anatomy import conditions
from mindscan.anatomy.anatomy import Anatomy
from mindscan.cohort import override
from mindscan.cohort.sessions import SessionPlan
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.person import HEALTHY, Person
from mindscan.core.prior import Prior, PriorField
from mindscan.core.record import Record, Sparse
from mindscan.core.volume import Grid
from mindscan.dataset.visits import visit
from mindscan.imaging import scanner
from mindscan.imaging.presets import find
from mindscan.imaging.scanner import PRESETS, AnySettings

YOUNGEST, OLDEST = 5.0, 95.0
"""Ages that the published norms reach, in years."""
LEFT_HANDED = 0.106
"""Share of people who are left-handed; Papadatou-Pastou et al. 2020, doi:10.1037/bul0000229."""
_SOMEBODY = Person(age_years=40, sex="F")
_NOT_PLANNED = ("scanner", "preset", "suffix", "acq", "part", "voxel_mm", "age_years")


def _for_each_axis(value: object) -> object:
    return (value,) * 3 if isinstance(value, int | float) else value


Edge = Annotated[float, Field(ge=0.3, le=20)]
Edges = Annotated[tuple[Edge, Edge, Edge], BeforeValidator(_for_each_axis)]
Extent = Annotated[float, Field(ge=8, le=512)]
Extents = Annotated[tuple[Extent, Extent, Extent], BeforeValidator(_for_each_axis)]


def _known_ages(prior: Prior) -> Prior:
    values = override.ends(prior)
    if not all(type(value) is float and YOUNGEST <= value <= OLDEST for value in values):
        raise ValueError(f"nothing but ages from {YOUNGEST:g} to {OLDEST:g} years (a normal reaches 3 SD)")
    return prior


def _known_sexes(prior: Prior) -> Prior:
    if not set(override.ends(prior)) <= {"F", "M"}:
        raise ValueError('"F", "M" or {choice = ["F", "M"]}')
    return prior


def _known_hands(prior: Prior) -> Prior:
    if not set(override.ends(prior)) <= {"L", "R", "A"}:
        raise ValueError('"L", "R", "A" or {choice = ["L", "R"]}')
    return prior


def _known_icv(prior: Prior) -> Prior:
    if not all(type(v) is float and 700 <= v <= 2500 for v in override.ends(prior)):
        raise ValueError("nothing but 700 to 2500 mL (a normal reaches 3 SD)")
    return prior


def _known_preset(name: str) -> str:
    try:
        return find(name, PRESETS).name
    except SettingsError as error:
        raise ValueError(f"{error.expected}; {error.mend}") from None


class People(Record):
    """Who is made.

    Args:
        age_years: prior of the age; every value that it can give lies from 5 to 95 years.
        sex: prior over "F" and "M".
        handedness: prior over "L", "R" and "A"; when None, 10.6 % are "L" and the others "R".
        icv_ml: prior of the intracranial volume, 700 to 2500 mL; when None, as published for age and sex.

    Reference: Papadatou-Pastou et al. 2020 (handedness), doi:10.1037/bul0000229.
    """

    age_years: Annotated[PriorField, AfterValidator(_known_ages)] = Prior(uniform=(18, 90))
    sex: Annotated[PriorField, AfterValidator(_known_sexes)] = Prior(choice=("F", "M"))
    handedness: Annotated[PriorField, AfterValidator(_known_hands)] | None = None
    icv_ml: Annotated[PriorField, AfterValidator(_known_icv)] | None = None

    def draw(self, key: Key) -> Person:
        """Somebody; every trait has its own stream."""
        traits = {
            "age_years": self.age_years.draw(key / "age_years"),
            "sex": self.sex.draw(key / "sex"),
            "handedness": "L" if (key / "handedness").rng().random() < LEFT_HANDED else "R",
        }
        for name in ("handedness", "icv_ml"):
            prior = getattr(self, name)
            traits |= {} if prior is None else {name: prior.draw(key / name)}
        return Person.parse(traits, "people")


class GridPlan(Record):
    """The voxels that every subject is made on.

    Args:
        voxel_mm: edges of a voxel, 0.3 to 20 mm each; one number for a cube.
        field_of_view_mm: extent along x (right), y (front) and z (up), 8 to 512 mm each.
        centre_mm: world point in the middle; the anterior commissure lies near (0, 0, 0).
    """

    voxel_mm: Edges = (1.0, 1.0, 1.0)
    field_of_view_mm: Extents = (176.0, 224.0, 208.0)
    centre_mm: tuple[float, float, float] = (0.0, -15.0, -8.0)

    def grid(self) -> Grid:
        """The grid; an extent that is no multiple of the voxel is rounded."""
        shape = np.round(np.divide(self.field_of_view_mm, self.voxel_mm)).astype(int).clip(1)
        return Grid.centred([int(n) for n in shape], self.voxel_mm, self.centre_mm)


class ScanPlan(Record):
    """One scan of every subject.

    Args:
        preset: "T1w", "T2w", "PDw", "FLAIR", "random", "CT", "XR-AP", "XR-lateral", "XR-oblique" or any other
            name in `mindscan presets`.
        settings: priors that replace the usual ones, by the names that recipes use.
    """

    preset: Annotated[str, AfterValidator(_known_preset)]
    settings: dict[str, Any] = Field(default_factory=dict)

    def draw(self, keys: tuple[Key, Key], person: Person, run: int = 1, where: str = "") -> AnySettings:
        """Settings of this scan of one person.

        Args:
            keys: streams of the usual settings, and of those that the plan has priors for.
            person: who is scanned.
            run: number among the scans of this preset, from 1.
            where: what errors call it.

        Raises:
            SettingsError: settings that do not go together.
        """
        field_tesla = override.given(self.settings, "field_tesla", keys[1])
        drawn = scanner.draw(self.preset, keys[0], person, run, field_tesla)
        return type(drawn).parse(override.replaced(drawn.model_dump(), self.settings, keys[1]), where)


def _known_names(prior: Prior) -> Prior:
    for name in set(override.ends(prior)) - {HEALTHY}:
        try:
            conditions.find(str(name))
        except SettingsError as error:
            raise ValueError(f"{error.expected}; {error.mend}") from None
    return prior


def _known_severities(prior: Prior) -> Prior:
    if not all(type(value) is float and 0 <= value <= 1 for value in override.ends(prior)):
        raise ValueError("nothing but 0 to 1 (a normal reaches 3 SD)")
    return prior


def _rising(points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    ages = [age for age, _ in points]
    if not points or any(b <= a for a, b in pairwise(ages)):
        raise ValueError("pairs of age and share, the youngest first")
    return points


Share = Annotated[float, Field(ge=0, le=1)]
ByAge = Annotated[tuple[tuple[float, Share], ...], AfterValidator(_rising)]
Prevalence = Share | ByAge | dict[str, Share | ByAge]


class ConditionPlan(Record):
    """A condition that some of the people have.

    Args:
        name: prior over the names that `mindscan conditions` lists, and "healthy".
        prevalence: share of the people who draw it: a number, pairs of age and share with lines in between,
            or one of these for "F" and one for "M".
        severity: prior from 0 (healthy) to 1.
        settings: priors that replace what is usually drawn, by the names that recipes use.
    """

    name: Annotated[PriorField, AfterValidator(_known_names)]
    prevalence: Prevalence = 1.0
    severity: Annotated[PriorField, AfterValidator(_known_severities)] = Prior(uniform=(0.2, 1))
    settings: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _settings_are_possible(self) -> ConditionPlan:
        if isinstance(self.prevalence, dict) and not set(self.prevalence) <= {"F", "M"}:
            raise ValueError('a prevalence of "F" and "M" only')
        names = [str(name) for name in override.ends(self.name) if name != HEALTHY]
        for name in names if self.settings else ():
            drawn = conditions.draw(name, Key(0), _SOMEBODY, 0.5)
            here = "conditions.settings"
            override.check(self.settings, type(drawn), drawn.model_dump(), here, ("condition",))
        return self

    def draw(self, key: Key, person: Person) -> tuple[str, float] | None:
        """Name and severity of what somebody has of it; None for nothing."""
        if (key / "prevalence").rng().random() >= _share(self.prevalence, person):
            return None
        name, severity = str(self.name.draw(key / "name")), float(self.severity.draw(key / "severity"))
        return None if name == HEALTHY or severity <= 0 else (name, severity)


def _share(prevalence: Prevalence, person: Person) -> float:
    if isinstance(prevalence, Mapping):
        return _share(prevalence.get(person.sex, 0.0), person)
    if isinstance(prevalence, tuple):
        ages, shares = zip(*prevalence, strict=True)
        return float(np.interp(person.age_years, ages, shares))
    return prevalence


class Plan(Sparse):
    """What a cohort is made of.

    Args:
        people: ages and sexes.
        grid: voxel size and field of view.
        anatomy: priors that replace the usual ones, nested as in a recipe's anatomy.
        scans: images of every subject, at least one.
        surfaces: whether white and pial surfaces of the cortex are made too.
        conditions: what some of the people have; everybody is healthy where there is none, and a plan without
            any is written without the field.
        sessions: when everybody comes again and how fast they change; likewise.

    Raises:
        SettingsError: (through `Plan.parse` and `Plan.read`) an unknown field or an impossible value.

    Example:
        >>> Plan.parse({"people": {"age_years": 70}}).people.age_years.draw(Key(1))
        70.0
    """

    unwritten = ("conditions", "sessions")

    people: People = People()
    grid: GridPlan = GridPlan()
    anatomy: dict[str, Any] = Field(default_factory=dict)
    scans: Annotated[tuple[ScanPlan, ...], Field(min_length=1)] = (
        ScanPlan(preset="T1w"),
        ScanPlan(preset="T2w"),
    )
    surfaces: bool = False
    conditions: tuple[ConditionPlan, ...] = ()
    sessions: SessionPlan | None = None

    @model_validator(mode="after")
    def _overrides_are_possible(self) -> Plan:
        if self.anatomy:
            usual = anatomies.draw(Key(0), _SOMEBODY).model_dump()
            override.check(self.anatomy, Anatomy, usual, "anatomy")
        for n, scan in enumerate(self.scans):
            if scan.settings:
                drawn = scanner.draw(scan.preset, Key(0), _SOMEBODY)
                exact = find(scan.preset, PRESETS).field_tesla is not None
                fixed = (*_NOT_PLANNED, *(("field_tesla",) if exact else ()))
                here = f"scans.{n}.settings"
                override.check(scan.settings, type(drawn), drawn.model_dump(), here, fixed)
        return self

    def visits(self, subject: str) -> list[str]:
        """Ids of somebody's sessions, see `dataset.visits`."""
        return [visit(subject, name) for name in (self.sessions.names if self.sessions else [""])]

    def grids(self) -> list[Grid]:
        """The grid that the head is painted on for each scan of somebody."""
        usual, keys = self.grid.grid(), (Key(0), Key(0))
        return [scan.draw(keys, _SOMEBODY).grid(usual) for scan in self.scans]

    @classmethod
    def parse(cls, data: object, where: str = "") -> Self:
        """Build a plan from plain data, such as a dictionary.

        Raises:
            SettingsError: names the path of the first fault, what was given and what was expected.
        """
        try:
            return super().parse(data, where)
        except SettingsError as error:
            if error.given.startswith(where):
                raise
            raise SettingsError(f"{where}: {error.given}", error.expected, error.mend) from None
