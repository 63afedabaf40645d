import dataclasses
import errno
import hashlib
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import nibabel as nib
import pytest
import torch

from mindscan.core.brain import Brain
from mindscan.core.errors import FolderError, SettingsError
from mindscan.core.scan import Origin
from mindscan.core.volume import Volume
from mindscan.dataset import folder, layout
from mindscan.dataset.card import finished, read_card
from mindscan.dataset.folder import open_job, tidy
from mindscan.dataset.nifti import read_nifti
from mindscan.dataset.shelf import read_dataset
from mindscan.dataset.store import write_subject

JOB = {"seed": 7}


def test_the_files_of_a_subject(tmp_path: Path, make_subject) -> None:
    write_subject(tmp_path, make_subject())
    truth = "derivatives/mindscan/sub-001/anat/sub-001"
    described = ["dseg", "seg-parcels_dseg", *(f"label-{name}_probseg" for name in ("CSF", "GM", "WM"))]
    described += ["landmarks", "volumes", "points"]
    expected = {
        f"sub-001/anat/sub-001_{name}" for name in ("T1w.nii.gz", "T1w.json", "T2w.nii.gz", "T2w.json")
    }
    expected |= {f"{truth}_{name}.json" for name in (*described, "recipe", "subject")}
    expected |= {f"{truth}_{name}.nii.gz" for name in described[:5]}
    expected |= {f"{truth}_{name}.tsv" for name in ("seg-parcels_dseg", *described[5:])}
    assert {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()} == expected


def test_surfaces_stand_beside_the_labels_and_are_described(tmp_path: Path, with_surfaces) -> None:
    write_subject(tmp_path, with_surfaces("001"))
    truth = tmp_path / "derivatives/mindscan/sub-001/anat"
    for side in ("L", "R"):
        names = ["white.surf", "pial.surf", "thickness.shape", "sulc.shape", "desc-cortex_mask.label"]
        for name in names:
            file = truth / f"sub-001_hemi-{side}_{name}.gii"
            assert nib.load(file).darrays
            sidecar = json.loads(layout.sidecar(file).read_text())
            assert sidecar["Description"]
            assert sidecar["Recipe"] == "bids::sub-001/anat/sub-001_recipe.json"


def test_a_scan_that_shows_the_head_elsewhere_has_labels_and_landmarks_of_its_own(
    tmp_path: Path, make_subject
) -> None:
    subject = make_subject()
    shown = Brain.from_labels(
        Volume(torch.full((3, 4, 2), 53), subject.brain.labels.affine), {"AC": (1, 2, 3)}
    )
    scans = (subject.scans[0], dataclasses.replace(subject.scans[1], brain=shown))
    write_subject(tmp_path, dataclasses.replace(subject, scans=scans))
    truth = tmp_path / "derivatives/mindscan/sub-001/anat"
    assert sorted(path.name for path in truth.glob("*desc-*")) == [
        f"sub-001_desc-T2w_{name}" for name in ("dseg.json", "dseg.nii.gz", "landmarks.json", "landmarks.tsv")
    ]
    said = json.loads((truth / "sub-001_desc-T2w_dseg.json").read_text())
    assert said["SpatialReference"] == "bids:raw:sub-001/anat/sub-001_T2w.nii.gz"
    entry = read_dataset(tmp_path).entry("001")
    first, second = entry.subject().scans
    assert first.brain is None
    assert second.brain.landmarks == {"AC": (1, 2, 3)}
    assert torch.equal(second.brain.labels.data, shown.labels.data)
    assert [entry.shown_labels(path).name for path in entry.scans] == [
        "sub-001_dseg.nii.gz",
        "sub-001_desc-T2w_dseg.nii.gz",
    ]


