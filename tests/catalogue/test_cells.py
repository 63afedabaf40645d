"""Cells are numbers only where all of a column are."""

import pytest

from mindscan.catalogue.cells import apart, kind, typed, value, years


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "-20", "n/a"], "BIGINT"),
        (["1", "2.5", ""], "DOUBLE"),
        ([".5", "5.", "1e-3", "+2.5"], "DOUBLE"),
        (["007", "1"], "VARCHAR"),
        (["e5"], "VARCHAR"),
        (["inf"], "VARCHAR"),
        (["1e999"], "VARCHAR"),
        (["1_000"], "VARCHAR"),
        (["٣"], "VARCHAR"),
        (["12345678901234567890"], "DOUBLE"),
        (["n/a", ""], "VARCHAR"),
        ([], "VARCHAR"),
    ],
)
def test_the_type_of_a_column(cells: list[str], expected: str) -> None:
    assert kind(cells) == expected


def test_values() -> None:
    assert [
        value(*one) for one in (("3", "BIGINT"), ("3", "DOUBLE"), ("3", "VARCHAR"), ("n/a", "DOUBLE"))
    ] == [
        3,
        3.0,
        "3",
        None,
    ]
    with pytest.raises(ValueError, match="inf"):
        value("inf", "DOUBLE")
    with pytest.raises(ValueError, match="x"):
        value("x", "DOUBLE")


@pytest.mark.parametrize(
    ("cell", "unit", "expected"),
    [("72", "years", 72), ("89+", "", 89), ("24", "month", 2), ("old", "year", None), ("n/a", "year", None)],
)
def test_years(cell: str, unit: str, expected: float | None) -> None:
    assert years(cell, unit) == expected


def test_names_that_sql_takes_for_one_get_apart() -> None:
    assert apart(["Age", "age", "AGE", ""], ["scans"], "own") == ["Age", "own_age", "own_own_AGE", "own"]


def test_columns_of_several_tables_come_together() -> None:
    columns, rows = typed([{"a": "1"}, {"a": "x", "file": "n/a"}], ["file"], "finding")
    assert columns == {"a": "VARCHAR", "finding_file": "VARCHAR"}
    assert rows == [{"a": "1"}, {"a": "x", "finding_file": None}]
