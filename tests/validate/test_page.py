import json
import re
from pathlib import Path

from mindscan.report.sections import Section
from mindscan.validate.claims import Claim, row
from mindscan.validate.page import Page, Picture, measured, page_html, pictures, table, write

PAGE = Page(
    "ears",
    "Are ears round?",
    "Two ears & more were looked at.",
    "mindscan validate ears",
    [Claim("True thing", "3 of 3", True), Claim("False thing", "<none>", False)],
    [Section("one", "First", "The first", ["<p>body</p>", pictures([Picture("an ear", "data:,")])])],
)


def test_a_page_says_first_what_is_not_true() -> None:
    html = page_html(PAGE, "1.2")
    assert "1 of 2 claims hold" in html
    assert html.index("False thing") < html.index("True thing")
    assert "&lt;none&gt;" in html
    assert "Two ears &amp; more" in html
    assert re.findall('<a href="#(\\w+)">([^<]*)</a>', html) == [("claims", "Claims"), ("one", "First")]
    assert all(f'id="{name}"' in html for name in ("claims", "one"))
    assert not re.findall(r'(?:src|href)="(?!data:|#)', html)
    assert "$" not in html


def test_page_and_numbers_are_written_together(tmp_path: Path) -> None:
    path = write(tmp_path / "out", PAGE, {"mindscan": "1.2", "ears": 2})
    assert path.read_text("utf-8") == page_html(PAGE, "1.2")
    numbers = json.loads((tmp_path / "out" / "ears.json").read_text("utf-8"))
    assert numbers["ears"] == 2
    assert [claim["holds"] for claim in numbers["claims"]] == [True, False]
    assert sorted(found.name for found in (tmp_path / "out").iterdir()) == ["ears.html", "ears.json"]


def test_cells() -> None:
    html = table(("a",), [[None], [False], [1234], [0.12345], ["<b>"]])
    assert re.findall("<td[^>]*>([^<]*)</td>", html) == ["–", "no", "1,234", "0.123", "&lt;b&gt;"]


def test_rows_show_their_sources_only_where_there_are_some() -> None:
    assert "Against" not in measured([row("one", 1, 0, 2)])
    assert "<td>a book</td>" in measured([row("one", 1, 0, 2), row("two", 1, 0, 2, "a book")])


def test_no_pictures_are_said_in_words() -> None:
    assert "There are none." in pictures([])


def test_a_mark_shows_where_a_row_lies() -> None:
    html = measured([row("in", 1, 0, 2), row("out", 9, 0, 2), row("none", float("nan"), 0, 2)])
    assert re.findall(r'<circle class="(\w+)" cx="([\d.]+)"', html) == [
        ("yes", "50.0"),
        ("no", "96.0"),
        ("no", "96.0"),
    ]
    assert "<svg" not in measured([row("one way only", 0, 0, 0)])


def test_only_short_tables_do_not_scroll() -> None:
    assert "tall" in table(("a",), [["b"]])
    assert "tall" not in table(("a",), [["b"]], tall=False)
