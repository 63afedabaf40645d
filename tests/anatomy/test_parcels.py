import numpy as np
import pytest
import torch

from mindscan.anatomy import template
from mindscan.anatomy.parcels import cells, parcel_ids
from mindscan.core.labels import both_sides
from mindscan.core.parcels import PARCELS, PER_SIDE, first_id

LEFT, RIGHT = both_sides("Cerebral-Cortex")


def number_of(name: str) -> int:
    return next(n for n, parcel in enumerate(PARCELS[:PER_SIDE]) if parcel.name == f"ctx-lh-{name}")


def test_every_centre_lies_in_its_own_parcel_or_next_to_it() -> None:
    field = template.load().fields["parcels"]
    centres = torch.tensor([parcel.centre_mm for parcel in PARCELS])
    owner = torch.tensor([LEFT if parcel.side == "L" else RIGHT for parcel in PARCELS])
    found = parcel_ids(field, centres, owner)
    own = found == torch.tensor([parcel.id for parcel in PARCELS])
    assert float(own.float().mean()) > 0.9
    assert found.dtype == torch.int16


def test_only_cortex_has_parcels_and_its_label_says_the_side() -> None:
    field = template.load().fields["parcels"]
    here = torch.tensor([[40.0, -20.0, 50.0]] * 4)
    left, right, *others = parcel_ids(field, here, torch.tensor([LEFT, RIGHT, 2, 0])).tolist()
    assert others == [0, 0]
    assert left - first_id("L") == right - first_id("R")
    assert PARCELS[left - first_id("L")].gyrus in ("precentral", "postcentral")


def test_fluid_keeps_the_banks_of_a_fissure_apart() -> None:
    pial = np.full((60, 30, 60), -3.0, np.float32)
    pial[:, :, 28:33] = 1.0
    above, below = (30.0, 10.0, 56.0), (30.0, 10.0, 26.0)
    found = cells(pial, (0.0, 0.0, 0.0), np.array([above, below], np.float32))
    assert found.shape == pial.shape
    assert set(np.unique(found[:, :, 34:])) == {0}
    assert set(np.unique(found[:, :, :27])) == {1}
    open_way = cells(np.full_like(pial, -3.0), (0.0, 0.0, 0.0), np.array([above, below], np.float32))
    assert set(np.unique(open_way[:, :, 36])) == {1}


@pytest.mark.parametrize("side", [0, 1])
def test_parcels_fill_the_cortex_of_their_side(whole, side: int) -> None:
    parcels, label = whole.parcels.data, (LEFT, RIGHT)[side]
    first = first_id("LR"[side])
    inside = (parcels >= first) & (parcels < first + PER_SIDE)
    assert torch.equal(inside, whole.labels.data == label)
    counts = torch.bincount(parcels[inside].int() - first, minlength=PER_SIDE)
    assert int(counts.min()) > 60


def test_parcel_volumes_sum_to_the_cortex_and_agree_with_the_voxels(whole) -> None:
    assert set(whole.parcels_ml) == {parcel.id for parcel in PARCELS}
    for n, label in enumerate((LEFT, RIGHT)):
        own = [whole.parcels_ml[p.id] for p in PARCELS[n * PER_SIDE : (n + 1) * PER_SIDE]]
        assert sum(own) == pytest.approx(whole.volumes_ml()[label], rel=0.002)
    value = PARCELS[number_of("precentral-1")].id
    count = int((whole.parcels.data == value).sum()) / 1000
    assert whole.parcels_ml[value] == pytest.approx(count, rel=0.25)


def test_parcels_lie_where_their_centres_are(whole) -> None:
    index = (whole.parcels.data > 0).nonzero()
    value = whole.parcels.data[tuple(index.T)].int()
    world = index.double() @ torch.from_numpy(whole.parcels.affine[:3, :3]).T
    world = world + torch.from_numpy(whole.parcels.affine[:3, 3])
    gaps = []
    for parcel in PARCELS:
        gap = world[value == parcel.id].mean(0) - torch.tensor(parcel.centre_mm, dtype=torch.float64)
        gaps.append(float(gap.norm()))
    assert float(np.median(gaps)) < 15
