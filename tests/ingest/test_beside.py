"""Label maps come to lie beside the scans that they were drawn on, wherever those came from."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from ingest import made
from mindscan.dataset.tables import read_tsv
from mindscan.dataset.truth import truth_names
from mindscan.ingest.beside import upright

IDS = made.values() % 5


def maps(root: Path) -> list[str]:
    """Label maps by person, as their names say it."""
    return sorted(path.name for path in root.glob("derivatives/labels/sub-*/**/*.nii.gz"))


def truth(root: Path, scan: Path) -> Path:
    (found,) = {path for name in truth_names(scan)[:1] for path in root.glob(f"derivatives/labels/**/{name}")}
    return found


@pytest.mark.parametrize(
    ("scan", "labels"),
    [
        ("jane/T1.mgz", "jane/aseg.mgz"),
        ("bert/mri/T1.mgz", "bert/mri/aparc+aseg.mgz"),
        ("images/case7_T1w.nii.gz", "labels/case7.nii.gz"),
        ("a/IXI002_T1w.nii", "a/IXI002_T1w_seg.nii.gz"),
        ("pat7/flair.nrrd", "pat7/lesion_label.nrrd"),
        ("sub-1/anat/sub-1_T1w.nii.gz", "derivatives/fs/sub-1/anat/sub-1_space-T1w_desc-aseg_dseg.nii.gz"),
        ("case_T1w.nii", "case.seg.nrrd"),
    ],
)
def test_labels_lie_beside_their_scan(tmp_path: Path, take, told, scan: str, labels: str) -> None:
    affine = made.oblique()
    for name, data in ((scan, made.values()), (labels, IDS)):
        path = tmp_path / "in" / name
        if name.endswith(".seg.nrrd"):
            made.segmentation(path, data, affine, "Brain", "Skull", "Rest", "Region")
        else:
            write = {"mgz": made.mgh, "rrd": made.to_nrrd}.get(name[-3:], made.nifti)
            write(path, data, affine)
    outcome = take()
    assert (outcome.pictures, outcome.people) == (2, 1)
    (picture,) = (tmp_path / "out").glob("sub-*/anat/*.nii.gz")
    found = truth(tmp_path / "out", picture)
    back = nib.load(found)
    assert np.array_equal(np.asarray(back.dataobj), IDS)
    assert np.abs(back.affine - affine).max() < 1e-4
    said = json.loads(Path(str(found).replace(".nii.gz", ".json")).read_text())
    assert said["Sources"] == [f"bids:raw:{picture.relative_to(tmp_path / 'out')}"]
    row = told()[labels]
    assert (row["outcome"], row["became"]) == ("taken", str(found.relative_to(tmp_path / "out")))
    assert row["why"].endswith(f"drawn on {picture.relative_to(tmp_path / 'out')}")


def test_the_grid_and_then_the_name_decide(tmp_path: Path, take, told) -> None:
    src, eye = tmp_path / "in", np.eye(4)
    flipped = np.diag((-1.0, 1, 1, 1))
    flipped[0, 3] = made.SHAPE[0] - 1
    made.nifti(src / "p/T1w.nii", made.values(), eye)
    made.nifti(src / "p/T2w.nii", made.values(), eye)
    made.nifti(src / "p/flair.nii", made.values(shape=(4, 5, 6)), eye)
    made.nifti(src / "p/T2w_seg.nii", IDS[::-1], flipped)
    made.nifti(src / "p/flair_mask.nii", made.values(shape=(4, 5, 6)) % 2, eye)
    made.nifti(src / "p/seg.nii", IDS.astype("f4"), eye)
    made.nifti(src / "p/other_seg.nii", IDS, np.diag((2.0, 1, 1, 1)))
    made.nifti(src / "p/T1w_soft_seg.nii", IDS / np.float32(7), eye)
    made.nifti(src / "q/lone_seg.nii", IDS, eye)
    assert take().pictures == 6
    who = next((tmp_path / "out").glob("sub-*")).name
    wanted = ("desc-FLAIR_mask", "desc-T1w_dseg", "desc-T2w_dseg")
    assert maps(tmp_path / "out") == [f"{who}_{name}.nii.gz" for name in wanted]
    left = {name: row["why"] for name, row in told().items() if row["outcome"] == "left out"}
    none = "is a label map on the grid of no scan of its person or folder"
    assert left == {
        "p/other_seg.nii": none,
        "p/T1w_soft_seg.nii": "is a label map by its name, but holds fractions",
        "q/lone_seg.nii": none,
    }
    (path,) = (tmp_path / "out").glob("derivatives/labels/**/*T1w_dseg.nii.gz")
    assert nib.load(path).get_data_dtype() == np.uint8


def test_labels_of_a_dicom_series(tmp_path: Path, take) -> None:
    made.series(tmp_path / "in" / "d", made.values(shape=(5, 8, 7)))
    take()
    (scan,) = (tmp_path / "out").glob("sub-*/anat/*.nii.gz")
    image = nib.load(scan)
    made.nifti(tmp_path / "in/d/brain_mask.nii", np.asarray(image.dataobj) % 2, image.affine)
    take()
    (mask,) = (tmp_path / "out").glob("derivatives/labels/sub-*/anat/*_mask.nii.gz")
    assert mask.name == scan.name.replace("_T1w", "_desc-T1w_mask")


def test_a_second_run_changes_nothing_and_a_second_map_gets_a_number(tmp_path: Path, take) -> None:
    src, eye = tmp_path / "in", np.eye(4)
    made.mgh(src / "bert/mri/T1.mgz", made.values(), eye)
    for name in ("aseg", "wmparc"):
        made.mgh(src / f"bert/mri/{name}.mgz", IDS, eye)
    take()
    before = maps(tmp_path / "out")
    assert [name.split("_")[1] for name in before] == ["desc-T1w2", "desc-T1w"]
    take()
    assert maps(tmp_path / "out") == before
    people = read_tsv(tmp_path / "out" / "participants.tsv", ("participant_id",))
    assert len(people) == 1


def test_flat_folders_of_many_go_by_name(tmp_path: Path, take, told: Callable[[], Any]) -> None:
    for name in ("IXI002", "IXI017"):
        made.nifti(tmp_path / "in" / f"{name}_T1w.nii", made.values(), np.eye(4))
        made.nifti(tmp_path / "in" / f"{name}_T1w_lesion_mask.nii", IDS % 2, np.eye(4))
    made.nifti(tmp_path / "in" / "tumour_mask.nii", IDS % 2, np.eye(4))
    outcome = take()
    assert (outcome.pictures, outcome.people) == (4, 2)
    rows = told()
    for name in ("IXI002", "IXI017"):
        scan, mask = (rows[f"{name}_T1w{end}.nii"]["became"] for end in ("", "_lesion_mask"))
        assert mask.split("/")[2] == scan.split("/")[0]
    assert rows["tumour_mask.nii"]["outcome"] == "left out"


def test_upright_grids_are_the_same_however_axes_run() -> None:
    grids = []
    for _, affine in made.orientations():
        places = nib.io_orientation(affine)[:, 0].astype(int)
        shape = [0, 0, 0]
        for axis, world in enumerate(places):
            shape[axis] = made.SHAPE[world]
        grids.append(upright(shape, affine)[0])
    assert set(grids) == {made.SHAPE}


def test_the_user_may_say_what_is_a_label_map_and_what_is_not(tmp_path: Path, take, told) -> None:
    src, eye = tmp_path / "in", np.eye(4)
    made.nifti(src / "a/IXI9-T1.nii", made.values(), eye)
    made.nifti(src / "a/IXI9-T1_DLMUSE.nii", np.repeat(IDS[:1], made.SHAPE[0], 0), eye)
    made.nifti(src / "b/T1_mask_on.nii", made.values(), eye)
    take()
    assert "name it" in told()["a/IXI9-T1_DLMUSE.nii"]["why"]
    columns = tmp_path / "out.columns.toml"
    columns.write_text(columns.read_text() + '\n[scans]\n"*DLMUSE*" = "dseg"\n"*_on.nii" = "T1w"\n')
    text = columns.read_text()
    columns.write_text(text.replace("[scans]\n\n", "", 1))
    assert take().pictures == 3
    scan, labels = (told()[f"a/IXI9-T1{end}.nii"]["became"] for end in ("", "_DLMUSE"))
    assert labels == f"derivatives/labels/{scan}".replace("_T1w", "_desc-T1w_dseg")
    assert told()["b/T1_mask_on.nii"]["became"].endswith("_T1w.nii.gz")
