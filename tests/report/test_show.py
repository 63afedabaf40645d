"""A picture of a file."""

from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import torch
from PIL import Image

from mindscan.core.errors import FileError, FolderError, MindscanError, SettingsError
from mindscan.core.volume import Volume
from mindscan.report.montage import MARK, Look
from mindscan.report.show import is_label_map, show, truth_of

Shelf = Callable[..., Path]
SMALL = Look(slices=2, tile_px=80)


def coloured(picture: Path) -> float:
    """Share of pixels that are clearly not grey."""
    return float((np.ptp(np.asarray(Image.open(picture)).astype(int), axis=-1) > 40).mean())


def save(path: Path, data: np.ndarray, affine: np.ndarray | None = None) -> Path:
    nib.save(nib.Nifti1Image(data, np.eye(4) if affine is None else affine), path)
    return path


def test_any_image_is_drawn_in_grey(tmp_path: Path, signal: Volume) -> None:
    source = save(tmp_path / "head.nii", signal.numpy(), signal.affine)
    out = show(source, tmp_path / "head.png", SMALL)
    assert out == tmp_path / "head.png"
    assert coloured(out) < 0.001
    assert {path.name for path in tmp_path.iterdir()} == {"head.nii", "head.png"}


def test_a_label_map_is_coloured(tmp_path: Path, labels: Volume) -> None:
    source = save(tmp_path / "aseg.nii.gz", labels.numpy(), labels.affine)
    assert coloured(show(source, tmp_path / "labels.png", SMALL)) > 0.03


def test_files_of_a_data_set_bring_their_labels_and_landmarks(make_shelf: Shelf, tmp_path: Path) -> None:
    root = make_shelf(1)
    out = show(root / "sub-001/anat/sub-001_T1w.nii.gz", tmp_path / "scan.png", SMALL)
    assert coloured(out) > 0.01
    assert (np.asarray(Image.open(out)) == MARK).all(-1).any()
    truth = show(root / "derivatives/mindscan/sub-001/anat/sub-001_dseg.nii.gz", tmp_path / "dseg.png", SMALL)
    assert coloured(truth) > 0.03


def test_truth_is_found_only_inside_a_data_set(make_shelf: Shelf, tmp_path: Path) -> None:
    root = make_shelf(1)
    assert truth_of(root / "sub-001/anat/sub-001_T1w.nii.gz").id == "001"
    assert truth_of(tmp_path / "sub-001_T1w.nii.gz") is None
    assert truth_of(root / "sub-001/anat/head.nii.gz") is None
    assert truth_of(root / "sub-é.b_T1w.nii.gz") is None


def test_real_scans_of_a_data_set_have_no_overlay(make_shelf: Shelf, tmp_path: Path) -> None:
    root = make_shelf(2, kind="scan", brain=False)
    out = show(root / "sub-001/anat/sub-001_T1w.nii.gz", tmp_path / "scan.png", SMALL)
    assert coloured(out) < 0.001


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("x.nii", [0, 2, 41, 3], True),
        ("x_dseg.nii", [0, 2001, 2002], True),
        ("x_labels.nii", [0, 1, 2, 3], True),
        ("x.nii", [0, 1], False),
        ("x.nii", [0.5, 2, 41], False),
        ("sub-1_label-GM_probseg.nii", [0, 0.25, 1], False),
        ("x_dseg.nii", [0, 0], False),
        ("x.nii", list(range(256)), False),
    ],
)
def test_label_maps_are_told_from_signal(name: str, values: list[float], expected: bool) -> None:
    data = torch.tensor(values, dtype=torch.float32).reshape(1, 1, -1)
    assert is_label_map(Path(name), Volume(data, np.eye(4))) is expected


def faulty(folder: Path, fault: str) -> Path:
    """A file that cannot be drawn."""
    path = folder / "x.nii.gz"
    match fault:
        case "missing":
            return path
        case "text":
            path.write_text("not an image")
        case "empty":
            path.write_bytes(b"")
        case "cut":
            save(path, np.ones((20, 20, 20), np.float32))
            path.write_bytes(path.read_bytes()[:200])
        case "folder":
            path.mkdir()
        case "4-D":
            save(path, np.zeros((4, 4, 4, 3), np.float32))
        case "colour":
            kind = np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])
            save(path, np.zeros((4, 4, 4), kind))
        case "flat affine":
            save(path, np.ones((4, 4, 4), np.float32))
            image = nib.load(path)
            image.header.set_sform(np.diag([1.0, 1.0, 0.0, 1.0]), code=1)
            image.header.set_qform(None, code=0)
            nib.save(nib.Nifti1Image(np.asarray(image.dataobj), None, image.header), path)
        case "kind":
            path = folder / "x.mgz"
            path.write_bytes(b"x")
    return path


@pytest.mark.parametrize(
    "fault", ["missing", "text", "empty", "cut", "folder", "4-D", "colour", "flat affine", "kind"]
)
def test_bad_files_are_refused_in_one_line(tmp_path: Path, fault: str) -> None:
    with pytest.raises(FileError) as error:
        show(faulty(tmp_path, fault), tmp_path / "x.png", SMALL)
    assert "\n" not in str(error.value)
    assert "x." in str(error.value)
    assert "run the same command again" not in str(error.value)
    assert not (tmp_path / "x.png").exists()


def test_odd_numbers_are_tolerated(tmp_path: Path) -> None:
    data = np.ones((6, 6, 6), np.float32)
    data[0, 0], data[1, 1], data[2, 2] = np.nan, np.inf, -np.inf
    assert show(save(tmp_path / "x.nii", data), tmp_path / "x.png", SMALL).is_file()


@pytest.mark.parametrize(
    ("out", "kind"), [("x.gif", SettingsError), ("missing/x.png", FolderError), ("x", SettingsError)]
)
def test_bad_targets_are_refused(tmp_path: Path, out: str, kind: type[MindscanError]) -> None:
    source = save(tmp_path / "x.nii", np.ones((4, 4, 4), np.float32))
    with pytest.raises(kind):
        show(source, tmp_path / out, SMALL)
