import numpy as np
import pytest
from scipy import ndimage

from mindscan.imaging import acquire
from mindscan.validate import resolution

FWHM_PER_SD = 2.3548


def edge(sd: float) -> tuple[np.ndarray, np.ndarray]:
    """A slanted edge on voxels of 1, blurred by a Gaussian, and the distance of every voxel from it."""
    i, j = np.mgrid[-40:40:0.25, -40:40:0.25]
    away = i * np.cos(0.15) + j * np.sin(0.15)
    fine = np.clip(0.5 + away / 0.25, 0, 1)
    inside = (slice(80, 240, 4),) * 2
    return ndimage.gaussian_filter(fine, sd / 0.25)[inside].ravel(), away[inside].ravel()


@pytest.mark.parametrize("sd", [0.8, 1.5])
def test_an_edge_is_as_wide_as_it_was_blurred(sd: float) -> None:
    image, away = edge(sd)
    near = np.abs(away) < 6 * sd
    spread = resolution.line_spread(image[near], away[near], 0.25)
    assert resolution.fwhm(*spread) == pytest.approx(FWHM_PER_SD * sd, rel=0.03)
    # exp(-2 (pi sd f)^2) is one half
    assert resolution.half_frequency(*spread) == pytest.approx(
        np.sqrt(np.log(2) / 2) / (np.pi * sd), rel=0.03
    )


def test_the_direction_of_an_edge_does_not_matter() -> None:
    image, away = edge(1.5)
    near = np.abs(away) < 9
    up, down = (resolution.fwhm(*resolution.line_spread(s * image[near], away[near], 0.25)) for s in (1, -1))
    assert up == pytest.approx(down)


def test_scanners_are_as_sharp_as_their_settings() -> None:
    rows = resolution.resolution()
    assert len(rows) == 16
    assert [row["name"] for row in rows if not row["holds"]] == []


def test_a_blur_that_is_too_wide_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = acquire.point_spread
    monkeypatch.setattr(acquire, "point_spread", lambda image, mm, edges: honest(image, 1.1 * mm, edges))
    assert not resolution._in_plane(0, 1.7)["holds"]
