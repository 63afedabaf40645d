import pytest
import torch

from mindscan.anatomy.mend import APART, mend
from mindscan.core.labels import BY_ID, BY_NAME, TISSUES, both_sides

WHITE, _ = both_sides("Cerebral-White-Matter")
CORTEX, _ = both_sides("Cerebral-Cortex")


def painted(labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Shares and owners of voxels that hold 0.7 of their label's tissue and 0.3 of air."""
    fractions = torch.zeros((len(TISSUES), *labels.shape))
    owners = torch.zeros(fractions.shape, dtype=torch.int16)
    for label in labels.unique().tolist():
        row, here = TISSUES.index(BY_ID[label].tissue), labels == label
        fractions[row][here] += 0.7
        owners[row][here] = label
    fractions[0] += 0.3
    return fractions, owners


def cube() -> torch.Tensor:
    """White matter in cortex in fluid, nothing at the border."""
    labels = torch.zeros((16, 16, 16), dtype=torch.int16)
    labels[1:15, 1:15, 1:15] = BY_NAME["CSF"].id
    labels[3:13, 3:13, 3:13] = CORTEX
    labels[6:10, 6:10, 6:10] = WHITE
    return labels


def test_an_island_goes_to_what_lies_around_it_and_its_share_too() -> None:
    labels = cube()
    labels[4, 4, 4] = WHITE
    fractions, owners = painted(labels)
    mend(labels, fractions, owners)
    assert torch.equal(labels, cube())
    grey, white = TISSUES.index("GM"), TISSUES.index("WM")
    assert float(fractions[grey, 4, 4, 4]) == pytest.approx(0.7)
    assert float(fractions[white, 4, 4, 4]) == 0
    assert int(owners[grey, 4, 4, 4]) == CORTEX
    assert torch.allclose(fractions.sum(0), torch.ones(labels.shape))


def test_pieces_that_meet_only_at_a_corner_are_one() -> None:
    labels = cube()
    labels[5, 5, 5] = WHITE
    before = labels.clone()
    mend(labels, *painted(labels))
    assert torch.equal(labels, before)


def test_a_piece_that_the_edge_of_the_grid_cuts_stays() -> None:
    labels = cube()[:, :, 1:]
    labels[3:13, 3:13, 0] = CORTEX
    labels[4:6, 4:6, 0] = WHITE
    mend(labels, *painted(labels))
    assert (labels[4:6, 4:6, 0] == WHITE).all()


@pytest.mark.parametrize(("first", "second", "between"), APART)
def test_what_never_touches_is_kept_apart(first: str, second: str, between: str) -> None:
    one, other, winner = (
        BY_NAME[name].id if name in BY_NAME else both_sides(name)[0] for name in (first, second, between)
    )
    labels = torch.full((14, 14, 14), winner, dtype=torch.int16)
    labels[3:7, 3:11, 3:11] = one
    labels[7:11, 3:11, 3:11] = other
    fractions, owners = painted(labels)
    mend(labels, fractions, owners)
    touching = (labels[:-1] == one) & (labels[1:] == other)
    assert not touching.any()
    assert (labels[6, 4:10, 4:10] == winner).all()
    assert (labels == one).sum() > 0
