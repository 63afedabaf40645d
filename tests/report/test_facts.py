"""What a report says of a data set."""

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from mindscan.core.errors import FileError
from mindscan.report.facts import counted, listed, read_facts

Shelf = Callable[..., Path]


def test_facts_come_from_the_data_set(make_shelf: Shelf) -> None:
    facts = read_facts(make_shelf(3, ("T2w", "T1w")))
    assert (facts.seed, facts.made_by, facts.real) == ("314", "9.8.7", 0)
    assert facts.landmarks == ("AC", "PC")
    assert {2, 41, 3, 42, 17, 53} < set(facts.labels)
    assert 0 not in facts.labels
    assert len(facts.column("icv_ml")) == 3
    assert facts.people() == "2 women and 1 man of 27.0 to 41.0 years, all healthy"


def test_people_are_told_by_diagnosis(make_shelf: Shelf) -> None:
    assert read_facts(make_shelf(1)).people() == "1 woman of 27.0 years, healthy"
    ill = read_facts(make_shelf(2, diagnosis="small-vessel-disease"))
    assert ill.people().endswith("all small-vessel-disease")


def test_real_scans_without_truth(make_shelf: Shelf) -> None:
    facts = read_facts(make_shelf(2, kind="scan", brain=False))
    assert facts.real == 2
    assert facts.labels == facts.landmarks == ()
    assert facts.column("icv_ml") == []


def test_a_folder_without_a_job_has_no_seed(make_shelf: Shelf, tmp_path: Path) -> None:
    whole = make_shelf(1)
    job = (whole / "code/mindscan.json").read_bytes()
    (whole / "code/mindscan.json").unlink()
    facts = read_facts(whole)
    (whole / "code/mindscan.json").write_bytes(job)
    assert (facts.seed, facts.made_by) == ("", version("mindscan"))
    with pytest.raises(FileError):
        read_facts(tmp_path)


def test_words() -> None:
    assert [counted(n, "man") for n in (0, 1, 2)] == ["0 men", "1 man", "2 men"]
    assert [listed(["a", "b", "c"][:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
