import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from mindscan.core.errors import FileError, SettingsError
from mindscan.core.labels import LABELS, both_sides
from mindscan.core.scan import Subject
from mindscan.dataset import layout
from mindscan.dataset.folder import open_job
from mindscan.dataset.nifti import read_nifti
from mindscan.dataset.shelf import SUMMARIES, Dataset, read_dataset
from mindscan.dataset.store import write_subject


@pytest.fixture
def written(tmp_path: Path, make_subject) -> list[Subject]:
    open_job(tmp_path, {"seed": 7})
    subjects = [make_subject("001"), make_subject("002", 95.0, ("T1w", "FLAIR", "T1w"))]
    for subject in reversed(subjects):
        write_subject(tmp_path, subject)
    return subjects


@pytest.fixture
def dataset(tmp_path: Path, written: list[Subject]) -> Dataset:
    return read_dataset(tmp_path)


def test_subjects_come_back_as_they_were_written(dataset: Dataset, written: list[Subject]) -> None:
    assert dataset.ids == ["001", "002"]
    for back, subject in zip(dataset, written, strict=True):
        assert (back.id, back.person, back.origin) == (subject.id, subject.person, subject.origin)
        for scan, original in zip(back.scans, subject.scans, strict=True):
            assert scan.suffix == original.suffix
            assert dict(scan.metadata) == dict(original.metadata)
            assert torch.equal(scan.volume.data, original.volume.data.round())
            assert np.array_equal(scan.volume.affine, original.volume.affine)
        assert torch.equal(back.brain.labels.data, subject.brain.labels.data)
        assert np.array_equal(back.brain.labels.affine, subject.brain.labels.affine)
        assert list(back.brain.landmarks) == list(subject.brain.landmarks)
        for name, position in subject.brain.landmarks.items():
            assert back.brain.landmarks[name] == pytest.approx(position, abs=1e-5)
        assert torch.equal(back.brain.parcels.data, subject.brain.parcels.data)
        assert back.brain.parcels_ml == pytest.approx(subject.brain.parcels_ml, abs=1e-5)
        assert back.brain.points.names == subject.brain.points.names
        places = back.brain.points.world_mm, subject.brain.points.world_mm
        assert torch.allclose(*places, atol=1e-5, rtol=0, equal_nan=True)
        assert back.brain.fractions is None


def test_radiographs_come_back_with_what_they_show(tmp_path: Path, with_radiograph) -> None:
    subject = with_radiograph("003")
    open_job(tmp_path, {"seed": 7})
    write_subject(tmp_path, subject)
    entry = read_dataset(tmp_path).entry("003")
    back, original = entry.subject().scans[2], subject.scans[2]
    assert (back.suffix, back.acq) == ("xr", "ap")
    assert back.brain is None
    assert torch.allclose(back.volume.data, original.volume.data, atol=0.5)
    assert np.array_equal(back.volume.affine, original.volume.affine)
    assert list(back.maps) == list(original.maps)
    assert torch.allclose(back.maps["bone"].data, original.maps["bone"].data, atol=1e-2)
    assert back.places["nasion"] == pytest.approx((1.25, 0.5, 1.2))
    assert np.isnan(back.places["behind"]).all()
    assert layout.preview(entry.scans[2]).is_file()


def test_a_subject_written_again_after_reading_keeps_its_pictures(tmp_path: Path, dataset: Dataset) -> None:
    write_subject(tmp_path / "copy", dataset["002"])
    there = dataset.entry("002").card.files
    copy = read_dataset(tmp_path / "copy").entry(0).card.files
    pictures = [name for name in there if name.endswith((".nii.gz", "w.json")) and "probseg" not in name]
    assert len(pictures) == 7
    assert {name: copy[name] for name in pictures} == {name: there[name] for name in pictures}


def test_entries_know_paths_without_opening_them(dataset: Dataset, written: list[Subject]) -> None:
    entry = dataset.entry(-1)
    assert entry.person.age_years == 95
    assert [path.name for path in entry.scans] == [
        "sub-002_run-1_T1w.nii.gz",
        "sub-002_FLAIR.nii.gz",
        "sub-002_run-2_T1w.nii.gz",
    ]
    assert all(path.is_file() for path in (*entry.scans, entry.labels, entry.recipe))
    for tissue, path in entry.fractions.items():
        truth = written[1].brain.fraction(tissue).data
        assert float((read_nifti(path).data - truth).abs().max()) < 1e-5


