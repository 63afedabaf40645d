"""What is exported comes back the same by independent readers, and a stopped export leaves no half series."""

import errno
import hashlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import dcm2niix
import nibabel as nib
import numpy as np
import pydicom
import pytest
import SimpleITK

from mindscan.cli import main
from mindscan.core.errors import FileError, FolderError, MindscanError, SettingsError
from mindscan.dataset import layout
from mindscan.dataset.nifti import read_nifti
from mindscan.release.dicom import export
from release import shelf

VOLUMES = [
    *(f"acq-{name}_T1w" for name in shelf.GRIDS),
    "acq-swi_part-phase_T2starw",
    "T1map",
    "ct",
]
TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


def picture(dataset: Path, name: str) -> nib.Nifti1Image:
    """A scan of the data set, its axes nearest to RAS."""
    folder = layout.DATATYPES.get(name.rpartition("_")[2], "anat")
    volume = read_nifti(dataset / "sub-001" / folder / f"sub-001_{name}.nii.gz")
    return shelf.canonical(volume.data.numpy(), volume.affine)


def digests(root: Path) -> dict[str, str]:
    files = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def assert_same(found: nib.Nifti1Image, wanted: nib.Nifti1Image) -> None:
    assert found.shape == wanted.shape
    assert np.abs(found.affine - wanted.affine).max() < 1e-4
    assert np.array_equal(found.get_fdata(), wanted.get_fdata())


@pytest.mark.parametrize("name", VOLUMES)
def test_dcm2niix_finds_every_voxel_and_its_place(
    name: str, dataset: Path, exported: Path, tmp_path: Path
) -> None:
    options = ["-z", "n", "-b", "n", "-f", "back", "-o", str(tmp_path)]
    subprocess.run([dcm2niix.bin, *options, str(exported / name)], check=True, capture_output=True)
    files = list(tmp_path.glob("*.nii"))
    assert len(files) == 1
    back = nib.load(files[0])
    assert_same(shelf.canonical(back.get_fdata(), back.affine), picture(dataset, name))


