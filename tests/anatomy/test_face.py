import numpy as np
import pytest

from mindscan.anatomy import anatomy, build
from mindscan.anatomy.face import Face, FaceSize
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.person import Person


def heights(model: build.Model) -> float:
    points = model.landmarks()
    return float(np.linalg.norm(np.subtract(points["nasion"], points["menton"])))


def test_a_longer_face_is_longer_and_leaves_the_skull(
    drawn: anatomy.Anatomy, key: Key, model: build.Model
) -> None:
    data = drawn.model_dump()
    data["face"]["height"] = drawn.face.height * 1.1
    longer = build.model(anatomy.Anatomy.parse(data), key)
    assert heights(longer) > 1.04 * heights(model)
    before, after = model.landmarks(), longer.landmarks()
    for name in ("bregma", "AC", "sella", "opisthocranion"):
        assert np.linalg.norm(np.subtract(before[name], after[name])) < 0.3


def test_the_face_is_as_long_as_in_people(model: build.Model) -> None:
    """Nasion to menton: 95 to 135 mm in adults."""
    assert 95 < heights(model) < 135


def test_children_have_small_faces() -> None:
    sizes = [
        np.mean([Face().draw(Key(n), Person(age_years=age, sex="M"), 1450).height for n in range(40)])
        for age in (6, 12, 30)
    ]
    assert sizes[0] < sizes[1] < sizes[2]


def test_an_impossible_face_is_refused() -> None:
    with pytest.raises(SettingsError, match="nose_mm"):
        FaceSize.parse({"nose_mm": 30})
