"""A selection is a data set of links: complete for those chosen, silent of all others, nothing copied."""

import json
import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from mindscan.catalogue.query import query
from mindscan.core.errors import FolderError, SettingsError
from mindscan.dataset import layout
from mindscan.dataset.shelf import read_dataset
from mindscan.dataset.tables import read_tsv
from mindscan.release.select import MANIFEST, Choice, chosen, select
from release import people


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("select") / "in"
    table = {f"sub-{n:02d}": (60 + 2 * n, "F" if n < 7 else "M", "AD" if n % 3 else "CN") for n in range(10)}
    people.write(folder, table, "age sex diagnosis")
    truth = folder / "derivatives" / "truth"
    for name in table:
        (truth / name / "anat").mkdir(parents=True)
        (truth / name / "anat" / f"{name}_volumes.tsv").write_text("index\tname\tvolume_ml\n17\tx\t3\n")
    (truth / "dseg.tsv").write_text("index\tname\n17\tx\n")
    (truth / "group.tsv").write_text("\n".join(table))
    (folder / "README").write_text("Some people")
    (folder / "T1w.json").write_text('{"EchoTime": 0.003}')
    (folder / "conversion.tsv").write_text("\n".join(table))
    (folder / "dataset_description.json").write_text(
        '{"Name": "Ten", "BIDSVersion": "1.8.0", "License": "CC0"}'
    )
    return folder


AD = Choice("diagnosis = 'AD' AND age_years > 70 -- old")


def names(out: Path) -> list[str]:
    return sorted(path.name for path in out.glob("sub-*"))


def test_whom_the_condition_names(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    list(select(root, out, AD))
    assert names(out) == ["sub-07", "sub-08"]
    assert [row["participant_id"] for row in read_tsv(out / "participants.tsv", ("age",))] == names(out)
    picture = out / "sub-07" / "anat" / "sub-07_T1w.nii.gz"
    assert picture.is_symlink()
    assert not os.path.isabs(picture.readlink())
    assert picture.read_bytes() == (root / "sub-07" / "anat" / "sub-07_T1w.nii.gz").read_bytes()
    rows = query(
        out, "SELECT participant_id, te_s, volume_ml FROM scans JOIN volumes USING (participant_id)"
    ).rows
    assert rows == [("sub-07", 0.003, 3), ("sub-08", 0.003, 3)]
    assert not (out / layout.PARTIAL).exists()


def test_nothing_speaks_of_others(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    list(select(root, out, AD))
    for path in out.rglob("*"):
        assert "sub-01" not in str(path.relative_to(out))
        if path.is_file():
            assert b"sub-01" not in path.read_bytes(), path
    assert not (out / "derivatives" / "catalogue").exists()
    assert (out / "derivatives" / "truth" / "dseg.tsv").exists()


def test_where_it_comes_from_is_told(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    list(select(root, out, AD))
    about = json.loads((out / "dataset_description.json").read_text())
    assert (about["Name"], about["License"]) == ("Ten", "CC0")
    assert about["GeneratedBy"][-1]["Name"] == "mindscan"
    job = json.loads((out / layout.JOB).read_text())["select"]
    assert (job["where"], job["subjects"], job["of"]) == (AD.where, ["sub-07", "sub-08"], str(root))


def test_equally_many_of_all_kinds(root: Path) -> None:
    query(root, "FROM subjects")
    taken = chosen(root, Choice(balance=("sex",)))
    assert Counter("F" if name < "sub-07" else "M" for name in taken) == {"F": 3, "M": 3}
    assert chosen(root, Choice(balance=("sex",))) == taken
    assert {tuple(chosen(root, Choice(balance=("sex",), seed=n))) for n in range(4)} != {tuple(taken)}
    assert len(chosen(root, Choice(balance=("sex",), count=4))) == 4
    assert len(chosen(root, Choice(count=4))) == 4
    assert len(chosen(root, Choice())) == 10


def test_a_selection_that_was_stopped_goes_on(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    list(select(root, tmp_path / "whole", Choice()))
    steps = select(root, out, Choice())
    while not names(out):
        next(steps)
    steps.close()
    assert not (out / "participants.tsv").exists()
    list(select(root, out, Choice()))
    relative = lambda top: {str(p.relative_to(top)) for p in top.rglob("*")}  # noqa: E731
    assert relative(out) == relative(tmp_path / "whole")
    with pytest.raises(FolderError, match="another data set"):
        list(select(root, out, AD))


@pytest.mark.parametrize("asked", [True, False])
def test_a_list_where_there_can_be_no_links(
    asked: bool, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(1, "not permitted")

    if not asked:
        monkeypatch.setattr(Path, "symlink_to", refuse)
    list(select(root, tmp_path / "out", AD, manifest=asked))
    rows = read_tsv(tmp_path / "out" / MANIFEST, ("path", "source"))
    assert len(rows) == 4
    assert all((tmp_path / "out" / row["source"]).is_file() for row in rows)
    assert names(tmp_path / "out") == []


def test_a_made_data_set_stays_one(dataset: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(dataset, tmp_path / "in")
    list(select(copy, tmp_path / "out", Choice("participant_id = 'sub-002'")))
    (subject,) = read_dataset(tmp_path / "out")
    assert (subject.id, len(subject.scans)) == ("002", 13)


def test_links_of_links_lead_to_the_file(root: Path, tmp_path: Path) -> None:
    list(select(root, tmp_path / "a" / "one", AD))
    list(select(tmp_path / "a" / "one", tmp_path / "two", Choice("age_years < 75")))
    (picture,) = (tmp_path / "two").glob("sub-*/anat/*.nii.gz")
    assert picture.read_bytes()[:2] == b"\x1f\x8b"


def test_what_cannot_be_chosen_is_said(root: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nobody"):
        list(select(root, tmp_path / "out", Choice("age_years > 200")))
    with pytest.raises(SettingsError, match="agee"):
        list(select(root, tmp_path / "out", Choice("agee > 2")))
    with pytest.raises(SettingsError, match="one SELECT"):
        list(select(root, tmp_path / "out", Choice("true); DROP VIEW subjects; SELECT (1")))
    with pytest.raises(FolderError, match="is inside"):
        list(select(root, root / "out", AD))
    assert list(tmp_path.iterdir()) == []
