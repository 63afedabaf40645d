"""The slot for conditions: draw parameters, change the head's sizes, push what is around, paint lesions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar

from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy.anatomy import Anatomy
from mindscan.anatomy.field import Field
from mindscan.anatomy.gap import Gap
from mindscan.anatomy.lesions import Lesion
from mindscan.anatomy.structure import Frame
from mindscan.anatomy.survey import Survey
from mindscan.core.key import Key
from mindscan.core.lesions import Load
from mindscan.core.person import Person
from mindscan.core.prior import Rounded
from mindscan.core.record import Record

Severity = Annotated[Rounded, Limits(gt=0, le=1)]


class Illness(Record):
    """What every condition's parameters have: how bad it is, from just above 0 to 1."""

    severity: Severity


class Progression(Record):
    """How the lesions of one condition go on with the years: rates in clinical units."""


Params = TypeVar("Params", bound=Illness)


@dataclass(frozen=True)
class Trial:
    """A head as its sizes would move it, before anything is painted.

    Args:
        frame: the template and the lattice.
        displaced: the displacement, and world mm per template mm, that an anatomy and what is pushed besides
            would lead to; the velocity is in template mm, shape (3, i, j, k).
    """

    frame: Frame
    displaced: Callable[[Anatomy, Tensor | None], tuple[Field, float]]


class Condition(Protocol[Params]):
    """A disease or a variant. Every member passes `tests/contracts/test_conditions.py`."""

    @property
    def name(self) -> str:
        """Plain kebab-case name."""
        ...

    @property
    def about(self) -> str:
        """One line."""
        ...

    @property
    def sources(self) -> tuple[str, ...]:
        """Where effects and sizes come from."""
        ...

    @property
    def record(self) -> type[Params]:
        """Type of its parameters; every field is described in `Args`."""
        ...

    def draw(self, key: Key, person: Person, severity: float) -> Params:
        """Parameters in clinical units for this person."""
        ...

    def follow(self, usual: Params, params: Params, given: Collection[str]) -> Params:
        """The parameters with what goes along with those that a plan has replaced.

        Args:
            usual: as drawn.
            params: with what the plan gives in place.
            given: names of what the plan gives; these stay.
        """
        ...

    def shape(self, params: Params, anatomy: Anatomy, trial: Trial) -> Anatomy:
        """The anatomy with the sizes that the condition leaves."""
        ...

    def push(self, params: Params, key: Key, frame: Frame, velocity: Tensor) -> Tensor | None:
        """Velocity in template mm, shape (3, i, j, k), that comes on top of `velocity`; None for none."""
        ...

    def gap(self, params: Params) -> Gap | None:
        """The room that it makes between skull and brain; None for most."""
        ...

    def lesions(self, params: Params, key: Key, survey: Survey) -> list[Lesion]:
        """Its lesions, those that take first first."""
        ...

    def progression(self, key: Key, params: Params) -> Progression | None:
        """How its lesions go on with the years, for this person; None where they stay as they are."""
        ...

    def later(self, params: Params, progression: Any, years: float, key: Key, survey: Survey) -> list[Lesion]:
        """What has become of its lesions.

        Args:
            params: as in the first session.
            progression: how they go on, of the type that `progression` draws.
            years: since the first session.
            key, survey: of the first session, as `lesions` was given them.

        Returns:
            Those that are there by then; one that was there before has the name that it had.
        """
        ...

    def loads(self, params: Params) -> tuple[Load, ...]:
        """What it brings into every cortical parcel; empty for most."""
        ...

    def columns(self, params: Params) -> Mapping[str, Any]:
        """What the participants table says of it; names without units are described in `layout`."""
        ...


class Calm:
    """Does nothing; conditions take from it what they do not do."""

    def follow(self, usual: Any, params: Any, given: Collection[str]) -> Any:
        """Nothing goes along."""
        return params

    def shape(self, params: Any, anatomy: Anatomy, trial: Trial) -> Anatomy:
        """All sizes stay."""
        return anatomy

    def push(self, params: Any, key: Key, frame: Frame, velocity: Tensor) -> Tensor | None:
        """Nothing moves."""
        return None

    def gap(self, params: Any) -> Gap | None:
        """No room."""
        return None

    def lesions(self, params: Any, key: Key, survey: Survey) -> list[Lesion]:
        """No lesions."""
        return []

    def progression(self, key: Key, params: Any) -> Progression | None:
        """Lesions stay as they are."""
        return None

    def later(self, params: Any, progression: Any, years: float, key: Key, survey: Survey) -> list[Lesion]:
        """The lesions of the first session."""
        return self.lesions(params, key, survey)

    def loads(self, params: Any) -> tuple[Load, ...]:
        """No loads."""
        return ()


def along(params: Params, given: Collection[str], values: Mapping[str, Any]) -> Params:
    """Parameters with values in place, except those that were given."""
    free = {name: value for name, value in values.items() if name not in given}
    return type(params).parse(params.model_dump() | free, "conditions.settings")


def scaled(anatomy: Anatomy, factors: Mapping[str, float]) -> Anatomy:
    """An anatomy with some sizes multiplied, by names such as "deep_grey_ml.hippocampus".

    Both sides of a pair are multiplied.
    """
    parts: dict[str, dict[str, Any]] = {}
    for name, factor in factors.items():
        part, _, field = name.partition(".")
        have = getattr(getattr(anatomy, part), field)
        value = tuple(v * factor for v in have) if isinstance(have, tuple) else have * factor
        parts.setdefault(part, {})[field] = value
    changed = {
        part: type(getattr(anatomy, part)).parse(getattr(anatomy, part).model_dump() | values, part)
        for part, values in parts.items()
    }
    return anatomy.model_copy(update=changed)
