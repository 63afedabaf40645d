"""The whole chain: nothing where nothing is asked, and the truth on the grid of the image."""

from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats

from imaging.heads import ball
from mindscan.core.brain import Brain
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.scan import Scan
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.acquire import Physics, View, acquire
from mindscan.imaging.acquisition import Acquisition
from mindscan.imaging.magnet import MRI
from mindscan.validate.keeping import NOTHING

HEAD = ball()
T1W = MRI.draw("T1w", Key(1), Person(age_years=40, sex="F"), field_tesla=3.0).model_dump()

FAULTS: dict[str, dict[str, Any]] = {
    "motion": {"translation_mm": 5, "rotation_deg": 5},
    "ghosting": {"phase_deg": 20},
    "spikes": {"share": 0.2},
    "zipper": {"strength": 1, "offset_hz": 1000},
    "saturation": {"clipped_db": 6},
    "sampling": {"phase_mm": 4},
    "coils": {"channels": 8, "acceleration": 2},
    "quantisation": {"bits": 4},
    "masking": {},
    "off_resonance": {"strength": 5},
    "chemical_shift": {},
    "wrap": {"phase_share": 0.7},
    "field_of_view": {"k_mm": 50},
    "slices": {"thickness_mm": 6},
}


def scan(brain: Brain = HEAD, **asked: Any) -> Scan:
    settings = {**T1W, "acquisition": {"bandwidth_hz": 100, **asked}}
    return MRI.parse(settings).scan(brain, Key(2))


CLEAN = scan()


@pytest.mark.parametrize("name", NOTHING)
def test_an_artefact_of_no_amplitude_is_the_identity(name: str) -> None:
    assert torch.equal(scan(**{name: NOTHING[name]}).volume.data, CLEAN.volume.data)


@pytest.mark.parametrize("name", FAULTS)
def test_each_artefact_alone_changes_the_image_and_repeats(name: str) -> None:
    seen, again = (scan(**{name: FAULTS[name]}) for _ in range(2))
    assert torch.equal(seen.volume.data, again.volume.data)
    assert bool(seen.volume.data.isfinite().all())
    assert float(seen.volume.data.min()) >= 0
    assert seen.volume.data.dtype == torch.float32
    same = seen.volume.data.shape == CLEAN.volume.data.shape
    assert not (same and torch.allclose(seen.volume.data, CLEAN.volume.data, rtol=1e-3))
    truth = (seen.brain or HEAD).labels
    assert truth.data.shape == seen.volume.data.shape
    np.testing.assert_array_equal(truth.affine, seen.volume.affine)


def test_all_at_once() -> None:
    seen = scan(**{**FAULTS, "wrap": {"phase_share": 0.8}, "zipper": {"strength": 0.2, "offset_hz": 100}})
    assert bool(seen.volume.data.isfinite().all())
    assert seen.brain is not None
    assert seen.brain.labels.data.shape == seen.volume.data.shape


@pytest.mark.parametrize(
    "name", ["motion", "ghosting", "spikes", "zipper", "coils", "quantisation", "masking"]
)
def test_labels_of_an_undistorted_image_are_those_of_the_head(name: str) -> None:
    assert scan(**{name: FAULTS[name]}).brain is None


def test_distortion_moves_labels_and_landmarks_along() -> None:
    spin_echo = MRI.draw("T2w", Key(1), Person(age_years=40, sex="F"), field_tesla=3.0).model_dump()
    clean, seen = (
        MRI.parse({**spin_echo, "acquisition": asked}).scan(HEAD, Key(2))
        for asked in ({}, {"off_resonance": {"shim_order": 0}, "bandwidth_hz": 100})
    )
    assert seen.brain is not None
    for label in (2, 3, 24, 125):
        level = clean.volume.data[HEAD.labels.data == label].median()
        shown = seen.volume.data[seen.brain.labels.data == label].median()
        assert float(shown) == pytest.approx(float(level), rel=0.25)
    moved = np.subtract(list(seen.brain.landmarks.values()), list(HEAD.landmarks.values()))
    assert np.abs(moved[:, :2]).max() < 1e-6
    assert 0.01 < np.abs(moved[:, 2]).max() < 20


def test_a_landmark_in_an_even_field_moves_by_its_voxels(monkeypatch: pytest.MonkeyPatch) -> None:
    ppm = torch.full(HEAD.labels.data.shape, 2.0)
    monkeypatch.setattr("mindscan.imaging.acquire.field_ppm", lambda brain, off, chi_ppm: ppm.clone())
    seen = scan(off_resonance={})
    assert seen.brain is not None
    voxels = 2.0 * 42.577478518 * 3 / 100
    x, y, z = seen.brain.landmarks["front"]
    assert (x, y, z) == pytest.approx((0, 20, voxels * 2.0), abs=1e-3)
    moved = seen.brain.labels.data.nonzero().double().mean(0) - HEAD.labels.data.nonzero().double().mean(0)
    assert float(moved[2]) == pytest.approx(voxels, abs=0.51)


