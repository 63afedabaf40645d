"""Series come in as they were exported, packed in any way, with echoes, phases and stacks told apart."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import JPEGLSLossless, RLELossless

from ingest import made
from mindscan.dataset.nifti import read_nifti
from mindscan.release.dicom import export
from release import shelf


def only(root: Path, pattern: str = "sub-*/**/*.nii.gz") -> Path:
    (path,) = root.glob(pattern)
    return path


def assert_is(path: Path, planes: np.ndarray) -> None:
    """Whether a picture shows planes as `made.series` writes them."""
    back = nib.as_closest_canonical(nib.load(path))
    lps = np.diag((0.9, 1.1, 1.0, 1.0))
    lps[:3, 3] = -20, -30, 0
    ras = np.diag((-1, -1, 1, 1)) @ lps
    wanted = nib.as_closest_canonical(nib.Nifti1Image(planes.transpose(2, 1, 0), ras))
    assert np.abs(back.affine - wanted.affine).max() < 1e-4
    assert np.array_equal(np.asarray(back.dataobj), np.asarray(wanted.dataobj))


def test_what_mindscan_exports_comes_back_identical_with_its_mark(tmp_path: Path, take) -> None:
    heads = shelf.write(tmp_path / "heads", "001")
    names = ["acq-thick_T1w", "acq-oblique_T1w", "acq-turned_T1w", "T1map", "ct", "xr"]
    list(export(heads, tmp_path / "in", [], names))
    outcome = take()
    assert (outcome.pictures, outcome.people) == (7, 1)
    by_suffix = {"T1w": 3, "T1map": 1, "ct": 2, "xr": 1}
    out = tmp_path / "out"
    for suffix, count in by_suffix.items():
        found = list(out.glob(f"sub-*/*/*_{suffix}.nii.gz"))
        assert len(found) == count, suffix
        originals = [read_nifti(path) for path in (heads / "sub-001").glob(f"*/*_{suffix}.nii.gz")]
        wanted = [shelf.canonical(one.data.numpy(), one.affine) for one in originals]
        for path in found:
            said = json.loads(path.with_name(path.name.replace(".nii.gz", ".json")).read_text())
            assert said["Synthetic"] is True
            back = shelf.canonical(nib.load(path).get_fdata(), nib.load(path).affine)
            assert any(_same(back, one) for one in wanted), path
    row = (out / "participants.tsv").read_text().splitlines()[1].split("\t")
    assert row[1:] == ["61", "F", "n/a", "n/a", "yes"]


def _same(one: nib.Nifti1Image, other: nib.Nifti1Image) -> bool:
    """Whether two pictures are alike; how thick a single plane is, DICOM does not say of radiographs."""
    axes = [axis for axis in range(4) if axis == 3 or one.shape[axis] > 1]
    if one.shape != other.shape or np.abs(one.affine - other.affine)[:, axes].max() > 1e-4:
        return False
    return np.abs(one.get_fdata() - other.get_fdata()).max() <= 1e-6 * np.abs(other.get_fdata()).max()


@pytest.mark.parametrize("packing", [RLELossless, JPEGLSLossless])
def test_packed_pixels(tmp_path: Path, take, packing: str) -> None:
    data = made.values(shape=(5, 8, 7))
    for path in made.series(tmp_path / "in", data, PixelRepresentation=0):
        file = pydicom.dcmread(path)
        file.compress(packing)
        file.save_as(path)
    take()
    assert_is(only(tmp_path / "out"), data)


def test_many_frames_in_one_file(tmp_path: Path, take) -> None:
    data = made.values(shape=(5, 8, 7))
    file = made.instance(data[0], "1", 0, 0.0)
    file.SOPClassUID = file.file_meta.MediaStorageSOPClassUID = pydicom.uid.UID("1.2.840.10008.5.1.4.1.1.4.1")
    for name in ("ImageOrientationPatient", "ImagePositionPatient", "PixelSpacing", "SliceThickness"):
        delattr(file, name)
    file.NumberOfFrames, file.PixelData = len(data), data.astype("<i2").tobytes()
    shared, turn, edges = Dataset(), Dataset(), Dataset()
    turn.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    edges.PixelSpacing, edges.SliceThickness = [1.1, 0.9], 1
    shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = Sequence([turn]), Sequence([edges])
    frames = []
    for number in range(len(data)):
        frame, place, content = Dataset(), Dataset(), Dataset()
        place.ImagePositionPatient = [-20, -30, number]
        content.DimensionIndexValues, content.StackID = [1, number + 1], "1"
        content.InStackPositionNumber = number + 1
        frame.PlanePositionSequence, frame.FrameContentSequence = Sequence([place]), Sequence([content])
        frames.append(frame)
    file.SharedFunctionalGroupsSequence = Sequence([shared])
    file.PerFrameFunctionalGroupsSequence = Sequence(frames)
    (tmp_path / "in").mkdir()
    file.save_as(tmp_path / "in" / "frames", enforce_file_format=True)
    assert take().pictures == 1
    assert_is(only(tmp_path / "out"), data)


def test_echoes_and_visits_are_told_apart(tmp_path: Path, take) -> None:
    data = made.values(shape=(5, 8, 7))
    for number, (echo, study, day) in enumerate(
        [(3.1, "1.2.4.7", "20200505"), (6.2, "1.2.4.7", "20200505"), (3.1, "1.2.4.8", "20190101")]
    ):
        said: dict[str, object] = {
            "PatientID": "P",
            "StudyInstanceUID": study,
            "StudyDate": day,
            "EchoTime": echo,
        }
        said |= {"SeriesInstanceUID": f"{study}.1", "EchoNumbers": number % 2 + 1}
        made.series(tmp_path / "in", data + number, str(number), **said)
    take()
    found = (tmp_path / "out").glob("sub-*/ses-*/anat/*.nii.gz")
    names = sorted(path.name.split("_", 1)[1] for path in found)
    assert names == ["ses-01_T1w.nii.gz", "ses-02_echo-1_T1w.nii.gz", "ses-02_echo-2_T1w.nii.gz"]
    first = only(tmp_path / "out", "sub-*/ses-01/anat/*.nii.gz")
    assert_is(first, data + 2)
