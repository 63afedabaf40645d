"""Shards are tar files whose members say what belongs together, the same bytes at any time."""

import tarfile
from pathlib import Path

from mindscan.release.shards import shard

SAMPLES = {f"s{n}": {"png": b"x" * n, "mask.png": b"", "json": b"{}"} for n in range(3)}


def write(path: Path) -> bytes:
    with shard(path) as add:
        for key, parts in SAMPLES.items():
            add(key, parts)
    return path.read_bytes()


def test_members_stand_in_order_and_say_nothing_of_the_computer(tmp_path: Path) -> None:
    content = write(tmp_path / "a.tar")
    assert write(tmp_path / "b.tar") == content
    with tarfile.open(tmp_path / "a.tar") as tar:
        members = tar.getmembers()
        assert [one.name for one in members] == [
            f"{key}.{end}" for key, parts in SAMPLES.items() for end in parts
        ]
        assert {(one.mtime, one.uid, one.gid, one.uname) for one in members} == {(0, 0, 0, "")}
        found = tar.extractfile("s2.png")
        assert found is not None
        assert found.read() == b"xx"
