"""A subset comes whole from a stand-in of the storage, however often the connection is cut."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.storage import CONTENTS, Answer, Storage, stand_in, store_of
from mindscan.core.errors import FileError, FolderError, SettingsError
from mindscan.ingest.openneuro import PARTS, Item, Store, fetch, listed


@pytest.fixture
def storage() -> Iterator[Storage]:
    with stand_in() as server:
        yield server


@pytest.fixture
def store(storage: Storage) -> Store:
    return store_of(storage)


def assert_whole(out: Path, items: list[Item]) -> None:
    there = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert there == {str(item.path) for item in items}
    assert all((out / name).read_bytes() == CONTENTS[name] for name in there)
    assert not (out / PARTS).exists()


def test_a_listing_of_several_pages(store: Store) -> None:
    items = listed("ds000001", (), store)
    assert {str(item.path): item.size for item in items} == {name: len(c) for name, c in CONTENTS.items()}
    some = listed("ds000001", ["sub-02/*", "*/func/*"], store)
    assert [str(item.path) for item in some] == [
        name for name in sorted(CONTENTS) if "sub-01_T1w" not in name
    ]


def test_a_subset_is_loaded_whole_and_only_once(store: Store, storage: Storage, tmp_path: Path) -> None:
    items = listed("ds000001", ["sub-01/*"], store)
    steps = list(fetch("ds000001", items, tmp_path / "out", store))
    assert [step.files for step in steps] == [1, 2, 3, 4]
    assert steps[-1].bytes == sum(item.size for item in items)
    assert_whole(tmp_path / "out", items)
    asked = len(storage.asked)
    everything = listed("ds000001", (), store)
    assert len(list(fetch("ds000001", everything, tmp_path / "out", store))) == 2
    assert len(storage.asked) == asked + 2
    assert_whole(tmp_path / "out", everything)


def test_a_connection_that_is_cut_goes_on_where_it_was(
    store: Store, storage: Storage, tmp_path: Path
) -> None:
    key = "ds000001/sub-01/anat/sub-01_T1w.nii.gz"
    storage.cut_after[key] = [300_000, 100_000]
    items = listed("ds000001", ["*T1w*"], store)
    assert not any(step.fault for step in fetch("ds000001", items, tmp_path, store))
    assert [span for name, span in storage.asked if name == key] == ["", "bytes=300000-", "bytes=400000-"]
    assert_whole(tmp_path, items)


def test_a_storage_that_knows_no_ranges(store: Store, storage: Storage, tmp_path: Path) -> None:
    storage.ranged = False
    storage.cut_after["ds000001/sub-01/anat/sub-01_T1w.nii.gz"] = [300_000]
    items = listed("ds000001", ["*T1w*"], store)
    assert not any(step.fault for step in fetch("ds000001", items, tmp_path, store))
    assert_whole(tmp_path, items)


def test_a_run_that_was_killed_is_taken_up(store: Store, storage: Storage, tmp_path: Path) -> None:
    key = "ds000001/sub-01/anat/sub-01_T1w.nii.gz"
    storage.cut_after[key] = [500_000] + [0] * 4
    items = listed("ds000001", ["*sub-01_T1w*"], store)
    (fault,) = [step.fault for step in fetch("ds000001", items, tmp_path, store) if step.fault]
    assert "cut off" in fault or "500000 bytes instead of 768000" in fault
    assert not (tmp_path / "sub-01").exists()
    storage.asked.clear()
    assert not any(step.fault for step in fetch("ds000001", items, tmp_path, store))
    assert storage.asked == [(key, "bytes=500000-")]
    assert_whole(tmp_path, items)


def test_a_wrong_sum_never_appears_under_its_name(store: Store, storage: Storage, tmp_path: Path) -> None:
    key = "ds000001/sub-02/anat/sub-02_T1w.nii.gz"
    storage.etags[key] = "0" * 32
    items = listed("ds000001", ["*T1w*"], store)
    faults = {str(step.item.path): step.fault for step in fetch("ds000001", items, tmp_path, store)}
    assert "MD5" in faults["sub-02/anat/sub-02_T1w.nii.gz"]
    assert faults["sub-01/anat/sub-01_T1w.nii.gz"] == ""
    assert not (tmp_path / "sub-02").exists()
    storage.etags[key] = "abc-2"  # stored in two parts: there is no sum of the whole
    items = listed("ds000001", ["*T1w*"], store)
    assert not any(step.fault for step in fetch("ds000001", items, tmp_path, store))


def test_errors_of_the_storage(store: Store, storage: Storage, tmp_path: Path) -> None:
    storage.errors = [503, 500]
    items = listed("ds000001", ["*T1w*"], store)
    storage.errors = [503]
    assert not any(step.fault for step in fetch("ds000001", items, tmp_path / "a", store))
    del storage.contents["ds000001/participants.tsv"]
    faults = [step.fault for step in fetch("ds000001", items, tmp_path / "b", store) if step.fault]
    assert faults == ["404 Not Found"]
    storage.errors = [403]
    with pytest.raises(FileError, match="403"):
        listed("ds000001", (), store)


@pytest.mark.parametrize(
    "key",
    [
        "ds000001/../evil",
        "ds000001/a/../../evil",
        "ds000001//etc/evil",
        "ds000001/a\\..\\evil",
        "ds000001/C:/x",
    ],
)
def test_keys_that_climb_are_refused(key: str, store: Store, storage: Storage) -> None:
    storage.contents[key] = b"evil"
    with pytest.raises(FileError, match="a path inside the data set"):
        listed("ds000001", (), store)


@pytest.mark.parametrize(
    "page",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><ListBucketResult/>',
        "<ListBucketResult><Contents><Key>ds000001/a</Key><Size>-1</Size></Contents></ListBucketResult>",
        "not XML",
    ],
)
def test_a_listing_that_is_none_is_refused(page: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Answer, "page", lambda self, _: self.answer(200, page.encode()))
    with pytest.raises(FileError, match="listing"):
        listed("ds000001", (), store)


def test_what_is_there_is_never_overwritten(store: Store, tmp_path: Path) -> None:
    (tmp_path / "participants.tsv").write_text("mine")
    items = listed("ds000001", (), store)
    with pytest.raises(FolderError, match=r"participants\.tsv is there"):
        list(fetch("ds000001", items, tmp_path, store))
    assert (tmp_path / "participants.tsv").read_text() == "mine"


def test_what_cannot_be_asked_for_is_said(store: Store) -> None:
    with pytest.raises(SettingsError, match="ds000001"):
        listed("../ds000001", (), store)
    with pytest.raises(FileError, match="holds no ds999999"):
        listed("ds999999", (), store)
    with pytest.raises(FileError, match="nothing like sub-77"):
        listed("ds000001", ["sub-77/*"], store)
    with pytest.raises(SettingsError, match="http"):
        Store("file:///etc")
