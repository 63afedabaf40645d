import pytest

from imaging.heads import ball
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.imaging.acquisition import Acquisition
from mindscan.imaging.magnet import MRI
from mindscan.validate.artefacts import ARTEFACTS, pictures


def test_every_artefact_is_on_the_wall() -> None:
    others = {"readout", "phase", "bandwidth_hz"}
    assert set(ARTEFACTS) == set(Acquisition.model_fields) - others


@pytest.mark.parametrize("name", ARTEFACTS)
def test_three_strengths_are_shown(name: str) -> None:
    settings = MRI.draw("T1w", Key(1), Person(age_years=40, sex="F"), field_tesla=1.5)
    weak, middle, strong = pictures(name, ball(), settings, Key(2))
    assert weak.source != strong.source
    assert all(one.text.startswith(name.replace("_", " ") + ": ") for one in (weak, middle, strong))
    assert all(one.source.startswith("data:image/webp;base64,") for one in (weak, middle, strong))