def test_sidecars_hold_settings_the_mark_and_the_recipe(tmp_path: Path, make_subject) -> None:
    subject = make_subject()
    write_subject(tmp_path, subject)
    sidecar = json.loads((tmp_path / "sub-001/anat/sub-001_T1w.json").read_text())
    recipe = (tmp_path / layout.recipe("001")).read_bytes()
    assert {name: sidecar[name] for name in subject.scans[0].metadata} == dict(subject.scans[0].metadata)
    assert sidecar["Synthetic"] is True
    assert sidecar["RecipeSHA256"] == hashlib.sha256(recipe).hexdigest()
    assert sidecar["Recipe"] == "bids:mindscan:sub-001/anat/sub-001_recipe.json"
    assert recipe.decode() == subject.origin.document
    truth = json.loads((tmp_path / layout.sidecar(layout.labels("001"))).read_text())
    assert truth["Recipe"] == "bids::sub-001/anat/sub-001_recipe.json"
    assert truth["SpatialReference"] == "bids:raw:sub-001/anat/sub-001_T1w.nii.gz"


def test_a_real_scan_is_not_marked_as_made_up(tmp_path: Path, make_subject) -> None:
    subject = make_subject()
    subject = dataclasses.replace(subject, origin=dataclasses.replace(subject.origin, kind="scan"))
    write_subject(tmp_path, subject)
    path = layout.scans("001", [layout.ScanName("T1w")])[0]
    assert json.loads((tmp_path / layout.sidecar(path)).read_text())["Synthetic"] is False
    assert b"synthetic" not in nib.load(tmp_path / path).header["descrip"].item()
    write_subject(tmp_path / "made", make_subject())
    assert nib.load(tmp_path / "made" / path).header["descrip"].item().startswith(b"synthetic; mindscan ")


def test_the_same_subject_gives_the_same_files_in_any_place_and_order(
    tmp_path: Path, make_subject, listing, monkeypatch
) -> None:
    for name in ("001", "002"):
        write_subject(tmp_path / "a", make_subject(name))
    monkeypatch.setattr("time.time", lambda: 1e9)
    for name in ("002", "001"):
        write_subject(tmp_path / "other" / "b", make_subject(name))
    assert listing(tmp_path / "a") == listing(tmp_path / "other" / "b")


def test_the_card_lists_the_sha256_of_every_file(tmp_path: Path, make_subject) -> None:
    write_subject(tmp_path, make_subject())
    files = read_card(tmp_path, "001").files
    on_disk = {str(p.relative_to(tmp_path)): p for p in tmp_path.rglob("*") if p.is_file()}
    on_disk.pop(str(layout.card("001")))
    assert files == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in on_disk.items()}


def test_a_subject_without_a_brain_has_no_truth(tmp_path: Path, make_subject) -> None:
    write_subject(tmp_path, dataclasses.replace(make_subject(), brain=None))
    names = sorted(path.name for path in (tmp_path / layout.recipe("001")).parent.iterdir())
    assert names == ["sub-001_recipe.json", "sub-001_subject.json"]
    assert finished(tmp_path) == ["001"]


def test_a_hard_label_map_is_kept_with_fractions_of_zero_and_one(tmp_path: Path, make_subject) -> None:
    labels = make_subject().brain.labels
    write_subject(tmp_path, dataclasses.replace(make_subject(), brain=Brain.from_labels(labels)))
    grey = read_nifti(tmp_path / layout.fraction("001", "GM")).data
    assert torch.equal(grey.round(), (labels.data == 53).float())


def test_writing_again_changes_nothing(tmp_path: Path, make_subject) -> None:
    write_subject(tmp_path, make_subject())
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("sub-*") if path.is_file()}
    write_subject(tmp_path, make_subject())
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_another_subject_of_the_same_id_is_refused(tmp_path: Path, make_subject, listing) -> None:
    write_subject(tmp_path, make_subject(age=30))
    before = listing(tmp_path)
    with pytest.raises(FolderError, match="another subject '001'"):
        write_subject(tmp_path, make_subject(age=31))
    assert listing(tmp_path) == before


def test_foreign_files_are_never_written_over(tmp_path: Path, make_subject, listing) -> None:
    open_job(tmp_path, JOB)
    mine = tmp_path / "sub-001" / "anat" / "sub-001_T1w.nii.gz"
    mine.parent.mkdir(parents=True)
    mine.write_text("precious")
    before = listing(tmp_path)
    with pytest.raises(FolderError, match="mindscan did not write it"):
        write_subject(tmp_path, make_subject())
    tidy(tmp_path)
    assert listing(tmp_path) == before


