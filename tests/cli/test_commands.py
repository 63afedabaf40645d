"""Commands run to the end, and stopped in the middle."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from added import made
from cohort.small import GRID, digests
from mindscan import api
from mindscan.anatomy import assets
from mindscan.assets.keep import Asset
from mindscan.cli import main
from mindscan.cli.commands import plan
from mindscan.cohort.plan import Plan
from mindscan.cohort.run import make_cohort
from mindscan.dataset import layout
from mindscan.dataset.nifti import read_nifti
from mindscan.imaging.scanner import PRESETS
from mindscan.validate import anatomy, imaging
from mindscan.validate import conditions as sick
from mindscan.validate.claims import Claim, Validation

# Tests may run where Ctrl-C is switched off for background jobs; a terminal has it on.
PROGRAM = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from mindscan.cli import main; main()"
)
PLAN = Plan.parse({"grid": GRID, "scans": [{"preset": "T1w"}]})
PEOPLE = 5


@pytest.fixture(scope="module")
def plan_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plan") / "plan.json"
    path.write_text(PLAN.json_text())
    return path


def steps(process: subprocess.Popen[str]) -> Iterator[int]:
    """How many subjects are finished, as the command says."""
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.match(r"(\d+) of", line):
            yield int(found[1])


def test_stopped_killed_and_finished(
    plan_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C, then kill -9, then to the end: the same files as without any of it."""
    out = tmp_path / "out"
    words = ["make", str(out), "-n", str(PEOPLE), "--seed", "7", "--plan", str(plan_file), "--workers"]
    two = [sys.executable, "-c", PROGRAM, *words, "2"]
    with subprocess.Popen(two, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert next(done for done in steps(process) if done) == 1
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines()[-1].startswith("mindscan: stopped; finished subjects are kept")
    assert "Traceback" not in err
    finished = list(out.glob(layout.RECIPES))
    assert 1 <= len(finished) < PEOPLE
    assert len((out / layout.PARTICIPANTS).read_text().splitlines()) == 1 + len(finished)
    assert not (out / layout.PARTIAL).exists()
    images = list(out.glob("sub-*/anat/*.nii.gz"))
    for path in images:
        os.utime(path, (1, 1))

    with subprocess.Popen(two, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        next(done for done in steps(process) if done > len(finished))
        process.kill()

    main([*words, "1"])
    told, shown = capsys.readouterr()
    assert told == f"report: {out / 'report.html'}\n"
    assert all(path.stat().st_mtime == 1 for path in images)
    lines = shown.splitlines()
    begun = (
        r"\d of 5: (\d to make, about \d+ s with \d workers?, .* of memory, .* of disk|nothing left to make)"
    )
    assert re.fullmatch(begun, lines[0])
    assert lines[-1].startswith("5 of 5: ")
    assert not re.search(r"[^\n -~]", shown)
    for _ in make_cohort(tmp_path / "calm", PLAN, PEOPLE, 7, 1):
        pass
    assert digests(out) == digests(tmp_path / "calm")

    recipe = out / layout.recipe("0002")
    main(["replay", str(recipe), str(tmp_path / "again")])
    assert capsys.readouterr() == (f"report: {tmp_path / 'again' / 'report.html'}\n", "")
    ours, theirs = digests(tmp_path / "again"), digests(out)
    own = [name for name in theirs if "sub-0002" in name]
    assert len(own) > 8
    assert {name: ours[name] for name in own} == {name: theirs[name] for name in own}


def test_the_printed_plan_is_the_default_plan(capsys: pytest.CaptureFixture[str]) -> None:
    plan(subjects=12)
    out, err = capsys.readouterr()
    assert Plan.parse(tomllib.loads(out)) == Plan()
    assert re.match(
        r"12 subjects of this plan: about \d+ s with \d+ workers?, .* of memory, .* of disk\n$", err
    )


def test_a_plan_of_ones_own_is_checked(plan_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan(plan_file, subjects=12)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("12 subjects of this plan: about")


def test_a_validation_says_every_claim(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = (Claim("Heads are round", "3 of 3", True), Claim("Ears are blue", "none", False))

    def validate(out: Path, subjects: int, seed: int, workers: int | None) -> Iterator[Validation]:
        assert (out, subjects, seed, workers) == (tmp_path, 20, 4, 2)
        yield Validation(0, 20)
        yield Validation(20, 20, tmp_path / "anatomy.html", claims)

    monkeypatch.setattr(anatomy, "validate", validate)
    main(["validate", "anatomy", "-n", "20", "--seed", "4", "--workers", "2", "--out", str(tmp_path)])
    out, err = capsys.readouterr()
    assert out == (
        f"holds  Heads are round: 3 of 3\nFAILS  Ears are blue: none\npage: {tmp_path / 'anatomy.html'}\n"
    )
    assert "measuring people: 20 of 20" in err


def test_conditions_are_validated_likewise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def validate(out: Path, subjects: int, seed: int, workers: int | None) -> Iterator[Validation]:
        assert (out, subjects, seed, workers) == (tmp_path, 3, 0, 2)
        yield Validation(3, 3, tmp_path / "conditions.html", (Claim("Blood is red", "all", True),))

    monkeypatch.setattr(sick, "validate", validate)
    main(["validate", "conditions", "-n", "3", "--workers", "2", "--out", str(tmp_path)])
    out, err = capsys.readouterr()
    assert out == f"holds  Blood is red: all\npage: {tmp_path / 'conditions.html'}\n"
    assert "measuring conditions: 3 of 3" in err


def test_images_are_validated_likewise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def validate(out: Path, workers: int | None) -> Iterator[Validation]:
        assert (out, workers) == (tmp_path, 2)
        yield Validation(0, 3)
        yield Validation(3, 3, tmp_path / "imaging.html", (Claim("Bones are white", "all", True),))

    monkeypatch.setattr(imaging, "validate", validate)
    main(["validate", "imaging", "--workers", "2", "--out", str(tmp_path)])
    out, err = capsys.readouterr()
    assert out == f"holds  Bones are white: all\npage: {tmp_path / 'imaging.html'}\n"
    assert "measuring images: 3 of 3" in err


def test_added_maps_are_listed_and_removed_by_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = assets.folder() / made().name
    shutil.copytree(kept, tmp_path / "assets" / kept.name)
    monkeypatch.setenv("MINDSCAN_ASSETS", str(tmp_path / "assets"))
    main(["assets", "list"])
    assert capsys.readouterr().out == made().summary() + "\n"
    main(["assets", "remove", kept.name])
    assert capsys.readouterr().out == f"removed {kept.name}\n"
    with pytest.raises(SystemExit) as stopped:
        main(["assets", "remove", kept.name])
    assert stopped.value.code == 2
    assert "expected one of mni152; add it with" in capsys.readouterr().err


def test_adding_says_what_was_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def add(*words: object) -> Asset:
        asked.append(words)
        return made()

    monkeypatch.setattr(api, "add_asset", add)
    main(["assets", "add", "map.nii.gz", "--labels", "freesurfer", "--name", "one"])
    assert asked == [(Path("map.nii.gz"), "freesurfer", "one")]
    told, picture = capsys.readouterr().out.splitlines()
    assert told == made().summary()
    assert Path(picture.removeprefix("picture: ")).is_file()


def test_presets_are_listed_with_everything_that_tells_them_apart(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["presets"])
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["NAME", "SUFFIX", "FIELD", "VOXEL", "SEQUENCE", "FOR"]
    assert [row.split()[0] for row in rows] == [preset.name for preset in PRESETS]
    thick = next(row for row in rows if row.startswith("FLAIR-3T-axial-5mm"))
    assert "FLAIR      3 T      0.9 x 0.9 x 5 mm" in thick
    assert "TR 11000, TI 2713.5, TE 140 ms" in thick


def test_scans_are_asked_for_by_name(plan_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = [word for name in ("STIR-1.5T", "DWI-3T-b1000", "T2w") for word in ("--scan", name)]
    main(["make", str(out), "-n", "1", "--plan", str(plan_file), *asked])
    found = sorted(str(path.relative_to(out / "sub-0001")) for path in (out / "sub-0001").rglob("*.nii.gz"))
    assert found == [
        "anat/sub-0001_T2w.nii.gz",
        "anat/sub-0001_acq-stir15t_T2w.nii.gz",
        "dwi/sub-0001_acq-dwi3tb1000_trace.nii.gz",
    ]
    own = layout.shown_labels("0001", Path("sub-0001_acq-dwi3tb1000_trace.nii.gz"))
    assert read_nifti(out / own).grid.voxel_mm == pytest.approx((1.75, 1.75, 4.0))
    main(["replay", str(out / layout.recipe("0001")), str(tmp_path / "again")])
    pictures = {name: digest for name, digest in digests(out).items() if name.endswith(".nii.gz")}
    again = digests(tmp_path / "again")
    assert {name: again[name] for name in pictures} == pictures


def test_scans_are_exported_as_dicom(
    plan_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heads, out = tmp_path / "heads", tmp_path / "dicom"
    main(["make", str(heads), "-n", "2", "--plan", str(plan_file), "--scan", "T1w", "--scan", "FLAIR-3T"])
    capsys.readouterr()
    asked = ["--subject", "sub-0002", "--scan", "FLAIR-3T"]
    main(["export", "dicom", str(heads), str(out), *asked])
    told, progress = capsys.readouterr()
    assert told == f"2 series: {out}\n"
    assert progress.splitlines()[-1] == "writing series: 2 of 2"
    assert sorted(p.name for p in (out / "sub-0002").iterdir()) == ["acq-3t_FLAIR", "acq-3t_FLAIR_seg"]
    assert len(list((out / "sub-0002" / "acq-3t_FLAIR").iterdir())) == 24
    with pytest.raises(SystemExit) as stop:
        main(["export", "dicom", str(heads), str(tmp_path / "none"), "--subject", "sub-3"])
    assert stop.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--scan", "FLAIR-3"], "preset 'FLAIR-3'; expected one of T1w, T2w, .*; did you mean 'FLAIR-3T'?"),
        (["--plan", "thin.toml"], "grid.voxel_mm.2 = 0; expected greater than or equal to 0.3"),
        (["--plan", "field.toml"], "field_tesla = 4; expected one of 0.064, 0.55, 1.5, 3, 7"),
        (["--plan", "empty.toml"], "grid.field_of_view_mm.0 = 0; expected greater than or equal to 8"),
    ],
)
def test_impossible_scans_give_one_line_and_write_nothing(
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("thin.toml").write_text("[grid]\nvoxel_mm = [1, 1, 0]\n")
    Path("field.toml").write_text('[[scans]]\npreset = "T1w"\nsettings = { field_tesla = 4 }\n')
    Path("empty.toml").write_text("[grid]\nfield_of_view_mm = 0\n")
    with pytest.raises(SystemExit) as stop:
        main(["make", "out", *words])
    assert stop.value.code == 2
    assert re.search(said, capsys.readouterr().err.strip()) is not None
    assert not Path("out").exists()
