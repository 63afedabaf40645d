"""The page: doubtful scans first, every number, nothing from the network, no words of others as HTML."""

import json
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath

from mindscan.dataset.tables import read_tsv
from mindscan.prepare.page import COLUMNS, Row, page_html, table_bytes, words_bytes
from mindscan.prepare.quality import MEASURES

NUMBERS: dict[str, float | None] = {**dict.fromkeys(MEASURES, 1.0), "snr_air": None}
GOOD = Row(PurePosixPath("sub-1/anat/sub-1_T1w.nii.gz"), "network", NUMBERS, ())
BAD = Row(PurePosixPath("sub-2/ses-b/anat/sub-2_ses-b_T1w.nii.gz"), "classical", NUMBERS, ("noisy <b>",))
FAILED = [("sub-3/anat/sub-3_T1w.nii.gz", "no\nbrain <script>")]


def test_the_table_has_a_row_for_every_scan(tmp_path: Path) -> None:
    path = tmp_path / "quality.tsv"
    path.write_bytes(table_bytes([GOOD, BAD], FAILED))
    rows = read_tsv(path, COLUMNS)
    assert [row["participant_id"] for row in rows] == ["sub-1", "sub-2", "sub-3"]
    assert [row["doubt"] for row in rows] == ["n/a", "noisy <b>", "not made ready: no brain <script>"]
    assert [row["session"] for row in rows] == ["n/a", "b", "n/a"]
    assert rows[0]["snr_air"] == "n/a"
    assert set(json.loads(words_bytes())) == set(COLUMNS)


def test_doubtful_scans_stand_before_sound_ones() -> None:
    html = page_html([GOOD, BAD], {GOOD.picture: b"picture"}, FAILED)
    assert html.index("sub-3_T1w") < html.index("sub-2_ses-b_T1w") < html.index("sub-1_T1w")
    assert "1 of 2 scans are doubtful, 1 failed" in html
    assert "data:image/webp;base64," in html
    assert "no picture" in html
    assert "<script" not in html
    assert "noisy &lt;b&gt;" in html


def test_the_page_is_whole_and_loads_nothing() -> None:
    html = page_html([GOOD], {}, [])
    opened: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag not in ("meta", "img", "br"):
                opened.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    Tags().feed(html)
    assert opened == []
    assert "http://" not in html
    assert "$" not in html


def test_a_row_comes_from_its_sidecar() -> None:
    told = {
        "Sources": [f"bids:raw:{BAD.scan}"],
        "BrainMethod": "classical",
        "Quality": NUMBERS,
        "Doubts": ["noisy <b>"],
    }
    assert Row.of(Path("x.json"), told) == BAD
