"""What every task must do, so that it can be trained and asked."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from learn.small import head
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.learn.task import Task
from mindscan.tasks.tasks import TASKS, find

RIGHT: dict[str, Callable[[dict[str, Tensor]], Tensor]] = {
    "stripper": lambda wanted: 40 * wanted["inside"] - 20,
    "segmenter": lambda wanted: torch.cat(
        [20 * one_hot(wanted["class"][:, 0], 19).movedim(-1, 1).float(), 40 * wanted["side"] - 20], 1
    ),
    "landmarker": lambda wanted: torch.cat([wanted["place"], torch.ones(1, 32, 1)], 2),
}
"""The answer that is right, by task."""


@pytest.fixture(params=TASKS, ids=lambda task: task.name)
def task(request: pytest.FixtureRequest) -> Task:
    found: Task = request.param()
    return found


def test_a_view_is_a_pure_function_of_its_key(task: Task) -> None:
    one, again, other = (task.sample(head(), Key(6) / name) for name in ("a", "a", "b"))
    assert torch.equal(one.given, again.given)
    assert not torch.equal(one.given, other.given)
    assert bool(one.given.isfinite().all())


def test_answers_can_be_learnt_from_and_judged(task: Task) -> None:
    sample = task.sample(head(), Key(6), whole=True)
    network = task.network()
    wanted = {name: value[None] for name, value in sample.wanted.items()}
    with torch.no_grad():
        said = task.answer(network, sample.given[None])
    assert said.shape == RIGHT[task.name](wanted).shape
    said.requires_grad_(True)
    loss = task.loss(said, wanted)
    loss.backward()
    assert float(loss.detach()) > 0
    assert said.grad is not None
    assert float(said.grad.abs().sum()) > 0
    assert "score" in task.score(said.detach(), wanted)


def test_the_right_answer_is_worth_more_than_any_other(task: Task) -> None:
    sample = task.sample(head(), Key(7), whole=True)
    wanted = {name: value[None] for name, value in sample.wanted.items()}
    right = RIGHT[task.name](wanted)
    wrong = right.roll(9, dims=2)
    assert float(task.loss(right, wanted)) < float(task.loss(wrong, wanted))
    assert task.score(right, wanted)["score"] > task.score(wrong, wanted)["score"]


def test_an_unknown_task_is_refused() -> None:
    with pytest.raises(SettingsError, match="one of stripper, segmenter, landmarker"):
        find("diagnosis")