def test_other_grids_keep_landmarks_and_place_in_the_world() -> None:
    for asked in (
        {"slices": {"orientation": "axial", "thickness_mm": 6, "gap_mm": 1}},
        {"slices": {"orientation": "coronal", "thickness_mm": 4, "tilt_deg": 20}},
        {"field_of_view": {"j_mm": 80, "offset_j_mm": 8}},
        {"sampling": {"readout_mm": 4, "phase_mm": 3, "slice_mm": 5, "zero_fill": False}},
        {"wrap": {"phase_share": 0.8}},
    ):
        seen = scan(**asked)
        assert seen.brain is not None
        assert seen.brain.landmarks == HEAD.landmarks
        white = (seen.brain.labels.data == 2).nonzero().double().mean(0)
        middle = seen.brain.labels.affine @ np.append(white.numpy(), 1)
        np.testing.assert_allclose(middle[:3], 0, atol=0.7)
        for label in (2, 165):
            level = CLEAN.volume.data[HEAD.labels.data == label].median()
            shown = seen.volume.data[seen.brain.labels.data == label].median()
            assert float(shown) == pytest.approx(float(level), rel=0.2)


def test_a_field_of_view_holds_the_same_voxels() -> None:
    quiet = {**T1W, "snr": 1e6}
    whole = MRI.parse(quiet).scan(HEAD, Key(2)).volume.data
    part = MRI.parse({**quiet, "acquisition": {"field_of_view": {"k_mm": 50, "offset_k_mm": 10}}})
    seen = part.scan(HEAD, Key(2)).volume.data
    torch.testing.assert_close(seen, whole[:, :, 18:43], atol=0.2, rtol=1e-3)


def flat(asked: dict[str, Any], signal: float, sd: float) -> torch.Tensor:
    shape = (60, 60, 60)
    grid = Grid.centred(shape, (1.0, 1.0, 1.0))
    brain = Brain.from_labels(Volume(torch.full(shape, 2), grid.affine))
    physics = Physics(3.0, 0.0, 0.0, sd, 1000.0, {})
    view = View(torch.full(shape, signal), brain)
    return acquire(Acquisition.parse(asked), view, None, physics, Key(4)).signal


@pytest.mark.parametrize("signal", [0.0, 20.0])
def test_noise_of_an_array_is_non_central_chi(signal: float) -> None:
    image = flat({"coils": {"channels": 6}}, signal, 10.0).numpy().ravel()
    exact = stats.ncx2(12, (signal / 10) ** 2) if signal else stats.chi2(12)
    assert stats.kstest((image / 10) ** 2, exact.cdf).pvalue > 0.01


def test_noise_of_a_ghosted_image_is_rician() -> None:
    image = flat({"ghosting": {"phase_deg": 30}}, 0.0, 10.0).numpy().ravel()
    assert stats.kstest(image, stats.rayleigh(scale=10).cdf).pvalue > 0.01


def test_zero_filled_noise_is_rayleigh_and_correlated() -> None:
    asked = {"sampling": {"readout_mm": 2, "phase_mm": 2, "slice_mm": 2}}
    image = flat(asked, 0.0, 10.0)
    apart = image[::4, ::4, ::4].numpy().ravel()
    assert stats.kstest(apart, stats.rayleigh(scale=10).cdf).pvalue > 0.01
    beside = np.corrcoef(image[1:].ravel(), image[:-1].ravel())[0, 1]
    assert beside > 0.3


def test_parallel_imaging_without_overlap_costs_the_root_of_the_acceleration() -> None:
    shape = (40, 64, 40)
    grid = Grid.centred(shape, (2.0, 2.0, 2.0))
    brain = Brain.from_labels(Volume(torch.full(shape, 2), grid.affine))
    signal = torch.zeros(shape)
    signal[:, 24:40] = 1000
    physics = Physics(3.0, 0.0, 0.0, 10.0, 1000.0, {})
    sds = []
    for factor in (1, 2):
        asked = {"coils": {"acceleration": factor, "combine": "sense"}}
        image = acquire(Acquisition.parse(asked), View(signal, brain), None, physics, Key(4)).signal
        sds.append(float(image[:, 26:38].std()))
    assert sds[1] / sds[0] == pytest.approx(2**0.5, rel=0.02)


def test_many_random_contrasts_leave_labels_and_landmarks_alone() -> None:
    before, marks = HEAD.labels.data.clone(), dict(HEAD.landmarks)
    for seed in range(200):
        drawn = MRI.draw("random", Key(seed), Person(age_years=40, sex="F"))
        small = Brain.from_labels(Volume(HEAD.labels.data[20:26, 20:26, 20:26], HEAD.labels.affine), marks)
        seen = drawn.scan(small, Key(seed))
        assert seen.brain is None
        assert small.landmarks == marks
    assert torch.equal(HEAD.labels.data, before)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"field_of_view": {"k_mm": 5, "offset_k_mm": 200}}, "an empty field of view along k"),
        (
            {"slices": {"orientation": "sagittal", "thickness_mm": 50}, "field_of_view": {"i_mm": 20}},
            "one slice",
        ),
        ({"zipper": {"strength": 1, "offset_hz": 1e5}}, "within the readout"),
    ],
)
def test_what_does_not_fit_the_head_is_refused_in_one_line(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        scan(**asked)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"field_of_view": {"k_mm": 5, "offset_k_mm": 200}}, "an empty field of view along k"),
        (
            {"slices": {"orientation": "sagittal", "thickness_mm": 50}, "field_of_view": {"i_mm": 20}},
            "one slice",
        ),
    ],
)
def test_a_geometry_that_does_not_fit_is_refused_before_the_head_is_made(
    asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        MRI.parse({**T1W, "acquisition": asked}).grid(HEAD.labels.grid)
