from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindscan.core.errors import FileError, SettingsError
from mindscan.dataset.tables import json_bytes, number, read_json, read_text, read_tsv, tsv_bytes

texts = st.text(min_size=1, max_size=12).filter(str.isprintable)


@given(st.lists(st.tuples(texts, st.floats(-1e6, 1e6)), max_size=6))
@settings(deadline=None, max_examples=50)
def test_tables_come_back(tmp_path_factory, rows: list[tuple[str, float]]) -> None:
    path = tmp_path_factory.mktemp("tables") / "a.tsv"
    path.write_bytes(tsv_bytes(["name", "x"], rows))
    back = read_tsv(path, ["name", "x"])
    assert [row["name"] for row in back] == [name for name, _ in rows]
    assert [number(path, row["x"]) for row in back] == pytest.approx([x for _, x in rows], abs=5.1e-6)


def test_numbers_are_short() -> None:
    assert tsv_bytes(["x"], [[95.0], [-0.0000001], [0.1 + 0.2], [None], [""]]) == b"x\n95\n0\n0.3\nn/a\nn/a\n"


@pytest.mark.parametrize("cell", ["a\tb", "a\nb", "a\rb", "a\u2028b", float("nan"), float("inf")])
def test_cells_that_would_break_a_table_are_refused(cell: str | float) -> None:
    with pytest.raises(SettingsError, match="table cell"):
        tsv_bytes(["x"], [[cell]])


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, b"bytes"])
def test_json_refuses_what_it_cannot_say(value: object) -> None:
    with pytest.raises(SettingsError, match="JSON"):
        json_bytes({"x": value})


def test_json_keeps_letters_of_all_languages(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(json_bytes({"né": [1, 2.5, None]}))
    assert "né" in path.read_text(encoding="utf-8")
    assert read_json(path) == {"né": [1, 2.5, None]}


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe"])
def test_damaged_json_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"a\.json"):
        read_json(path)


@pytest.mark.parametrize("content", ["", "name\ty\nAC\t1\n", "name\tx\nAC\n", "name\tx\nAC\t1\t2\n"])
def test_damaged_tables_are_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(content)
    with pytest.raises(FileError, match=r"a\.tsv"):
        read_tsv(path, ["name", "x"])


@pytest.mark.parametrize("text", ["", "one", "nan", "n/a"])
def test_a_cell_without_a_number_is_told(text: str) -> None:
    with pytest.raises(FileError, match="a number"):
        number(Path("a.tsv"), text)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="No such file"):
        read_text(tmp_path / "none")
