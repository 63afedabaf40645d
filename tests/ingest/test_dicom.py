"""DICOM comes in with its mark, whole or not at all."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest

from mindscan.core.errors import FileError, FolderError
from mindscan.dataset.nifti import read_nifti
from mindscan.ingest.dicom import find, from_dicom
from mindscan.release.dicom import export
from release import shelf


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shelf.write(tmp_path_factory.mktemp("shelf") / "heads", "001")


@pytest.fixture(scope="module")
def dicom(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dicom") / "out"
    list(export(dataset, out, [], ["acq-thick_T1w", "T1map", "ct", "xr"]))
    return out


def sidecar(picture: Path) -> dict[str, object]:
    said = json.loads(picture.with_name(picture.name.replace(".nii.gz", ".json")).read_text())
    assert isinstance(said, dict)
    return said


def copied(series: Path, to: Path, **changes: object) -> None:
    """A series with other attributes; None removes one."""
    to.mkdir(parents=True, exist_ok=True)
    for path in series.iterdir():
        file = pydicom.dcmread(path)
        for keyword, value in changes.items():
            if value is None:
                delattr(file, keyword)
            else:
                setattr(file, keyword, value)
        file.save_as(to / f"{file.SeriesInstanceUID[-4:]}-{path.name}")


def test_the_mark_arrives_in_every_sidecar(dicom: Path, dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "back"
    pictures = from_dicom(dicom, out)
    assert [str(path.relative_to(out)) for path in pictures] == [
        f"sub-001/{name}.nii.gz"
        for name in ("T1map", "acq-lateral_xr", "acq-thick_T1w", "acq-tilted_ct", "ct")
    ]
    for path in pictures:
        said = sidecar(path)
        assert said["Synthetic"] is True
        assert said["ConversionSoftware"] == "dcm2niix"
    assert sidecar(out / "sub-001" / "acq-thick_T1w.nii.gz")["InversionTime"] == 0.9123
    assert sorted(path.name for path in tmp_path.iterdir()) == ["back"]
    wanted = read_nifti(dataset / "sub-001" / "anat" / "sub-001_acq-thick_T1w.nii.gz")
    back = nib.load(out / "sub-001" / "acq-thick_T1w.nii.gz")
    found = shelf.canonical(back.get_fdata(), back.affine)
    assert np.abs(found.affine - wanted.affine).max() < 1e-4
    assert np.array_equal(found.get_fdata(), wanted.data.numpy())


def test_a_tilted_ct_comes_in_where_it_was_taken(dicom: Path, dataset: Path, tmp_path: Path) -> None:
    (picture,) = from_dicom(dicom / "sub-001" / "acq-tilted_ct", tmp_path / "back")
    assert sidecar(picture)["Synthetic"] is True
    wanted = read_nifti(dataset / "sub-001" / "ct" / "sub-001_acq-tilted_ct.nii.gz")
    back = nib.load(picture)
    found = shelf.canonical(back.get_fdata(), back.affine)
    assert np.abs(found.affine - wanted.affine).max() < 1e-4
    assert np.array_equal(found.get_fdata(), wanted.data.numpy())
    assert [path.name for path in sorted((tmp_path / "back").iterdir())] == [
        "acq-tilted_ct.json",
        picture.name,
    ]


def test_what_files_do_not_say_is_not_said(dicom: Path, tmp_path: Path) -> None:
    copied(dicom / "sub-001" / "ct", tmp_path / "in" / "plain", SyntheticData=None)
    copied(dicom / "sub-001" / "T1map", tmp_path / "in" / "real", SyntheticData="NO")
    plain, real = from_dicom(tmp_path / "in", tmp_path / "back")
    assert "Synthetic" not in sidecar(plain)
    assert sidecar(real)["Synthetic"] is False


def test_series_in_one_folder_are_told_apart(dicom: Path, tmp_path: Path) -> None:
    for name in ("ct", "ct_seg", "T1map", "acq-thick_T1w"):
        copied(dicom / "sub-001" / name, tmp_path / "in" / "all")
    for path in (dicom / "sub-001" / "T1map").iterdir():
        file = pydicom.dcmread(path)
        file.SeriesInstanceUID += "1"
        file.SOPInstanceUID = file.file_meta.MediaStorageSOPInstanceUID = f"{file.SOPInstanceUID}1"
        file.save_as(tmp_path / "in" / "all" / f"again-{path.name}")
    (tmp_path / "in" / "all" / "notes.txt").write_text("no DICOM")
    found = [path.relative_to(tmp_path / "back") for path in from_dicom(tmp_path / "in", tmp_path / "back")]
    assert [str(path) for path in found] == [
        f"all/{name}.nii.gz" for name in ("2_acq-thick_T1w", "10_T1map", "10_T1map-2", "11_ct")
    ]
    assert len(find(tmp_path / "in")) == 5


def test_what_cannot_be_converted(dicom: Path, tmp_path: Path) -> None:
    out = tmp_path / "back"
    with pytest.raises(FileError, match="nowhere is not a folder; expected a folder of DICOM files"):
        from_dicom(tmp_path / "nowhere", out)
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("no DICOM")
    for folder in (tmp_path / "empty", dicom / "sub-001" / "ct_seg"):
        with pytest.raises(FileError, match="holds no DICOM picture"):
            from_dicom(folder, out)
    copied(dicom / "sub-001" / "T1map", tmp_path / "nothing", PixelData=None, Rows=0)
    with pytest.raises(
        FileError, match=r"nothing: dcm2niix cannot convert it \(.*\); expected a whole series"
    ):
        from_dicom(tmp_path / "nothing", out)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("mine")
    for taken in (tmp_path / "mine", tmp_path / "mine" / "file"):
        with pytest.raises(FolderError, match="is there already; expected an empty or a missing folder"):
            from_dicom(dicom, taken)
    assert not out.exists()
    assert not (tmp_path / ".mindscan-partial").exists()


def test_an_empty_folder_is_filled(dicom: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert len(from_dicom(dicom / "sub-001" / "ct", tmp_path / "out")) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
