import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mindscan.core.errors import FolderError
from mindscan.core.labels import LABELS
from mindscan.dataset import folder, layout
from mindscan.dataset.folder import open_job
from mindscan.dataset.index import write_index
from mindscan.dataset.shelf import read_dataset
from mindscan.dataset.store import write_subject
from mindscan.dataset.tables import read_json, read_tsv


@pytest.fixture
def root(tmp_path: Path, make_subject, with_surfaces, on_other_voxels) -> Path:
    place = tmp_path / "out"
    open_job(place, {"seed": 7})
    write_subject(place, make_subject("002", 95.0, ("T1w", "FLAIR", "T1w")))
    write_subject(place, on_other_voxels(with_surfaces("001")))
    write_index(place)
    return place


def validate(root: Path, deno_dir: Path) -> list[dict[str, Any]]:
    """What the official validator finds; it runs offline and keeps its cache in `deno_dir`."""
    command = shutil.which("bids-validator-deno", path=str(Path(sys.executable).parent))
    assert command is not None
    environment = {**os.environ, "DENO_DIR": str(deno_dir), "DENO_NO_UPDATE_CHECK": "1"}
    run = subprocess.run(
        [command, str(root), "--format", "json"], env=environment, capture_output=True, text=True, check=False
    )
    issues: list[dict[str, Any]] = json.loads(run.stdout)["issues"]["issues"]
    assert (run.returncode == 0) == all(issue["severity"] != "error" for issue in issues)
    return issues


def errors(issues: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [issue for issue in issues if issue["severity"] == "error"]


def test_the_official_validator_finds_no_error(root: Path, tmp_path: Path) -> None:
    raw = validate(root, tmp_path / "deno")
    truth = validate(root / layout.DERIVATIVE, tmp_path / "deno")
    assert errors(raw) == []
    assert errors(truth) == []
    advice = {issue["code"] for issue in (*raw, *truth)}
    assert advice <= {"SIDECAR_KEY_RECOMMENDED", "JSON_KEY_RECOMMENDED", "TOO_FEW_AUTHORS"}
    assert {issue["location"] for issue in truth if issue["code"] == "SIDECAR_KEY_RECOMMENDED"} == {
        "/dseg.tsv"
    }


def test_the_official_validator_passes_over_radiographs(root: Path, tmp_path: Path, with_radiograph) -> None:
    write_subject(root, with_radiograph("003"))
    write_index(root)
    assert (root / "sub-003/xr/sub-003_acq-ap_xr.nii.gz").is_file()
    assert errors(validate(root, tmp_path / "deno")) == []
    assert errors(validate(root / layout.DERIVATIVE, tmp_path / "deno")) == []


def test_the_official_validator_would_see_faults(root: Path, tmp_path: Path) -> None:
    columns = read_json(root / "participants.json")
    del columns["age"]
    (root / "participants.json").write_text(json.dumps(columns))
    (root / layout.TRUTH_IGNORE).unlink()
    raw = errors(validate(root, tmp_path / "deno"))
    assert [issue["subCode"] for issue in raw] == ["age"]
    assert errors(validate(root / layout.DERIVATIVE, tmp_path / "deno"))


def test_the_data_set_says_that_it_is_synthetic(root: Path) -> None:
    for path, kind in ((layout.DESCRIPTION, "raw"), (layout.TRUTH_DESCRIPTION, "derivative")):
        description = read_json(root / path)
        assert description["DatasetType"] == kind
        assert {"synthetic", "simulated"} <= set(description["Keywords"])
        assert description["GeneratedBy"][0]["Name"] == "mindscan"
        assert description["GeneratedBy"][0]["Version"]
        assert description["License"]
    assert (root / read_json(root / layout.DESCRIPTION)["DatasetLinks"]["mindscan"]).is_dir()
    up = read_json(root / layout.TRUTH_DESCRIPTION)["DatasetLinks"]["raw"]
    assert (root / layout.DERIVATIVE / up).resolve() == root.resolve()


def test_the_participants_table_holds_every_subject_in_order(root: Path) -> None:
    rows = read_tsv(root / layout.PARTICIPANTS, layout.PARTICIPANT_COLUMNS)
    assert [row["participant_id"] for row in rows] == ["sub-001", "sub-002"]
    assert [row["age"] for row in rows] == ["61.5", "95"]
    for row, known in zip(rows, read_dataset(root).participants, strict=True):
        assert float(row["icv_ml"]) == pytest.approx(known["icv_ml"], abs=1e-5)
    assert set(read_json(root / "participants.json")) == set(layout.PARTICIPANT_COLUMNS)


def test_the_label_table_names_and_colours_every_label(root: Path) -> None:
    rows = read_tsv(root / layout.LABEL_TABLE, layout.LABEL_COLUMNS)
    assert [int(row["index"]) for row in rows] == [label.id for label in LABELS]
    putamen = next(row for row in rows if row["index"] == "12")
    assert putamen == {"index": "12", "name": "Left-Putamen", "color": "#ec0db0", "tissue": "GM"}


def test_uris_in_sidecars_lead_to_files(root: Path) -> None:
    links = read_json(root / layout.DESCRIPTION)["DatasetLinks"]
    back = read_json(root / layout.TRUTH_DESCRIPTION)["DatasetLinks"]
    homes = {"bids:mindscan": root / links["mindscan"], "bids:raw": root / layout.DERIVATIVE / back["raw"]}
    for path in root.rglob("sub-*/anat/*.json"):
        own = root / layout.DERIVATIVE if "derivatives" in path.parts else root
        for name in ("Recipe", "SpatialReference"):
            uri = read_json(path).get(name)
            if uri is not None:
                home, _, inside = uri.rpartition(":")
                assert {**homes, "bids:": own}[home].joinpath(inside).is_file()
    assert read_json(root / layout.sidecar(layout.labels("001")))["Recipe"].startswith("bids::")


def test_the_index_follows_the_subjects_alone(
    root: Path, tmp_path: Path, make_subject, with_surfaces, on_other_voxels, listing
) -> None:
    other = tmp_path / "elsewhere"
    open_job(other, {"seed": 7})
    write_subject(other, on_other_voxels(with_surfaces("001")))
    write_index(other)
    write_subject(other, make_subject("002", 95.0, ("T1w", "FLAIR", "T1w")))
    write_index(other)
    assert listing(other) == listing(root)


def test_unfinished_subjects_are_left_out_and_leftovers_removed(root: Path) -> None:
    (root / layout.labels("001")).unlink()
    left = root / layout.PARTIAL / "sub-003-99"
    left.mkdir(parents=True)
    left.with_suffix(".lock").touch()
    write_index(root)
    assert [row["participant_id"] for row in read_tsv(root / layout.PARTICIPANTS, ["age"])] == ["sub-002"]
    assert not (root / layout.PARTIAL).exists()


def test_a_killed_index_leaves_the_old_one_whole(root: Path, make_subject, monkeypatch, listing) -> None:
    before = listing(root)
    write_subject(root, make_subject("003"))

    def die(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(folder.os, "replace", die)
        with pytest.raises(KeyboardInterrupt):
            write_index(root)
    assert all((root / name).read_bytes() == content for name, content in before.items() if content)
    write_index(root)
    assert len(read_tsv(root / layout.PARTICIPANTS, ["age"])) == 3


def test_a_foreign_folder_gets_no_index(tmp_path: Path, listing) -> None:
    (tmp_path / "participants.tsv").write_text("precious")
    before = listing(tmp_path)
    with pytest.raises(FolderError, match="folder that mindscan opened"):
        write_index(tmp_path)
    assert listing(tmp_path) == before
