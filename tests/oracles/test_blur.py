"""Our blur against those of SciPy and MONAI."""

import pytest
import torch
from monai.networks.layers import GaussianFilter
from scipy.ndimage import gaussian_filter

from mindscan.core.key import Key
from mindscan.imaging.blur import FWHM_PER_SD, point_spread

IMAGE = torch.rand((48, 40, 44), generator=Key(1).generator())


@pytest.mark.parametrize("sd_mm", [0.9, 1.0, 2.0, 3.3])
@pytest.mark.parametrize("voxel_mm", [(1.0, 1.0, 1.0), (0.9, 1.0, 1.0), (1.0, 1.0, 0.5)])
def test_it_equals_scipy(sd_mm: float, voxel_mm: tuple[float, float, float]) -> None:
    ours = point_spread(IMAGE, sd_mm * FWHM_PER_SD, voxel_mm)
    sd = [sd_mm / voxel for voxel in voxel_mm]
    theirs = torch.from_numpy(gaussian_filter(IMAGE.numpy(), sd, mode="nearest"))
    torch.testing.assert_close(ours, theirs, rtol=0, atol=2e-4)


def test_it_equals_monai_inside_the_border() -> None:
    ours = point_spread(IMAGE, 1.5 * FWHM_PER_SD, (1.0, 1.0, 1.0))
    theirs = GaussianFilter(3, 1.5, approx="sampled")(IMAGE[None, None])[0, 0]
    inner = (slice(8, -8),) * 3
    torch.testing.assert_close(ours[inner], theirs[inner].detach(), rtol=0, atol=5e-4)
