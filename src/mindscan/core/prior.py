"""A parameter is a prior: a number, a range, a distribution or a choice; never a "random" twin."""

from __future__ import annotations

from math import isfinite
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from mindscan.core.key import Key
from mindscan.core.record import Record


class Prior(Record):
    """What a plan may say of one parameter; exactly one of the four fields is set.

    In a plan: ``2.5`` is fixed, ``[2, 3]`` is uniform, ``{normal = [2.5, 0.2]}`` is a normal cut off
    at three standard deviations, ``{choice = ["F", "M"]}`` picks one.

    Raises:
        SettingsError: (through `Record.parse`) a range is upside down or a distribution is empty.

    Example:
        >>> Prior.parse([2, 3]).draw(Key(1)) == Prior.parse([2, 3]).draw(Key(1))
        True
    """

    fixed: float | str | bool | None = None
    uniform: tuple[float, float] | None = None
    normal: tuple[float, Annotated[float, Field(ge=0)]] | None = None
    choice: tuple[float | str, ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, data: Any) -> Any:
        if isinstance(data, int | float | str | bool):
            return {"fixed": data}
        if isinstance(data, list | tuple):
            return {"uniform": data}
        return data

    @model_validator(mode="after")
    def _one_form(self) -> Prior:
        given = [name for name in Prior.model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("a number, [low, high], {normal = [mean, sd]} or {choice = [...]}")
        if self.uniform is not None and self.uniform[0] > self.uniform[1]:
            raise ValueError("a range [low, high] with low at most high")
        if self.choice == ():
            raise ValueError("at least one choice")
        return self

    def draw(self, key: Key) -> float | str | bool:
        """One value; the same key gives the same value."""
        rng = key.rng()
        if self.uniform is not None:
            return float(rng.uniform(*self.uniform))
        if self.normal is not None:
            return truncated_normal(rng, *self.normal)
        if self.choice is not None:
            return self.choice[int(rng.integers(len(self.choice)))]
        assert self.fixed is not None
        return self.fixed

    def plain(self) -> Any:
        """The short form, as a plan says it."""
        if self.fixed is not None:
            return self.fixed
        if self.uniform is not None:
            return list(self.uniform)
        if self.normal is not None:
            return {"normal": list(self.normal)}
        return {"choice": list(self.choice or ())}


def truncated_normal(rng: np.random.Generator, mean: float, sd: float) -> float:
    """A normal value, drawn again while it is more than three standard deviations away."""
    z = rng.standard_normal()
    while abs(z) > 3:
        z = rng.standard_normal()
    return mean + sd * float(z)


def _round(value: float) -> float:
    return float(f"{value:.6g}")


Rounded = Annotated[float, BeforeValidator(lambda v: _round(v) if isinstance(v, float) else v)]
"""A float kept to six significant digits, so that recipes stay short and read back unchanged."""

PriorField = Annotated[Prior, PlainSerializer(lambda prior: prior.plain())]
"""A `Prior` that is written in its short form."""

Whole = Annotated[int, BeforeValidator(lambda v: round(v) if isinstance(v, float) and isfinite(v) else v)]
"""A whole number; what a range gives is rounded."""
