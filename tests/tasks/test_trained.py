"""The weights that come inside the package."""

import json

import pytest
from safetensors import safe_open

from mindscan.learn.training import Training
from mindscan.tasks.tasks import TASKS
from mindscan.tasks.trained import WEIGHTS, trained

NAMES = [task.name for task in TASKS]


def test_they_are_small() -> None:
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) < 24 * 2**20


@pytest.mark.parametrize("name", NAMES)
def test_they_load_and_say_how_they_were_trained(name: str) -> None:
    assert not trained(name).training
    with safe_open(WEIGHTS / f"{name}.safetensors", "pt") as opened:
        about = opened.metadata()
    training = Training.parse(json.loads(about["training"]))
    card = (WEIGHTS / f"{name}.md").read_text("utf-8")
    steps, hours = int(about["steps"]), about["hours"]
    assert f"{steps:,} steps" in card
    assert f"{hours} hours" in card
    assert f"{training.count} heads of seed {training.seed}" in card
