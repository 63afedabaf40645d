import json
import math
from typing import Any

import pytest
import torch

from mindscan.core.brain import Brain
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME
from mindscan.core.person import Person
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.attenuation import energies_kev, linear_attenuation
from mindscan.imaging.spectra import absorbed, spectrum
from mindscan.imaging.xray import TISSUES_SHOWN, UNITS, XRay

PERSON = Person(age_years=40, sex="F")
GRID = Grid.centred((40, 44, 36), (4.0, 4.0, 4.0), (0.0, -10.0, -28.0))
PLAIN = {
    "azimuth_deg": 0.0,
    "source_detector_mm": 1200.0,
    "object_detector_mm": 200.0,
    "tube_kv": 80.0,
    "aluminium_mm": 3.0,
    "mas": 1000.0,
    "scatter_fraction": 0.0,
    "pixels": (64, 64),
    "pixel_mm": 4.0,
    "focus_mm": 0.0,
    "mtf50_per_mm": 20.0,
}


def settings(**changes: Any) -> XRay:
    return XRay.parse({"preset": "XR-AP", **PLAIN, **changes})


def head() -> Brain:
    """A cube of 80 mm of grey matter in a shell of 8 mm of compact bone, in air, with two landmarks."""
    axes = [(torch.arange(n) - (n - 1) / 2).abs() * 4 for n in GRID.shape]
    i, j, k = torch.meshgrid(*axes, indexing="ij")
    away = torch.maximum(torch.maximum(i, j), k)
    labels = torch.zeros(GRID.shape, dtype=torch.int16)
    labels[away < 48] = BY_NAME["Outer-Table"].id
    labels[away < 40] = BY_NAME["Left-Cerebral-Cortex"].id
    marks = {"middle": (0.0, -10.0, -28.0), "corner": (40.0, 30.0, 12.0)}
    return Brain.from_labels(Volume(labels, GRID.affine), marks)


def test_beer_and_lambert_hold_over_the_spectrum() -> None:
    """The middle of the picture is behind 16 mm of bone and 80 mm of brain; worked out bin by bin."""
    found = settings().scan(head(), Key(1)).volume.data[30:34, 30:34, 0].mean() / UNITS
    photons = spectrum(80, {"aluminium": 3.0}) * absorbed("caesium iodide", 0.4) * energies_kev()
    through = torch.exp(-16 * linear_attenuation("compact bone") - 80 * linear_attenuation("grey"))
    assert float(found) == pytest.approx(
        float(-torch.log((photons * through).sum() / photons.sum())), rel=0.005
    )


def test_truth_comes_with_the_picture() -> None:
    made = settings().scan(head(), Key(1))
    assert made.volume.data.shape == (64, 64, 1)
    assert tuple(made.maps) == TISSUES_SHOWN
    middle = {name: float(made.maps[name].data[31:33, 31:33].mean()) for name in TISSUES_SHOWN}
    assert middle == pytest.approx({"soft": 0, "bone": 16, "CSF": 0, "GM": 80, "WM": 0}, abs=0.1)
    assert made.places["middle"] == pytest.approx([31.5, 31.5, 1.2])
    column, row, magnification = made.places["corner"]
    assert magnification == pytest.approx(1200 / 960)
    assert (column, row) == pytest.approx((31.5 - 10 * 1.25, 31.5 - 10 * 1.25))
    assert (made.volume.affine == made.maps["bone"].affine).all()


def test_landmarks_fall_on_what_they_mark() -> None:
    """The upper edge of the bone, in the picture and by its place."""
    brain = head()
    top = Brain.from_labels(brain.labels, {"top": (0.0, -10.0, -28.0 + 48.0)})
    made = settings(pixels=(64, 256), pixel_mm=1.0).scan(top, Key(1))
    bone = made.maps["bone"].data[32, :, 0]
    edge = int((bone > 8).nonzero()[0])
    assert edge == pytest.approx(made.places["top"][1], abs=5)


