"""A survey finds places by what lies there."""

import numpy as np
import pytest

from mindscan.anatomy.survey import STEP_MM, Survey, blob, ids_of
from mindscan.core.key import Key


def survey() -> Survey:
    """A cube of white matter with a ventricle in the middle."""
    labels = np.zeros((30, 30, 30), np.int16)
    labels[3:27, 3:27, 3:27] = ids_of("Left-Cerebral-White-Matter")[0]
    labels[12:18, 12:18, 12:18] = ids_of("Left-Lateral-Ventricle")[0]
    origin = (-29.0, -29.0, -29.0)
    look = Survey(labels, np.zeros((30, 30, 30, 3)), origin, 1.0)
    return Survey(labels, look.nodes, origin, 1.0)


def test_distances_are_millimetres_in_the_world() -> None:
    look = survey()
    assert look.to_ventricle[20, 15, 15] == pytest.approx(2.5 * STEP_MM)
    assert look.to_ventricle[15, 15, 15] < 0


def test_places_fall_where_the_weight_is() -> None:
    look = survey()
    weight = 1.0 * look.mask("Cerebral-White-Matter")
    places = look.pick(weight, 200, Key(1))
    assert look.mask("Cerebral-White-Matter")[look.index(places)].all()
    assert len(look.pick(0 * weight, 5, Key(1))) == 0
    assert np.array_equal(places, look.pick(weight, 200, Key(1)))


def test_a_place_of_the_template_is_found() -> None:
    assert survey().find((7.1, -3.2, 0.8)) == pytest.approx([7, -3, 1])


def test_a_level_is_cut_to_where_it_matters() -> None:
    look = survey()
    level = np.linalg.norm(look.nodes, axis=-1) - 8
    field = look.field(level)
    assert field.data.shape[1] < 30
    assert float(field.data[0, 0].min()) > 2


def test_a_lump_is_about_as_large_as_its_radii() -> None:
    field = blob(np.zeros(3), (6.0, 4.0), np.array([1.0, 0, 0]), 0.9, Key(2), rough=0.05)
    ml = float((field.data < 0).sum()) * (field.step_mm * 0.9) ** 3 / 1000
    assert ml == pytest.approx(4 / 3 * np.pi * 6 * 16 / 1000, rel=0.15)
    wide = np.argwhere(field.data[0].numpy() < 0)
    assert np.ptp(wide[:, 0]) > np.ptp(wide[:, 1])


def test_scattered_places_keep_off_each_other_until_there_is_no_room() -> None:
    look = survey()
    white = look.mask("Cerebral-White-Matter").astype(float)
    scatter = look.scattered(white, Key(1))
    places = [scatter.take(20.0) for _ in range(200)]
    found = np.array([place for place in places if place is not None])
    assert 3 < len(found) < 200
    assert white[look.index(found)].mean() > 0.9
    gaps = np.linalg.norm(found[:, None] - found[None], axis=-1)[np.triu_indices(len(found), 1)]
    assert gaps.min() > 18
