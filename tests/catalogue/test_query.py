"""SQL reads the tables, and nothing else can be done with it."""

import csv
import json
from pathlib import Path

import pytest

from catalogue.made import bids, image
from mindscan.catalogue.index import TABLES, place
from mindscan.catalogue.query import Answer, lines, opened, query
from mindscan.core.errors import SettingsError


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bids(tmp_path_factory.mktemp("query") / "in")


def test_tables_are_joined(root: Path) -> None:
    asked = (
        "SELECT participant_id, age, age_years, count(*) AS n FROM subjects JOIN scans USING (participant_id)"
        " WHERE age_years > ? GROUP BY ALL ORDER BY 1"
    )
    assert query(root, asked, [60]) == Answer(
        ("participant_id", "age", "age_years", "n"), [("sub-01", "61", 61.0, 2), ("sub-02", "89+", 89.0, 2)]
    )


def test_what_the_tables_hold_is_told(root: Path) -> None:
    assert [row[0] for row in query(root, "SHOW TABLES").rows] == sorted(TABLES)
    assert "stamp" not in query(root, "FROM subjects").columns
    assert query(root, "SELECT sidecar->>'$.Manufacturer' FROM scans WHERE te_s < 1 LIMIT 1").rows == [
        ("Siemens",)
    ]


def test_tables_are_brought_up_to_date(root: Path) -> None:
    (before,) = query(root, "SELECT count(*) FROM scans").rows[0]
    added = image(root / "sub-03" / "anat" / "sub-03_T2w.nii.gz")
    assert query(root, "SELECT count(*) FROM scans").rows[0] == (before + 1,)
    added.unlink()
    assert query(root, "SELECT count(*) FROM scans").rows[0] == (before,)


FORBIDDEN = [
    "SELECT * FROM read_text('{secret}')",
    "SELECT * FROM read_csv('{secret}')",
    "SELECT * FROM '{secret}'",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM read_parquet('{folder}/*.parquet')",
    "COPY subjects TO '{folder}/out.csv'",
    "COPY subjects TO '{table}' (FORMAT parquet)",
    "ATTACH '{folder}/other.db'",
    "DROP VIEW subjects",
    "CREATE TABLE mine AS SELECT 1",
    "SET enable_external_access = true",
    "SELECT * FROM enable_logging(storage = 'file', storage_path = '{folder}/log')",
    "INSTALL httpfs",
    "SELECT 1; SELECT 2",
    "EXPORT DATABASE '{folder}/all'",
    "SELECT * FROM secret",
    "",
    "--",
]


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_nothing_else_can_be_read_or_written(sql: str, root: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("word\nsesame\n")
    query(root, "FROM subjects")
    before = place(root, "subjects").read_bytes()
    with pytest.raises(SettingsError) as fault:
        query(root, sql.format(secret=secret, folder=tmp_path, table=place(root, "subjects")))
    assert "\n" not in str(fault.value)
    assert "sesame" not in str(fault.value)
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]
    assert place(root, "subjects").read_bytes() == before


def test_a_mistake_is_told_in_one_line(root: Path) -> None:
    with pytest.raises(SettingsError, match=r"agee.*not found.*DESCRIBE subjects") as fault:
        query(root, "SELECT agee\nFROM subjects")
    assert "\n" not in str(fault.value)


def test_nothing_is_left_behind_by_an_opened_database(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    with opened(Path()) as database:
        database.execute("SELECT * FROM scans ORDER BY ALL").fetchall()
    assert not [path.name for path in root.iterdir() if path.name.startswith(".") or path.name == "tmp"]


ANSWER = Answer(("name", "x"), [("a,b\nc", 1.25), (None, None), ('"q"', float("nan"))])


def test_csv_is_read_back() -> None:
    rows = list(csv.reader([*"\n".join(lines(ANSWER, "csv")).splitlines(keepends=True)]))
    assert rows == [["name", "x"], ["a,b\nc", "1.25"], ["", ""], ['"q"', "nan"]]


def test_json_is_read_back() -> None:
    assert json.loads("\n".join(lines(ANSWER, "json"))) == [
        {"name": "a,b\nc", "x": 1.25},
        {"name": None, "x": None},
        {"name": '"q"', "x": None},
    ]
    assert json.loads("\n".join(lines(Answer(("a",), []), "json"))) == []


def test_a_table_to_look_at() -> None:
    assert list(lines(ANSWER)) == ["name      x", "a,b c  1.25", "n/a     n/a", '"q"     nan']
    assert list(lines(Answer(("a", "bb"), []))) == ["a  bb"]
