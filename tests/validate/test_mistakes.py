import pytest

from mindscan.validate import mistakes


@pytest.mark.parametrize("name", mistakes.MISTAKES)
def test_every_mistake_gives_one_line_and_writes_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mistakes, "MISTAKES", {name: mistakes.MISTAKES[name]})
    (row,) = mistakes.said()
    assert row["holds"]
    assert "; expected " in row["said"]


def test_a_wish_that_is_granted_is_no_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mistakes, "MISTAKES", {"nothing wrong": {"scans": [{"preset": "T1w"}]}})
    (row,) = mistakes.said()
    assert not row["holds"]
