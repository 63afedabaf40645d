import numpy as np
import pytest

from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME
from mindscan.validate import overlap


def test_dice_of_every_pair() -> None:
    maps = np.zeros((3, 4, 4, 4), np.int16)
    maps[0, :2], maps[1, :1], maps[2, 3:] = 10, 10, 10
    dice = overlap.pair_dice([overlap.packed(one) for one in maps], "Left-Thalamus")
    assert np.isnan(dice.diagonal()).all()
    assert dice[0, 1] == dice[1, 0] == pytest.approx(2 / 3)
    assert dice[0, 2] == dice[1, 2] == 0


def test_many_blocks_give_what_counting_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlap, "_BLOCK_BYTES", 7)
    masks = (Key(3) / "masks").rng().random((6, 9, 10, 11)) < 0.3
    masks[:, 4] = False
    ids = np.where(masks, BY_NAME["Left-Putamen"].id, 0).astype(np.int16)
    dice = overlap.pair_dice([overlap.packed(one) for one in ids], "Left-Putamen")
    for a, b in zip(*np.triu_indices(6, 1), strict=True):
        common, both = (masks[a] & masks[b]).sum(), masks[a].sum() + masks[b].sum()
        assert dice[a, b] == dice[b, a] == pytest.approx(2 * common / both, abs=1e-12)


def test_what_both_lack_has_no_overlap() -> None:
    nobody = overlap.packed(np.zeros((2, 2, 2), np.int16))
    assert np.isnan(overlap.pair_dice([nobody, nobody], "Brain-Stem")).all()


def test_every_structure_is_a_label() -> None:
    assert set(overlap.REAL_DICE) <= set(BY_NAME)
