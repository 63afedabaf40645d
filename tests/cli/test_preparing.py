"""The command says where everything is, and what could not be used."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from mindscan.cli import preparing
from mindscan.core.errors import SettingsError
from mindscan.prepare.dataset import Done
from mindscan.prepare.scan import Settings

SCANS = [PurePosixPath("sub-1/anat/sub-1_T1w.nii.gz"), PurePosixPath("sub-2/anat/sub-2_T1w.nii.gz")]


def told(root: Path, settings: Settings, workers: int) -> Iterator[Done]:
    """One scan that is doubtful and one that failed."""
    assert settings == Settings(normalise="percentile", voxel_mm=2, deface=True)
    assert workers == 3
    yield Done(SCANS[0], root / "ready.nii.gz", "noisy")
    yield Done(SCANS[1], None, "no brain")


def test_every_scan_gets_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(preparing, "prepare_all", told)
    monkeypatch.setattr(preparing, "scans_of", lambda root: SCANS)
    with pytest.raises(SettingsError, match="1 of 2 scans"):
        preparing.prepare(Path("set"), normalise="percentile", voxel_mm=2, deface=True, workers=3)
    first, second, third = capsys.readouterr().out.splitlines()
    assert first == f"{Path('set/ready.nii.gz')}: noisy"
    assert second == "sub-2/anat/sub-2_T1w.nii.gz: no brain"
    assert third.endswith("quality.html")


def test_wrong_words_are_refused() -> None:
    with pytest.raises(SettingsError, match="voxel_mm"):
        preparing.prepare(Path("set"), voxel_mm=0.1)
