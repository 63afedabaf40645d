"""The plan: what a cohort is made of. Every parameter is a prior."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, Field, ValidationError, model_validator

from mindscan.anatomy.anatomy import Anatomy
from mindscan.core.key import Key
from mindscan.core.prior import Prior, PriorField
from mindscan.core.record import Record
from mindscan.core.volume import Grid

PRIOR_FORMS = frozenset(Prior.model_fields)

Edge = Annotated[float, Field(ge=0.3, le=20)]
Extent = Annotated[float, Field(ge=8, le=512)]


class People(Record):
    """Who is made.

    Args:
        age_years: prior of the age, 5 to 95 years.
        sex: prior over "F" and "M".
    """

    age_years: PriorField = Prior(uniform=(18, 90))
    sex: PriorField = Prior(choice=("F", "M"))


class GridPlan(Record):
    """The voxels that every subject is made on.

    Args:
        voxel_mm: edges of a voxel, 0.3 to 20 mm each.
        field_of_view_mm: extent along x (right), y (front) and z (up), 8 to 512 mm each.
        centre_mm: world point in the middle; the anterior commissure lies near (0, 0, 0).
    """

    voxel_mm: tuple[Edge, Edge, Edge] = (1.0, 1.0, 1.0)
    field_of_view_mm: tuple[Extent, Extent, Extent] = (176.0, 224.0, 208.0)
    centre_mm: tuple[float, float, float] = (0.0, -15.0, -14.0)

    def grid(self) -> Grid:
        """The grid; an extent that is no multiple of the voxel is rounded."""
        shape = np.round(np.divide(self.field_of_view_mm, self.voxel_mm)).astype(int).clip(1)
        return Grid.centred([int(n) for n in shape], self.voxel_mm, self.centre_mm)


class ScanPlan(Record):
    """One scan of every subject.

    Args:
        suffix: "T1w", "T2w", "PDw", "FLAIR" or "random".
        settings: priors that replace the usual ones, by the names that recipes use.
    """

    suffix: str
    settings: dict[str, Any] = Field(default_factory=dict)


class Plan(Record):
    """What a cohort is made of.

    Args:
        people: ages and sexes.
        grid: voxel size and field of view.
        anatomy: priors that replace the usual ones, nested as in a recipe's anatomy.
        scans: images of every subject, at least one.

    Raises:
        SettingsError: (through `Plan.parse` and `Plan.read`) an unknown field or an impossible value.

    Example:
        >>> Plan.parse({"people": {"age_years": 70}}).people.age_years.draw(Key(1))
        70
    """

    people: People = People()
    grid: GridPlan = GridPlan()
    anatomy: dict[str, Any] = Field(default_factory=dict)
    scans: Annotated[tuple[ScanPlan, ...], Field(min_length=1)] = (
        ScanPlan(suffix="T1w"),
        ScanPlan(suffix="T2w"),
    )

    @model_validator(mode="after")
    def _anatomy_is_known(self) -> Plan:
        _check_known(self.anatomy, Anatomy, "anatomy")
        return self


def replaced(record: dict[str, Any], wanted: dict[str, Any], key: Key) -> dict[str, Any]:
    """A record's data with some parameters drawn anew from the priors in a plan.

    A prior for a pair (left, right) is drawn for each side.

    Args:
        record: plain data of the record as usually drawn.
        wanted: priors, nested like the record.
        key: every parameter draws from the stream of its own name below it.
    """
    result = dict(record)
    for name, want in wanted.items():
        have = record.get(name)
        if isinstance(want, dict) and not _is_prior(want):
            result[name] = replaced(have if isinstance(have, dict) else {}, want, key / name)
        elif isinstance(have, list | tuple):
            prior = Prior.parse(want, name)
            result[name] = [prior.draw(key / name / n) for n in range(len(have))]
        else:
            result[name] = Prior.parse(want, name).draw(key / name)
    return result


def _is_prior(data: dict[str, Any]) -> bool:
    return bool(data) and set(data) <= PRIOR_FORMS


def _check_known(wanted: dict[str, Any], model: type[BaseModel], path: str) -> None:
    """Refuse names that the record does not have and values that are no prior."""
    for name, want in wanted.items():
        if name not in model.model_fields:
            known = ", ".join(sorted(model.model_fields))
            raise ValueError(f"only known names: '{path}.{name}' is none of {known}")
        inner = model.model_fields[name].annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel) and isinstance(want, dict):
            _check_known(want, inner, f"{path}.{name}")
        else:
            try:
                Prior.model_validate(want)
            except ValidationError:
                raise ValueError(
                    f"a prior for '{path}.{name}': a number, [low, high], {{normal = [mean, sd]}} "
                    "or {choice = [...]}"
                ) from None
