"""Scans in, folders out: which scans, whole folders, going on, and one bad file among good ones."""

from pathlib import Path

import pytest
import torch

from mindscan.core.errors import FileError
from mindscan.core.volume import Grid, Volume
from mindscan.dataset.nifti import nifti_bytes, read_nifti
from mindscan.dataset.tables import read_tsv
from mindscan.learn.classes import CLASSES, IDS
from mindscan.learn.pose import Channels
from mindscan.tasks import results
from mindscan.tasks.results import (
    COLUMNS,
    MARK_COLUMNS,
    landmark_files,
    segmentation_files,
    sources,
    stripped_files,
    write_all,
)
from mindscan.tasks.segment import Segmentation

GRID = Grid.centred((20, 22, 18), (8.0, 8.0, 8.0))


def scan_at(path: Path) -> Path:
    """A picture in a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = torch.linspace(0, 900, GRID.size).reshape(GRID.shape)
    path.write_bytes(nifti_bytes(Volume(data, GRID.affine), "scan"))
    return path


def found_in(scan: Volume, weights: Path | None = None) -> Segmentation:
    """As if the whole right half were thalamus."""
    labels = torch.zeros(GRID.shape, dtype=torch.int16)
    labels[10:] = 49
    posteriors = torch.zeros(len(CLASSES) + 1, *GRID.shape)
    posteriors[CLASSES.index("Thalamus"), 10:] = 1
    volume = Volume(labels, GRID.affine)
    return Segmentation(
        volume,
        volume,
        Volume(labels > 0, GRID.affine),
        dict.fromkeys(IDS, 1.0),
        dict.fromkeys(IDS, 0.9) | {49: 0.3},
        Channels(posteriors, GRID.affine),
    )


@pytest.fixture(autouse=True)
def _known_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "segment", found_in)


def test_scans_of_a_data_set_keep_their_places(tmp_path: Path) -> None:
    one = scan_at(tmp_path / "sub-1" / "anat" / "sub-1_T1w.nii.gz")
    scan_at(tmp_path / "derivatives" / "x" / "sub-1_T1w.nii.gz")
    scan_at(tmp_path / "sub-1" / "anat" / "sub-1_dseg.nii.gz")
    scan_at(tmp_path / ".hidden" / "a.nii")
    (found,) = sources([tmp_path])
    assert (found.path, found.folder) == (one, Path("sub-1/anat/sub-1_T1w"))
    assert sources([one])[0].folder == Path("sub-1_T1w")


def test_what_is_no_scan_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    for given, told in (
        (tmp_path / "none.nii", "none.nii"),
        (tmp_path / "a.txt", "a.txt"),
        (tmp_path, "no scans"),
    ):
        with pytest.raises(FileError, match=told):
            sources([given])
    same = [scan_at(tmp_path / folder / "a.nii.gz") for folder in "xy"]
    with pytest.raises(FileError, match="two scans named a"):
        sources(same)


def test_folders_are_whole_and_written_once(tmp_path: Path) -> None:
    bad = tmp_path / "in" / "bad.nii.gz"
    scan_at(tmp_path / "in" / "good.nii.gz")
    bad.write_bytes(b"nothing")
    out = tmp_path / "out"
    done = list(write_all(sources([tmp_path / "in"]), out, segmentation_files))
    assert [one.folder for one in done] == [None, out / "good"]
    assert "bad.nii.gz" in done[0].note
    assert done[1].note == "low quality of Right-Thalamus"
    assert sorted(path.name for path in out.iterdir()) == ["good"]
    before = (out / "good" / "good_dseg.nii.gz").stat().st_mtime_ns
    again = list(write_all(sources([tmp_path / "in" / "good.nii.gz"]), out, segmentation_files))
    assert again[0].note == "already there"
    assert (out / "good" / "good_dseg.nii.gz").stat().st_mtime_ns == before


def test_files_of_a_segmentation_can_be_read_back(tmp_path: Path) -> None:
    scan = read_nifti(scan_at(tmp_path / "s.nii.gz"))
    files = segmentation_files(scan, found_in(scan), "s", posteriors=True, tissues=True)
    assert len(files) == 4 + len(IDS) + 3
    for ending, content in files.items():
        (tmp_path / f"s{ending}").write_bytes(content)
    assert set(read_nifti(tmp_path / "s_dseg.nii.gz", torch.int16).data.unique().tolist()) == {0, 49}
    rows = read_tsv(tmp_path / "s_volumes.tsv", COLUMNS)
    assert [row["name"] for row in rows][-1] == "Intracranial"
    assert float(rows[-1]["volume_ml"]) == len(IDS)
    chance = read_nifti(tmp_path / "s_1mm_label-RightThalamus_probseg.nii.gz").data
    assert float(chance.max()) == 0
    grey, white, fluid = (
        read_nifti(tmp_path / f"s_1mm_label-{tissue}_desc-tissue_probseg.nii.gz").data
        for tissue in ("GM", "WM", "CSF")
    )
    torch.testing.assert_close(grey + white, found_in(scan).brain.data.float(), atol=0.01, rtol=0)
    assert float(grey.max()) > float(white.max()) > 0.4
    assert float(fluid.max()) == 0


def test_a_stripped_scan_is_the_scan_inside_the_mask(tmp_path: Path) -> None:
    scan = read_nifti(scan_at(tmp_path / "s.nii.gz"))
    for ending, content in stripped_files(scan, found_in(scan), "s").items():
        (tmp_path / f"s{ending}").write_bytes(content)
    mask = read_nifti(tmp_path / "s_brain_mask.nii.gz").data > 0
    inside = read_nifti(tmp_path / "s_brain.nii.gz").data
    assert bool(mask[10:].all())
    assert not bool(mask[:10].any())
    torch.testing.assert_close(inside, torch.where(mask, scan.data, 0.0), atol=0.5, rtol=0)


def test_landmarks_come_in_three_forms_that_agree(tmp_path: Path) -> None:
    scan = read_nifti(scan_at(tmp_path / "s.nii.gz"))
    files = landmark_files(scan, found_in(scan), "s")
    assert set(files) == {f"_landmarks.{ending}" for ending in ("tsv", "fcsv", "mrk.json", "png")}
    (tmp_path / "s.tsv").write_bytes(files["_landmarks.tsv"])
    rows = read_tsv(tmp_path / "s.tsv", MARK_COLUMNS)
    lists = files["_landmarks.fcsv"].decode().splitlines()[3:]
    assert len(rows) == len(lists) == 32
    for row, line in zip(rows, lists, strict=True):
        assert (row["name"], -float(row["x"])) == (line.split(",")[12], float(line.split(",")[1]))
        assert float(row["uncertainty_mm"]) > 0
