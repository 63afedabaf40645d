"""Editing one structure changes that structure and its neighbourhood, and nothing else."""

from typing import Any

import pytest
import torch
from torch.nn import functional

from mindscan.anatomy import anatomy, build
from mindscan.anatomy.anatomy import Anatomy
from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME, both_sides
from mindscan.core.person import Person
from mindscan.core.volume import Grid

KEY = Key(11) / "anatomy"
BLOCK = Grid.centred((80, 112, 72), (1, 1, 1), (0, -14, 0))
REACH_VOXELS = 6
FAR_SHARE = 0.002
"""Of the voxels further off, this many may change: cortex and white matter keep their volumes."""
CC = tuple(BY_NAME[f"CC_{part}"].id for part in ("Posterior", "Mid_Posterior", "Central"))

EDITS: dict[str, tuple[str, dict[str, Any], tuple[int, ...]]] = {
    "temporal horn": ("ventricles", {"horn_right_ml": 1.5}, both_sides("Inf-Lat-Vent")[1:]),
    "third ventricle": ("ventricles", {"third_ml": 1.6}, (BY_NAME["3rd-Ventricle"].id,)),
    "cavum": ("ventricles", {"cavum_ml": 0.6}, (BY_NAME["5th-Ventricle"].id,)),
    "ventral DC": ("ventral_dc", {"left_ml": 3.0}, both_sides("VentralDC")[:1]),
    "plexus": ("choroid_plexus", {"left_ml": 0.8}, both_sides("choroid-plexus")[:1]),
    "claustrum": ("claustrum", {"left_ml": 0.6}, both_sides("Claustrum")[:1]),
    "vessels": ("vessels", {"left_ml": 0.15}, both_sides("vessel")[:1]),
    "chiasm": ("chiasm", {"volume_ml": 0.35}, (BY_NAME["Optic-Chiasm"].id,)),
    "callosum": ("callosum", {"volume_ml": 2.6}, CC),
}


@pytest.fixture(scope="module")
def drawn() -> Anatomy:
    return anatomy.draw(KEY, Person(age_years=35, sex="F"))


@pytest.fixture(scope="module")
def before(drawn: Anatomy) -> Brain:
    return build.make(drawn, BLOCK, KEY, dense=False)


def edited(drawn: Anatomy, field: str, values: dict[str, Any]) -> Brain:
    """The brain after one edit."""
    data = drawn.model_dump()
    data[field] |= values
    return build.make(Anatomy.parse(data), BLOCK, KEY, dense=False)


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_changes_only_what_is_near(name: str, drawn: Anatomy, before: Brain) -> None:
    field, values, labels = EDITS[name]
    after = edited(drawn, field, values)
    changed = before.labels.data != after.labels.data
    of_it = torch.isin(before.labels.data, torch.tensor(labels)) | torch.isin(
        after.labels.data, torch.tensor(labels)
    )
    assert bool((changed & of_it).any())
    size = 2 * REACH_VOXELS + 1
    near = functional.max_pool3d(of_it.float()[None], size, 1, REACH_VOXELS)[0] > 0
    assert float(changed[~near].float().mean()) < FAR_SHARE


def test_moving_one_structure_leaves_the_other_side_as_it_was(drawn: Anatomy, before: Brain) -> None:
    left, right = drawn.places.putamen
    further = (left[0] + 1.5, *left[1:])
    after = edited(drawn, "places", {"putamen": (further, right)})
    changed = before.labels.data != after.labels.data
    middle = changed.shape[0] // 2
    assert float(changed[: middle - 8].float().mean()) > 0.003
    assert float(changed[middle + 8 :].float().mean()) < 0.002
    assert after.volumes_ml()[12] == pytest.approx(before.volumes_ml()[12], rel=0.03)
