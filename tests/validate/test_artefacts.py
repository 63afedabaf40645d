import numpy as np

from imaging.heads import ball
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.imaging.acquisition import Acquisition
from mindscan.imaging.magnet import MRI
from mindscan.validate.artefacts import ARTEFACTS, artefact_wall


def test_every_artefact_is_on_the_wall() -> None:
    others = {"readout", "phase", "bandwidth_hz"}
    assert set(ARTEFACTS) == set(Acquisition.model_fields) - others


def test_the_wall_shows_three_strengths_of_each() -> None:
    settings = MRI.draw("T1w", Key(1), Person(age_years=40, sex="F"), field_tesla=1.5)
    pixels = np.asarray(artefact_wall(ball(), settings, Key(2)))
    assert pixels.shape[0] % len(ARTEFACTS) == 0
    assert pixels.shape[1] % 3 == 0
    height, width = pixels.shape[0] // len(ARTEFACTS), pixels.shape[1] // 3
    tiles = {
        pixels[row : row + height, column : column + width].tobytes()
        for row in range(0, pixels.shape[0], height)
        for column in range(0, pixels.shape[1], width)
    }
    assert len(tiles) == 3 * len(ARTEFACTS)
