"""References and their numbers."""

import re

import pytest

from mindscan.report.references import REFERENCES, numbered


def test_numbers_follow_first_use() -> None:
    text = numbered("B [@wright], A [@fonov, @wright], C [@hahn].")
    assert text.startswith("B [1], A [2, 1], C [3].")
    entries = text.split("## References\n\n")[1].splitlines()
    assert [entry.split(".")[0] for entry in entries] == ["1", "2", "3"]
    assert "Wright" in entries[0]
    assert "Fonov" in entries[1]


def test_text_without_marks_has_no_list() -> None:
    assert numbered("Nothing here.") == "Nothing here."


def test_unknown_marks_are_refused() -> None:
    with pytest.raises(KeyError):
        numbered("[@nobody]")


@pytest.mark.parametrize("name", REFERENCES)
def test_every_reference_has_a_year_and_a_doi(name: str) -> None:
    assert re.search(r"\((19|20)\d\d\)\. .*doi:10\.\d{4,}/\S+$", REFERENCES[name])
