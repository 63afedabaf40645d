import numpy as np
import torch

from mindscan.anatomy import folding, template
from mindscan.anatomy.field import Field
from mindscan.core.key import Key


def sulci(key: Key, spacing: float = 1.0) -> tuple[Field, torch.Tensor]:
    """What grew on the right, and which nodes lie 3 to 6 mm below the mantle."""
    loaded = template.load()
    grown = folding.grow(loaded.hemispheres[1], key, spacing)
    nodes = grown.nodes()
    below = -loaded.fields["mantle"].at(nodes)[0]
    return grown, (below > 3) & (below < 6) & (nodes[:, 0] > 6)


def test_a_pattern_follows_from_its_key_alone() -> None:
    right = template.load().hemispheres[1]
    one, again, other = (folding.grow(right, Key(seed)).data for seed in (1, 1, 2))
    assert torch.equal(one, again)
    assert float(torch.corrcoef(torch.stack([one[0].flatten(), other[0].flatten()]))[0, 1].abs()) < 0.2


def test_distance_from_a_sheet_has_slope_one_near_it() -> None:
    grown, shell = sulci(Key(1))
    sheet = grown.data[0]
    slope = torch.stack(torch.gradient(sheet)).div(grown.step_mm).square().sum(0).sqrt().flatten()
    near = shell & (sheet.flatten().abs() < 2) & (grown.data[1].flatten() > 5)
    assert 0.85 < float(slope[near].median()) < 1.15


def test_spacing_is_the_distance_between_sulci() -> None:
    shares = []
    for spacing in (0.8, 1.0, 1.3):
        grown, shell = sulci(Key(3), spacing)
        shares.append(float((grown.data[0].flatten()[shell].abs() < 1.5).float().mean()))
    assert shares[0] > shares[1] > shares[2]
    assert np.isclose(shares[0] / shares[2], 1.3 / 0.8, rtol=0.25)


def test_sulci_know_how_deep_they_can_go() -> None:
    right = template.load().hemispheres[1]
    grown = folding.grow(right, Key(5))
    assert torch.equal(grown.data[3], right.lift(right.room[None]).data[0])
