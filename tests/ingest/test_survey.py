"""Every fault ends in a row that says what it is, and the rest comes in all the same."""

import gzip
import os
import struct
import zipfile
from pathlib import Path

import numpy as np
import pydicom
import pytest

from ingest import made
from mindscan.ingest import convert
from mindscan.ingest.picture import Picture


@pytest.fixture
def src(tmp_path: Path) -> Path:
    """A folder with one sound picture, which must always come in."""
    made.nifti(tmp_path / "in" / "sound_T1w.nii.gz", made.values(), np.eye(4))
    return tmp_path / "in"


def damage(path: Path, start: int, *numbers: int, form: str = "<h") -> Path:
    content = bytearray(path.read_bytes())
    told = b"".join(struct.pack(form, number) for number in numbers)
    content[start : start + len(told)] = told
    path.write_bytes(content)
    return path


def test_files_that_are_cut_damaged_or_not_what_they_say(src: Path, take, told) -> None:
    eye, full = np.eye(4), made.values()
    made.nifti(src / "short_T1w.nii.gz", full, eye)
    (src / "short_T1w.nii.gz").write_bytes((src / "short_T1w.nii.gz").read_bytes()[:-200])
    plain = made.nifti(src / "brief_T1w.nii", full, eye)
    plain.write_bytes(plain.read_bytes()[:-2])
    tail = made.nifti(src / "checksum_T1w.nii.gz", full, eye)
    tail.write_bytes(tail.read_bytes()[:-8] + bytes(8))
    (src / "magic_T1w.nii.gz").write_bytes(gzip.compress(b"no picture at all" * 99))
    (src / "text_T1w.nrrd").write_text("not NRRD")
    (src / "head_T1w.nrrd").write_text("NRRD0004\ntype: short\nsizes: a b c\n\n")
    (src / "short_T1w.mgz").write_bytes(made.mgh(src / "t1.mgh", full, eye).read_bytes()[:900])
    made.nifti(src / "alone_T1w.hdr", full, eye)
    (src / "alone_T1w.img").unlink()
    (src / "empty_T1w.nii").write_bytes(b"")
    (src / "header.dcm").write_bytes(bytes(128) + b"DICM" + b"nonsense" * 9)
    take()
    rows = told()
    assert rows["sound_T1w.nii.gz"]["outcome"] == "taken"
    assert {name: row["why"] for name, row in rows.items() if row["outcome"] == "left out"} == {
        "short_T1w.nii.gz": "is cut short",
        "brief_T1w.nii": "is cut short: 1384 of 1386 bytes of voxels are there",
        "checksum_T1w.nii.gz": "is packed by gzip and damaged",
        "magic_T1w.nii.gz": "holds nothing that its name promises",
        "text_T1w.nrrd": "holds nothing that its name promises",
        "head_T1w.nrrd": "has a damaged header",
        "short_T1w.mgz": "is cut short: 616 of 1386 bytes of voxels are there",
        "alone_T1w.hdr": "its voxels are missing: the .img file of this header is not there",
        "empty_T1w.nii": "holds nothing that its name promises",
        "header.dcm": "belongs to no series or has a damaged header",
    }


