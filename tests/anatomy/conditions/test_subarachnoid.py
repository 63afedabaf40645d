import functools

import numpy as np
import pytest
import torch

from mindscan.anatomy import build
from mindscan.core.brain import Brain
from mindscan.core.labels import BY_NAME
from mindscan.validate.illnesses import changed_outside
from outer import GRID, drawn, recipe, well

NAME = "subarachnoid-haemorrhage"
CLOT, MIXED = (BY_NAME[name].id for name in ("Haematoma-In-Fluid", "Haematoma-Diluted"))


@functools.cache
def bled(site: str, grade: int) -> tuple[build.Model, Brain]:
    model = recipe(NAME, site=site, modified_fisher=grade, age_days=1).head()
    return model, build.painted(model, GRID.grid(), dense=False)


def middle(brain: Brain) -> np.ndarray:
    """Middle of the blood outside the ventricles, world mm."""
    assert brain.lesions is not None
    rows = [row for row in brain.lesions.rows if row.grade != "ventricular"]
    return np.average([row.centre_mm for row in rows], axis=0, weights=[row.volume_ml for row in rows])


def test_more_severe_is_thick_and_more() -> None:
    mild, bad = drawn(NAME, 0.05), drawn(NAME, 1.0)
    assert mild.modified_fisher in (1, 2)
    assert bad.modified_fisher in (3, 4)
    assert bad.volume_ml > 8 * mild.volume_ml


@pytest.mark.parametrize(("grade", "thick", "ventricular"), [(1, 0, 0), (2, 0, 1), (3, 1, 0), (4, 1, 1)])
def test_volumes_go_with_the_grade(grade: int, thick: bool, ventricular: bool) -> None:
    params = drawn(NAME, modified_fisher=grade)
    assert (params.ventricular_ml > 0) == ventricular
    assert (params.volume_ml > 10) == thick
    assert drawn(NAME, modified_fisher=grade, volume_ml=7).volume_ml == 7


def test_thick_blood_is_clot_in_mixed_blood_and_has_its_volumes() -> None:
    model, brain = bled("anterior-communicating", 4)
    assert brain.lesions is not None
    assert [row.grade for row in brain.lesions.rows] == ["thick", "mixed", "ventricular"]
    assert [lesion.label for lesion in model.lesions] == [CLOT, MIXED, CLOT]
    for row, lesion in zip(brain.lesions.rows[:2], model.lesions, strict=False):
        assert row.volume_ml == pytest.approx(lesion.ml, rel=0.03)
        assert row.structure == "CSF"


def test_it_takes_fluid_only_and_leaves_brain_and_arteries() -> None:
    before, after = well()[1], bled("anterior-communicating", 4)[1]
    assert before.fractions is not None
    assert after.fractions is not None
    assert torch.equal(before.fractions[4:], after.fractions[4:])
    assert changed_outside(before, after) == 0
    arteries = torch.isin(before.labels.data, torch.tensor([950, 951, 961, 962, 981, 982]).short())
    assert torch.equal(before.labels.data[arteries], after.labels.data[arteries])


def test_it_lies_around_the_aneurysm() -> None:
    front = middle(bled("anterior-communicating", 4)[1])
    left, back = (middle(bled(site, 3)[1]) for site in ("left-middle-cerebral", "basilar-tip"))
    assert left[0] < -20
    assert abs(front[0]) < 8
    assert front[1] > back[1] + 15
