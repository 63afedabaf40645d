"""Names that BIDS takes, that name nobody, and that stay between runs."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ingest import made
from mindscan.dataset.tables import read_tsv
from mindscan.ingest.naming import with_layer


def faults(root: Path, deno: Path) -> list[dict[str, Any]]:
    """Errors that the official validator finds; it runs offline."""
    command = shutil.which("bids-validator-deno", path=str(Path(sys.executable).parent))
    assert command is not None
    environment = {**os.environ, "DENO_DIR": str(deno), "DENO_NO_UPDATE_CHECK": "1"}
    asked = [command, str(root), "--format", "json"]
    run = subprocess.run(asked, env=environment, capture_output=True, check=False)
    issues = json.loads(run.stdout)["issues"]["issues"]
    return [issue for issue in issues if issue["severity"] == "error"]


def test_the_official_validator_finds_no_fault(tmp_path: Path, take: Callable[..., Any]) -> None:
    src, data = tmp_path / "in", made.values(shape=(5, 8, 7))
    for number, (echo, study) in enumerate([(3.1, "1.2.4.7"), (6.2, "1.2.4.7"), (3.1, "1.2.4.8")]):
        said = {"PatientID": "P", "StudyInstanceUID": study, "SeriesInstanceUID": f"{study}.1"}
        said |= {"EchoTime": echo, "EchoNumbers": number % 2 + 1, "SyntheticData": "YES"}
        made.series(src, data + number, str(number), **said)
    made.series(src, data, "ct", Modality="CT", SeriesDescription="head", ProtocolName="head")
    made.nifti(src / "old_T2w.nii", made.values(), made.oblique())
    made.segmentation(src / "old.seg.nrrd", made.values() % 3, made.oblique(), "Brain", "Skull")
    names = ("acq-tse_run-02_T2w", "part-phase_T2starw", "FLAIR")
    bids = made.bids(src / "b", *(f"sub-01/anat/sub-01_{name}.nii.gz" for name in names))
    (bids / "sub-01/anat/sub-01_part-phase_T2starw.json").write_text('{"Units": "rad"}')
    (tmp_path / "t.csv").write_text("id,age,sex,group\nold,97,2,Alzheimer's disease\n01,12.5,w,ADHD\n")
    assert take(tmp_path / "t.csv").pictures == 9
    out = tmp_path / "out"
    assert faults(out, tmp_path / "deno") == []
    assert faults(out / "derivatives" / "labels", tmp_path / "deno") == []
    (out / "participants.json").unlink()
    (out / ".bidsignore").unlink()
    assert faults(out, tmp_path / "deno") != []


def test_entities_of_bids_are_kept_where_they_name_nobody(tmp_path: Path, take: Callable[..., Any]) -> None:
    names = [
        "sub-7/ses-02/anat/sub-7_ses-02_acq-mprage_run-01_T1w.nii.gz",
        "sub-7/ses-jan2020/anat/sub-7_ses-jan2020_acq-Jones_T1w.nii.gz",
        "sub-7/func/sub-7_task-rest_bold.nii.gz",
    ]
    root = made.bids(tmp_path / "in", *names)
    made.nifti(root / "derivatives/x/sub-7/anat/sub-7_desc-brain_T1w.nii.gz", made.values(), np.eye(4))
    assert take().pictures == 2
    found = sorted(path.name.split("_", 1)[1] for path in (tmp_path / "out").rglob("*.nii.gz"))
    assert found[0] == "ses-02_acq-mprage_run-01_T1w.nii.gz"
    assert "jones" not in found[1].lower()
    assert "jan" not in found[1]
    assert found[1].startswith("ses-")


def test_pseudonyms_follow_from_person_and_key(tmp_path: Path, take: Callable[..., Any]) -> None:
    made.nifti(tmp_path / "in" / "sub-P1_T1w.nii", made.values(), np.eye(4))
    made.series(tmp_path / "in", made.values(shape=(4, 8, 7)), "1")
    outcome = take()
    assert (outcome.pictures, outcome.people) == (2, 1)
    names = [path.name for path in (tmp_path / "out").glob("sub-*")]
    shutil.rmtree(tmp_path / "out")
    take()
    assert [path.name for path in (tmp_path / "out").glob("sub-*")] == names
    shutil.rmtree(tmp_path / "out")
    (tmp_path / "out.key.toml").unlink()
    take()
    assert [path.name for path in (tmp_path / "out").glob("sub-*")] != names


def test_the_columns_file_is_written_and_read(tmp_path: Path, take: Callable[..., Any]) -> None:
    made.nifti(tmp_path / "in" / "A-study7.nii", made.values(), np.eye(4))
    made.nifti(tmp_path / "in" / "B_T1w.nii", made.values(), np.eye(4))
    table = tmp_path / "t.csv"
    table.write_text("code\tAge\tGender\tverdict\nA\t50\t1\tprob. AD\nB\t60 y\t2\tcontrol\n")
    assert take(table).pictures == 1
    columns = tmp_path / "out.columns.toml"
    text = columns.read_text().replace('diagnosis = ""', 'diagnosis = "verdict"')
    text = text.replace("[sex]\n", '[sex]\n"1" = "M"\n"2" = "F"\n')
    text = text.replace("[scans]\n", '[scans]\n"*study7*" = "PDw"\n')
    columns.write_text(text)
    outcome = take(table)
    assert (outcome.pictures, outcome.strange) == (2, ("prob. AD",))
    columns.write_text(text.replace("[diagnosis]\n", '[diagnosis]\n"prob. AD" = "alzheimers-disease"\n'))
    assert take(table).strange == ()
    rows = read_tsv(tmp_path / "out" / "participants.tsv", ("age", "sex", "diagnosis"))
    assert sorted((row["age"], row["sex"], row["diagnosis"]) for row in rows) == [
        ("50", "M", "alzheimers-disease"),
        ("60", "F", "healthy"),
    ]
    assert len(list((tmp_path / "out").glob("sub-*/anat/*_PDw.nii.gz"))) == 1


def test_layers_stand_where_bids_wants_them() -> None:
    told = with_layer("sub-x_run-2_part-mag_T1w", "part-phase_chunk-1")
    assert told == "sub-x_run-2_part-phase_chunk-1_T1w"
    assert with_layer("sub-x_ses-1_acq-a_T1w", "echo-2") == "sub-x_ses-1_acq-a_echo-2_T1w"
    assert with_layer("sub-x_dseg", "desc-layer1") == "sub-x_desc-layer1_dseg"
