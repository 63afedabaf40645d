import json
from typing import Any

import numpy as np
import pytest
import torch

from mindscan.core.brain import Brain
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME
from mindscan.core.person import Person
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.ct import CT, HIGHEST, KERNELS, LOWEST, WINDOWS, windowed
from mindscan.imaging.spectra import hounsfield

PERSON = Person(age_years=40, sex="F")
PLAIN: dict[str, Any] = {
    "mas": 250.0,
    "slice_mm": 5.0,
    "kernel": "smooth",
    "hardening": 0.0,
    "pixel_mm": 1.6,
    "field_mm": 243.2,
    "length_mm": 40.0,
    "centre_mm": (0.0, 0.0, 0.0),
    "head_holder": False,
}


def settings(**changes: Any) -> CT:
    return CT.parse({**PLAIN, **changes})


def cylinder(grid: Grid) -> Brain:
    """White matter in a skull of 7 mm, with a ventricle in its middle and air around it, along the table."""
    i, j, k = (torch.arange(n, dtype=torch.float64) for n in grid.shape)
    affine = torch.from_numpy(grid.affine)
    x, y = (
        affine[a, 0] * i[:, None, None] + affine[a, 1] * j[:, None] + affine[a, 2] * k + affine[a, 3]
        for a in (0, 1)
    )
    away = torch.hypot(x, y)
    labels = torch.zeros(grid.shape, dtype=torch.int16)
    names = {75.0: "Outer-Table", 68.0: "Left-Cerebral-White-Matter", 20.0: "Left-Lateral-Ventricle"}
    for radius, name in names.items():
        labels[away < radius] = BY_NAME[name].id
    return Brain.from_labels(Volume(labels, grid.affine))


def image(seed: int = 1, **changes: Any) -> torch.Tensor:
    machine = settings(**changes)
    return machine.scan(cylinder(machine.grid(None)), Key(seed)).volume.data


def inside(data: torch.Tensor, low: float, high: float, pixel_mm: float = 1.6) -> torch.Tensor:
    """Voxels whose distance from the axis lies between two radii."""
    places = (torch.arange(data.shape[0]) - (data.shape[0] - 1) / 2) * pixel_mm
    away = torch.hypot(places[:, None], places[None, :])
    return data[(away > low) & (away < high)]


@pytest.mark.parametrize("tier", ["image", "projection"])
@pytest.mark.parametrize("tube_kv", [80.0, 120.0])
def test_uniform_regions_have_the_values_of_the_table(tier: str, tube_kv: float) -> None:
    found = image(tier=tier, tube_kv=tube_kv, mas=2000, length_mm=5.0)
    assert float(inside(found, 30, 60).mean()) == pytest.approx(hounsfield("white", tube_kv), abs=5)
    assert float(inside(found, 0, 12).mean()) == pytest.approx(hounsfield("csf", tube_kv), abs=5)
    assert float(inside(found, 85, 110).mean()) == pytest.approx(-1000, abs=5)


def test_drawn_scans_keep_those_values() -> None:
    for seed in range(3):
        drawn = CT.draw("CT", Key(seed), PERSON).model_dump()
        machine = CT.parse({**drawn, "pixel_mm": 1.6, "length_mm": 10.0, "centre_mm": (0, 0, 0)})
        found = machine.scan(cylinder(machine.grid(None)), Key(1)).volume.data
        assert float(inside(found, 30, 60).mean()) == pytest.approx(hounsfield("white"), abs=5)


@pytest.mark.parametrize("tier", ["image", "projection"])
def test_noise_is_as_large_as_in_a_head_scan(tier: str) -> None:
    one, two = (image(seed, mas=400, tier=tier, length_mm=5.0) for seed in (1, 2))
    assert 1.3 < float(inside(one - two, 0, 60).std()) / 2**0.5 < 4


def test_noise_is_that_of_filtered_back_projection() -> None:
    """Its power rises from nothing, so its mean over a region is far quieter than of white noise."""
    one, two = (image(seed, pixel_mm=0.8, length_mm=15.0) for seed in (1, 2))
    noise = (one - two)[102:202, 102:202]
    power = torch.fft.fft2(noise - noise.mean(dim=(0, 1)), dim=(0, 1)).abs().square().mean(2)
    frequency = torch.fft.fftfreq(100)
    radius = torch.hypot(frequency[:, None], frequency[None, :])
    low, middle, high = (
        power[(radius > a) & (radius < b)].mean() for a, b in ((0.005, 0.025), (0.1, 0.2), (0.45, 0.7))
    )
    assert float(middle) > 2 * float(low)
    assert float(middle) > 10 * float(high)


