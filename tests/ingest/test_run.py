"""The whole way: every form comes in with its voxels where they were and as they were."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from ingest import made
from mindscan.core.volume import Affine

AFFINES = {"oblique": made.oblique(), **dict(made.orientations())}


def only(root: Path, pattern: str = "**/*.nii.gz") -> Path:
    (path,) = root.glob(pattern)
    return path


def assert_same(path: Path, data: np.ndarray, affine: Affine) -> None:
    back = nib.load(path)
    assert np.abs(back.affine - affine).max() < 1e-4
    assert np.array_equal(np.asarray(back.dataobj), data)


def test_every_form_keeps_its_place_and_its_values(tmp_path: Path, take) -> None:
    affine = made.oblique()
    src, wanted = tmp_path / "in", {}
    for kind in ("uint8", "int16", "uint16", "int32", "float32", "float64"):
        data = wanted[f"nifti-{kind}"] = made.values(kind)
        made.nifti(src / f"nifti-{kind}_T1w.nii.gz", data, affine)
    for name in ("plain_T1w.nii", "pair_T1w.hdr", "second_T1w.nii.gz"):
        wanted[name.split("_", maxsplit=1)[0]] = made.values()
        made.nifti(src / name, made.values(), affine, two="second" in name)
    for kind in ("uint8", "int16", "int32", "float32"):
        data = wanted[f"mgh-{kind}"] = made.values(kind)
        made.mgh(src / f"mgh-{kind}_T1w.mgz", data, affine)
    for kind in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"):
        for encoding in ("raw", "gzip", "bzip2"):
            data = wanted[f"nrrd-{kind}-{encoding}"] = made.values(kind) // 2
            made.to_nrrd(src / f"nrrd-{kind}-{encoding}_T1w.nrrd", data, affine, encoding=encoding)
    wanted["nrrd-beside"] = made.values()
    made.to_nrrd(src / "nrrd-beside_T1w.nhdr", made.values(), affine)
    outcome = take()
    assert (outcome.pictures, outcome.people) == (len(wanted), len(wanted))
    names = dict(line.split("\t")[::-1] for line in (tmp_path / "out.people.tsv").read_text().splitlines())
    for name, data in wanted.items():
        assert_same(only(tmp_path / "out" / names[name]), data, affine)


def test_scaled_values_stay_scaled(tmp_path: Path, take) -> None:
    path = made.nifti(tmp_path / "in" / "a_T1w.nii", made.values(), np.eye(4))
    content = bytearray(path.read_bytes())
    content[112:120] = np.array([0.25, -7], "<f4").tobytes()
    path.write_bytes(content)
    take()
    back = nib.load(only(tmp_path / "out"))
    assert np.array_equal(np.asarray(back.dataobj.get_unscaled()), made.values())
    assert (back.dataobj.slope, back.dataobj.inter) == (0.25, -7)


@pytest.mark.parametrize("form", ["nii", "mgz", "nrrd"])
def test_all_48_orientations(tmp_path: Path, take, form: str) -> None:
    write = {"nii": made.nifti, "mgz": made.mgh, "nrrd": made.to_nrrd}[form]
    for name, affine in made.orientations():
        write(tmp_path / "in" / f"way-{name}_T1w.{form}", made.values(), affine)
    assert len(list(made.orientations())) == 48
    assert take().pictures == 48
    names = dict(line.split("\t")[::-1] for line in (tmp_path / "out.people.tsv").read_text().splitlines())
    for name, affine in made.orientations():
        assert_same(only(tmp_path / "out" / names[f"way-{name}"]), made.values(), affine)


def test_all_48_orientations_of_dicom(tmp_path: Path, take) -> None:
    data = made.values(shape=(4, 5, 6))
    for name, affine in made.orientations():
        lps = np.diag((-1, -1, 1)) @ affine[:3]
        column, row, step = (lps[:, axis] / np.linalg.norm(lps[:, axis]) for axis in range(3))
        for number, path in enumerate(
            made.series(
                tmp_path / "in" / "all",
                data,
                name,
                ImageOrientationPatient=[*column, *row],
                PixelSpacing=[1.1, 0.9],
                SliceThickness=1.3,
            )
        ):
            file = made.pydicom.dcmread(path)
            file.ImagePositionPatient = [float(x) for x in lps[:, 3] + number * 1.3 * step]
            file.save_as(path)
    outcome = take()
    assert outcome.pictures == 48
    names = dict(line.split("\t")[::-1] for line in (tmp_path / "out.people.tsv").read_text().splitlines())
    for name, affine in made.orientations():
        back = nib.as_closest_canonical(nib.load(only(tmp_path / "out" / names[f"P{name}"])))
        wanted = nib.as_closest_canonical(nib.Nifti1Image(data.transpose(2, 1, 0), affine))
        assert np.abs(back.affine - wanted.affine).max() < 1e-4, name
        assert np.array_equal(np.asarray(back.dataobj), np.asarray(wanted.dataobj)), name


def test_what_is_physical_stays(tmp_path: Path, take) -> None:
    made.series(tmp_path / "in" / "d", made.values(shape=(5, 8, 7)), SyntheticData="YES")
    made.mgh(tmp_path / "in" / "m_T1w.mgz", made.values(), np.eye(4))
    take()
    said = [json.loads(path.read_text()) for path in (tmp_path / "out").glob("sub-*/anat/*_T1w.json")]
    dicom, mgh = sorted(said, key=lambda one: "Manufacturer" not in one)
    wanted = {"MagneticFieldStrength": 3, "EchoTime": 0.00298, "RepetitionTime": 2.3, "FlipAngle": 9}
    assert wanted.items() <= dicom.items()
    assert (dicom["Synthetic"], dicom["Manufacturer"], dicom["InversionTime"]) == (True, "Siemens", 0.9)
    assert mgh == {"RepetitionTime": 2.3, "EchoTime": 0.00298, "FlipAngle": pytest.approx(9, abs=1e-5)}
