"""Brains made on the fly."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from cohort.small import ONE_SCAN, SMALL
from mindscan.cohort.plan import Plan
from mindscan.cohort.recipe import Recipe, draw, make
from mindscan.cohort.stream import Stream, sample
from mindscan.core.errors import SettingsError
from mindscan.core.labels import BY_ID
from mindscan.core.scan import Scan
from mindscan.core.volume import Volume

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


@pytest.mark.parametrize("device", DEVICES)
def test_what_a_sample_holds(device: str) -> None:
    (found,) = Stream(SMALL, seed=7, length=1, device=device)
    assert found["image"].shape == (2, 24, 24, 24)
    assert found["image"].dtype == torch.float32
    assert float(found["image"].min()) >= 0
    assert found["labels"].shape == (1, 24, 24, 24)
    assert found["labels"].dtype == torch.int16
    assert set(found["labels"].unique().tolist()) <= set(BY_ID)
    assert found["landmarks"].shape == (87, 3)
    assert found["landmarks"].dtype == torch.float32
    assert found["affine"].dtype == torch.float64
    assert {found[name].device.type for name in ("image", "labels", "landmarks")} == {device}
    assert Recipe.parse(json.loads(found["recipe"])) == draw(SMALL, 7, "0001")
    assert found["subject"] == "0001"


def test_labels_are_those_of_the_image() -> None:
    thick = {"acquisition": {"slices": {"thickness_mm": 20}}}
    plan = Plan.parse({**ONE_SCAN.model_dump(), "scans": [{"preset": "T1w", "settings": thick}]})
    (found,) = Stream(plan, seed=7, length=1)
    assert found["image"].shape[1:] == found["labels"].shape[1:]
    assert found["image"].shape[3] < found["image"].shape[2]
    assert float(found["affine"][2, 2]) == 20


def test_scans_on_different_grids_are_refused() -> None:
    thick = {"acquisition": {"slices": {"thickness_mm": 20}}}
    scans = [{"preset": "T1w", "settings": thick}, {"preset": "T2w"}]
    plan = Plan.parse({**ONE_SCAN.model_dump(), "scans": scans})
    with pytest.raises(SettingsError, match="2 different grids"):
        next(iter(Stream(plan, seed=7, length=1)))


def test_a_sample_is_the_subject_of_its_recipe() -> None:
    (found,) = Stream(ONE_SCAN, seed=7, length=1, start=3)
    again = sample(make(Recipe.parse(json.loads(found["recipe"]))))
    assert found["subject"] == "0003"
    assert all(torch.equal(found[name], again[name]) for name in ("image", "labels", "landmarks", "affine"))


@pytest.mark.parametrize("workers", [0, 2])
def test_loaders_give_every_subject_once(workers: int) -> None:
    stream = Stream(ONE_SCAN, seed=7, length=3, start=2)
    batches = list(DataLoader(stream, batch_size=2, num_workers=workers))
    assert sorted(name for batch in batches for name in batch["subject"]) == ["0002", "0003", "0004"]
    assert batches[0]["image"].shape == (2, 1, 24, 24, 24)
    assert not torch.equal(batches[0]["labels"][0], batches[0]["labels"][1])


def test_again_from_the_start_and_on_from_a_checkpoint() -> None:
    stream = Stream(ONE_SCAN, seed=7)
    endless = iter(stream)
    first, second = next(endless), next(endless)
    assert torch.equal(first["image"], next(iter(stream))["image"])
    assert torch.equal(second["image"], next(iter(Stream(ONE_SCAN, seed=7, start=2)))["image"])
    assert list(Stream(ONE_SCAN, length=0)) == []


def test_an_image_without_labels_of_its_voxels_is_refused() -> None:
    subject = make(draw(ONE_SCAN, 7, "0001"), dense=False)
    radiograph = Scan(Volume(torch.zeros(4, 4, 1), np.eye(4)), "xr", {}, acq="ap")
    with pytest.raises(SettingsError, match="2 different grids"):
        sample(replace(subject, scans=(radiograph,)))
