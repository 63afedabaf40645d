import numpy as np
import pytest
import torch

from mindscan.core.errors import SettingsError
from mindscan.core.volume import Grid
from mindscan.imaging.slices import Slices, slice_weights, tilted


def test_slices_of_a_voxel_leave_everything_as_it_is() -> None:
    assert torch.equal(slice_weights(Slices(thickness_mm=1.5), 20, 1.5), torch.eye(20))


def test_gaps_are_not_seen() -> None:
    matrix = slice_weights(Slices(thickness_mm=3, gap_mm=2), 48, 1.0)
    assert matrix.shape == (10, 48)
    seen = matrix.sum(0)
    assert int((seen == 0).sum()) == 48 - 30
    torch.testing.assert_close(matrix.sum(1), torch.ones(10))


@pytest.mark.parametrize("profile", ["boxcar", "gaussian", "truncated_sinc"])
@pytest.mark.parametrize("thickness", [2.5, 5.0])
def test_a_slanted_edge_shows_the_thickness(profile: str, thickness: float) -> None:
    settings = Slices.parse({"thickness_mm": thickness, "profile": profile})
    voxel, count = 0.25, 400
    matrix = slice_weights(settings, count, voxel)
    middle = len(matrix) // 2
    # An edge that moves through one slice draws the integral of its profile.
    edge = torch.tril(torch.ones(count, count))
    profile_seen = np.gradient((edge @ matrix[middle]).numpy(), voxel)
    fine = np.interp(np.arange(0, count, 0.05), np.arange(count), profile_seen)
    width = (fine > fine.max() / 2).sum() * 0.05 * voxel
    assert width == pytest.approx(thickness, rel=0.05)
    inner = matrix[3:-3].sum(1)
    torch.testing.assert_close(inner, torch.ones_like(inner), atol=0.03, rtol=0)


def test_a_sinc_pulse_reaches_beyond_its_slice_and_a_boxcar_does_not() -> None:
    row = {
        name: slice_weights(Slices.parse({"profile": name}), 60, 1.0)[6]
        for name in ("boxcar", "truncated_sinc")
    }
    assert int((row["boxcar"] != 0).sum()) == 5
    assert float(row["truncated_sinc"].min()) < 0
    assert int((row["truncated_sinc"].abs() > 1e-3).sum()) > 7


def test_a_tilted_stack_turns_about_its_middle() -> None:
    grid = Grid.centred((10, 12, 14), (1.0, 1.0, 2.0), (3.0, 4.0, 5.0))
    affine = tilted(grid.affine, grid.shape, Slices(tilt_deg=30))
    middle = np.append((np.array(grid.shape) - 1) / 2, 1)
    np.testing.assert_allclose((affine @ middle)[:3], [3, 4, 5], atol=1e-12)
    np.testing.assert_allclose(affine[:3, 0], [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(affine[:3, 1], [0, np.cos(np.pi / 6), 0.5], atol=1e-12)
    upright = tilted(grid.affine, grid.shape, Slices(orientation="sagittal", tilt_deg=30))
    np.testing.assert_allclose(upright[:3, 2], [0, 0, 2], atol=1e-12)


@pytest.mark.parametrize(
    "change", [{"thickness_mm": 0}, {"gap_mm": -1}, {"profile": "round"}, {"tilt_deg": 90}]
)
def test_impossible_settings_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match=next(iter(change))) as caught:
        Slices.parse(change)
    assert "\n" not in str(caught.value)


def test_a_slice_thicker_than_the_head_is_refused() -> None:
    with pytest.raises(SettingsError, match="slices of 20 mm in 10 mm of image"):
        slice_weights(Slices(thickness_mm=20), 10, 1.0)
