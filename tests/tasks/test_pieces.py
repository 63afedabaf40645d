"""Crumbs go, and what they had goes to others; small islands outside the brain go outside."""

import torch

from mindscan.learn.classes import CLASSES
from mindscan.tasks.pieces import in_one_piece

PUTAMEN, WHITE = CLASSES.index("Putamen"), CLASSES.index("Cerebral-White-Matter")
SHAPE = (24, 12, 12)


def chances() -> torch.Tensor:
    """A putamen of each side in white matter, the left one with a crumb that is smaller than itself."""
    chance = torch.zeros(len(CLASSES) + 1, *SHAPE)
    chance[0], chance[WHITE], chance[PUTAMEN] = 0.1, 0.7, 0.2
    chance[-1, 12:] = 0.9
    for low, high, edge in ((2, 6, 4), (14, 16, 2), (8, 10, 3)):
        chance[PUTAMEN, low:high, 2 : 2 + edge, 2 : 2 + edge] = 0.6
        chance[WHITE, low:high, 2 : 2 + edge, 2 : 2 + edge] = 0.3
    return chance


def test_of_every_side_the_largest_piece_stays() -> None:
    before = chances()
    after = in_one_piece(before.clone())
    drawn = after[:-1].argmax(0) == PUTAMEN
    assert int(drawn[:12].sum()) == 4**3
    assert int(drawn[12:].sum()) == 2**3
    crumb = after[:, 9, 3, 3]
    assert (float(crumb[PUTAMEN]), float(crumb[0])) == (0.0, float(before[0, 9, 3, 3]))
    torch.testing.assert_close(crumb[WHITE], torch.tensor(0.9))
    torch.testing.assert_close(after[:, :8], before[:, :8])


def test_of_two_equal_pieces_one_stays() -> None:
    chance = chances()
    chance[:, 8:12, 2:6, 2:6] = chance[:, 2:6, 2:6, 2:6]
    drawn = in_one_piece(chance)[:-1].argmax(0) == PUTAMEN
    assert int(drawn[:12].sum()) == 4**3


def test_one_piece_is_left_as_it_is() -> None:
    chance = in_one_piece(chances())
    torch.testing.assert_close(in_one_piece(chance.clone()), chance)


def test_small_islands_go_outside_and_large_ones_stay() -> None:
    chance = torch.zeros(len(CLASSES) + 1, 40, 20, 20)
    chance[0], chance[WHITE] = 0.8, 0.2
    for low, high in ((2, 12), (16, 20), (24, 26)):
        chance[0, low:high, 2:12, 2:12], chance[WHITE, low:high, 2:12, 2:12] = 0.1, 0.9
    chance[0, 30:32, 2:4, 2:4], chance[WHITE, 30:32, 2:4, 2:4] = 0.1, 0.9
    after = in_one_piece(chance.clone())
    torch.testing.assert_close(after[:, :30], chance[:, :30])
    torch.testing.assert_close(after[0, 30:32, 2:4, 2:4], torch.ones(2, 2, 2))
    assert float(after[1:-1, 30:32, 2:4, 2:4].sum()) == 0
