"""What the pages say is true: every block of code in them runs and gives what it shows."""

import re
from pathlib import Path
from typing import Any

import pytest

from house.pages import KINDS, Block, assert_runs, blocks
from house.source import ROOT, short
from mindscan.core.volume import Volume
from mindscan.dataset.nifti import read_nifti
from mindscan.tasks import landmarks, results, segment
from mindscan.tasks.segment import Segmentation

PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted(p for p in (ROOT / "docs").rglob("*.md") if "_build" not in p.parts),
]
TOLD = [page for page in PAGES if blocks(page)]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)(?:#[^)\s]*)?\)")


@pytest.fixture
def segmented_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segmentation takes long and is a pure function: of what a page segments again the answer is known."""
    known: dict[tuple[bytes, bytes, Path | None], Segmentation] = {}

    def remembered(scan: Volume | str | Path, weights: Path | None = None) -> Segmentation:
        volume = scan if isinstance(scan, Volume) else read_nifti(Path(scan))
        asked = volume.data.numpy().tobytes(), volume.affine.tobytes(), weights
        if asked not in known:
            known[asked] = anew(volume, weights)
        return known[asked]

    anew = segment.segment
    for module in (landmarks, results, segment):
        monkeypatch.setattr(module, "segment", remembered)


@pytest.mark.filterwarnings("default")
@pytest.mark.usefixtures("segmented_once")
@pytest.mark.parametrize("page", TOLD, ids=short)
def test_page_runs(
    page: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("MINDSCAN_ASSETS", str(tmp_path_factory.mktemp("assets")))
    names: dict[str, Any] = {"__name__": "__page__"}
    for block in blocks(page):
        assert_runs(block, names, f"{short(page)}, line {block.line}")


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_blocks_are_of_a_kind_that_is_run(page: Path) -> None:
    assert [block for block in blocks(page) if block.kind not in KINDS] == []
    assert page.read_text("utf-8").count("```") % 2 == 0


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_links_inside_the_project_lead_somewhere(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text("utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("python", ">>> 1 + 1\n3\n"),
        ("python", 'assert not "true", "false"\n'),
        ("console", "$ echo here\nthere\n"),
        ("console", "$ false\n"),
        ("console", "$ make nonsense\n"),
        ("toml", "[people]\nage = 3\n"),
        ("text", "nowhere/\nno-file   what it is\n"),
    ],
)
def test_a_false_page_fails(kind: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Exception, match=r"."):
        assert_runs(Block(kind, text, 1), {}, "page")
