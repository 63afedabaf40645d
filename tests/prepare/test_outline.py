"""The template's brain lies where that of a made head does, wherever the head is and however large."""

import numpy as np
import torch

from heads import head
from mindscan.core.volume import Affine, Volume
from mindscan.learn.classes import classes_of
from mindscan.prepare.outline import by_outline, carried, laid
from mindscan.tasks.given import accepted


def shared(to_scan: Affine, given: Volume) -> float:
    """Dice of the template's brain with the true one."""
    ours, truth = carried(to_scan, given).data, classes_of(head()[1].labels.data) > 0
    return float(2 * (ours & truth).sum() / (ours.sum() + truth.sum()))


def test_the_outline_alone_is_near_and_both_together_nearer() -> None:
    given = accepted(head()[0])
    near, nearer = shared(by_outline(given), given), shared(laid(given), given)
    assert near > 0.85
    assert nearer > max(near - 0.02, 0.92)


def test_it_goes_with_the_head() -> None:
    given = accepted(head()[0])
    step = np.diag([1.05, 1.05, 1.05, 1.0])
    step[:3, 3] = 21, -13, 8
    other = by_outline(Volume(given.data, step @ given.affine))
    assert np.abs((step @ by_outline(given))[:3, 3] - other[:3, 3]).max() < 3


def test_it_follows_no_hand_and_no_order_of_axes() -> None:
    given = accepted(head()[0])
    flip = np.diag([-1.0, 1.0, 1.0, 1.0])
    flip[0, 3] = given.data.shape[0] - 1
    turned = Volume(torch.flip(given.data, [0]).movedim(0, 2), given.affine @ flip @ np.eye(4)[[2, 0, 1, 3]])
    np.testing.assert_allclose(by_outline(turned), by_outline(given), atol=4.5)
