import base64
import io

import pytest
from PIL import Image

from mindscan.imaging.presets import find
from mindscan.imaging.scanner import PRESETS
from mindscan.validate import protocols
from mindscan.validate.heads import small_head


def opened(source: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2])))


@pytest.fixture(autouse=True)
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocols, "head", lambda grid=None: small_head())


@pytest.mark.parametrize("name", ["T1w", "SWI-3T-phase", "T1map-3T"])
def test_a_preset_is_shown_in_three_planes(name: str) -> None:
    shown = protocols.picture(find(name, PRESETS))
    assert shown.text.startswith(name + " · ")
    picture = opened(shown.source)
    assert picture.width > 2 * picture.height
    low, high = picture.convert("L").getextrema()
    assert (low, high) < (30, 256)
    assert high > 150


def test_ct_is_shown_in_two_windows() -> None:
    picture = opened(protocols.picture(find("CT", PRESETS)).source)
    one = opened(protocols.picture(find("T1w", PRESETS)).source)
    assert picture.size == (one.width, 2 * one.height)


def test_a_radiograph_is_shown_as_it_hangs() -> None:
    picture = opened(protocols.picture(find("XR-lateral", PRESETS)).source)
    assert picture.size == (protocols.RADIOGRAPH_PX,) * 2
