"""Training learns, goes on exactly where it stopped, and refuses what is not its own."""

import errno
import os
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from learn.small import PLAN, head
from mindscan.core.errors import FileError, FolderError, SettingsError
from mindscan.core.key import Key
from mindscan.learn.clothes import USUAL, Clothes
from mindscan.learn.fit import CHECKPOINT, CURVE, WEIGHTS, Step, Stock, Views, fit
from mindscan.learn.heads import Head
from mindscan.learn.task import Sample
from mindscan.learn.training import Training
from mindscan.learn.weights import write_weights

TRAINING = Training(
    heads=PLAN, count=1, held_out=1, steps=30, rate=1.0, judged_every=15, saved_every=4, precision="float32"
)


class Doubling:
    """Learns to double a number that it is given."""

    name = "doubling"

    def network(self) -> nn.Module:
        return nn.Conv3d(1, 1, 1)

    def begin(self, network: nn.Module, heads: Iterable[Head]) -> None:
        """Nothing is known."""

    def sample(self, head: Head, key: Key, whole: bool = False, clothes: Clothes = USUAL) -> Sample:
        given = torch.randn(1, 2, 2, 2, generator=key.generator())
        return Sample(given, {"doubled": given * 2})

    def answer(self, network: nn.Module, given: Tensor) -> Tensor:
        said: Tensor = network(given)
        return said

    def loss(self, said: Tensor, wanted: dict[str, Tensor]) -> Tensor:
        return (said - wanted["doubled"]).square().mean()

    def score(self, said: Tensor, wanted: dict[str, Tensor]) -> dict[str, float]:
        return {"score": -float(self.loss(said, wanted))}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the heads of these tests are kept."""
    return tmp_path_factory.mktemp("heads")


def trained(out: Path, kept: Path, **more: object) -> list[Step]:
    """All steps of a training."""
    return list(fit(Doubling(), TRAINING, out, **{"stock": Stock(kept), **more}))  # type: ignore[arg-type]


def test_it_learns_and_says_so(tmp_path: Path, kept: Path) -> None:
    steps = trained(tmp_path / "a", kept)
    assert [step.number for step in steps] == list(range(1, 31))
    assert steps[-1].loss < steps[0].loss / 5
    judged = [step.scores for step in steps if step.scores]
    assert len(judged) == 2
    assert judged[1]["score"] > judged[0]["score"]
    assert len((tmp_path / "a" / CURVE).read_text().splitlines()) == 31


class Twice(Doubling):
    """Doubles in two parts."""

    def network(self) -> nn.Module:
        return nn.Sequential(super().network(), nn.Conv3d(1, 1, 1))


def test_one_part_learns_while_the_others_stay(tmp_path: Path, kept: Path) -> None:
    trained(tmp_path / "a", kept)
    begun = tmp_path / "a" / WEIGHTS
    stock = Stock(kept)
    part = TRAINING.model_copy(update={"part": "1"})
    first = load_file(begun)
    write_weights(tmp_path / "first", {f"0.{k}": v for k, v in first.items()}, {"task": "doubling"})
    steps = list(fit(Twice(), part, tmp_path / "b", tmp_path / "first", stock=stock))
    after = load_file(tmp_path / "b" / WEIGHTS)
    assert torch.equal(after["0.weight"], first["weight"])
    assert steps[-1].loss < steps[0].loss / 5
    with pytest.raises(SettingsError, match=r"part 'second'.*one of 0, 1"):
        list(fit(Twice(), TRAINING.model_copy(update={"part": "second"}), tmp_path / "c", stock=stock))


def test_it_goes_on_exactly_where_it_stopped(tmp_path: Path, kept: Path) -> None:
    trained(tmp_path / "a", kept)
    stopped = fit(Doubling(), TRAINING, tmp_path / "b", stock=Stock(kept))
    assert len(list(islice(stopped, 10))) == 10
    stopped.close()  # type: ignore[attr-defined]
    went_on = trained(tmp_path / "b", kept)
    assert went_on[0].number == 9
    numbers = [line.split("\t")[0] for line in (tmp_path / "b" / CURVE).read_text().splitlines()[1:]]
    assert numbers == [str(n) for n in range(1, 31)], "every step once"
    straight, resumed = (load_file(tmp_path / name / WEIGHTS) for name in ("a", "b"))
    assert all(torch.equal(straight[name], resumed[name]) for name in straight)


def test_weights_to_begin_with(tmp_path: Path, kept: Path) -> None:
    trained(tmp_path / "a", kept)
    steps = trained(tmp_path / "b", kept, init=tmp_path / "a" / WEIGHTS)
    assert steps[0].loss < 0.5 * trained(tmp_path / "c", kept)[0].loss
    with pytest.raises(SettingsError, match="of the task 'doubling'"):
        next(fit(Other(), TRAINING, tmp_path / "d", init=tmp_path / "a" / WEIGHTS, stock=Stock(kept)))


class Other(Doubling):
    """Another task."""

    name = "other"


def test_a_damaged_checkpoint_is_told(tmp_path: Path, kept: Path) -> None:
    trained(tmp_path / "a", kept)
    for spoilt in (b"", b"damaged", (tmp_path / "a" / CHECKPOINT).read_bytes()[:200]):
        (tmp_path / "a" / CHECKPOINT).write_bytes(spoilt)
        with pytest.raises(FileError, match=r"checkpoint\.pt: is damaged"):
            trained(tmp_path / "a", kept)


@pytest.mark.parametrize("device", ["nonsense", "cuda:77"])
def test_a_device_that_is_not_there_is_refused(tmp_path: Path, kept: Path, device: str) -> None:
    with pytest.raises(SettingsError, match=device):
        trained(tmp_path / "a", kept, device=device)
    assert not (tmp_path / "a").exists()


def test_a_full_disk_is_told_and_leaves_no_part(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    running = fit(Doubling(), TRAINING, tmp_path / "a", stock=Stock(kept))
    next(running)
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(FolderError, match="room on the disk"):
        list(running)
    assert not list((tmp_path / "a").glob("*.part"))


def test_no_time_no_steps(tmp_path: Path, kept: Path) -> None:
    assert len(trained(tmp_path / "a", kept, hours=1e-9)) <= 1
    assert (tmp_path / "a" / WEIGHTS).exists()


def test_another_training_is_refused(tmp_path: Path, kept: Path) -> None:
    trained(tmp_path / "a", kept, hours=1e-9)
    with pytest.raises(FolderError, match="another training"):
        next(fit(Other(), TRAINING, tmp_path / "a"))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "mine.txt").write_text("mine")
    with pytest.raises(FolderError, match="not empty"):
        next(fit(Doubling(), TRAINING, tmp_path / "b"))


def test_heads_held_out_are_never_learnt_from(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    views = Views(Doubling(), TRAINING.model_copy(update={"count": 3}), Stock(kept))
    monkeypatch.setattr(views, "head", lambda number: asked.append(number) or head())
    for number in range(40):
        views[number]
    assert set(asked) == {1, 2, 3}
    del asked[:]
    assert len(list(views.judged())) == 1
    assert asked == [4]


def test_scans_of_ones_own_are_seen_as_often_as_wanted(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    training = TRAINING.model_copy(update={"own": 0.25})
    mine = replace(head(), age_years=1.0)
    seen: list[float] = []
    views = Views(Doubling(), training, Stock(kept, (mine,), (mine, mine), "x"))

    def look(head: Head, key: Key, whole: bool = False, clothes: Clothes = USUAL) -> None:
        seen.append(head.age_years)

    monkeypatch.setattr(views.task, "sample", look)
    for number in range(400):
        views[number]
    assert 70 < seen.count(1.0) < 130
    assert [whose for whose, _ in views.judged()] == ["", "own-", "own-"]


def test_scores_on_ones_own_scans_stand_beside_the_others(tmp_path: Path, kept: Path) -> None:
    steps = trained(tmp_path / "a", kept, stock=Stock(kept, (), (head(),), "x"))
    assert all(set(step.scores) == {"score", "own-score"} for step in steps if step.scores)
    with pytest.raises(FolderError, match="another training"):
        trained(tmp_path / "a", kept)
