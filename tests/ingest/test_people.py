"""Ages, sexes and diagnoses as tables and headers write them."""

from pathlib import Path

import pytest

from ingest import made
from mindscan.ingest.columns import Choices, Named, guessed, read_table
from mindscan.ingest.item import Item
from mindscan.ingest.people import Known, ages_of, by_person, known_of

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


def test_ages_of_visits_by_headers_else_by_dates() -> None:
    def visits(*said: tuple[str, float | None], mark: bool | None = None) -> dict[str, list[Item]]:
        facts = [{} if age is None else {"age_years": age} for _, age in said]
        items = [
            Item("x", "DICOM", ("a",), ("a",), 1, "P", date=date, facts=fact, mark=mark)
            for (date, _), fact in zip(said, facts, strict=True)
        ]
        return {f"{number:02d}": [one] for number, one in enumerate(items, 1)}

    both = visits(("202001011200", 70.0), ("202207021200", 72.0))
    assert ages_of(both, Known(70.0)) == {"01": 70, "02": 72}
    assert ages_of(both, Known(60.4)) == {"01": 60.4, "02": 62.9}
    half = visits(("20200101", None), ("20220702", 72.0))
    assert ages_of(half, Known()) == {"01": 69.5, "02": 72}
    assert ages_of(visits(("20200101", 88.0), ("20240101", 92.0)), Known(88.0)) == {"01": 88, "02": 89}
    older = visits(("20200101", 88.0), ("20240101", 92.0), mark=True)
    assert ages_of(older, Known(88.0)) == {"01": 88, "02": 92}
    assert ages_of(visits(("m00", None), ("m12", None)), Known(50.0)) == {"01": 50, "02": None}


def test_several_visits_get_a_table_with_ages_and_no_dates(tmp_path: Path, take) -> None:
    for number, (date, age) in enumerate((("20200505", "070Y"), ("20220505", "072Y"))):
        said = {"PatientID": "P", "StudyInstanceUID": f"1.2.4.{number}", "StudyDate": date, "PatientAge": age}
        made.series(tmp_path / "in", made.values(shape=(5, 8, 7)) + number, str(number), **said)
    made.series(tmp_path / "in", made.values(shape=(5, 8, 7)), "once")
    take()
    (table,) = (tmp_path / "out").glob("sub-*/*_sessions.tsv")
    assert table.read_text() == "session_id\tage\nses-01\t70\nses-02\t72\n"
    assert table.name == f"{table.parent.name}_sessions.tsv"
    assert table.with_suffix(".json").is_file()
