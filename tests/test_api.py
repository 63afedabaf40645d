"""What a user does from Python."""

import importlib
import json
from pathlib import Path
from typing import Any

import monai.data
import monai.transforms
import numpy as np
import pytest
import torch
import torchio
from torch.utils.data import DataLoader

import mindscan
from cohort.small import GRID, ONE_SCAN, SMALL, digests
from mindscan import api
from mindscan.cohort.recipe import Recipe
from mindscan.cohort.run import Progress
from mindscan.core.errors import FileError, PackageError, SettingsError

BOTH = ["image", "label"]


@pytest.fixture(scope="module")
def samples() -> list[dict[str, Any]]:
    return list(mindscan.stream(SMALL, seed=7, length=2))


def labels_at_landmarks(labels: Any, affine: Any, landmarks: Any) -> list[int | None]:
    """The label of the voxel around each landmark; None outside the picture."""
    back = np.linalg.inv(np.asarray(affine, np.float64))
    found: list[int | None] = []
    for point in np.asarray(landmarks, np.float64):
        index = np.floor(back[:3, :3] @ point + back[:3, 3] + 0.5).astype(int)
        inside = all(0 <= i < n for i, n in zip(index, labels.shape, strict=True))
        found.append(int(labels[tuple(index)]) if inside else None)
    return found


def test_make_writes_a_data_set_and_its_report(tmp_path: Path) -> None:
    seen: list[Progress] = []
    report = mindscan.make(tmp_path / "a", subjects=1, seed=7, plan=ONE_SCAN, workers=1, progress=seen.append)
    assert report == tmp_path / "a" / "report.html"
    assert report.stat().st_size > 10_000
    assert [(step.done, step.total, step.subject) for step in seen] == [(0, 1, ""), (1, 1, "0001")]
    (tmp_path / "plan.toml").write_text(f"scans = [{{preset = 'T1w'}}]\ngrid = {{voxel_mm = 2, {EXTENT}}}\n")
    mindscan.make(tmp_path / "b", 1, 7, str(tmp_path / "plan.toml"))
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    document = next((tmp_path / "a").rglob("*_recipe.json"))
    again = mindscan.replay(document, tmp_path / "c")
    assert again == mindscan.replay(Recipe.read(document), tmp_path / "c")
    assert document.read_bytes() == next((tmp_path / "c").rglob("*_recipe.json")).read_bytes()


EXTENT = f"field_of_view_mm = {GRID['field_of_view_mm']}"


def test_progress_that_fails_stops_the_work(tmp_path: Path) -> None:
    def fail(step: Progress) -> None:
        if step.done:
            raise KeyError(step.subject)

    with pytest.raises(KeyError):
        mindscan.make(tmp_path, 3, 7, ONE_SCAN, 1, fail)
    assert mindscan.read_dataset(tmp_path).ids == ["0001"]
    assert len((tmp_path / "participants.tsv").read_text().splitlines()) == 2


def test_a_subject_in_memory(samples: list[dict[str, Any]]) -> None:
    subject = mindscan.make_subject(mindscan.draw(SMALL, 7, "0001"), device="cpu")
    assert torch.equal(subject.scans[1].volume.data, samples[0]["image"][1])


def test_plans_from_everywhere(tmp_path: Path) -> None:
    assert api.as_plan(None) == mindscan.Plan()
    assert api.as_plan(SMALL) is SMALL
    (tmp_path / "plan.json").write_text(SMALL.json_text())
    assert api.as_plan(str(tmp_path / "plan.json")) == SMALL
    with pytest.raises(FileError, match=r"plan plan.yaml; expected a .toml or .json file"):
        api.as_plan("plan.yaml")


def test_a_stream_says_at_once_what_is_impossible() -> None:
    late = {"preset": "T1w", "settings": {"sequence": {"ti_ms": 9000}}}
    with pytest.raises(SettingsError, match=r"scans.0.settings"):
        mindscan.stream(mindscan.Plan.parse({"scans": [late]}))
    with pytest.raises(SettingsError, match="seed -3"):
        mindscan.stream(SMALL, seed=-3)


