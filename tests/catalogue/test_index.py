"""The tables are always of one state: refreshed by what changed, rebuilt where they are not whole."""

import os
import shutil
from pathlib import Path

import duckdb
import pytest

from catalogue.made import bids, image, table
from mindscan.catalogue.index import TABLES, Step, generation, place, refresh
from mindscan.catalogue.shelf import HOME
from mindscan.dataset import layout


def read(root: Path, name: str, columns: str = "*") -> list[tuple[object, ...]]:
    asked = f"SELECT {columns} FROM read_parquet(?)"
    return duckdb.connect().execute(asked, [str(place(root, name))]).fetchall()


def tables(root: Path) -> dict[str, object]:
    """Names and types of all columns, and all rows."""
    return {name: (read(root, name, "any_value(typeof(COLUMNS(*)))"), read(root, name)) for name in TABLES}


def first(root: Path) -> Step:
    """What a refresh sets out to do."""
    return next(iter(list(refresh(root))))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return bids(tmp_path / "it's [1] set*")


def test_subjects_are_participants_and_folders(root: Path) -> None:
    table(root / "participants.tsv", "participant_id Age scans", "01 61 x", "sub-02 89+ y", "sub-99 40 z")
    assert first(root) == Step(0, 4)
    wanted = "participant_id, age_years, Age, participant_scans, scans, sessions"
    assert read(root, "subjects", wanted) == [
        ("sub-01", 61, "61", "x", 2, 0),
        ("sub-02", 89, "89+", "y", 2, 2),
        ("sub-03", None, None, None, 1, 0),
        ("sub-07", None, None, None, 1, 0),
        ("sub-99", 40, "40", "z", 0, 0),
    ]


def test_age_is_in_the_unit_that_is_described(root: Path) -> None:
    table(root / "participants.tsv", "participant_id age", "sub-01 18", "sub-02 6")
    (root / "participants.json").write_text('{"age": {"Units": "months"}}')
    list(refresh(root))
    assert read(root, "subjects", "age, age_years")[:2] == [(18, 1.5), (6, 0.5)]


def test_nothing_is_read_again_that_did_not_change(root: Path) -> None:
    assert len(list(refresh(root))) == 5
    before = [place(root, name).stat().st_mtime_ns for name in TABLES]
    assert list(refresh(root)) == [Step(0, 0)]
    assert [place(root, name).stat().st_mtime_ns for name in TABLES] == before
    assert not (root / HOME / layout.PARTIAL).exists()


def test_a_refreshed_catalogue_is_a_new_one(root: Path) -> None:
    list(refresh(root))
    image(root / "sub-01" / "anat" / "sub-01_FLAIR.nii.gz")
    shutil.rmtree(root / "sub-03")
    image(root / "sub-04" / "anat" / "sub-04_T1w.nii.gz")
    lesions = root / "derivatives" / "truth" / "sub-01" / "sub-01_lesions.tsv"
    table(lesions, "id kind side", "x bleed L")
    table(root / "participants.tsv", "participant_id age", "sub-01 7")
    assert first(root) == Step(0, 2)
    refreshed = tables(root)
    shutil.rmtree(root / HOME)
    assert first(root) == Step(0, 4)
    assert tables(root) == refreshed
    assert [row[0] for row in read(root, "subjects")] == ["sub-01", "sub-02", "sub-04", "sub-07"]
    assert read(root, "findings", "participant_id, id, kind, side")[0] == ("sub-01", "x", "bleed", "L")


@pytest.mark.parametrize("name", ["subjects", "scans", "faults"])
def test_tables_of_two_states_are_made_anew(name: str, root: Path, tmp_path: Path) -> None:
    """As a kill between two moves leaves them."""
    list(refresh(root))
    old = shutil.copy(place(root, name), tmp_path)
    image(root / "sub-01" / "anat" / "sub-01_FLAIR.nii.gz")
    list(refresh(root))
    whole = tables(root)
    shutil.copy(old, place(root, name))
    assert generation(root) == ""
    assert first(root) == Step(0, 4)
    assert tables(root) == whole


@pytest.mark.parametrize("content", [b"", b"PAR1 and nonsense"])
def test_damaged_tables_are_made_anew(content: bytes, root: Path) -> None:
    list(refresh(root))
    place(root, "volumes").write_bytes(content)
    list(refresh(root))
    assert read(root, "volumes", "volume_ml")[0] == (3.5,)


def test_a_refresh_that_is_stopped_leaves_the_old_tables(root: Path) -> None:
    list(refresh(root))
    before = tables(root)
    for name in ("01", "02"):
        os.utime(next((root / f"sub-{name}").rglob("*.nii.gz")), ns=(1, 1))
    steps = refresh(root)
    assert [next(steps), next(steps)] == [Step(0, 2), Step(1, 2)]
    steps.close()
    assert tables(root) == before
    assert list(refresh(root))[-1] == Step(2, 2)
    assert not (root / HOME / layout.PARTIAL).exists()


def test_a_table_of_participants_that_is_damaged_is_a_fault(root: Path) -> None:
    table(root / "participants.tsv", "participant_id age", "sub-01 7", "sub-01 8")
    list(refresh(root))
    assert read(root, "faults", "file, fault") == [
        ("participants.tsv", "sub-01 stands in two lines; the first counts")
    ]
    assert read(root, "subjects", "age")[0] == (7,)
    (root / "participants.tsv").write_bytes(b"\xff")
    list(refresh(root))
    ((_, fault),) = read(root, "faults", "file, fault")
    assert "not UTF-8" in str(fault)
    assert len(read(root, "subjects")) == 4
