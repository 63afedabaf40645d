"""The report: one valid page that needs nothing but itself."""

from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mindscan.core.errors import FileError
from mindscan.report.page import write_report

Shelf = Callable[..., Path]
VOID = {"meta", "img", "input", "br", "link", "hr"}
SHAPES = [
    {"count": 0},
    {"count": 1},
    {"count": 4, "suffixes": ("T1w", "T2w")},
    {"count": 2, "kind": "scan", "brain": False},
    {"count": 1, "suffixes": ()},
]


class Checker(HTMLParser):
    """Balances tags, collects ids, addresses and text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "data", "poster", "action", "srcset", "xlink:href"):
                self.addresses.append(value or "")
            if name == "id":
                self.ids.append(value or "")
        if tag == "img":
            self.images.append(dict(attrs))
        if tag in ("h1", "h2", "h3"):
            self.headings.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")


def checked(html: str) -> Checker:
    checker = Checker()
    checker.feed(html)
    checker.close()
    return checker


@pytest.mark.parametrize("shape", SHAPES)
def test_the_page_is_valid_and_self_contained(make_shelf: Shelf, shape: dict[str, object]) -> None:
    path = write_report(make_shelf(**shape))
    html = path.read_text(encoding="utf-8")
    page = checked(html)
    assert html.startswith("<!doctype html>")
    assert page.open == page.faults == []
    assert len(page.ids) == len(set(page.ids))
    for address in page.addresses:
        assert address.startswith("data:image/") or address.removeprefix("#") in page.ids
    for loader in ("@import", "url(", "http://", "https://", "fetch(", "XMLHttpRequest", "<link", "<iframe"):
        assert loader not in html
    assert "default-src 'none'" in html
    assert "$" not in html.replace("${", "")
    assert page.headings[0] == "h1"
    assert page.headings.count("h1") == 1
    assert all("alt" in image for image in page.images)
    assert path.name == "report.html"


def test_the_page_tells_what_is_in_the_data_set(make_shelf: Shelf) -> None:
    html = write_report(make_shelf(4, ("T1w", "T2w"))).read_text(encoding="utf-8")
    for text in (
        "cohort &amp; co",
        "Synthetic: none of these people exist",
        "4 subjects: 2 women and 2 men",
        "4 T1w and 4 T2w scans",
        "mindscan 9.8.7 made it from seed 314",
        "Left-Hippocampus",
        "Intracranial volume",
        "prefers-color-scheme: dark",
        "@media print",
        "## References",
        "mindscan replay derivatives/mindscan/sub-001/anat/sub-001_recipe.json",
    ):
        assert text in html
    assert html.count("<svg viewBox") >= 6
    assert html.count('class="card"') == 4


def test_somebody_who_comes_twice_is_one_subject(make_shelf: Shelf) -> None:
    html = write_report(make_shelf(1, sessions=2)).read_text(encoding="utf-8")
    assert "1 subject in 2 sessions: 1 woman of 27.0 to 29.0 years, healthy." in html
    assert "The data set holds 1 subject in 2 sessions" in html
    assert "<dt>Subjects</dt><dd>1</dd></div><div><dt>Sessions</dt><dd>2</dd>" in html
    assert "of 2 healthy sessions lie in their band." in html
    assert "Each mark is one session;" in html
    assert "Later sessions are the head of the first one" in html
    assert html.count('class="card"') == 2


def test_real_scans_are_not_called_synthetic(make_shelf: Shelf) -> None:
    html = write_report(make_shelf(2, kind="scan", brain=False)).read_text(encoding="utf-8")
    assert "none of these people exist" not in html
    assert "0 of 2 subjects are synthetic; 2 real" in html
    assert "No subject of this data set was made from a recipe." in html


def test_the_page_stays_small(make_shelf: Shelf) -> None:
    one, four = (write_report(make_shelf(count)).stat().st_size for count in (1, 4))
    per_subject = (four - one) / 3
    assert one + 100 * per_subject < 3_000_000


def test_the_page_is_made_anew_in_one_step(make_shelf: Shelf) -> None:
    root = make_shelf(1)
    (root / "report.html").write_text("old")
    before = {path for path in root.rglob("*") if path.is_file()}
    first = write_report(root).read_bytes()
    assert first != b"old"
    assert write_report(root).read_bytes() == first
    assert {path for path in root.rglob("*") if path.is_file()} == before


def test_a_folder_without_a_data_set_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(FileError):
            write_report(folder)
    assert not list(tmp_path.iterdir())