def test_noise_is_larger_in_thin_and_in_sharp_slices() -> None:
    sd = {
        name: float(inside(image(1, **change) - image(2, **change), 0, 60).std())
        for name, change in (
            ("thick", {}),
            ("thin", {"slice_mm": 1.25, "length_mm": 10.0}),
            ("sharp", {"kernel": "standard"}),
        )
    }
    assert sd["thin"] / sd["thick"] == pytest.approx(2, rel=0.05)
    assert sd["sharp"] > 1.2 * sd["thick"]


@pytest.mark.parametrize("kernel", KERNELS)
def test_resolution_is_what_the_kernel_says(kernel: str) -> None:
    """The edge of the skull, oversampled by its distance from the axis, against the kernel's half."""
    machine = settings(kernel=kernel, pixel_mm=0.5, length_mm=5.0)
    half, _ = KERNELS[kernel]
    from_zero = machine._kernel(torch.zeros(512, 512, 1), (0.5, 0.5, 5.0))
    frequency = torch.fft.rfftfreq(512, 0.05)
    assert float(from_zero[0, 0]) == pytest.approx(1)
    at = float(np.interp(half, frequency.numpy(), from_zero[0].numpy()))
    assert at == pytest.approx(0.5, rel=0.05)


def test_bone_hardens_the_beam() -> None:
    """What is left darkens the middle of the head next to its rim."""
    clean, hard = (image(hardening=share, mas=2000) for share in (0.0, 1.0))
    cup = inside(hard - clean, 50, 65).mean() - inside(hard - clean, 0, 30).mean()
    assert float(cup) > 2


def test_metal_casts_streaks() -> None:
    ball = {"substance": "steel", "centre_mm": (30.0, 0.0, 0.0), "radius_mm": 4.0}
    clean, streaked = (image(metal=metal, mas=2000, length_mm=5.0)[..., 0] for metal in ((), (ball,)))
    change = streaked - clean
    assert float(streaked.max()) == HIGHEST
    assert float(inside(change, 50, 62).std()) > 3
    assert float(change.min()) < -50


def test_the_holder_lies_behind_the_head() -> None:
    held = (image(head_holder=True) - image(head_holder=False)) > 300
    columns, rows, _ = held.nonzero().T
    assert len(rows) > 100
    assert int(rows.max()) < held.shape[1] / 2
    assert abs(float(columns.double().mean()) - (held.shape[0] - 1) / 2) < 1


def test_grids_hold_the_slices_asked() -> None:
    grid = settings(slice_mm=1.25, spacing_mm=0.625, gantry_tilt_deg=15.0).grid(None)
    assert grid.shape == (152, 152, 64)
    assert grid.voxel_mm == pytest.approx((1.6, 1.6, 0.625))
    assert grid.affine[1:3, 1] @ [0, 1] < 0
    middle = grid.affine @ [*((np.array(grid.shape) - 1) / 2), 1]
    assert middle[:3] == pytest.approx([0, 0, 0])


def test_overlapping_slices_are_the_mean_of_their_parts() -> None:
    thin, thick = (image(mas=2000, slice_mm=mm, spacing_mm=1.25) for mm in (1.25, 2.5))
    noise = [float(inside(part.diff(dim=2), 0, 60).std()) for part in (thin, thick)]
    assert noise[1] < 0.7 * noise[0]


def test_windows() -> None:
    ramp = torch.linspace(LOWEST, HIGHEST, 1000)
    for name, (centre, width) in WINDOWS.items():
        grey = windowed(ramp, name)
        assert grey.dtype == torch.uint8
        assert int(grey[ramp < centre - width / 2].max()) == 0
        assert int(grey[ramp > centre + width / 2].min()) == 255
    with pytest.raises(SettingsError, match="one of brain"):
        windowed(ramp, "liver")


def test_the_brain_comes_along_on_the_grid_of_the_scan() -> None:
    machine = settings()
    brain = cylinder(machine.grid(None))
    made = machine.scan(brain, Key(1))
    assert made.brain is brain
    assert CT.parse(json.loads(machine.json_text())) == machine


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"slice_mm": 0.0}, "greater than or equal to 0.3"),
        ({"spacing_mm": 10.0}, "spacing_mm at most slice_mm"),
        ({"tube_kv": 121.0}, "a multiple of 5 from 50 to 140"),
        ({"kernel": "H30"}, "smooth"),
        ({"field_mm": 0.0}, "greater than or equal to 100"),
        ({"metal": [{"substance": "gold", "centre_mm": (0, 0, 0), "radius_mm": 1}]}, "titanium"),
    ],
)
def test_impossible_settings_are_refused_in_one_line(change: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        settings(**change)
    assert "\n" not in str(caught.value)
