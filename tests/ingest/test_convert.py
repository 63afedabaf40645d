"""Nothing that names somebody comes in, whatever hides it; what is physical does."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np

from ingest import made, planted
from mindscan.dataset.tables import read_tsv
from mindscan.ingest.run import printable


def test_none_of_500_planted_identifiers_survives(tmp_path: Path, take) -> None:
    planter = planted.Planter()
    table = planted.everywhere(tmp_path / "in", planter, 500)
    assert len(set(planter.planted)) >= 500
    source = (planted.source_bytes(tmp_path / "in") + table.read_bytes()).lower()
    assert [text for text in planter.planted if text.lower().encode() not in source] == []
    assert len(planted.left(tmp_path / "in", planter.planted)) > 250  # so the search finds
    outcome = take(table)
    assert planted.left(tmp_path / "out", planter.planted) == {}
    assert outcome.pictures == 12
    said = [json.loads(path.read_text()) for path in (tmp_path / "out").rglob("sub-*_T1w.json")]
    assert sum(one.get("EchoTime") in (0.003, 0.00298) for one in said) == 7
    assert sum(abs(one.get("FlipAngle", 0) - 9) < 1e-4 for one in said) == 5
    pictures = list((tmp_path / "out").glob("sub-*/**/*.nii.gz"))
    same = [np.array_equal(np.asarray(nib.load(path).dataobj), made.values()) for path in pictures]
    assert sum(same) >= 7


def test_the_private_tables_tell_all(tmp_path: Path, take, told) -> None:
    planter = planted.Planter()
    table = planted.everywhere(tmp_path / "in", planter, 300)
    take(table)
    files = [path for path in (tmp_path / "in").rglob("*") if path.is_file() or path.is_symlink()]
    named = {printable(path.relative_to(tmp_path / "in").as_posix()) for path in files}
    assert named <= set(told())
    people = read_tsv(tmp_path / "out.people.tsv", ("participant_id", "person"))
    known = {row["participant_id"] for row in read_tsv(tmp_path / "out" / "participants.tsv", ("age",))}
    assert known <= {row["participant_id"] for row in people}


def test_old_ages_are_those_of_many(tmp_path: Path, take) -> None:
    for name in ("old", "young", "made"):
        made.nifti(tmp_path / "in" / f"{name}_T1w.nii.gz", made.values(), np.eye(4))
    (tmp_path / "in" / "made_T1w.json").write_text('{"Synthetic": true}')
    (tmp_path / "t.csv").write_text("id;age;Dx\nold;93;AD\nyoung;31.2;control\nmade;96;MCI\n")
    take(tmp_path / "t.csv")
    rows = read_tsv(tmp_path / "out" / "participants.tsv", ("age", "diagnosis", "synthetic"))
    assert sorted((row["age"], row["diagnosis"], row["synthetic"]) for row in rows) == [
        ("31.2", "healthy", "n/a"),
        ("89", "alzheimers-disease", "n/a"),
        ("96", "mild-cognitive-impairment", "yes"),
    ]


def test_a_segmentation_keeps_what_its_labels_are(tmp_path: Path, take) -> None:
    ids, affine = made.values() % 4, made.oblique()
    made.segmentation(tmp_path / "in" / "case.seg.nrrd", ids, affine, "Left-Thalamus", "Tumour", "Mrs Doe")
    made.nifti(tmp_path / "in" / "case_T1w.nii", made.values(), affine)
    outcome = take()
    (labels,) = (tmp_path / "out" / "derivatives" / "labels").glob("sub-*/anat/*_dseg.nii.gz")
    back = nib.load(labels)
    assert np.abs(back.affine - affine).max() < 1e-4
    assert np.array_equal(np.asarray(back.dataobj), ids)
    rows = read_tsv(Path(str(labels).replace(".nii.gz", ".tsv")), ("index", "name", "color"))
    assert [tuple(row.values()) for row in rows] == [
        ("1", "Left-Thalamus", "#0080ff"),
        ("2", "Tumour", "#1a80ff"),
        ("3", "Segment_3", "#3380ff"),
    ]
    assert (outcome.pictures, outcome.people) == (2, 1)
    (scan,) = (tmp_path / "out").glob("sub-*/anat/*_T1w.nii.gz")
    assert scan.name.split("_")[0] in labels.name
