"""Sessions of one person: when they are and how fast the brain changes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from mindscan.anatomy import conditions
from mindscan.anatomy import rates as usual_rates
from mindscan.anatomy.conditions import PROGRESSIONS, AnyIllness, AnyProgression
from mindscan.anatomy.rates import Rates
from mindscan.cohort import override
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Rounded
from mindscan.core.record import Sparse

_SOMEBODY = Person(age_years=70, sex="F")


def _from_the_first(years: tuple[float, ...]) -> tuple[float, ...]:
    if years[:1] != (0,) or any(b <= a for a, b in pairwise(years)):
        raise ValueError("years since the first session, rising, the first of them 0")
    return years


Years = Annotated[
    tuple[Annotated[Rounded, Field(ge=0, le=20)], ...],
    Field(max_length=99),
    AfterValidator(_from_the_first),
]


class Sessions(Sparse):
    """The sessions of one person.

    Args:
        years: of each since the first one, at most 20.
        rates: how fast structures change.
        progression: how lesions go on, of each condition whose lesions do; the others stay as they are. Not
            written where empty.
    """

    unwritten = ("progression",)

    years: Years
    rates: Rates
    progression: tuple[AnyProgression, ...] = ()

    @property
    def names(self) -> list[str]:
        """Name of every session, such as "01"."""
        return session_names(self.years)


class SessionPlan(Sparse):
    """Several sessions of everybody.

    Args:
        years: of each since the first one: 0 and rising, at most 20.
        rates: priors that replace the published ones, by the names that recipes use.
        progression: likewise, by name of the condition and then by the names that recipes use.
    """

    unwritten = ("progression",)

    years: Years
    rates: dict[str, Any] = Field(default_factory=dict)
    progression: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _rates_are_possible(self) -> SessionPlan:
        drawn = usual_rates.draw(Key(0), _SOMEBODY, ())
        override.check(self.rates, Rates, drawn.model_dump(), "sessions.rates")
        return self

    @model_validator(mode="after")
    def _progression_is_possible(self) -> SessionPlan:
        for name, wanted in self.progression.items():
            if name not in PROGRESSIONS:
                known = f"one of {', '.join(PROGRESSIONS)}"
                raise SettingsError(f"sessions.progression.{name}", known, "take another or leave it out")
            fixed = ("condition",)
            override.check(wanted, PROGRESSIONS[name], {}, f"sessions.progression.{name}", fixed)
        return self

    @property
    def names(self) -> list[str]:
        """Name of every session, such as "01"."""
        return session_names(self.years)

    def draw(self, key: Key, person: Person, illnesses: Sequence[AnyIllness]) -> Sessions:
        """Sessions of somebody with these illnesses."""
        usual = usual_rates.draw(key, person, illnesses).model_dump()
        rates = Rates.parse(override.replaced(usual, self.rates, key / "plan"), "sessions.rates")
        own = key / "progression"
        ways = [self._planned(way, own) for way in conditions.progressions(own, illnesses)]
        return Sessions(years=self.years, rates=rates, progression=tuple(ways))

    def _planned(self, usual: AnyProgression, key: Key) -> AnyProgression:
        """How lesions go on, with what the plan says of it."""
        name = usual.condition
        wanted = override.replaced(usual.model_dump(), self.progression.get(name, {}), key / "plan" / name)
        return type(usual).parse(wanted, f"sessions.progression.{name}")


def session_names(years: Sequence[float]) -> list[str]:
    """Names of sessions.

    Example:
        >>> session_names([0, 1.5])
        ['01', '02']
    """
    return [f"{n:02d}" for n in range(1, len(years) + 1)]
