"""`mindscan ingest` on the command line: what it says, and one line for every mistake."""

from pathlib import Path

import numpy as np
import pytest

from heads import head
from ingest import made
from mindscan import cli
from mindscan.cli import preparing
from mindscan.dataset.nifti import nifti_bytes


def run(capfd: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = 0
    try:
        cli.main([str(word) for word in words])
    except SystemExit as end:
        code = int(end.code or 0)
    return code, *capfd.readouterr()


def test_it_says_what_came_in_and_what_did_not(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    src, out = tmp_path / "in", tmp_path / "out"
    made.nifti(src / "a_T1w.nii.gz", made.values(), np.eye(4))
    (src / "bad\n_T1w.nii").write_text("no")
    (tmp_path / "t.csv").write_text("Subject,Age,Dx\na,50,odd\n")
    code, said, shown = run(capfd, "ingest", src, out, "--participants", tmp_path / "t.csv", "--workers", 1)
    assert (code, shown.splitlines()) == (0, ["files: 2 of 2", "scans: 1 of 1"])
    assert said.splitlines() == [
        f"columns: id = Subject, age_years = Age, diagnosis = Dx (correct them in {out}.columns.toml)",
        f"diagnoses not understood: 'odd' (say in {out}.columns.toml what they mean)",
        "bad\\n_T1w.nii: holds nothing that its name promises",
        f"1 pictures of 1 people: {out}",
        f"1 of 2 files left out: {out}/conversion.tsv says why",
        f"keep to yourself: {out}.key.toml, {out}.files.tsv, {out}.people.tsv",
    ]
    assert (tmp_path / "out.key.toml").stat().st_mode & 0o077 == 0


def test_heads_are_made_ready_and_all_other_commands_take_them(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    Path("in/IXI002_T1w.nii.gz").write_bytes(nifti_bytes(head(voxel_mm=4.0)[0], "scan"))
    Path("t.csv").write_text("id,age,sex\nIXI002,67,F\n")
    words = ("in", "out", "--participants", "t.csv", "--deface", "--workers", 1)
    code, said, shown = run(capfd, "ingest", *words)
    assert code == 0, shown
    assert said.splitlines()[-1] == "page: out/derivatives/prepared/quality.html"
    (scan,) = Path("out").glob("sub-*/anat/*_T1w.nii.gz")
    (whole,) = Path("out/derivatives/prepared").glob("sub-*/anat/*_desc-defaced_T1w.nii.gz")
    assert whole.stat().st_size < scan.stat().st_size
    for command, answer in {
        ("index", "out"): "1 subjects, 1 scans: out/derivatives/catalogue",
        ("query", "out", "SELECT age_years FROM scans JOIN subjects USING (participant_id)"): "67",
        ("select", "out", "part", "--where", "age_years > 60"): "1 subjects: part",
        ("split", "out", "split.tsv", "--parts", "train=1"): "train: 1",
        ("slices", "out", "cut", "--every", "20", "--size", "64"): " slices: cut/",
        ("segment", "out", "--out", "told"): "told/",
    }.items():
        code, said, shown = run(capfd, *command)
        assert (code, answer in said) == (0, True), (command, said, shown)


@pytest.mark.parametrize(("flag", "deface"), [("--prepare", False), ("--deface", True)])
def test_either_flag_makes_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flag: str, deface: bool
) -> None:
    asked = []
    monkeypatch.setattr(preparing, "prepare", lambda *root, **how: asked.append((*root, how)))
    made.nifti(tmp_path / "in" / "a_T1w.nii.gz", made.values(), np.eye(4))
    cli.main(["ingest", str(tmp_path / "in"), str(tmp_path / "out"), "--workers", "1", flag])
    assert asked == [(tmp_path / "out", {"deface": deface, "workers": 1})]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("nowhere", "out"), "nowhere is not there; expected a folder of scans; check the path"),
        (("in", "in/out"), "in/out and in lie in each other; expected folders apart; choose another folder"),
        (("in", "out", "--key", "out/k"), "key file out/k inside out; expected a place outside the data set"),
        (("in", "out", "--key", "in/k"), "key file in/k inside in; expected a place outside of both"),
        (("in", "out", "--workers", "-1"), "workers = -1; expected at least 1; ask for more"),
        (("in", "out", "--participants", "no.csv"), "no.csv is no file; expected a table (.csv or .tsv)"),
        (("empty", "out"), "empty: none of 1 files became a picture; expected scans; see out/conversion.tsv"),
        (("in", "mine"), "mine holds 'file', which mindscan did not write; expected an empty"),
    ],
)
def test_mistakes_give_one_line(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    complaint: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    made.nifti(Path("in/a_T1w.nii.gz"), made.values(), np.eye(4))
    Path("empty").mkdir()
    Path("empty/notes.txt").write_text("none")
    Path("mine").mkdir()
    Path("mine/file").write_text("mine")
    code, _, shown = run(capfd, "ingest", *words)
    assert code == 2
    assert shown.splitlines()[-1].startswith(f"mindscan: {complaint}")
    assert sorted(path.name for path in Path("in").iterdir()) == ["a_T1w.nii.gz"]
