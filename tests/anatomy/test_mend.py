import numpy as np
import pytest
import torch
from scipy import ndimage

from mindscan.anatomy.mend import APART, mend
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID, BY_NAME, LABELS, TISSUES, both_sides, in_skull
from mindscan.core.volume import Volume
from mindscan.validate.contacts import contacts, impossible
from mindscan.validate.parts import MANY_PIECES

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


def test_a_thin_blade_is_knit_where_a_voxel_is_missing() -> None:
    labels = cube()
    labels[3:13, 3:13, 3:13] = CORTEX
    labels[4:7, 4:12, 4:12] = WHITE
    labels[7:12, 7, 5:11] = WHITE
    labels[8, 7, 5:11] = CORTEX
    assert pieces(labels, WHITE) == 2
    fractions, owners = painted(labels)
    before = labels.clone()
    mend(labels, fractions, owners)
    assert pieces(labels, WHITE) == 1
    assert (labels[8, 7, 5:11] == WHITE).all()
    assert (labels[before == WHITE] == WHITE).all()


@pytest.mark.parametrize("pair", [*APART, ("3rd-Ventricle", "Accumbens-area"), ("Amygdala", "Pallidum")])
def test_what_never_touches_is_kept_apart(pair: tuple[str, str]) -> None:
    one, other = (BY_NAME[name].id if name in BY_NAME else both_sides(name)[0] for name in pair)
    between = BY_NAME["CSF"].id if WHITE in (one, other) else WHITE
    labels = torch.full((14, 14, 14), between, dtype=torch.int16)
    labels[3:7, 3:11, 3:11] = one
    labels[7:11, 3:11, 3:11] = other
    fractions, owners = painted(labels)
    mend(labels, fractions, owners)
    assert not ((labels[:-1] == one) & (labels[1:] == other)).any()
    assert (labels == one).sum() >= 100
    assert (labels == other).sum() >= 100
    assert set(labels.unique().tolist()) <= {between, one, other}
    assert torch.allclose(fractions.sum(0), torch.ones(labels.shape))


@pytest.mark.parametrize("blur", [0, 2])
def test_whatever_was_painted_nothing_impossible_is_left(blur: int) -> None:
    rng = (Key(7) / "noise").rng()
    ids = np.array([label.id for label in LABELS if in_skull(label)] + [118, 0])
    amounts = ndimage.gaussian_filter(rng.standard_normal((len(ids), 22, 22, 22)), (0, blur, blur, blur))
    labels = torch.from_numpy(np.pad(ids[amounts.argmax(0)], 2).astype(np.int16))
    before = labels.clone()
    mend(labels, *painted(labels))
    assert impossible(contacts(Volume(before, np.eye(4))))
    assert not impossible(contacts(Volume(labels, np.eye(4))))
    for label in LABELS:
        if in_skull(label) and not label.name.endswith(MANY_PIECES):
            assert pieces(labels, label.id) <= 1, label.name
    outside = ~np.isin(before, [label.id for label in LABELS if in_skull(label)])
    assert (labels.numpy() == before.numpy())[outside].all()


def test_mending_what_is_mended_changes_nothing() -> None:
    labels = cube()
    labels[4, 4, 4:6] = WHITE
    labels[9:13, 6:10, 6:10] = both_sides("Thalamus")[0]
    fractions, owners = painted(labels)
    mend(labels, fractions, owners)
    once = labels.clone()
    mend(labels, fractions, owners)
    assert torch.equal(labels, once)


def test_orientation_does_not_matter_to_what_holds() -> None:
    labels = cube()
    labels[9:13, 6:10, 6:10] = both_sides("Thalamus")[0]
    turned = labels.permute(2, 0, 1).flip(0).contiguous()
    for one in (labels, turned):
        mend(one, *painted(one))
        assert not impossible(contacts(Volume(one, np.eye(4))))


def pieces(labels: torch.Tensor, label: int) -> int:
    """How many pieces a label has; voxels that share a corner belong together."""
    return int(ndimage.label(labels.numpy() == label, np.ones((3, 3, 3)))[1])
