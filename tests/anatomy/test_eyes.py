import numpy as np
import pytest

from mindscan.anatomy.eyes import Eyes, EyesSize
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME
from mindscan.core.person import Person


def test_the_eyes_are_as_large_as_asked(drawn, head_brain) -> None:
    volumes = head_brain.volumes_ml()
    found = sum(volumes[BY_NAME[name].id] for name in ("Globe", "Vitreous-Humor", "Lens")) / 2
    asked = np.pi / 6 * drawn.eyes.globe_mm**3 / 1000
    assert found == pytest.approx(asked, rel=0.2)


def test_the_eyes_lie_at_their_landmarks(head_brain) -> None:
    labels, affine = head_brain.labels.numpy(), head_brain.labels.affine
    where = np.argwhere(labels == BY_NAME["Vitreous-Humor"].id) * 2 + affine[:3, 3]
    for side, sign in (("R", 1), ("L", -1)):
        middle = where[where[:, 0] * sign > 0].mean(0)
        assert np.linalg.norm(middle - head_brain.landmarks[f"{side} eye"]) < 3


def test_the_lens_lies_in_front(head_brain) -> None:
    labels = head_brain.labels.numpy()
    front = np.argwhere(labels == BY_NAME["Lens"].id)[:, 1].mean()
    assert front > np.argwhere(labels == BY_NAME["Vitreous-Humor"].id)[:, 1].mean() + 2


def test_eyes_grow_and_lenses_thicken() -> None:
    child, adult, old = (
        [Eyes().draw(Key(n), Person(age_years=age, sex="M"), 1450) for n in range(40)] for age in (1, 30, 80)
    )
    assert np.mean([e.globe_mm for e in child]) < 0.85 * np.mean([e.globe_mm for e in adult])
    assert np.mean([e.lens_mm for e in adult]) < np.mean([e.lens_mm for e in old])


def test_an_impossible_eye_is_refused() -> None:
    with pytest.raises(SettingsError, match="globe_mm"):
        EyesSize.parse({"globe_mm": 60, "lens_mm": 4, "nerve_mm": 3})
