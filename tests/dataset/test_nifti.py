import gzip
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mindscan.core.errors import FileError, SettingsError
from mindscan.core.key import Key
from mindscan.core.scan import Subject
from mindscan.core.volume import Volume
from mindscan.dataset.nifti import Kind, nifti_bytes, read_nifti


@pytest.fixture
def scan(make_subject) -> Volume:
    subject: Subject = make_subject()
    return subject.scans[0].volume


def kept(path: Path, volume: Volume, kind: Kind) -> Path:
    path.write_bytes(nifti_bytes(volume, kind, "synthetic"))
    return path


def test_a_scan_comes_back_rounded_in_the_same_place(tmp_path: Path, scan: Volume) -> None:
    back = read_nifti(kept(tmp_path / "a.nii.gz", scan, "scan"))
    assert back.data.dtype == torch.float32
    assert torch.equal(back.data, scan.data.round())
    assert np.array_equal(back.affine, scan.affine)
    assert not np.array_equal(scan.affine, scan.affine.astype(np.float32))


def test_labels_come_back_exactly(tmp_path: Path, make_subject) -> None:
    labels = make_subject().brain.labels
    back = read_nifti(kept(tmp_path / "a.nii.gz", labels, "labels"), torch.int16)
    assert back.data.dtype == torch.int16
    assert torch.equal(back.data, labels.data)
    assert np.array_equal(back.affine, labels.affine)


def test_fractions_come_back_within_a_hundred_thousandth(tmp_path: Path, make_subject) -> None:
    share = make_subject().brain.fraction("GM")
    back = read_nifti(kept(tmp_path / "a.nii.gz", share, "fraction")).data
    assert 0 < float((back - share.data).abs().max()) < 1e-5
    ends = Volume(torch.tensor([[[0.0, 1.0]]]), np.eye(4))
    back = read_nifti(kept(tmp_path / "b.nii.gz", ends, "fraction")).data
    assert back.flatten().tolist() == pytest.approx([0.0, 1.0], abs=1e-6)


@given(st.floats(1e-30, 1e30))
@settings(deadline=None, max_examples=50)
def test_a_scan_of_any_brightness_keeps_ten_bits_or_more(tmp_path_factory, peak: float) -> None:
    data = torch.linspace(0, 1, 120).reshape(4, 5, 6) * peak
    path = tmp_path_factory.mktemp("bright") / "a.nii.gz"
    back = read_nifti(kept(path, Volume(data, np.eye(4)), "scan")).data
    assert float((back - data).abs().max()) <= peak / 2047


def test_whole_numbers_come_back_exactly_at_any_peak(tmp_path: Path) -> None:
    for peak in (0, 1, 255, 1023, 1024, 4095, 32767):
        data = torch.linspace(0, peak, 24).round().reshape(2, 3, 4)
        back = read_nifti(kept(tmp_path / "a.nii.gz", Volume(data, np.eye(4)), "scan")).data
        assert torch.equal(back, data)


def test_negative_scans_keep_their_sign(tmp_path: Path) -> None:
    data = torch.tensor([[[-1000.0, 0.0, 3000.0]]])
    assert torch.equal(read_nifti(kept(tmp_path / "a.nii.gz", Volume(data, np.eye(4)), "scan")).data, data)


def test_nibabel_reads_the_same(tmp_path: Path, make_subject) -> None:
    subject: Subject = make_subject()
    assert subject.brain is not None
    scan, share = subject.scans[0].volume, subject.brain.fraction("WM")
    image = nib.load(kept(tmp_path / "scan.nii.gz", scan, "scan"))
    assert np.array_equal(image.get_fdata(), scan.data.round().numpy())
    assert np.allclose(image.affine, scan.affine, atol=1e-5)
    assert image.get_data_dtype() == np.int16
    image = nib.load(kept(tmp_path / "dseg.nii.gz", subject.brain.labels, "labels"))
    assert np.array_equal(np.asarray(image.dataobj), subject.brain.labels.data.numpy())
    assert image.get_data_dtype() == np.uint16
    image = nib.load(kept(tmp_path / "share.nii.gz", share, "fraction"))
    assert np.abs(image.get_fdata() - share.data.numpy()).max() < 1e-5
    assert image.get_data_dtype() == np.uint16


def test_the_header_says_millimetres_scanner_space_and_the_mark(tmp_path: Path, scan: Volume) -> None:
    header = nib.load(kept(tmp_path / "a.nii.gz", scan, "scan")).header
    assert header.get_xyzt_units() == ("mm", "sec")
    assert (int(header["sform_code"]), int(header["qform_code"])) == (1, 1)
    assert np.allclose(header.get_qform(), header.get_sform(), atol=1e-5)
    assert header.get_zooms() == pytest.approx(scan.grid.voxel_mm)
    assert header["descrip"].item() == b"synthetic"


def test_the_same_volume_gives_the_same_bytes(scan: Volume) -> None:
    data = scan.data.permute(2, 0, 1).contiguous().permute(1, 2, 0)  # the same values, other memory
    content = nifti_bytes(scan, "scan")
    assert nifti_bytes(Volume(data, scan.affine.copy()), "scan") == content
    assert content[3:8] == bytes(5)  # no file name and no time in the gzip header


