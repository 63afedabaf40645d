import os
from pathlib import Path

import numpy as np
import pytest
import torch

from added import NAME, made, somebody, written
from mindscan.anatomy import assets, bases
from mindscan.assets import keep
from mindscan.core.errors import FileError, FolderError, SettingsError
from mindscan.core.volume import Volume


def test_what_was_added_is_told_in_one_line() -> None:
    asset = made()
    told = asset.summary()
    assert "\n" not in told
    for word in (NAME, "somebody.nii.gz", "freesurfer", "cortex", "mL", "ignored ids: 118"):
        assert word in told
    assert asset.picture.read_bytes().startswith(b"\x89PNG")
    assert asset.volumes_ml["Left-Hippocampus"] == pytest.approx(4.6, rel=0.1)


def test_it_is_listed_and_its_digest_is_that_of_its_labels() -> None:
    (listed,) = [asset for asset in keep.listed() if asset.name == NAME]
    assert listed == made()
    assert assets.digest(NAME) == listed.content == assets.digest_of(assets.labels(NAME))


def test_a_taken_or_impossible_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "map.nii.gz"
    for name in (made().name, "mni152"):
        with pytest.raises(SettingsError, match=f'name "{name}" is taken'):
            keep.add(path, "freesurfer", name)
    for name in ("", "a b", "../up", "x" * 41, ".hidden"):
        with pytest.raises(SettingsError, match="1 to 40 letters"):
            keep.add(path, "freesurfer", name)


def test_a_brain_that_lies_on_its_side_is_refused(tmp_path: Path) -> None:
    labels = somebody()
    turn = np.array([[1, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1.0]])
    path = written(Volume(labels.data, turn @ labels.affine), tmp_path / "map.nii.gz")
    with pytest.raises(FileError, match="once it is aligned"):
        keep.add(path, "freesurfer", "sideways")
    assert "sideways" not in assets.names()


def test_removing_leaves_nothing_and_names_what_there_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MINDSCAN_ASSETS", str(tmp_path / "assets"))
    place = tmp_path / "assets" / "one"
    place.mkdir(parents=True)
    (place / assets.NOTE_FILE).write_text("{}")
    with pytest.raises(SettingsError, match=r'base anatomy "two"; expected one of mni152, one'):
        keep.remove("two")
    keep.remove("one")
    assert list((tmp_path / "assets").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said_and_nothing_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asset, ids = made(), assets.labels(NAME)
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MINDSCAN_ASSETS", str(tmp_path / "file" / "assets"))
    with pytest.raises(FolderError, match="MINDSCAN_ASSETS"):
        keep._store(asset, ids)
    monkeypatch.setenv("MINDSCAN_ASSETS", str(tmp_path / "assets"))
    monkeypatch.setattr(os, "rename", _refuse)
    with pytest.raises(FolderError, match="no space"):
        keep._store(asset, ids)
    assert list((tmp_path / "assets").iterdir()) == []


def _refuse(source: object, target: object) -> None:
    raise OSError(28, "no space")


def test_the_base_keeps_the_asymmetry_of_the_map() -> None:
    left, right = bases.load(made().name).inside_ml["Hippocampus"][:, 12]
    assert left / right == pytest.approx(4.6 / 2.9, rel=0.15)
    assert torch.isfinite(bases.load(NAME).fields["sulci"].data).all()