@pytest.mark.parametrize("name", VOLUMES)
def test_simpleitk_finds_every_voxel_and_its_place(name: str, dataset: Path, exported: Path) -> None:
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(exported / name)))
    image = reader.Execute()
    where = np.eye(4)
    where[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    where[:3, 3] = image.GetOrigin()
    back = shelf.canonical(SimpleITK.GetArrayFromImage(image).T, TO_RAS @ where)
    assert_same(back, picture(dataset, name))


def test_files_are_numbered_along_the_stack_and_shown_upright(exported: Path) -> None:
    pointing = {"axial": "LP", "thick": "LP", "sagittal": "PF", "coronal": "LF", "leftup": "LP"}
    for name, letters in pointing.items():
        files = [pydicom.dcmread(path) for path in sorted((exported / f"acq-{name}_T1w").iterdir())]
        row, column = np.reshape(files[0].ImageOrientationPatient, (2, 3)).astype(float)
        far = [int(np.abs(direction).argmax()) for direction in (row, column)]
        assert (
            "".join(("RL", "AP", "FH")[a][int(v[a] > 0)] for a, v in zip(far, (row, column), strict=True))
            == letters
        )
        along = [float(np.dot(np.cross(row, column), file.ImagePositionPatient)) for file in files]
        assert np.all(np.diff(along) > 0)
        assert [file.InstanceNumber for file in files] == list(range(1, len(files) + 1))


def test_slices_of_a_tilted_gantry_stand_where_they_are(dataset: Path, exported: Path) -> None:
    """SimpleITK and dcm2niix know no sheared volume, so every file is asked for its own place."""
    volume = read_nifti(dataset / "sub-001" / "ct" / "sub-001_acq-tilted_ct.nii.gz")
    for path in sorted((exported / "acq-tilted_ct").iterdir()):
        file = pydicom.dcmread(path)
        row, column = np.reshape(file.ImageOrientationPatient, (2, 3)).astype(float)
        down, across = map(float, file.PixelSpacing)
        grid = np.moveaxis(np.indices((file.Rows, file.Columns)), 0, -1)
        lps = np.asarray(file.ImagePositionPatient, float) + grid @ np.array([column * down, row * across])
        world = (lps * (-1, -1, 1)).reshape(-1, 3)
        index = (world - volume.affine[:3, 3]) @ np.linalg.inv(volume.affine[:3, :3]).T
        assert np.abs(index - index.round()).max() < 1e-6
        i, j, k = index.round().astype(int).T
        assert np.array_equal(file.pixel_array.ravel(), volume.data.numpy()[i, j, k])


def test_a_radiograph_is_one_picture_on_its_detector(dataset: Path, exported: Path) -> None:
    volume = read_nifti(dataset / "sub-001" / "xr" / "sub-001_acq-lateral_xr.nii.gz")
    image = SimpleITK.ReadImage(str(exported / "acq-lateral_xr" / "0001.dcm"))
    assert np.array_equal(SimpleITK.GetArrayFromImage(image)[0], volume.data.numpy()[:, :, 0].T)
    axes = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    assert np.abs((TO_RAS[:3, :3] @ axes)[:, :2] - volume.affine[:3, :2]).max() < 1e-6
    assert np.abs(TO_RAS[:3, :3] @ image.GetOrigin() - volume.affine[:3, 3]).max() < 1e-6


def test_every_file_says_that_it_is_synthetic(exported: Path) -> None:
    files = [pydicom.dcmread(path, stop_before_pixels=True) for path in exported.rglob("*.dcm")]
    assert {file.SyntheticData for file in files} == {"YES"}
    assert len({file.StudyInstanceUID for file in files}) == 1
    assert len({file.FrameOfReferenceUID for file in files}) == 1
    assert len({file.SOPInstanceUID for file in files}) == len(files)
    assert len({file.SeriesInstanceUID for file in files}) == 25


def test_the_same_export_has_the_same_bytes(dataset: Path, exported: Path, tmp_path: Path) -> None:
    names = ["acq-thick_T1w", "CT", "xr"]
    list(export(dataset, tmp_path / "out", ["001"], names))
    again = digests(tmp_path / "out" / "sub-001")
    assert {name.partition("/")[0] for name in again} == {
        "acq-thick_T1w", "acq-thick_T1w_seg", "ct", "ct_seg", "acq-lateral_xr",
    }  # fmt: skip
    assert again.items() <= digests(exported).items()


def test_a_second_person_and_other_scans_join_the_first(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    list(export(dataset, out, ["001"], ["CT"]))
    first = digests(out)
    assert [step.done for step in export(dataset, out, [], ["ct"])] == [2, 3, 4, 5, 6, 7, 8]
    assert first.items() < digests(out).items()


def test_a_killed_export_leaves_no_half_series_and_goes_on(
    dataset: Path, exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    words = ["export", "dicom", str(dataset), str(out), "--subject", "sub-001"]
    program = [sys.executable, "-c", "import sys; from mindscan.cli import main; main(sys.argv[1:])"]
    with subprocess.Popen(
        [*program, *words], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as process:
        while process.poll() is None and len(list(out.glob("sub-001/*"))) < 3:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    there = digests(out / "sub-001")
    whole = digests(exported)
    assert there.items() < whole.items()
    folders = {name.partition("/")[0] for name in there}
    assert there == {name: digest for name, digest in whole.items() if name.partition("/")[0] in folders}
    main(words)
    assert capsys.readouterr().out == f"25 series: {out}\n"
    assert digests(out) == {f"sub-001/{name}": digest for name, digest in whole.items()}


def test_what_cannot_be_asked_for(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(SettingsError, match=r"subject '9'; expected an id in .* \(such as 001, 002\)"):
        list(export(dataset, out, ["sub-9"]))
    with pytest.raises(SettingsError, match=r"scan 'MRI'; expected one of acq-axial_T1w, .*; choose another"):
        list(export(dataset, out, [], ["MRI"]))
    with pytest.raises(FileError, match="holds no subject; expected a data set that mindscan wrote"):
        list(export(tmp_path, out))
    with pytest.raises(FileError, match="nowhere is not a folder"):
        list(export(tmp_path / "nowhere", out))
    assert not out.exists()


def test_a_folder_that_holds_other_things_is_left_alone(
    dataset: Path, exported: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FolderError, match="file is a file; expected a folder"):
        list(export(dataset, tmp_path / "file"))
    other = shelf.write(tmp_path / "other", "002")
    for path, said in {"notes.txt": "notes.txt", "sub-001/T9w": "T9w", "sub-001/ct": "ct"}.items():
        out = tmp_path / f"for-{said}"
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).mkdir()
        with pytest.raises(FolderError, match=f"holds '{said}', which is not of this export"):
            list(export(dataset, out, ["001"], ["ct"]))
        assert [p.name for p in out.rglob("*") if p.is_file()] == []
    with pytest.raises(FolderError, match="holds 'sub-001', which is not of this export"):
        list(export(other, exported.parent))
    shutil.copytree(exported / "T1map_seg", tmp_path / "kinds" / "sub-001" / "T1map_seg")
    with pytest.raises(FolderError, match="holds 'T1map_seg', which is not of this export"):
        list(export(dataset, tmp_path / "kinds", labelmap=True))


def test_a_full_disk_gives_one_line_and_writes_nothing(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, turn = tmp_path / "out", itertools.count(1)
    plain = pydicom.Dataset.save_as

    def save(file: pydicom.Dataset, path: Path, **words: bool) -> None:
        if next(turn) > 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        plain(file, path, **words)

    monkeypatch.setattr(pydicom.Dataset, "save_as", save)
    with pytest.raises(FolderError, match="No space left on device; expected room on the disk"):
        list(export(dataset, out, ["001"], ["ct"]))
    assert not out.exists()
    monkeypatch.undo()
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(FolderError, match=r"0.0 MB free; expected \d+.\d MB"):
        list(export(dataset, out))
    assert not out.exists()


def test_a_data_set_without_a_finished_subject_is_refused(tmp_path: Path) -> None:
    empty = shelf.write(tmp_path / "empty")
    with pytest.raises(MindscanError, match="without a finished subject"):
        list(export(empty, tmp_path / "out"))