def test_an_affine_that_another_tool_has_changed_is_believed(tmp_path: Path, scan: Volume) -> None:
    image = nib.load(kept(tmp_path / "a.nii.gz", scan, "scan"))
    moved = image.affine.copy()
    moved[0, 3] += 5
    image.set_sform(moved, 1)
    nib.save(image, tmp_path / "b.nii.gz")
    assert read_nifti(tmp_path / "b.nii.gz").affine[0, 3] == pytest.approx(scan.affine[0, 3] + 5, abs=1e-5)


@pytest.mark.parametrize("code", ["<i2", ">i2", "<f4", ">f8", "|u1"])
@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_files_of_other_tools_are_read(tmp_path: Path, code: str, name: str) -> None:
    data = np.arange(24).reshape(2, 3, 4).astype(code)
    image = nib.Nifti1Image(data, np.diag([2.0, 3.0, 4.0, 1.0]), nib.Nifti1Header(endianness=code[0]))
    image.set_data_dtype(code)
    nib.save(image, tmp_path / name)
    back = read_nifti(tmp_path / name)
    assert torch.equal(back.data, torch.arange(24.0).reshape(2, 3, 4))
    assert back.grid.voxel_mm == (2.0, 3.0, 4.0)


def damage(content: bytes, how: str) -> bytes:
    raw = gzip.decompress(content)
    half = bytearray(content)
    half[len(half) // 2] ^= 0xFF
    return {
        "empty": b"",
        "cut": content[: len(content) // 2],
        "flipped": bytes(half),
        "not gzip": b"hello, this is no picture",
        "no header": gzip.compress(b"x" * 400),
        "half the voxels": gzip.compress(raw[: len(raw) // 2]),
        "odd type": gzip.compress(raw[:70] + b"\xff\x7f" + raw[72:]),
    }[how]


@pytest.mark.parametrize(
    "how", ["empty", "cut", "flipped", "not gzip", "no header", "half the voxels", "odd type"]
)
def test_damage_is_told_in_one_line(tmp_path: Path, scan: Volume, how: str) -> None:
    path = tmp_path / "a.nii.gz"
    path.write_bytes(damage(nifti_bytes(scan, "scan"), how))
    with pytest.raises(FileError) as caught:
        read_nifti(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_and_four_dimensional_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="No such file"):
        read_nifti(tmp_path / "none.nii.gz")
    nib.save(nib.Nifti1Image(np.zeros((2, 3, 4, 5), np.int16), np.eye(4)), tmp_path / "a.nii.gz")
    with pytest.raises(FileError, match="3-D"):
        read_nifti(tmp_path / "a.nii.gz")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.array([2, 65538], np.int32), "holds 65538"),
        (np.array([2, -40000], np.int32), "holds -40000"),
        (np.array([2, 40000], np.uint16), "holds 40000"),
        (np.array([2, 2.7], np.float32), "holds 2.7"),
        (np.array([2, np.nan], np.float32), "holds nan"),
        (np.array([2, np.inf], np.float64), "holds inf"),
        (np.array([1, 2], np.complex64), "complex64"),
    ],
)
def test_what_are_no_label_ids_is_refused(tmp_path: Path, values: np.ndarray, said: str) -> None:
    nib.save(nib.Nifti1Image(values[None, None], np.eye(4)), tmp_path / "a.nii")
    with pytest.raises(FileError, match=said):
        read_nifti(tmp_path / "a.nii", torch.int16)


def test_label_ids_of_other_tools_are_read_exactly(tmp_path: Path) -> None:
    ids = [0, 17, 2035, 32767]
    for number, code in enumerate(("<u2", "<i4", "<i8", "<f4", "<f8")):
        image = nib.Nifti1Image(np.array([[ids]], code), np.eye(4), dtype=code)
        nib.save(image, tmp_path / f"{number}.nii")
        assert read_nifti(tmp_path / f"{number}.nii", torch.int16).data.flatten().tolist() == ids
    scaled = nib.Nifti1Image(np.array([[[0, 3, 90]]], np.int16), np.eye(4))
    scaled.header.set_slope_inter(1 / 3, 2)
    (tmp_path / "scaled.nii").write_bytes(scaled.to_bytes())
    assert read_nifti(tmp_path / "scaled.nii", torch.int16).data.flatten().tolist() == [2, 3, 32]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0.0, float("nan")], "scan"),
        ([0.0, float("inf")], "scan"),
        ([0.0, 1.5], "fraction"),
        ([-0.5, 1.0], "fraction"),
        ([0.0, float("nan")], "fraction"),
        ([-1, 3], "labels"),
        ([0, 70000], "labels"),
    ],
)
def test_impossible_values_are_refused(values: list[float], kind: Kind) -> None:
    with pytest.raises(SettingsError):
        nifti_bytes(Volume(torch.tensor([[values]]), np.eye(4)), kind)


def test_random_volumes_survive_every_kind(tmp_path: Path) -> None:
    rng = (Key(3) / "nifti").rng()
    for i in range(5):
        shape = tuple(int(n) for n in rng.integers(1, 9, 3))
        ids = torch.from_numpy(rng.integers(0, 32768, shape).astype(np.int16))
        affine = np.vstack([rng.standard_normal((3, 4)) * 3, [0, 0, 0, 1]])
        path = kept(tmp_path / f"{i}.nii.gz", Volume(ids, affine), "labels")
        back = read_nifti(path, torch.int16)
        assert torch.equal(back.data, ids)
        assert np.array_equal(back.affine, affine)
