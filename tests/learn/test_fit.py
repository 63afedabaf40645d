"""Training learns, goes on exactly where it stopped, and refuses what is not its own."""

from itertools import islice
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from learn.small import PLAN
from mindscan.core.errors import FolderError, SettingsError
from mindscan.core.key import Key
from mindscan.learn.fit import CURVE, WEIGHTS, Step, Views, fit
from mindscan.learn.heads import Head
from mindscan.learn.task import Sample
from mindscan.learn.training import Training

TRAINING = Training(
    heads=PLAN, count=1, held_out=1, steps=30, rate=1.0, judged_every=15, saved_every=4, precision="float32"
)


class Doubling:
    """Learns to double a number that it is given."""

    name = "doubling"

    def network(self) -> nn.Module:
        return nn.Conv3d(1, 1, 1)

    def sample(self, head: Head, key: Key, whole: bool = False) -> Sample:
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
    return list(fit(Doubling(), TRAINING, out, kept=kept, **more))  # type: ignore[arg-type]


def test_it_learns_and_says_so(tmp_path: Path, kept: Path) -> None:
    steps = trained(tmp_path / "a", kept)
    assert [step.number for step in steps] == list(range(1, 31))
    assert steps[-1].loss < steps[0].loss / 5
    judged = [step.scores for step in steps if step.scores]
    assert len(judged) == 2
    assert judged[1]["score"] > judged[0]["score"]
    assert len((tmp_path / "a" / CURVE).read_text().splitlines()) == 31


def test_it_goes_on_exactly_where_it_stopped(tmp_path: Path, kept: Path) -> None:
    trained(tmp_path / "a", kept)
    stopped = fit(Doubling(), TRAINING, tmp_path / "b", kept=kept)
    assert len(list(islice(stopped, 10))) == 10
    stopped.close()  # type: ignore[attr-defined]
    went_on = trained(tmp_path / "b", kept)
    assert went_on[0].number == 9
    straight, resumed = (load_file(tmp_path / name / WEIGHTS) for name in ("a", "b"))
    assert all(torch.equal(straight[name], resumed[name]) for name in straight)


def test_weights_to_begin_with(tmp_path: Path, kept: Path) -> None:
    trained(tmp_path / "a", kept)
    steps = trained(tmp_path / "b", kept, init=tmp_path / "a" / WEIGHTS)
    assert steps[0].loss < 0.5 * trained(tmp_path / "c", kept)[0].loss
    with pytest.raises(SettingsError, match="of the task 'doubling'"):
        next(fit(Other(), TRAINING, tmp_path / "d", init=tmp_path / "a" / WEIGHTS, kept=kept))


class Other(Doubling):
    """Another task."""

    name = "other"


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
    views = Views(Doubling(), TRAINING.model_copy(update={"count": 3}), kept)
    monkeypatch.setattr(views, "_view", lambda chosen, key, whole: asked.append(chosen))
    for number in range(40):
        views[number]
    assert set(asked) == {1, 2, 3}
    views.held_out(0)
    views.held_out(1)
    assert asked[-2:] == [4, 5]
