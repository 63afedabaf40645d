import pytest
import torch

from mindscan.anatomy.fit import fit_shift, rising_root
from mindscan.anatomy.ribbon import Surfaces, fit
from mindscan.anatomy.structure import Place

NOTHING = -1000.0


@pytest.fixture
def ball() -> tuple[Place, torch.Tensor]:
    axis = torch.arange(-30.0, 31, 1)
    xyz = torch.stack([a.flatten() for a in torch.meshgrid(axis, axis, axis, indexing="ij")], 1)
    return Place(xyz, 1.0, 0.001), xyz.norm(dim=1)


def test_a_ball_is_shifted_to_the_volume_asked(ball) -> None:
    place, r = ball
    shift = fit_shift(r - 10, place, torch.ones_like(r), 8.0)
    assert 4 / 3 * torch.pi * (10 + shift) ** 3 / 1000 == pytest.approx(8.0, rel=0.01)


def test_both_volumes_of_a_ribbon_are_as_asked(ball) -> None:
    place, r = ball
    surfaces = Surfaces(r - 15, r - 18, NOTHING - r)
    free = torch.where(r < 27, 1.0, 0.0)
    ribbon = fit(surfaces, place, free, white_ml=20, grey_ml=15, limit=20)
    white, both = ribbon.cover(surfaces, place)
    assert float((free * white).sum()) / 1000 == pytest.approx(20, rel=0.002)
    assert float((free * (1 - white) * both).sum()) / 1000 == pytest.approx(15, rel=0.002)


def test_grey_matter_is_never_thicker_than_its_limit(ball) -> None:
    place, r = ball
    surfaces = Surfaces(r - 15, r - 25, NOTHING - r)
    ribbon = fit(surfaces, place, torch.ones_like(r), white_ml=14, grey_ml=9, limit=3)
    _, both = ribbon.cover(surfaces, place)
    assert float(both[r > 15 + ribbon.white_shift + 3 + 0.6].max()) == 0


def test_the_limit_gives_way_to_the_volume(ball) -> None:
    place, r = ball
    surfaces = Surfaces(r - 15, r - 20, NOTHING - r)
    free = torch.ones_like(r)
    ribbon = fit(surfaces, place, free, white_ml=14, grey_ml=18, limit=2)
    white, both = ribbon.cover(surfaces, place)
    assert ribbon.limit > 2
    assert float(((1 - white) * both).sum()) / 1000 == pytest.approx(18, rel=0.01)


def test_carved_furrows_stay_open(ball) -> None:
    place, r = ball
    furrow = 2 - place.xyz[:, 2].abs()
    surfaces = Surfaces(r - 8, r - 18, furrow)
    ribbon = fit(surfaces, place, torch.ones_like(r), white_ml=2, grey_ml=20, limit=30)
    _, both = ribbon.cover(surfaces, place)
    assert float(both[furrow > 1].max()) == 0


def test_an_unreachable_target_gives_the_nearest_end() -> None:
    assert rising_root(lambda shift: shift, 99.0) == pytest.approx(5, abs=1e-3)
    assert rising_root(lambda shift: shift, -99.0) == pytest.approx(-5, abs=1e-3)
