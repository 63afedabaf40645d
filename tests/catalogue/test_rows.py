"""Rows say what headers, sidecars and tables say; what cannot be read becomes a fault."""

from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from catalogue.made import bids, image, table
from mindscan.catalogue.rows import Rows, inherited, read_member
from mindscan.catalogue.shelf import walk


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return bids(tmp_path)


def rows_of(root: Path, name: str) -> Rows:
    shelf = walk(root)
    return read_member(root, next(one for one in shelf.members if one.name == name), shelf.sidecars)


def one(root: Path, name: str, **wanted: str) -> dict[str, Any]:
    return next(row for row in rows_of(root, name).of["scans"] if wanted.items() <= row.items())


def test_an_image_tells_its_grid_and_its_settings(root: Path) -> None:
    row = one(root, "sub-01", suffix="T1w")
    assert row["path"] == "sub-01/anat/sub-01_acq-hi_T1w.nii.gz"
    assert (row["datatype"], row["acquisition"], row["run"], row["session"]) == ("anat", "hi", None, None)
    assert [row[f"shape_{axis}"] for axis in "ijk"] == [4, 5, 3]
    assert [row[f"voxel_{axis}_mm"] for axis in "ijk"] == [2, 1, 3]
    assert (row["orientation"], row["dtype"], row["frames"]) == ("LAS", "int16", 1)
    assert (row["field_tesla"], row["te_s"], row["manufacturer"]) == (3, 0.003, "Siemens")
    assert row["sidecar"]["EchoTime"] == 0.003
    assert row["labels"] == "derivatives/truth/sub-01/anat/sub-01_dseg.nii.gz"
    assert row["bytes"] == (root / row["path"]).stat().st_size
    bold = one(root, "sub-01", suffix="bold")
    assert (bold["frames"], bold["run"], bold["te_s"], bold["sidecar"]) == (7, "2", None, None)


def test_sidecars_speak_of_what_lies_below_them(root: Path) -> None:
    (root / "sub-02" / "sub-02_T1w.json").write_text('{"EchoTime": 5, "FlipAngle": 8}')
    (root / "acq-lo_T1w.json").write_text('{"FlipAngle": 1}')
    names = ["T1w.json", "acq-lo_T1w.json", "sub-02/sub-02_T1w.json", "sub-02/ses-b/anat/x_T1w.json"]
    picture = PurePosixPath("sub-02/ses-a/anat/sub-02_ses-a_acq-hi_T1w.nii.gz")
    said = inherited(root, picture, map(PurePosixPath, names))
    assert said == {"MagneticFieldStrength": 3, "Manufacturer": "Siemens", "EchoTime": 5, "FlipAngle": 8}


def test_tables_of_derivatives(root: Path) -> None:
    volumes = rows_of(root, "sub-01").of["volumes"]
    told = [
        (row["scan"], row["source"], row["label_id"], row["structure"], row["volume_ml"]) for row in volumes
    ]
    assert told[0] == ("T1w", "truth", 17, "Left-Hippocampus", 3.5)
    assert told[1][-1] is None
    marks = rows_of(root, "sub-02").of["landmarks"]
    assert [(row["session"], row["scan"], row["name"], row["y"]) for row in marks] == [
        ("b", None, "AC", 1.5),
        ("b", None, "PC", -25),
    ]
    base, cells = rows_of(root, "sub-07").loose["findings"][1]
    assert (base["scan"], cells["kind"], cells["file"]) == ("desc-T1w", "bleed", "y")


def test_landmarks_in_sidecars_come_in_millimetres(root: Path) -> None:
    named = {"AC": [1, 2, 0], "bad": [1, 2], "worse": "AC"}
    image(root / "sub-03" / "anat" / "sub-03_T2w.nii.gz", AnatomicalLandmarkCoordinates=named)
    (row,) = rows_of(root, "sub-03").of["landmarks"]
    assert (row["name"], row["x"], row["y"], row["z"], row["scan"]) == ("AC", 8, -18, 30, "T2w")


def test_what_cannot_be_read_is_a_fault_and_stops_nothing(root: Path) -> None:
    anat = root / "sub-01" / "anat"
    (anat / "sub-01_T2w.nii.gz").write_bytes(b"nothing")
    (anat / "sub-01_FLAIR.nii.gz").symlink_to("nowhere")
    image(anat / "sub-01_PDw.nii.gz")
    (anat / "sub-01_PDw.json").write_text("{")
    table(root / "derivatives" / "truth" / "sub-01" / "sub-01_volumes.tsv", "name volume_ml", "a", "b x")
    table(root / "derivatives" / "truth" / "sub-01" / "sub-01_landmarks.tsv", "name x y z", "AC 1 2 inf")
    table(root / "derivatives" / "truth" / "sub-01" / "sub-01_acq-ap_landmarks.tsv", "name column", "AC 1")
    found = rows_of(root, "sub-01")
    assert len(found.of["scans"]) == 2
    faults = {Path(str(row["file"])).name: str(row["fault"]) for row in found.of["faults"]}
    assert set(faults) == {
        *("sub-01_T2w.nii.gz", "sub-01_FLAIR.nii.gz", "sub-01_PDw.nii.gz"),
        *("sub-01_volumes.tsv", "sub-01_landmarks.tsv"),
    }
    assert "line 2 has 1 cells" in faults["sub-01_volumes.tsv"]
    assert "No such file" in faults["sub-01_FLAIR.nii.gz"]


def test_sessions_are_those_of_the_table_and_those_on_disk(root: Path) -> None:
    image(root / "sub-02" / "ses-c" / "anat" / "sub-02_ses-c_T1w.nii.gz")
    sessions = rows_of(root, "sub-02").loose["sessions"]
    assert [(base["session"], cells.get("age")) for base, cells in sessions] == [
        ("a", "90"),
        ("b", "91.5"),
        ("c", None),
    ]
    assert rows_of(root, "sub-01").loose["sessions"] == []
