"""The atlas that guides the segmenter, before it has learnt anything."""

import torch
from torch import Tensor, nn

from learn.small import head
from mindscan.core.key import Key
from mindscan.learn.classes import CLASSES
from mindscan.learn.pose import places
from mindscan.tasks.segmenter import BOX, Guided, Segmenter, in_mirror, with_places


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


class Witness(nn.Module):
    """Finds the first class by the image, the right by the places; notes which patches are mirrored."""

    def __init__(self) -> None:
        super().__init__()
        self.mirrored: list[bool] = []

    def forward(self, given: Tensor) -> Tensor:
        """Scores, see `Segmenter`."""
        image, x = given[:, :1], given[:, 1:2]
        assert bool((x.diff(dim=2) > 0).all())
        self.mirrored.append(bool(image[0, 0, -1, 0, 0] < image[0, 0, 0, 0, 0]))
        return torch.cat([image, torch.zeros_like(image).expand(-1, len(CLASSES) - 1, -1, -1, -1), x], 1)


def test_half_of_the_patches_are_seen_in_the_mirror_and_brought_back() -> None:
    spot, witness = places(BOX), Witness()
    image = spot[None, ..., 0] + spot[None, ..., 1] / 7
    said = Segmenter().answer(witness, with_places(image, spot)[None])[0]
    assert witness.mirrored == [False, True, True, False, True, False, False, True]
    torch.testing.assert_close(said[0], image[0])
    torch.testing.assert_close(said[-1], spot[..., 0] / 100)


def test_the_mirror_of_the_mirror_is_the_network_itself() -> None:
    network = Segmenter().network()
    given = torch.rand(1, 4, 16, 16, 16, generator=Key(4).generator())
    with torch.no_grad():
        said = network(given)
        assert not torch.allclose(in_mirror(network, given)[:, 0], said[:, 0])
        turned = given.flip(2) * torch.tensor([1, -1, 1, 1])[:, None, None, None]
        again = in_mirror(network, turned).flip(2)
    torch.testing.assert_close(again[:, :-1], said[:, :-1])
    torch.testing.assert_close(-again[:, -1], said[:, -1])
