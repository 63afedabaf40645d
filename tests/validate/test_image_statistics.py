"""The measures on images whose numbers are known, and a made head against real ones."""

import numpy as np
import pytest
import torch

from mindscan.anatomy import build
from mindscan.cohort import recipe as recipes
from mindscan.cohort.plan import Plan
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.imaging import scanner
from mindscan.validate.image_statistics import REAL, deviations, framed, image_statistics

SHAPE = (90, 110, 84)
AFFINE = np.diag([1.6, 1.6, 1.6, 1.0])
AFFINE[:3, 3] = (20, -30, 40)


def egg(turn: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Nested ellipsoids of fluid, grey and white matter, and the mask of all; turned about the vertical."""
    x, y, z = (a * 1.6 for a in np.meshgrid(*[np.arange(n) - (n - 1) / 2 for n in SHAPE], indexing="ij"))
    x, y = np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y
    away = np.sqrt((x / 62) ** 2 + (y / 76) ** 2 + (z / 60) ** 2)
    image = np.where(away < 0.7, 100.0, np.where(away < 0.9, 65.0, 35.0)).astype(np.float32)
    return image, away < 1


def test_levels_and_shares_are_found() -> None:
    image, mask = egg()
    found = image_statistics(image, AFFINE, mask)
    assert found["gm_over_wm"] == pytest.approx(0.66, abs=0.03)
    assert found["csf_over_wm"] == pytest.approx(0.36, abs=0.03)
    assert found["wm_core_sd"] < 0.02
    assert found["left_right_correlation"] > 0.99
    assert found["wm_share"] == pytest.approx(0.7**3 / 0.95**3, abs=0.06)
    assert found["csf_share"] + found["gm_share"] + found["wm_share"] == pytest.approx(1)
    assert set(found) == set(REAL)


def test_the_frame_is_upright_and_of_one_size() -> None:
    upright, turned = (framed(image, AFFINE, mask) for image, mask in (egg(), egg(0.12)))
    both = upright.brain & turned.brain
    assert both.sum() / (upright.brain | turned.brain).sum() > 0.96
    assert upright.brain.sum() == pytest.approx(turned.brain.sum(), rel=0.02)
    small = AFFINE.copy()
    small[:3, :3] *= 0.8
    image, mask = egg()
    assert framed(image, small, mask).brain.sum() == pytest.approx(upright.brain.sum(), rel=0.03)


def test_the_size_of_noise_and_its_grain_are_found() -> None:
    image, mask = egg()
    white = (Key(1) / "white").rng().standard_normal(SHAPE).astype(np.float32) * 8
    coarse = torch.nn.functional.avg_pool3d(torch.from_numpy(white)[None], 3, 1, 1)[0].numpy() * 27**0.5
    fine, grainy = (image_statistics(image + noise, AFFINE, mask) for noise in (white, coarse))
    assert 0.02 < fine["wm_core_fine_sd"] < 0.08
    assert grainy["wm_autocorr_2mm"] > fine["wm_autocorr_2mm"] + 0.2
    assert grainy["wm_core_fine_sd"] > fine["wm_core_fine_sd"]


def test_an_image_of_nothing_is_refused_in_one_line() -> None:
    _, mask = egg()
    with pytest.raises(SettingsError, match="without white matter, grey matter and fluid") as caught:
        image_statistics(mask.astype(np.float32), AFFINE, mask)
    assert "\n" not in str(caught.value)


def test_deviations_count_standard_deviations() -> None:
    assert deviations({"p50": 0.714, "gm_share": 0.46}) == {"p50": 0.0, "gm_share": -2.0}


def test_a_made_t1w_looks_like_a_real_one() -> None:
    plan = Plan.parse({"people": {"age_years": 30}, "scans": [{"preset": "T1w"}]})
    recipe = recipes.draw(plan, 49, "0001")
    brain = build.make(recipe.anatomy, recipe.grid.grid(), recipe.key / "anatomy", "cpu", False)
    settings = recipe.scans[0].model_dump() | {"acquisition": {"masking": {"keep": "brain"}}}
    image = scanner.scan(brain, type(recipe.scans[0]).parse(settings), recipe.key / "scan").volume
    found = deviations(image_statistics(image.data.numpy(), image.affine, image.data.numpy() > 0))
    assert {name: z for name, z in found.items() if abs(z) > 2.5} == {}
    assert sum(abs(z) <= 1.5 for z in found.values()) >= len(REAL) - 4