def test_noise_falls_with_the_root_of_the_dose() -> None:
    found = {}
    for mas in (0.1, 0.4, 1.6):
        one, two = (settings(mas=mas).scan(head(), Key(n)).volume.data[24:40, 24:40] for n in (1, 2))
        found[mas] = float((one - two).std())
    assert found[0.1] / found[0.4] == pytest.approx(2, rel=0.15)
    assert found[0.1] / found[1.6] == pytest.approx(4, rel=0.15)


def test_scatter_veils() -> None:
    """The share of scatter in the signal behind the head is the one that the settings say."""
    clear, veiled = (
        settings(scatter_fraction=f).scan(head(), Key(1)).volume.data / UNITS for f in (0.0, 0.5)
    )
    inside = slice(24, 40)
    primary, total = (torch.exp(-depth[inside, inside]).mean() for depth in (clear, veiled))
    assert float(1 - primary / total) == pytest.approx(0.5, abs=0.1)


def test_the_collimator_hides_the_rest() -> None:
    made = settings(field_mm=(100.0, 160.0)).scan(head(), Key(1)).volume.data[..., 0]
    open_field = (made > 0).nonzero()
    assert open_field.amin(0).tolist() == [19, 12]
    assert open_field.amax(0).tolist() == [44, 51]


@pytest.mark.parametrize("mtf50_per_mm", [0.5, 1.5])
def test_resolution_is_what_the_settings_say(mtf50_per_mm: float) -> None:
    """A slit's line spread keeps half of its contrast at the frequency asked."""
    machine = settings(mtf50_per_mm=mtf50_per_mm, pixels=(256, 256), pixel_mm=0.1, mas=1000)
    paths = torch.zeros((2, 256, 256))
    wave = torch.cos(2 * math.pi * mtf50_per_mm * torch.arange(256) * 0.1)
    paths[0] = 0.05 * wave[:, None]
    sharp = settings(pixels=(256, 256), pixel_mm=0.1, mas=1000, mtf50_per_mm=20.0)
    amplitude = [
        float((m.radiograph(paths + 10, Key(1)).mean(1)[28:228] * wave[28:228]).sum())
        for m in (machine, sharp)
    ]
    offset = [
        float((m.radiograph(0 * paths + 10, Key(1)).mean(1)[28:228] * wave[28:228]).sum())
        for m in (machine, sharp)
    ]
    ratio = (amplitude[0] - offset[0]) / (amplitude[1] - offset[1])
    assert ratio == pytest.approx(0.5, rel=0.05)


def test_a_wide_focus_blurs_what_is_far_from_the_detector() -> None:
    near, far = (settings(focus_mm=1.2, object_detector_mm=mm).blur_sd_mm for mm in (100.0, 400.0))
    assert near < far
    assert settings(focus_mm=0.0).blur_sd_mm < near


def test_the_head_is_painted_from_crown_to_chin() -> None:
    grid = settings().grid(GRID)
    ends = [grid.affine @ [*corner, 1] for corner in ((0, 0, 0), grid.shape)]
    assert ends[0][:3].tolist() == pytest.approx([-100, -138, -168], abs=2)
    assert ends[1][:3].tolist() == pytest.approx([100, 118, 113], abs=2)


def test_draws_look_from_where_their_name_says() -> None:
    for suffix, azimuth in (("XR-AP", 0), ("XR-lateral", 90), ("XR-oblique", 45)):
        drawn = [XRay.draw(suffix, Key(n), PERSON) for n in range(20)]
        assert all(abs(one.azimuth_deg - azimuth) < 5 for one in drawn)
        assert len({one.mas for one in drawn}) == 20
        assert XRay.parse(json.loads(drawn[0].json_text())) == drawn[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tube_kv": 72.0}, "a multiple of 5 from 50 to 140"),
        ({"object_detector_mm": 1000.0}, "a focus at least 300 mm"),
        ({"pixels": (0, 64)}, "greater than or equal to 8"),
        ({"field_mm": (0.0, 100.0)}, "greater than 0"),
        ({"preset": "XR-AP2"}, "XR-AP"),
    ],
)
def test_impossible_settings_are_refused_in_one_line(change: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        XRay.parse({"preset": "XR-AP", **PLAIN, **change})
    assert "\n" not in str(caught.value)