@pytest.mark.parametrize("at", range(18))
def test_a_failure_while_moving_leaves_nothing_of_the_subject(
    tmp_path: Path, make_subject, listing, monkeypatch, at: int
) -> None:
    open_job(tmp_path, JOB)
    write_subject(tmp_path, make_subject("000"))
    before = listing(tmp_path)
    replace, calls = os.replace, []

    def fail(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == at + 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(folder.os, "replace", fail)
        with pytest.raises(FolderError, match="No space left"):
            write_subject(tmp_path, make_subject("001"))
    assert len(calls) == at + 1
    assert listing(tmp_path) == before
    write_subject(tmp_path, make_subject("001"))
    assert finished(tmp_path) == ["000", "001"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("at", [0, 5, 16])
def test_a_disk_that_refuses_leaves_finished_subjects_alone(
    tmp_path: Path, make_subject, listing, monkeypatch, code: int, at: int
) -> None:
    open_job(tmp_path, JOB)
    write_subject(tmp_path, make_subject("000"))
    before = listing(tmp_path)
    write, calls = Path.write_bytes, []

    def fail(path: Path, content: bytes) -> int:
        calls.append(path)
        if len(calls) == at + 1:
            write(path, content[: len(content) // 2])
            raise OSError(code, os.strerror(code))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(FolderError) as caught:
        write_subject(tmp_path, make_subject("001"))
    assert os.strerror(code) in str(caught.value)
    assert listing(tmp_path) == before


def test_a_killed_run_is_mended_by_the_next(tmp_path: Path, make_subject, listing) -> None:
    script = f"""
        import os, sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        import conftest
        from mindscan.dataset import store
        from mindscan.dataset.folder import open_job, tidy
        root, seen, move = {str(tmp_path / "killed")!r}, [], store.move
        def die(*args):
            seen.append(args)
            if len(seen) == 6:
                os._exit(9)
            move(*args)
        open_job(root, {JOB})
        store.move = die
        store.write_subject(root, conftest.build("001"))
    """
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", textwrap.dedent(script)]
    assert subprocess.run(command, env=environment, check=False).returncode == 9
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    assert list((killed / layout.PARTIAL).iterdir())
    assert (killed / "sub-001").exists()
    assert finished(killed) == []
    for root in (killed, whole):
        open_job(root, JOB)
        write_subject(root, make_subject("001"))
    assert finished(killed) == ["001"]
    assert listing(killed) == listing(whole)


def test_an_unfinished_subject_is_written_anew(tmp_path: Path, make_subject, listing) -> None:
    write_subject(tmp_path, make_subject())
    before = listing(tmp_path)
    (tmp_path / layout.recipe("001")).unlink()
    (tmp_path / layout.labels("001")).write_bytes(b"half")
    (tmp_path / "sub-001/anat/sub-001_T2w.json").unlink()
    assert finished(tmp_path) == []
    write_subject(tmp_path, make_subject())
    assert listing(tmp_path) == before


@pytest.mark.parametrize(
    "origin", [Origin("recipe", "0" * 64, "{}"), Origin("recipe", hashlib.sha256().hexdigest(), "")]
)
def test_an_origin_that_proves_nothing_is_refused(tmp_path: Path, make_subject, origin: Origin) -> None:
    with pytest.raises(SettingsError, match="digest"):
        write_subject(tmp_path, dataclasses.replace(make_subject(), origin=origin))
    assert finished(tmp_path) == []
    assert not (tmp_path / "sub-001").exists()


def test_scans_come_back_with_their_names_and_negative_phases(
    tmp_path: Path, make_subject, on_other_voxels
) -> None:
    subject = on_other_voxels(make_subject())
    write_subject(tmp_path, subject)
    back = read_dataset(tmp_path)["001"].scans
    assert [scan.brain is None for scan in back] == [scan.brain is None for scan in subject.scans]
    assert back[2].brain is not None
    assert back[2].brain.labels.data.shape == back[2].volume.data.shape
    assert [(s.suffix, s.acq, s.part) for s in back] == [(s.suffix, s.acq, s.part) for s in subject.scans]
    torch.testing.assert_close(back[-1].volume.data, subject.scans[-1].volume.data, atol=1e-3, rtol=0)
