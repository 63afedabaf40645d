"""The atlas that guides the segmenter, before it has learnt anything."""

import torch

from learn.small import head
from mindscan.core.key import Key
from mindscan.learn.classes import CLASSES
from mindscan.tasks.segmenter import BOX, Guided, Segmenter


def test_an_untrained_network_says_what_is_usual() -> None:
    task = Segmenter()
    network = task.network()
    assert isinstance(network, Guided)
    task.begin(network, [head()])
    sample = task.sample(head(), Key(3), whole=True)
    with torch.no_grad():
        said = task.answer(network, sample.given[None])
    scores = task.score(said, {name: value[None] for name, value in sample.wanted.items()})
    assert scores["Brain-Stem"] > 0.5
    assert scores["score"] > 0.2


def test_the_atlas_is_a_probability_and_knows_right_from_left() -> None:
    task, network = Segmenter(), Segmenter().network()
    assert isinstance(network, Guided)
    task.begin(network, [head()])
    usual = network.usually()
    torch.testing.assert_close(usual.data[:-1].sum(0), torch.ones(usual.grid.shape))
    assert usual.data.shape[0] == len(CLASSES) + 1
    i = usual.grid.shape[0]
    assert float(usual.data[-1, : i // 2 - 2].mean()) < 0.5 < float(usual.data[-1, i // 2 + 2 :].mean())
    assert usual.grid.voxel_mm == (4.0, 4.0, 4.0)
    assert BOX.affine[0, 0] > 0


def test_a_second_look_begins_softly() -> None:
    network = Segmenter().network()
    assert isinstance(network, Guided)
    given = torch.rand(1, 4, 16, 16, 16, generator=Key(2).generator())
    with torch.no_grad():
        said = network(given)
        network.close.weight.zero_()
        before = network(given)
    assert 0 < float((said - before).abs().mean()) < 0.3


def test_scores_lean_as_they_are_told() -> None:
    network = Segmenter().network()
    assert isinstance(network, Guided)
    given = torch.rand(1, 4, 16, 16, 16, generator=Key(2).generator())
    with torch.no_grad():
        said = network(given)
        network.lean[3] = -2.0
        now = network(given)
    torch.testing.assert_close(now[:, 3], said[:, 3] - 2)
    torch.testing.assert_close(now[:, :3], said[:, :3])
