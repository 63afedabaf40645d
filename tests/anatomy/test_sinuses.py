import numpy as np
import pytest
from scipy import ndimage

from mindscan.anatomy.sinuses import Sinuses
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME, LABELS, in_skull
from mindscan.core.person import Person

BRAIN = [label.id for label in LABELS if in_skull(label) and label.tissue in ("GM", "WM")]


def test_sinuses_hold_about_what_is_asked(drawn, head_brain) -> None:
    """A little less than asked, for the walls between cells."""
    asked = 2 * sum(drawn.sinuses.model_dump().values())
    assert 0.75 * asked < head_brain.volumes_ml()[BY_NAME["Sinus"].id] < 1.05 * asked


def test_no_sinus_touches_the_brain(head_brain) -> None:
    labels = head_brain.labels.numpy()
    near = ndimage.binary_dilation(np.isin(labels, [BY_NAME["Sinus"].id, BY_NAME["Air"].id]))
    assert not np.isin(labels[near], BRAIN).any()


def test_the_frontal_sinus_comes_after_six_years() -> None:
    ages = (5, 12, 25)
    drawn = [
        np.mean([Sinuses().draw(Key(n), Person(age_years=age, sex="M"), 1450).frontal_ml for n in range(60)])
        for age in ages
    ]
    assert drawn[0] == 0
    assert 0.3 < drawn[1] < drawn[2]
    assert drawn[2] == pytest.approx(3.46, abs=0.4)
