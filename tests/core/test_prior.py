"""Priors: a number, a range, a distribution or a choice."""

from typing import Any

import numpy as np
import pytest

from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.prior import Prior, PriorField, Rounded, truncated_normal
from mindscan.core.record import Record

FORMS = [2.5, "F", True, [2.0, 3.0], {"normal": [2.5, 0.2]}, {"choice": ["F", "M"]}, {"choice": [1.0, 2.0]}]


class Sizes(Record):
    """A record with a prior and a rounded number."""

    width_mm: PriorField = Prior(fixed=1.0)
    height_mm: Rounded = 1.0


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_short_form_reads_and_writes(form: Any) -> None:
    prior = Prior.parse(form)
    assert prior.plain() == form
    assert Prior.parse(prior.plain()) == prior
    assert Sizes.parse({"width_mm": form}).model_dump(mode="json")["width_mm"] == form


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_same_key_same_value(form: Any) -> None:
    prior = Prior.parse(form)
    assert prior.draw(Key(3) / "a") == prior.draw(Key(3) / "a")


def test_fixed_is_what_it_says() -> None:
    assert [Prior.parse(value).draw(Key(1)) for value in (2.5, "F", True)] == [2.5, "F", True]


def test_uniform_fills_its_range() -> None:
    drawn = np.array([Prior.parse([2, 3]).draw(Key(1) / n) for n in range(500)], float)
    assert 2 <= drawn.min() < 2.05
    assert 2.95 < drawn.max() <= 3
    assert abs(drawn.mean() - 2.5) < 4 * (1 / 12 / 500) ** 0.5
    assert Prior.parse([2, 2]).draw(Key(1)) == 2


def test_normal_has_its_mean_and_spread_and_no_tails() -> None:
    drawn = np.array([Prior.parse({"normal": [10, 2]}).draw(Key(1) / n) for n in range(3000)], float)
    assert abs(drawn.mean() - 10) < 4 * 2 / 3000**0.5
    assert abs(drawn.std() - 1.97) < 0.12  # a normal cut at three standard deviations
    assert np.abs(drawn - 10).max() <= 6
    assert Prior.parse({"normal": [10, 0]}).draw(Key(1)) == 10


def test_normal_beyond_three_is_drawn_again() -> None:
    class Wild(np.random.Generator):
        def standard_normal(self) -> float:  # type: ignore[override]
            return next(values)

    values = iter([3.5, -4.0, 3.0])
    assert truncated_normal(Wild(Key(1).rng().bit_generator), 1.0, 2.0) == 7.0


def test_choice_gives_each() -> None:
    drawn = [Prior.parse({"choice": ["F", "M"]}).draw(Key(1) / n) for n in range(400)]
    assert 150 < drawn.count("F") < 250
    assert set(drawn) == {"F", "M"}


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ([3, 2], "low at most high"),
        ({"choice": []}, "at least one choice"),
        ({}, "a number, [low, high], {normal = [mean, sd]} or {choice = [...]}"),
        ({"fixed": 1, "uniform": [1, 2]}, "a number, [low, high]"),
        ({"normal": [1, -1]}, "normal.1 = -1"),
        ({"normal": [1]}, "normal.1"),
        ([1, 2, 3], "uniform"),
        ([1, float("inf")], "finite"),
        ({"norml": [1, 2]}, "did you mean 'normal'?"),
        (None, "record = null"),
    ],
    ids=str,
)
def test_impossible_prior_is_one_line(form: Any, said: str) -> None:
    with pytest.raises(SettingsError) as fault:
        Prior.parse(form)
    assert said in str(fault.value)
    assert "\n" not in str(fault.value)


def test_rounded_keeps_six_digits() -> None:
    assert Sizes.parse({"height_mm": 1234.56789}).height_mm == 1234.57
    assert Sizes.parse({"height_mm": 0.000123456789}).height_mm == 0.000123457
    assert Sizes.parse({"height_mm": 3}).height_mm == 3
