"""Slices stand upright whatever the order of voxels, masks hold exact labels, a stopped export goes on."""

import itertools
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import torch
from PIL import Image

from mindscan.core.errors import FileError, FolderError, SettingsError
from mindscan.core.labels import LABELS
from mindscan.core.volume import Volume
from mindscan.dataset import layout
from mindscan.dataset.nifti import nifti_bytes
from mindscan.dataset.tables import read_tsv
from mindscan.release.look import Look, percentiles, planes
from mindscan.release.scans import found
from mindscan.release.slices import COLUMNS, LEGEND, TABLE, export

IDS = [0, 2, 17, 53, 258]
LOOK = Look(every_mm=4, size=32)


def head(voxel_mm: float = 2.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A lopsided block: signal, labels and affine, RAS."""
    scan, labels = np.zeros((20, 24, 18), np.float32), np.zeros((20, 24, 18), np.int16)
    scan[3:17, 4:20, 2:16] = 100
    labels[3:17, 4:20, 2:16] = 2
    scan[12:16, 15:19, 10:15] = 400
    labels[12:16, 15:19, 10:15] = 53
    labels[4:8, 5:9, 3:8] = 258
    affine = np.diag([voxel_mm, voxel_mm, voxel_mm, 1.0])
    affine[:3, 3] = (-19, -23, -17)
    return scan, labels, affine


def dataset(root: Path, subjects: int = 2) -> Path:
    """A small BIDS data set with labels and participants."""
    scan, labels, affine = head()
    rows = ["participant_id\tdiagnosis\tage"]
    for number in range(1, subjects + 1):
        name = f"sub-{number:02d}"
        rows.append(f"{name}\t{'AD' if number % 2 else 'CN'}\t{60 + number}")
        anat, truth = root / name / "anat", root / "derivatives" / "truth" / name / "anat"
        anat.mkdir(parents=True)
        truth.mkdir(parents=True)
        picture = Volume(torch.from_numpy(scan), affine)
        (anat / f"{name}_T1w.nii.gz").write_bytes(nifti_bytes(picture, "scan"))
        known = Volume(torch.from_numpy(labels), affine)
        (truth / f"{name}_dseg.nii.gz").write_bytes(nifti_bytes(known, "labels"))
    (root / "participants.tsv").write_text("\n".join(rows) + "\n")
    return root


def read(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    root = dataset(tmp_path_factory.mktemp("whole") / "in")
    out = root.parent / "out"
    done = list(export(root, out, Look(every_mm=4, size=32, labels="diagnosis")))
    assert [one.note for one in done] == ["", ""]
    return root, out


def test_the_table_has_a_row_for_every_picture(whole: tuple[Path, Path]) -> None:
    _, out = whole
    rows = read_tsv(out / TABLE, (*COLUMNS, "diagnosis", "age"))
    assert {row["file"] for row in rows} == {
        str(path.relative_to(out)) for path in (out / "images").rglob("*.png")
    }
    assert {row["file"].split("/")[1] for row in rows if row["participant_id"] == "sub-01"} == {"AD"}
    assert {row["age"] for row in rows if row["participant_id"] == "sub-02"} == {"62"}
    heights = [float(row["position_mm"]) for row in rows if row["participant_id"] == "sub-01"]
    assert np.allclose(np.diff(heights), 4)


def test_masks_hold_the_labels_of_the_nearest_voxels(whole: tuple[Path, Path]) -> None:
    _, out = whole
    ids = {row["grey"]: int(row["index"]) for row in read_tsv(out / LEGEND, ("grey", "index"))}
    counts = dict.fromkeys(IDS, 0)
    for row in read_tsv(out / TABLE, COLUMNS):
        mask = Image.open(out / row["mask"])
        assert mask.mode == "P"
        assert mask.size == (32, 32)
        grey = np.asarray(mask)
        for value in np.unique(grey):
            counts[ids[str(value)]] += int((grey == value).sum())
            colour = mask.getpalette()[3 * value : 3 * value + 3]  # type: ignore[index]
            assert tuple(colour) == LABELS[value].colour
    _, labels, _ = head()
    share = {i: counts[i] / sum(counts[j] for j in IDS[1:]) for i in (2, 53, 258)}
    truth = {i: (labels == i).sum() / (labels > 0).sum() for i in (2, 53, 258)}
    assert all(abs(share[i] - truth[i]) < 0.05 for i in truth)
    assert counts[17] == 0


def test_right_is_on_the_left_and_front_is_up(whole: tuple[Path, Path]) -> None:
    _, out = whole
    bright = max((out / "images" / "AD").rglob("*.png"), key=lambda path: int(read(path).max()))
    rows, columns = np.nonzero(read(bright) > 200)
    assert columns.mean() < 16
    assert rows.mean() < 16


ORDERS = [
    (order, flips)
    for order in itertools.permutations(range(3))
    for flips in itertools.product((1, -1), repeat=3)
]


@pytest.mark.parametrize("plane", ["axial", "coronal", "sagittal"])
def test_all_48_orders_of_voxels_give_the_same_pictures(plane: str, tmp_path: Path) -> None:
    scan, _, affine = head()
    look = Look(plane, 9.0, 24)  # type: ignore[arg-type]
    pictures = []
    plain = nib.Nifti1Image(scan, affine)
    for number, (order, flips) in enumerate(ORDERS):
        turned = plain.as_reoriented(np.array([[o, f] for o, f in zip(order, flips, strict=True)]))
        folder = tmp_path / str(number)
        folder.mkdir()
        nib.save(turned, folder / "scan.nii")
        list(export(folder, tmp_path / f"out{number}", look))
        files = sorted((tmp_path / f"out{number}").rglob("*.png"))
        pictures.append(np.stack([read(path) for path in files]).astype(int))
    assert len(pictures) == 48
    assert pictures[0].max() > 150
    assert all(one.shape == pictures[0].shape for one in pictures)
    assert max(np.abs(one - pictures[0]).max() for one in pictures) <= 1


def test_pixels_are_square_whatever_the_voxels(tmp_path: Path) -> None:
    data = np.zeros((20, 40, 10), np.float32)
    data[5:15, 10:30, :] = 1  # 20 mm in both directions
    nib.save(nib.Nifti1Image(data, np.diag([2.0, 1.0, 3.0, 1.0])), tmp_path / "scan.nii.gz")
    list(export(tmp_path, tmp_path / "out", Look(size=80, every_mm=10)))
    picture = read(next((tmp_path / "out").rglob("*.png"))) > 100
    assert abs(int(picture.any(0).sum()) - int(picture.any(1).sum())) <= 2


def test_an_export_that_was_stopped_goes_on_and_writes_nothing_twice(tmp_path: Path) -> None:
    root, out = dataset(tmp_path / "in"), tmp_path / "out"
    steps = export(root, out, LOOK)
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert not (out / TABLE).exists()
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.png")}
    notes = [one.note for one in export(root, out, LOOK)]
    assert notes == ["already there", ""]
    assert before
    assert all(path.stat().st_mtime_ns == when for path, when in before.items())
    assert len(read_tsv(out / TABLE, COLUMNS)) == len(list((out / "images").rglob("*.png")))
    assert not (out / layout.PARTIAL).exists()


def test_a_file_that_is_damaged_does_not_stop_the_others(tmp_path: Path) -> None:
    root = dataset(tmp_path / "in")
    (root / "sub-01" / "anat" / "sub-01_T1w.nii.gz").write_bytes(b"nothing")
    first, second = export(root, tmp_path / "out", LOOK)
    assert "sub-01_T1w.nii.gz" in first.note
    assert (first.slices, second.note) == (0, "")
    assert second.slices > 0


def test_labels_that_nobody_knows_give_no_masks_and_a_word(tmp_path: Path) -> None:
    root = dataset(tmp_path / "in", 1)
    path = next(root.rglob("*_dseg.nii.gz"))
    strange = np.full((20, 24, 18), 4321, np.int16)
    path.write_bytes(nifti_bytes(Volume(torch.from_numpy(strange), head()[2]), "labels"))
    (one,) = export(root, tmp_path / "out", LOOK)
    assert "4321" in one.note
    assert one.slices > 0
    assert not (tmp_path / "out" / "masks").exists()


@pytest.mark.parametrize("ids", [65538, 2.7, None], ids=["too large", "not whole", "unreadable"])
def test_labels_that_cannot_be_believed_cost_the_masks_alone(ids: float | None, tmp_path: Path) -> None:
    root = dataset(tmp_path / "in", 1)
    path = next(root.rglob("*_dseg.nii.gz"))
    path.write_bytes(b"nothing")
    if ids is not None:
        kind = np.int32 if isinstance(ids, int) else np.float32
        nib.save(nib.Nifti1Image(np.full((20, 24, 18), ids, kind), head()[2]), path)
    (one,) = export(root, tmp_path / "out", LOOK)
    assert one.note.startswith("no masks: ")
    assert one.slices > 0
    assert {row["mask"] for row in read_tsv(tmp_path / "out" / TABLE, COLUMNS)} == {"n/a"}


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_voxels_that_are_not_finite_are_air_and_told(odd: float, tmp_path: Path) -> None:
    scan, _, affine = head()
    scan[2:5, 4:20, 2:16] = odd
    (tmp_path / "in").mkdir()
    nib.save(nib.Nifti1Image(scan, affine), tmp_path / "in" / "scan.nii.gz")
    (one,) = export(tmp_path / "in", tmp_path / "out", LOOK)
    assert one.note == f"{3 * 16 * 14} voxels are not finite and shown as air"
    pictures = [read(path) for path in (tmp_path / "out").rglob("*.png")]
    assert max(picture.max() for picture in pictures) > 150


def test_a_scan_that_shows_nothing_is_told(tmp_path: Path) -> None:
    flat = nib.Nifti1Image(np.full((9, 9, 9), 7, np.float32), np.eye(4))
    flat_affine = nib.Nifti1Image(head()[0], None)
    flat_affine.header.set_sform(np.diag([2.0, 2.0, 0.0, 1.0]), code=1)
    (tmp_path / "in").mkdir()
    nib.save(flat, tmp_path / "in" / "a.nii")
    (tmp_path / "in" / "b.nii").write_bytes(flat_affine.to_bytes())
    notes = [one.note for one in export(tmp_path / "in", tmp_path / "out", LOOK)]
    assert "same everywhere" in notes[0]
    assert "cannot be inverted" in notes[1]


def test_two_scans_of_one_name_are_refused(tmp_path: Path) -> None:
    scan, _, affine = head()
    for name in ("a.nii", "a.nii.gz"):
        nib.save(nib.Nifti1Image(scan, affine), tmp_path / name)
    with pytest.raises(FileError, match=r"a\.nii and a\.nii\.gz"):
        next(export(tmp_path, tmp_path / "out", LOOK))


def test_sessions_have_a_column_and_columns_names_of_their_own(tmp_path: Path) -> None:
    root = dataset(tmp_path / "in", 1)
    (root / "participants.tsv").write_text("participant_id\tscan\nsub-01\tearly\n")
    there = next((root / "sub-01").rglob("*_T1w.nii.gz"))
    there.rename(there.with_name("sub-01_ses-b_T1w.nii.gz"))
    list(export(root, tmp_path / "out", LOOK))
    row = read_tsv(tmp_path / "out" / TABLE, (*COLUMNS, "participant_scan"))[0]
    assert (row["session"], row["scan"], row["suffix"]) == ("b", "sub-01_ses-b_T1w", "T1w")
    assert row["participant_scan"] == "early"


def test_jpeg_and_the_window_of_the_brain(tmp_path: Path) -> None:
    root = dataset(tmp_path / "in", 1)
    list(export(root, tmp_path / "out", Look(window="brain", format="jpg", size=32)))
    with Image.open(next((tmp_path / "out" / "images").rglob("*.jpg"))) as picture:
        assert (picture.format, picture.size) == ("JPEG", (32, 32))
    (root / "derivatives").rename(root / ".hidden")
    (one,) = export(root, tmp_path / "again", Look(window="brain", size=32))
    assert "window 'brain'" in one.note


def test_ct_is_shown_in_the_window_of_the_brain_and_air_around_it_is_black(tmp_path: Path) -> None:
    data = np.full((20, 20, 20), -1000, np.float32)
    data[4:16, 4:16, 4:16] = 40
    tilted = np.eye(4) * 2
    tilted[1, 2], tilted[3, 3] = 0.6, 1
    nib.save(nib.Nifti1Image(data, tilted), tmp_path / "sub-01_ct.nii.gz")
    list(export(tmp_path, tmp_path / "out", Look(every_mm=10, size=40)))
    rows = read_tsv(tmp_path / "out" / TABLE, COLUMNS)
    assert {(row["black"], row["white"]) for row in rows} == {("0", "80")}
    middle = read(tmp_path / "out" / rows[1]["file"])
    assert 100 < middle[20, 20] < 156
    assert middle[[0, 0, -1, -1], [0, -1, 0, -1]].max() == 0


def test_parts_of_a_split_are_kept_apart(tmp_path: Path) -> None:
    root, out = dataset(tmp_path / "in", 3), tmp_path / "out"
    where = {"sub-01": "train", "sub-02": "test"}
    assert len(list(export(root, out, Look(every_mm=4, size=32, labels="diagnosis"), where))) == 2
    groups = {str(path.relative_to(out / "images").parent) for path in out.glob("images/**/slices.tsv")}
    assert groups == {"train/AD/sub-01_T1w", "test/CN/sub-02_T1w"}
    assert {row["split"] for row in read_tsv(out / TABLE, (*COLUMNS, "split"))} == {"train", "test"}
    with pytest.raises(SettingsError, match="nobody is in the split"):
        next(export(root, tmp_path / "none", LOOK, {"sub-99": "train"}))
    with pytest.raises(FolderError, match="split"):
        next(export(root, out, Look(every_mm=4, size=32, labels="diagnosis")))


def test_a_scan_that_cannot_be_cut_is_left_out_of_its_shard(tmp_path: Path) -> None:
    root, out = dataset(tmp_path / "in"), tmp_path / "out"
    (root / "sub-01" / "anat" / "sub-01_T1w.nii.gz").write_bytes(b"nothing")
    look = Look(every_mm=4, size=32, format="webdataset")
    counts = {one.scan.name[:6]: one.slices for one in export(root, out, look)}
    assert counts == {"sub-01": 0, "sub-02": 7}
    again = {one.scan.name[:6]: one.note for one in export(root, out, look)}
    assert again == {"sub-01": "could not be cut before", "sub-02": "already there"}


def test_only_planes_that_meet_the_head_are_cut() -> None:
    scan, _, affine = head()
    volume = Volume(torch.from_numpy(scan), affine)
    heights = [plane.at_mm for plane in planes(volume, scan > 50, Look(every_mm=4))]
    assert heights == [-12, -8, -4, 0, 4, 8, 12]


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"every_mm": 0.0}, "0.0 mm apart"),
        ({"every_mm": float("nan")}, "nan mm apart"),
        ({"size": 4}, "4 pixels"),
        ({"per_shard": 0}, "0 scans"),
        ({"window": "bone"}, "'bone'"),
        ({"window": "p99,p1"}, "p99,p1"),
    ],
)
def test_settings_that_cannot_be(given: dict[str, object], word: str) -> None:
    with pytest.raises(SettingsError, match=word):
        Look(**given)  # type: ignore[arg-type]


def test_percentiles() -> None:
    assert percentiles("p0.5,p99") == (0.5, 99.0)
    assert percentiles("auto") is None


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="holds no scan"):
        found(tmp_path)
    root = dataset(tmp_path / "in", 1)
    with pytest.raises(SettingsError, match=r"'sex'.*participant_id, diagnosis, age"):
        next(export(root, tmp_path / "out", Look(labels="sex")))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(FolderError, match="full"):
        next(export(root, tmp_path / "full", LOOK))
    list(export(root, tmp_path / "once", LOOK))
    with pytest.raises(FolderError, match="size"):
        next(export(root, tmp_path / "once", Look(every_mm=4, size=64)))
