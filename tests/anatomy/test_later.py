"""A head years later: what is asked is what comes out, and the skull stays."""

from itertools import product

import pytest
import torch
from torch import Tensor

from mindscan.anatomy import later
from mindscan.anatomy.build import Model
from mindscan.anatomy.later import First
from mindscan.core.errors import SettingsError
from mindscan.core.labels import BY_ID, BY_NAME, TABLE_SIZE, both_sides

CHANGE = {
    **dict.fromkeys(both_sides("Cerebral-Cortex"), -0.03),
    **dict.fromkeys(both_sides("Hippocampus"), -0.10),
    **dict.fromkeys(both_sides("Lateral-Ventricle"), 0.15),
    **dict.fromkeys(both_sides("Inf-Lat-Vent"), 0.15),
    BY_NAME["Brain-Stem"].id: 0.0,
}


@pytest.fixture(scope="module")
def first(model: Model) -> First:
    return later.look(model)


@pytest.fixture(scope="module")
def aged(first: First) -> Model:
    return later.later(first, CHANGE)


def probes(step: float = 1.5) -> Tensor:
    """Unwarped template points over the inside of the skull, not those where volumes were fitted."""
    axes = [torch.arange(low, high, step) for low, high in ((-76, 76), (-112, 80), (-66, 86))]
    return torch.stack([axis.flatten() for axis in torch.meshgrid(*axes, indexing="ij")]).T


def volumes(head: Model, xyz: Tensor) -> Tensor:
    canvas, total = head.paint(head.first(xyz)), torch.zeros(TABLE_SIZE, dtype=torch.float64)
    for share, owner in zip(canvas.share, canvas.owner, strict=True):
        total += torch.bincount(owner.int(), share.double(), TABLE_SIZE)
    return total


def test_structures_gain_what_is_asked(model: Model, aged: Model) -> None:
    xyz = probes()
    gain = volumes(aged, xyz) / volumes(model, xyz) - 1
    for i, asked in CHANGE.items():
        close = 0.03 if BY_ID[i].name.endswith("Inf-Lat-Vent") else 0.01  # 0.3 mL: few points
        assert float(gain[i]) == pytest.approx(asked, abs=close), BY_ID[i].name
    assert float(gain[BY_NAME["CSF"].id]) > 0.03


def test_the_map_is_invertible_everywhere(aged: Model) -> None:
    assert aged.back is not None
    corners = product((0, 1), repeat=3)
    assert min(float(later.determinants(aged.back, corner).min()) for corner in corners) > 0.3


def test_the_skull_stays(model: Model, aged: Model) -> None:
    xyz = probes(3.0) * 1.15
    wall = model.place(xyz, 0.0).look(model.hull)[0]
    outside = xyz[wall > 0]
    assert len(outside) > 1000
    assert torch.equal(aged.first(outside), outside)
    assert float((aged.first(xyz) - xyz).norm(dim=1).max()) > 0.3


def test_landmarks_move_along(model: Model, aged: Model) -> None:
    """Each is carried back to where it lay by the vectors that are written."""
    vectors, affine = later.to_first(aged)
    assert aged.back is not None
    before, after = model.landmarks(), aged.landmarks()
    moved = torch.tensor(list(after.values()), dtype=torch.float64)
    index = (moved - torch.from_numpy(affine[:3, 3])) @ torch.from_numpy(affine[:3, :3]).inverse().T
    field = later.Field(vectors, (0.0, 0.0, 0.0), 1.0)
    back = moved + field.at(index.float()).T.double()
    assert torch.allclose(back, torch.tensor(list(before.values()), dtype=torch.float64), atol=2e-3)
    assert float((moved - torch.tensor(list(before.values()))).abs().max()) > 0.1


def test_changes_are_of_structures_and_of_the_whole_brain() -> None:
    ids = [BY_NAME[name].id for name in ("CC_Anterior", "CC_Central", "3rd-Ventricle")]
    found = later.changes(
        dict(zip(ids, (-0.1, -0.1, 0.5), strict=True)),
        dict(zip(ids, (1.0, 3.0, 2.0), strict=True)),
        dict(zip(ids, (0.9, 2.7, 3.0), strict=True)),
    )
    assert {one.name: round(one.now_ml / one.first_ml - 1, 6) for one in found} == {
        "Corpus-Callosum": -0.1,
        "3rd-Ventricle": 0.5,
        "Brain": -0.1,
    }
    assert all(one.asked == pytest.approx(one.now_ml / one.first_ml - 1) for one in found)


def test_a_change_that_would_fold_tissue_is_refused(first: First, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(later, "_ROUNDS", 1)
    wild = dict.fromkeys(both_sides("Lateral-Ventricle"), 60.0) | dict.fromkeys(both_sides("Caudate"), -0.9)
    with pytest.raises(SettingsError, match="fewer years or smaller rates"):
        later.later(first, wild)