def test_pictures_that_are_none(src: Path, take, told) -> None:
    eye = np.eye(4)
    made.nifti(src / "four_T1w.nii", made.values(shape=(4, 5, 6, 3)), eye)
    made.nifti(src / "one_T1w.nii", made.values(shape=(4, 5, 6, 1)), eye)
    damage(made.nifti(src / "zero_T1w.nii", made.values(), eye), 42, 0)
    damage(made.nifti(src / "minus_T1w.nii", made.values(), eye), 42, -7)
    damage(made.nifti(src / "huge_T1w.nii", made.values(), eye), 42, 32767, 32767, 32767)
    made.nifti(src / "flat_T1w.nii", np.full(made.SHAPE, 3, np.int16), eye)
    holes = made.values("float32")
    holes[0, 0, :3] = np.nan, np.inf, -np.inf
    made.nifti(src / "holes_T1w.nii", holes, eye)
    made.nifti(src / "nothing_T1w.nii", np.full(made.SHAPE, np.nan, np.float32), eye)
    damage(made.nifti(src / "placeless_T1w.nii", made.values(), eye), 312, 0, 0, 0, 0, form="<f")
    made.nifti(src / "complex_T1w.nii", made.values("complex64"), eye)
    made.nifti(src / "ids_T1w.nii", np.repeat(made.values() % 3, 9, 0), eye)
    outcome = take()
    rows = told()
    taken = {name for name, row in rows.items() if row["outcome"] == "taken"}
    assert taken == {"sound_T1w.nii.gz", "one_T1w.nii", "holes_T1w.nii"}
    assert outcome.pictures == 3
    assert rows["holes_T1w.nii"]["why"].endswith("3 voxels are not finite; they are kept so")
    assert {name: row["why"] for name, row in rows.items() if name not in taken} == {
        "four_T1w.nii": "holds 3 volumes of 4 x 5 x 6; only single ones are taken",
        "zero_T1w.nii": "has shape 0 x 9 x 11",
        "minus_T1w.nii": "has shape -7 x 9 x 11",
        "huge_T1w.nii": "announces more voxels than are read: at most 4294967296 bytes",
        "flat_T1w.nii": "is the same everywhere",
        "nothing_T1w.nii": "is the same everywhere",
        "placeless_T1w.nii": "its voxels have no place or no size in the world",
        "complex_T1w.nii": "holds colours or complex numbers, not one real number a voxel",
        "ids_T1w.nii": (
            'looks like a label map, neighbours inside are alike: name it "dseg" under [scans] if it is'
        ),
    }


def test_series_with_faults(src: Path, take, told) -> None:
    data = made.values(shape=(9, 8, 7))
    gap = made.series(src / "gap", data, "1")
    gap[4].unlink()
    copies = made.series(src / "copies", data, "2")
    (src / "copies" / "again.dcm").write_bytes(copies[3].read_bytes())
    twin = pydicom.dcmread(copies[5])
    twin.SOPInstanceUID = twin.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4.5"
    twin.save_as(src / "copies" / "twin.dcm")
    cut = made.series(src / "cut", data, "3")
    cut[2].write_bytes(cut[2].read_bytes()[:-9])
    made.series(src / "burned", data, "4", BurnedInAnnotation="YES")
    made.series(src / "plan", data, "5", SeriesDescription="localizer", ProtocolName="localizer")
    made.series(src / "report", data[:1], "6", Modality="SR")
    for path in made.series(src / "mixed", data[:4, :6, :5], "7", SeriesInstanceUID="1.2.5.8888"):
        path.rename(path.with_name(f"small-{path.name}"))
    same = {"PatientID": "P7", "StudyInstanceUID": "1.2.4.55", "SeriesInstanceUID": "1.2.5.8888"}
    made.series(src / "mixed", data[:5], "7b", **same)
    outcome = take()
    why = {name: row["why"] for name, row in told().items()}
    assert why["gap/1-000.dcm"] == "slices are missing at 1 of 8 places"
    assert why["copies/again.dcm"] == "is a copy of another file of its series"
    assert why["copies/twin.dcm"] == "shows the same as another file of its series"
    assert why["copies/2-000.dcm"] == "'mprage', 't1' in its description or name"
    assert why["cut/3-000.dcm"] == "is cut short: 1 of 9 files"
    assert why["burned/4-000.dcm"] == "has words burned into the picture, as its header says"
    assert why["plan/5-000.dcm"] == "is for planning: 'localizer' in its description or name"
    assert why["report/6-000.dcm"] == "holds no picture of anatomy: SR"
    assert outcome.pictures == 1 + 1 + 2


