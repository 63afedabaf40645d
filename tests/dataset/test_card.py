from pathlib import Path

import pytest

from mindscan.core.errors import FileError
from mindscan.dataset import layout
from mindscan.dataset.card import finished, finished_card, read_card, recipes
from mindscan.dataset.store import write_subject


def test_a_missing_or_empty_folder_has_no_subjects(tmp_path: Path) -> None:
    assert finished(tmp_path / "none") == []
    assert finished(tmp_path) == []


def test_subjects_are_listed_in_order(tmp_path: Path, make_subject) -> None:
    for name in ("010", "002", "x1"):
        write_subject(tmp_path, make_subject(name))
    assert finished(tmp_path) == ["002", "010", "x1"]


def test_a_card_knows_its_person_and_its_scans(tmp_path: Path, make_subject) -> None:
    subject = make_subject(suffixes=("T2w", "T1w", "T2w"))
    write_subject(tmp_path, subject)
    card = read_card(tmp_path, "001")
    assert card.person == subject.person
    assert [path.name for path in card.scans()] == [
        "sub-001_run-1_T2w.nii.gz",
        "sub-001_T1w.nii.gz",
        "sub-001_run-2_T2w.nii.gz",
    ]


@pytest.mark.parametrize("emptied", [False, True])
def test_a_subject_that_lacks_any_file_is_not_finished(tmp_path: Path, make_subject, emptied: bool) -> None:
    write_subject(tmp_path, make_subject())
    for name in finished_card(tmp_path, "001").files:
        content = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(b"") if emptied else (tmp_path / name).unlink()
        assert finished(tmp_path) == []
        (tmp_path / name).write_bytes(content)
    assert finished(tmp_path) == ["001"]


@pytest.mark.parametrize("content", [b"", b"{", b'{"id": "001"}', b'{"surprise": 1}'])
def test_a_damaged_card_is_told_and_its_subject_is_not_finished(
    tmp_path: Path, make_subject, content: bytes
) -> None:
    write_subject(tmp_path, make_subject())
    (tmp_path / layout.card("001")).write_bytes(content)
    with pytest.raises(FileError, match=r"sub-001_subject\.json"):
        read_card(tmp_path, "001")
    assert finished(tmp_path) == []
    assert recipes(tmp_path) == ["001"]
