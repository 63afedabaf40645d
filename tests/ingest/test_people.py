"""Ages, sexes and diagnoses as tables and headers write them."""

import pytest

from mindscan.ingest.columns import Choices, Named, guessed, read_table
from mindscan.ingest.item import Item
from mindscan.ingest.people import by_person, known_of

CHOICES = Choices(columns=Named(id="id", age_years="age", sex="sex", diagnosis="dx", handedness="hand"))


def item(**facts: object) -> Item:
    return Item("one", "DICOM", ("a",), ("a",), 1, "P1", date="2020", facts=facts)


@pytest.mark.parametrize(
    ("age", "years"),
    [
        *[("72", 72), ("72.46", 72.5), ("7,5", 7.5), ("64 y", 64), ("89+", 89), ("103", 89)],
        *[("", None), ("old", None), ("999", None)],
    ],
)
def test_ages(age: str, years: float | None) -> None:
    assert known_of([item()], {"age": age}, CHOICES).age_years == years


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("AD", "alzheimers-disease"),
        ("Alzheimer's Disease", "alzheimers-disease"),
        ("alzheimers-disease", "alzheimers-disease"),
        ("Healthy Control", "healthy"),
        ("MS", "multiple-sclerosis"),
    ],
)
def test_diagnoses(text: str, name: str) -> None:
    assert known_of([item()], {"dx": text}, CHOICES).diagnosis == name


def test_the_table_counts_more_than_headers_and_the_first_visit_more_than_later_ones() -> None:
    later = Item("two", "DICOM", ("b",), ("b",), 1, "P1", date="2021", facts={"age_years": 71.0, "sex": "M"})
    both = [later, item(age_years=70.0, sex="F", diagnosis="seen by Dr Doe")]
    known = known_of(both, {}, CHOICES)
    assert (known.age_years, known.sex, known.diagnosis) == (70, "F", None)
    assert known.strange == ("seen by Dr Doe",)
    known = known_of(both, {"age": "50", "sex": "male", "hand": "left", "dx": "PD"}, CHOICES)
    assert (known.age_years, known.sex, known.handedness) == (50, "M", "L")
    assert known.diagnosis == "parkinsons-disease"


def test_tables_of_all_kinds(tmp_path) -> None:
    for mark, name in ((",", "a.csv"), (";", "b.csv"), ("\t", "c.tsv")):
        path = tmp_path / name
        lines = [mark.join(["sub", "Age (years)", "Gender"]), mark.join(["sub-X1", "5", "F"])]
        path.write_text("\ufeff" + "\n".join(lines) + "\n")
        rows = read_table(path)
        found = guessed(rows[0])
        assert (found.id, found.age_years, found.sex) == ("sub", "Age (years)", "Gender")
        assert list(by_person(rows, Choices(columns=found))) == ["x1"]
