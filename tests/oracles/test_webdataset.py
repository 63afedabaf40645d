"""Shards of slices, read by WebDataset itself."""

import itertools
from pathlib import Path

import pytest
import webdataset

from mindscan.dataset.tables import read_tsv
from mindscan.release.look import Look
from mindscan.release.slices import COLUMNS, TABLE, export
from release.test_slices import dataset

SPLIT = {"sub-01": "train", "sub-02": "train", "sub-03": "test", "sub-04": "train"}
LOOK = Look(every_mm=4, size=32, format="webdataset", labels="diagnosis", per_shard=2)
# The reader leaves closing its files to chance.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    root = dataset(tmp_path_factory.mktemp("shards") / "in", 5)
    list(export(root, root.parent / "plain", Look(every_mm=4, size=32)))
    out = root.parent / "out"
    done = list(export(root, out, LOOK, SPLIT))
    assert sorted(one.scan.name[:6] for one in done) == sorted(SPLIT)
    return root, out


def test_samples_are_read_whole(both: tuple[Path, Path]) -> None:
    root, out = both
    assert sorted(path.name for path in (out / "shards").glob("*.tar")) == [
        *("test-000000.tar", "train-000000.tar", "train-000001.tar"),
    ]
    seen = []
    for part in ("train", "test"):
        shards = [str(path) for path in sorted((out / "shards").glob(f"{part}-*.tar"))]
        for sample in webdataset.WebDataset(shards, shardshuffle=False).decode():
            about = sample["json"]
            assert about["split"] == part == SPLIT[about["participant_id"]]
            assert about["label"] == about["participant"]["diagnosis"]
            name = sample["__key__"].removeprefix(about["scan"] + "_")
            for ending, folder in (("png", "images"), ("mask.png", "masks")):
                same = root.parent / "plain" / folder / "all" / about["scan"] / f"{name}.png"
                assert sample[ending] == same.read_bytes()
            seen.append(sample["__key__"])
    rows = read_tsv(out / TABLE, (*COLUMNS, "split", "age"))
    assert sorted(Path(row["file"]).stem for row in rows) == sorted(seen)
    assert {row["split"] for row in rows if row["participant_id"] == "sub-03"} == {"test"}


def test_an_export_that_was_stopped_goes_on_and_gives_the_same_bytes(
    both: tuple[Path, Path], tmp_path: Path
) -> None:
    root, whole = both
    steps = export(root, tmp_path / "out", LOOK, SPLIT)
    list(itertools.islice(steps, 2))
    steps.close()  # type: ignore[attr-defined]
    first = next((tmp_path / "out" / "shards").glob("*.tar"))
    when = first.stat().st_mtime_ns
    notes = [one.note for one in export(root, tmp_path / "out", LOOK, SPLIT)]
    assert "already there" in notes
    assert "" in notes
    assert first.stat().st_mtime_ns == when
    ours, theirs = (
        {str(path.relative_to(top)): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}
        for top in (tmp_path / "out", whole)
    )
    assert ours == theirs
