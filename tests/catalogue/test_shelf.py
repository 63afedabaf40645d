"""A walk finds every file that counts once, and its stamps change with the files."""

import os
from pathlib import Path

import pytest

from catalogue.made import bids, image
from mindscan.catalogue.shelf import HOME, walk
from mindscan.core.errors import FileError


def test_files_by_subject(tmp_path: Path) -> None:
    root = bids(tmp_path / "in")
    for hidden in (".git/sub-99/x.nii", "code/sub-99/x.nii", f"{HOME}/sub-99/x.nii", "sub-01/.cache/x.nii"):
        image(root / hidden)
    (root / "sub-01" / "anat" / "picture.png").write_text("no matter")
    shelf = walk(root)
    assert [member.name for member in shelf.members] == ["sub-01", "sub-02", "sub-03", "sub-07"]
    names = [one.path.name for one in shelf.members[0].files]
    assert len(names) == len(set(names)) == 5
    assert "sub-01_dseg.nii.gz" in names
    assert [one.path.name for one in shelf.shared] == [
        "T1w.json",
        "dataset_description.json",
        "participants.tsv",
    ]


def test_a_change_shows_in_the_stamp_of_its_subject_alone(tmp_path: Path) -> None:
    root = bids(tmp_path)
    before, whole = walk(root).stamps(), walk(root).stamp
    assert walk(root).stamp == whole
    os.utime(root / "sub-03" / "anat" / "sub-03_acq-hi_T1w.nii.gz", ns=(1, 1))
    after = walk(root).stamps()
    assert [name for name in before if before[name] != after[name]] == ["sub-03"]
    (root / "participants.tsv").write_text("participant_id\n")
    assert walk(root).stamps() == after
    changed = walk(root).stamp
    assert changed != whole
    (root / "T1w.json").write_text("{}")
    assert all(stamp != after[name] for name, stamp in walk(root).stamps().items())


def test_links_are_followed_but_not_in_a_circle_nor_into_nothing(tmp_path: Path) -> None:
    image(tmp_path / "store" / "sub-01_T1w.nii.gz")
    root = tmp_path / "in"
    (root / "sub-01").mkdir(parents=True)
    (root / "sub-01" / "anat").symlink_to(tmp_path / "store")
    (root / "sub-01" / "loop").symlink_to(root / "sub-01")
    (root / "sub-01" / "up").symlink_to("..")
    (root / "sub-01" / "gone.nii.gz").symlink_to("nowhere")
    found = {str(one.path): one.size for one in walk(root).members[0].files}
    assert list(found) == ["sub-01/anat/sub-01_T1w.nii.gz", "sub-01/gone.nii.gz"]
    assert found["sub-01/gone.nii.gz"] == 0


def test_what_is_no_data_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="not a folder"):
        walk(tmp_path / "nothing")
    with pytest.raises(FileError, match="holds no subject"):
        walk(tmp_path)
