"""Data sets are indexed and asked from the terminal, quickly."""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from catalogue.made import bids
from ingest.storage import Storage, stand_in, store_of
from mindscan.cli import main
from mindscan.ingest import openneuro


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return bids(tmp_path / "in")


def test_an_index_says_what_it_holds(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["index", str(root)])
    out, err = capsys.readouterr()
    assert out == f"4 subjects, 6 scans: {root / 'derivatives' / 'catalogue'}\n"
    assert err.splitlines()[-1] == "reading subjects: 4 of 4"
    (root / "sub-01" / "anat" / "sub-01_T2w.nii.gz").write_bytes(b"nothing")
    main(["index", str(root)])
    out, err = capsys.readouterr()
    assert "1 file is of no use: mindscan query" in out
    assert err.splitlines() == ["reading subjects: 1 of 1"]


def test_a_query_prints_tables_csv_and_json(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = "SELECT participant_id AS id, age_years FROM subjects ORDER BY 1"
    main(["query", str(root), asked])
    assert capsys.readouterr().out.splitlines()[:3] == [
        "id      age_years",
        "sub-01         61",
        "sub-02         89",
    ]
    main(["query", str(root), asked, "--format", "csv"])
    assert capsys.readouterr().out.splitlines()[:4] == [
        "id,age_years",
        "sub-01,61.0",
        "sub-02,89.0",
        "sub-03,",
    ]
    main(["query", str(root), asked, "--format", "json"])
    assert json.loads(capsys.readouterr().out)[3] == {"id": "sub-07", "age_years": 18.5}


def test_a_mistake_is_one_line(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["query", str(root), "SELECT nothing\nFROM subjects"])
    assert [line[:9] for line in capsys.readouterr().err.splitlines()] == ["reading s"] * 4 + ["mindscan:"]
    with pytest.raises(SystemExit, match="2"):
        main(["query", str(root / "nowhere"), "FROM subjects"])
    assert "is not a folder" in capsys.readouterr().err


def test_asking_loads_nothing_that_makes_heads() -> None:
    program = "import sys; import mindscan.cli.catalogue; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.fixture
def storage() -> Iterator[Storage]:
    with stand_in() as server:
        yield server


def test_nothing_is_loaded_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], storage: Storage
) -> None:
    words = [
        "fetch",
        "openneuro",
        "ds000001",
        str(tmp_path / "out"),
        "--include",
        "sub-02/*",
        "--base",
        store_of(storage).base,
    ]
    with pytest.raises(SystemExit, match="2"):
        main(words)
    out, err = capsys.readouterr()
    assert out == f"ds000001: 4 files, 0.0 MB, to {tmp_path / 'out'}\n"
    assert "--yes" in err
    assert not (tmp_path / "out").exists()
    main([*words, "--yes"])
    assert capsys.readouterr().out.splitlines()[-1] == f"4 files: {tmp_path / 'out'}"
    assert (tmp_path / "out" / "sub-02" / "anat" / "sub-02_T1w.nii.gz").read_bytes() == b"second" * 5000


def test_a_file_that_does_not_come_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openneuro.time, "sleep", lambda seconds: None)
    storage.etags["ds000001/participants.tsv"] = "0" * 32
    with pytest.raises(SystemExit, match="2"):
        main(
            [
                "fetch",
                "openneuro",
                "ds000001",
                str(tmp_path / "out"),
                "--yes",
                "--base",
                store_of(storage).base,
            ]
        )
    out, err = capsys.readouterr()
    assert "participants.tsv: MD5" in out
    assert "1 of 6 files are missing" in err


def test_what_was_loaded_is_taken_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], storage: Storage
) -> None:
    voxels = np.arange(120, dtype=np.int16).reshape(4, 5, 6)
    packed = gzip.compress(nib.Nifti1Image(voxels, np.eye(4)).to_bytes())
    storage.contents["ds000001/sub-02/anat/sub-02_T1w.nii.gz"] = packed
    storage.contents["ds000001/participants.tsv"] = b"participant_id\tage\nsub-02\t31\n"
    words = ["fetch", "openneuro", "ds000001", str(tmp_path / "out"), "--include", "sub-02/*"]
    main([*words, "--yes", "--ingest", str(tmp_path / "shelf"), "--base", store_of(storage).base])
    assert f"1 pictures of 1 people: {tmp_path / 'shelf'}" in capsys.readouterr().out
    (row,) = (tmp_path / "shelf" / "participants.tsv").read_text().splitlines()[1:]
    assert row.split("\t")[1] == "31"
