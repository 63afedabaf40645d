import functools

import numpy as np
import pytest
import torch

from mindscan.anatomy import build
from mindscan.anatomy.survey import ids_of
from mindscan.core.brain import Brain
from mindscan.validate.illnesses import shares_ml
from outer import GRID, drawn, recipe, well

NAME = "intraventricular-haemorrhage"
VENTRICLES = ("Lateral-Ventricle", "Inf-Lat-Vent", "3rd-Ventricle", "4th-Ventricle", "5th-Ventricle")


@functools.cache
def bled(ml: float) -> tuple[build.Model, Brain]:
    model = recipe(NAME, volume_ml=ml, age_days=1).head()
    return model, build.painted(model, GRID.grid(), dense=False)


def left_of(brain: Brain, name: str) -> float:
    """Share of a ventricle that is left."""
    return shares_ml(brain, name) / shares_ml(well()[1], name)


def test_more_severe_is_more() -> None:
    assert drawn(NAME, 0.9).volume_ml > 5 * drawn(NAME, 0.3).volume_ml


def test_blood_has_its_volume_and_takes_ventricles_only() -> None:
    brain = bled(3.0)[1]
    before = well()[1]
    assert brain.lesions is not None
    assert brain.fractions is not None
    assert before.fractions is not None
    assert brain.lesions.rows[0].volume_ml == pytest.approx(3.0, rel=0.02)
    assert shares_ml(before, *VENTRICLES) - shares_ml(brain, *VENTRICLES) == pytest.approx(3.0, rel=0.05)
    assert torch.equal(before.fractions[4:], brain.fractions[4:])


def test_it_lies_low_and_leaves_the_third_and_fourth_ventricle_at_first() -> None:
    brain = bled(3.0)[1]
    assert brain.lesions is not None
    at = np.argwhere(np.isin(well()[1].labels.numpy(), ids_of("Lateral-Ventricle")))
    y = at @ brain.labels.affine[1, :3] + brain.labels.affine[1, 3]
    assert brain.lesions.rows[0].centre_mm[1] < np.percentile(y, 20)
    assert left_of(brain, "3rd-Ventricle") > 0.99
    assert left_of(brain, "4th-Ventricle") > 0.99


def test_much_blood_casts_them_and_what_has_no_room_is_not_made() -> None:
    much, most = bled(13.0)[1], bled(100.0)[1]
    assert left_of(much, "4th-Ventricle") < 0.3
    assert left_of(much, "3rd-Ventricle") < 0.5
    assert left_of(much, "Lateral-Ventricle") > 0.02
    assert most.lesions is not None
    room = shares_ml(well()[1], *VENTRICLES)
    assert 0.9 * room < most.lesions.rows[0].volume_ml < 1.02 * room
