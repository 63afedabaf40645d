"""Heads are kept in eight bits and come back the same."""

from pathlib import Path

import pytest
import torch

from learn.small import PLAN, head
from mindscan.anatomy.landmarks import AFIDS
from mindscan.learn import heads


def test_a_kept_head_is_the_made_one(tmp_path: Path) -> None:
    first = heads.head(PLAN, 1, 1, tmp_path)
    (file,) = tmp_path.glob("*.safetensors")
    again = heads.head(PLAN, 1, 1, tmp_path)
    for one in (first, again):
        assert torch.equal(one.brain.labels.data, head().brain.labels.data)
        assert one.brain.landmarks == head().brain.landmarks
        assert set(one.brain.landmarks) == set(AFIDS)
        assert one.brain.fractions is not None
        assert float((one.brain.fractions.sum(0) - 1).abs().max()) < 0.02
    file.write_bytes(b"damaged")
    assert torch.equal(heads.head(PLAN, 1, 1, tmp_path).brain.labels.data, first.brain.labels.data)


def test_a_halved_head_is_the_same_head() -> None:
    small = heads.halved(head())
    for one in (small, head()):
        assert one.brain.fractions is not None
    shares, coarse = head().brain.fractions, small.brain.fractions
    assert shares is not None
    assert coarse is not None
    torch.testing.assert_close(coarse.mean((1, 2, 3)), shares.mean((1, 2, 3)))
    assert small.brain.labels.grid.voxel_mm == (8.0, 8.0, 8.0)
    for one in (head(), small):
        index = (one.brain.labels.data == 16).nonzero().double().mean(0)
        world = one.brain.labels.affine @ [*index.tolist(), 1.0]
        assert abs(world[2] + 38) < 15  # brainstem
    known = head().brain.owners
    assert known is not None
    assert set(small.brain.labels.data.unique().tolist()) <= set(known.unique().tolist())


def test_the_pose_is_the_one_the_head_was_made_in() -> None:
    middle = head().brain.labels.data == 14
    index = middle.nonzero().double().mean(0)
    world = torch.from_numpy(head().brain.labels.affine)
    place = torch.from_numpy(head().to_template) @ world @ torch.cat([index, torch.ones(1)])
    assert float((place[:3] - torch.tensor([0.0, -12.0, 0.0])).norm()) < 12  # third ventricle, MNI mm


def test_heads_by_other_labels_are_other_heads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heads._rules.cache_clear()
    heads.head(PLAN, 1, 1, tmp_path)
    monkeypatch.setattr(heads, "LABELS", heads.LABELS[:-1])
    heads._rules.cache_clear()
    heads.head(PLAN, 1, 1, tmp_path)
    heads._rules.cache_clear()
    assert len(list(tmp_path.glob("*.safetensors"))) == 2
