"""People are picked, divided and kept apart from the terminal."""

from pathlib import Path

import pytest

from mindscan.cli import main
from mindscan.dataset.tables import read_tsv
from release import people


@pytest.fixture
def root(tmp_path: Path) -> Path:
    table = {f"sub-{n:02d}": (50 + 3 * n, "FM"[n % 2]) for n in range(10)}
    return people.write(tmp_path / "in", table, "age sex")


def test_a_selection(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["select", str(root), str(tmp_path / "old"), "--where", "age_years > 58", "--balance", "sex"])
    assert capsys.readouterr().out == f"6 subjects: {tmp_path / 'old'}\n"
    rows = read_tsv(tmp_path / "old" / "participants.tsv", ("sex",))
    assert sorted(row["sex"] for row in rows) == ["F"] * 3 + ["M"] * 3


def test_a_split(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "split.tsv"
    main(["split", str(root), str(out), "--parts", "train=0.6,test=0.4", "--by", "sex", "--seed", "4"])
    assert capsys.readouterr().out == "train: 6\ntest: 4\n"
    assert len(read_tsv(out, ("participant_id", "split"))) == 10


def test_two_that_share_somebody(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = people.write(tmp_path / "other", {"sub-x1": (), "sub-x2": ()}, "")
    main(["apart", str(root), str(other)])
    assert capsys.readouterr().out == "nobody is in both\n"
    people.scan(other, "sub-x3", of="sub-04")
    with pytest.raises(SystemExit, match="2"):
        main(["apart", str(root), str(other)])
    out, err = capsys.readouterr()
    assert out == "sub-04 is sub-x3: sub-04/anat/sub-04_T1w.nii.gz is sub-x3/anat/sub-x3_T1w.nii.gz\n"
    assert err.splitlines()[-1].startswith(
        f"mindscan: {root} and {other} share 1 of their subjects: sub-04 is sub-x3"
    )


def test_an_export_for_slicer(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["export", "nrrd", str(root), str(tmp_path / "out")])
    assert capsys.readouterr().out == f"10 files: {tmp_path / 'out'}\n"
    (root / "sub-01" / "anat" / "sub-01_T2w.nii.gz").write_bytes(b"nothing")
    with pytest.raises(SystemExit, match="2"):
        main(["export", "nrrd", str(root), str(tmp_path / "out")])
    out, err = capsys.readouterr()
    assert "sub-01_T2w.nii.gz:" in out
    assert "1 of 11 scans could not be read" in err