def test_what_leads_elsewhere_is_not_followed(src: Path, tmp_path: Path, take, told) -> None:
    made.nifti(tmp_path / "secret_T1w.nii", made.values(), np.eye(4))
    (src / "loop").symlink_to(src)
    (src / "out_T1w.nii").symlink_to(tmp_path / "secret_T1w.nii")
    (src / "nowhere_T1w.nii").symlink_to(src / "gone.nii")
    (src / "circle.nii").symlink_to(src / "circle.nii")
    (src / "same_T1w.nii.gz").symlink_to("sound_T1w.nii.gz")
    os.mkfifo(src / "pipe.nii")
    take()
    rows = told()
    assert rows.pop("same_T1w.nii.gz")["outcome"] == rows.pop("sound_T1w.nii.gz")["outcome"] == "taken"
    assert {name: row["why"] for name, row in rows.items()} == {
        "loop": "is a link to a folder; such links are not followed",
        "out_T1w.nii": "is a link that leads out of the source",
        "nowhere_T1w.nii": "is a link that leads nowhere",
        "circle.nii": "is a link that leads nowhere",
        "pipe.nii": "is no ordinary file",
    }


def test_archives(src: Path, tmp_path: Path, take, told) -> None:
    inside = made.nifti(tmp_path / "x.nii", made.values(), np.eye(4)).read_bytes()
    planes = made.series(tmp_path / "d", made.values(shape=(4, 8, 7)))
    with zipfile.ZipFile(src / "good.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a/b_T1w.nii", inside)
        file.writestr("../../climbs_T1w.nii", inside)
        file.writestr("/root_T1w.nii", inside)
        file.writestr("nested.zip", (b"PK\x03\x04" + bytes(40)))
        for path in planes:
            file.write(path, f"dicom/{path.name}")
        link = zipfile.ZipInfo("link_T1w.nii")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/passwd")
    content = bytearray((src / "good.zip").read_bytes())
    (src / "torn.zip").write_bytes(content[:-30])
    with zipfile.ZipFile(src / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("zeros_T1w.nii", bytes(20 << 20))
    bomb = bytearray((src / "bomb.zip").read_bytes())
    at = bomb.rindex(b"PK\x01\x02") + 24
    bomb[at : at + 4] = struct.pack("<I", 2 << 30)
    (src / "bomb.zip").write_bytes(bomb)
    outcome = take()
    rows = told()
    assert outcome.pictures == 3
    assert rows["good.zip/a/b_T1w.nii"]["outcome"] == rows["good.zip/dicom/1-000.dcm"]["outcome"] == "taken"
    climbs = "is a path that climbs out of its archive"
    assert rows["good.zip/../../climbs_T1w.nii"]["why"] == rows["good.zip//root_T1w.nii"]["why"] == climbs
    assert rows["good.zip/nested.zip"]["why"] == "is an archive in an archive; unpack it first"
    assert rows["good.zip/link_T1w.nii"]["why"] == "is a link; links in archives are not followed"
    assert rows["torn.zip"]["why"] == "is a damaged zip archive"
    assert rows["bomb.zip"]["why"] == "is a zip bomb: it would grow without measure"
    assert not list(tmp_path.glob("climbs*"))


def test_names_in_any_script(src: Path, tmp_path: Path, take, told) -> None:
    names = ["Žofie Müller_T1w.nii", "患者/脳_T1w.nii.gz", "a b\tc\n_T1w.nii"]
    for name in names:
        made.nifti(src / name, made.values(), np.eye(4))
    made.series(src / "Größe" / "ä ö", made.values(shape=(4, 8, 7)))
    raw = os.fsencode(src) + b"/bytes\xff\xfe_T1w.nii"
    Path(os.fsdecode(raw)).write_bytes((src / names[0]).read_bytes())
    assert take().pictures == 6
    assert "a b\\tc\\n_T1w.nii" in told()
    assert "bytes\\xff\\xfe_T1w.nii" in told()
    assert all(path.name.isascii() for path in (tmp_path / "out").rglob("*"))


def test_what_nobody_has_thought_of_stops_nothing_else(
    src: Path, take, told, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.nifti(src / "odd_T1w.nii", made.values(seed=9), np.eye(4))
    written = convert.clean_bytes

    def clean(picture: Picture, repeats: bool) -> bytes:
        if np.array_equal(picture.data, made.values(seed=9)):
            raise ArithmeticError
        return written(picture, repeats)

    monkeypatch.setattr(convert, "clean_bytes", clean)
    assert take().pictures == 1
    assert told()["odd_T1w.nii"]["why"] == "cannot be read (ArithmeticError)"