def test_samples_work_in_monai_as_they_are(samples: list[dict[str, Any]]) -> None:
    flip = monai.transforms.Compose(
        [monai.transforms.RandFlipd(["image", "labels"], prob=1.0, spatial_axis=0)]
    )
    flipped = flip(dict(samples[0]))
    assert torch.equal(torch.as_tensor(flipped["labels"]), samples[0]["labels"].flip(1))
    batch = monai.data.list_data_collate(samples)
    assert batch["image"].shape == (2, 2, 24, 24, 24)


def test_monai_keeps_labels_and_landmarks_together(samples: list[dict[str, Any]]) -> None:
    given = mindscan.to_monai(samples[0])
    expected = labels_at_landmarks(samples[0]["labels"][0], samples[0]["affine"], samples[0]["landmarks"])
    assert len({label for label in expected if label is not None}) > 3
    assert labels_at_landmarks(given["label"][0], given["label"].affine, given["landmarks"]) == expected
    turn = monai.transforms.Compose(
        [
            monai.transforms.RandFlipd(BOTH, prob=1.0, spatial_axis=0),
            monai.transforms.Rotate90d(BOTH, k=1, spatial_axes=(0, 2)),
        ]
    )
    turned = turn(given)
    assert not np.allclose(turned["label"].affine, given["label"].affine)
    assert labels_at_landmarks(turned["label"][0], turned["label"].affine, turned["landmarks"]) == expected
    batch = monai.data.list_data_collate([turn(mindscan.to_monai(sample)) for sample in samples])
    assert batch["label"].shape == (2, 1, 24, 24, 24)
    assert batch["landmarks"].shape == (2, 87, 3)
    assert json.loads(batch["recipe"][1])["subject"] == "0002"


def test_torchio_keeps_labels_and_landmarks_together(samples: list[dict[str, Any]]) -> None:
    subject = mindscan.to_torchio(samples[0])
    expected = labels_at_landmarks(samples[0]["labels"][0], samples[0]["affine"], samples[0]["landmarks"])
    assert labels_at_landmarks(subject.label.data[0], subject.label.affine, subject.landmarks) == expected
    turned = torchio.ToOrientation("LPS")(subject)
    assert turned.label.orientation == ("L", "P", "S")
    assert labels_at_landmarks(turned.label.data[0], turned.label.affine, turned.landmarks) == expected
    flip = torchio.RandomFlip(axes=(0,), flip_probability=1.0)
    subjects = torchio.SubjectsDataset([mindscan.to_torchio(sample) for sample in samples], transform=flip)
    batch = next(iter(torchio.SubjectsLoader(subjects, batch_size=2)))
    assert torch.equal(batch["label"]["data"][0], samples[0]["labels"].flip(1))
    assert batch["landmarks"].shape == (2, 87, 3)
    queue = torchio.Queue(subjects, 4, 2, torchio.UniformSampler(8), num_workers=0)
    patches = next(iter(torchio.SubjectsLoader(queue, batch_size=2)))
    assert patches["image"]["data"].shape == (2, 2, 8, 8, 8)


def test_loaders_collate_streams_for_monai() -> None:
    loader = DataLoader(
        mindscan.stream(ONE_SCAN, seed=7, length=2),
        batch_size=2,
        collate_fn=lambda batch: monai.data.list_data_collate([mindscan.to_monai(one) for one in batch]),
    )
    (batch,) = loader
    assert batch["image"].shape == (2, 1, 24, 24, 24)


@pytest.mark.parametrize(("convert", "package"), [("to_monai", "monai"), ("to_torchio", "torchio")])
def test_a_missing_package_says_how_to_get_it(
    convert: str, package: str, samples: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(PackageError) as caught:
        getattr(api, convert)(samples[0])
    assert str(caught.value) == (
        f"{package} is not installed; expected the package {package}; pip install {package}"
    )
