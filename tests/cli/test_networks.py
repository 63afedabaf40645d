"""The commands that need networks."""

from pathlib import Path

import pytest

from mindscan.cli import main
from mindscan.learn.fit import CURVE, WEIGHTS

TRAINING = "count = 1\nheld_out = 1\nsteps = 2\njudged_every = 2\n[heads.grid]\nvoxel_mm = 4\n"


def test_training_tells_how_good_it_is_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINDSCAN_CACHE", str(tmp_path / "cache"))
    plan = tmp_path / "training.toml"
    plan.write_text(TRAINING)
    words = ["train", "stripper", "--out", str(tmp_path / "out"), "--plan", str(plan)]
    main(words)
    told = capsys.readouterr().out
    assert "step 2" in told
    assert "score" in told
    assert (tmp_path / "out" / WEIGHTS).exists()
    assert len((tmp_path / "out" / CURVE).read_text().splitlines()) == 3
    main(words)
    assert capsys.readouterr().out.strip() == str(tmp_path / "out" / WEIGHTS)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["segment", "nowhere.nii.gz"], "nowhere.nii.gz; expected a .nii or .nii.gz file"),
        (["strip", "nowhere"], "nowhere; expected a .nii or .nii.gz file"),
        (["landmarks", "nowhere"], "nowhere; expected a .nii or .nii.gz file"),
        (["train", "diagnosis", "--out", "x"], "one of stripper, segmenter, landmarker"),
    ],
)
def test_mistakes_give_one_line(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1


def test_a_scan_that_is_no_head_does_not_stop_but_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.nii.gz").write_bytes(b"nothing")
    with pytest.raises(SystemExit) as left:
        main(["segment", str(tmp_path / "bad.nii.gz"), "--out", str(tmp_path / "out")])
    assert left.value.code == 2
    said = capsys.readouterr()
    assert "bad.nii.gz" in said.out
    assert "1 of 1 scans could not be used" in said.err