def test_volumes_come_back(dataset: Dataset, written: list[Subject]) -> None:
    assert dataset.volumes("001") == pytest.approx(written[0].brain.volumes_ml(), abs=1e-5)
    assert set(dataset.volumes(0)) == {label.id for label in LABELS if not label.lesion}


def test_participants_sum_the_volumes(dataset: Dataset, written: list[Subject]) -> None:
    rows = dataset.participants
    assert [tuple(row) for row in rows] == [tuple(layout.PARTICIPANT_COLUMNS)] * 2
    brain, row = written[0].brain, rows[0]
    volumes = brain.volumes_ml()
    assert (row["participant_id"], row["age"], row["sex"], row["diagnosis"]) == (
        "sub-001",
        61.5,
        "F",
        "healthy",
    )
    assert row["icv_ml"] == pytest.approx(brain.icv_ml(), abs=1e-3)
    assert row["hippocampus_ml"] == pytest.approx(volumes[53], abs=1e-4)
    assert row["cerebral_wm_ml"] == pytest.approx(volumes[41], abs=1e-4)
    assert row["ventricles_ml"] == pytest.approx(volumes[4], abs=1e-4)
    assert row["cortical_gm_ml"] == 0


def test_summaries_count_no_structure_twice() -> None:
    parts = [
        SUMMARIES[name] for name in ("cortical_gm_ml", "cerebral_wm_ml", "subcortical_gm_ml", "ventricles_ml")
    ]
    ids = [i for part in parts for i in part]
    assert len(ids) == len(set(ids))
    assert set(ids) < set(SUMMARIES["icv_ml"])
    assert (
        set(SUMMARIES["hippocampus_ml"])
        == set(both_sides("Hippocampus"))
        < set(SUMMARIES["subcortical_gm_ml"])
    )
    assert not {0, 165, 258} & set(SUMMARIES["icv_ml"])


def test_a_subject_without_truth_has_empty_places(tmp_path: Path, make_subject) -> None:
    write_subject(tmp_path, dataclasses.replace(make_subject(), brain=None))
    entry = read_dataset(tmp_path).entry("001")
    assert entry.subject().brain is None
    assert (entry.labels, entry.fractions, entry.landmarks(), entry.volumes_ml()) == (None, {}, {}, {})
    assert entry.participant()["icv_ml"] is None


def test_a_brain_without_parcels_and_points_has_no_files_of_them(tmp_path: Path, make_subject) -> None:
    subject = make_subject()
    bare = dataclasses.replace(subject.brain, parcels=None, parcels_ml=None, points=None)
    write_subject(tmp_path, dataclasses.replace(subject, brain=bare))
    entry = read_dataset(tmp_path).entry("001")
    assert (entry.parcels, entry.parcels_ml(), entry.points()) == (None, {}, None)
    assert entry.subject().brain.parcels is None
    assert entry.subject().brain.parcels_ml is None


def test_a_subject_that_is_not_there(dataset: Dataset) -> None:
    with pytest.raises(SettingsError, match="such as 001, 002"):
        dataset.entry("003")
    with pytest.raises(IndexError):
        dataset[2]
    assert len(dataset) == 2


def test_folders_that_hold_no_data_set(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="not a folder"):
        read_dataset(tmp_path / "none")
    (tmp_path / "notes.txt").touch()
    with pytest.raises(FileError, match="holds no subject"):
        read_dataset(tmp_path)


def test_a_job_without_subjects_is_an_empty_data_set(tmp_path: Path) -> None:
    open_job(tmp_path, {"seed": 7})
    assert len(read_dataset(tmp_path)) == 0
    assert read_dataset(tmp_path).participants == []


def test_a_subject_in_the_making_is_left_out(tmp_path: Path, written: list[Subject]) -> None:
    (tmp_path / layout.recipe("001")).unlink()
    assert read_dataset(tmp_path).ids == ["002"]


def test_damage_to_any_file_is_told_in_one_line(tmp_path: Path, dataset: Dataset) -> None:
    entry = dataset.entry("001")
    read = [
        name
        for name in entry.card.files
        if not name.endswith(("volumes.json", "landmarks.json", "points.json"))
    ]
    for name in read:
        if "probseg" in name or name.endswith("dseg.json"):
            continue
        path = tmp_path / name
        content = path.read_bytes()
        for damaged in (None, b"", b"\x00\xff", content[: len(content) // 3]):
            path.unlink() if damaged is None else path.write_bytes(damaged)
            with pytest.raises(FileError) as caught:
                (entry.subject(), entry.volumes_ml())
            assert name in str(caught.value)
            assert "\n" not in str(caught.value)
            path.write_bytes(content)
    assert entry.subject().id == "001"
