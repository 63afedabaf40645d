"""Maps of structures and the places in them, and the weights that come along on heads that they never saw."""

import functools
from dataclasses import replace

import torch

from learn.small import head
from mindscan.cohort.plan import Plan
from mindscan.core.key import Key
from mindscan.learn import heads
from mindscan.learn.classes import IDS
from mindscan.tasks.cascade import Cascade
from mindscan.tasks.landmarker import BOX, NAMES, Landmarker, mirrored
from mindscan.tasks.locate import middles
from mindscan.tasks.trained import trained

PLAN = Plan.parse({"people": {"age_years": [20, 80]}, "grid": {"voxel_mm": 2}})


@functools.cache
def judged() -> dict[str, float]:
    """Mean scores on heads of a seed that nothing learnt from."""
    task, network = Landmarker(), trained("landmarker")
    found = []
    with torch.no_grad():
        for number in range(1, 5):
            sample = task.sample(heads.head(PLAN, 77, number), Key(number))
            wanted = {name: value[None] for name, value in sample.wanted.items()}
            found.append(task.score(task.answer(network, sample.given[None]), wanted))
    return {name: sum(one[name] for one in found) / len(found) for name in found[0]}


def test_landmarks_lie_where_their_structures_are() -> None:
    sample = Landmarker().sample(head(), Key(4))
    assert float(sample.given.min()) >= 0
    assert float(sample.given.sum(0).max()) <= 1 + 1e-5
    middle = middles(sample.given, BOX)[:, :3].float()
    for name, i in (("R MB", 60), ("L MB", 28), ("R AL temporal horn", 53), ("PMJ", 16)):
        away = sample.wanted["place"][NAMES.index(name)] - middle[IDS.index(i)]
        assert float(away.norm()) < 25


def test_a_mirror_turns_left_into_right_and_back() -> None:
    sample = Landmarker().sample(head(), Key(4))
    maps, place = mirrored(sample.given, sample.wanted["place"])
    left, right = IDS.index(17), IDS.index(53)
    torch.testing.assert_close(maps[left].flip(0), sample.given[right])
    assert float(place[NAMES.index("L MB"), 0]) == -float(sample.wanted["place"][NAMES.index("R MB"), 0])
    back = mirrored(maps, place)
    torch.testing.assert_close(back[0], sample.given)
    torch.testing.assert_close(back[1], sample.wanted["place"])


def test_a_mirror_image_has_mirrored_landmarks() -> None:
    network = trained("landmarker")
    sample = Landmarker().sample(head(), Key(4))
    maps, _ = mirrored(sample.given, sample.wanted["place"])
    with torch.no_grad():
        one, other = network(torch.stack([sample.given, maps]))
    _, back = mirrored(maps, other[:, :3])
    torch.testing.assert_close(back, one[:, :3], atol=0.2, rtol=0)


def test_landmarks_of_unseen_heads_are_near() -> None:
    assert judged()["error_mm"] < 2.0


def test_uncertainties_are_what_errors_are() -> None:
    assert 0.7 < judged()["error_over_uncertainty"] < 1.4


def test_heads_in_another_pose_have_the_same_landmarks() -> None:
    network = trained("landmarker")
    assert isinstance(network, Cascade)
    sample = Landmarker().sample(head(), Key(4))
    affine = BOX.affine.copy()
    affine[:3] = [[0, 1.1, 0, 7], [-0.9, 0, 0, 3], [0, 0, 1.0, -40]] @ affine
    with torch.no_grad():
        one = network.found(sample.given, BOX)[:, :3]
        other = network.found(sample.given, replace(BOX, affine=affine))[:, :3]
    turned = torch.tensor([[0, 1.1, 0], [-0.9, 0, 0], [0, 0, 1.0]]) @ one.T + torch.tensor(
        [[7.0], [3], [-40]]
    )
    torch.testing.assert_close(other, turned.T, atol=0.01, rtol=0)
