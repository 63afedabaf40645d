from dataclasses import replace

import pytest
import torch

from mindscan.anatomy import build, cerebrum, cortex, template
from mindscan.anatomy.anatomy import draw
from mindscan.anatomy.structure import Frame, Place
from mindscan.anatomy.warp import empty_lattice
from mindscan.core.key import Key
from mindscan.core.person import Person


@pytest.fixture(scope="module")
def frame() -> Frame:
    """A head without warp."""
    lattice = empty_lattice()
    hull = template.load().fields["hull"]
    head = build.Model(torch.eye(4).double().numpy(), lattice, 1.0, hull, hull, (), (), {})
    probe = build._probe(head, build._everywhere(head))
    return Frame(template.load(), 1.0, lattice, probe, torch.ones(len(probe.xyz)))


@pytest.fixture(scope="module")
def sheet(frame: Frame) -> cortex.Sheet:
    """A cortex as it is drawn for a head of the template's size."""
    params = draw(Key(1), Person(age_years=30, sex="M"), icv_ml=1890).cerebrum
    return cerebrum.fitted(params, Key(1), frame)


def ray(sheet: cortex.Sheet, start: tuple[float, float, float], step: tuple[float, float, float]) -> Place:
    points = torch.tensor(start) + torch.arange(0, 60, 0.25)[:, None] * torch.tensor(step)
    return Place(points, 1.0, 0.0)


def test_white_matter_lies_under_cortex_everywhere(sheet: cortex.Sheet, frame: Frame) -> None:
    site = sheet.site(frame.probe)
    white, both = sheet.cover(site, frame.probe)
    assert bool((white <= both + 1e-6).all())


def test_volumes_follow_folding_and_swelling(sheet: cortex.Sheet, frame: Frame) -> None:
    site = sheet.site(frame.probe)

    def volumes(**change: float) -> tuple[float, float]:
        white, both = replace(sheet, **change).cover(site, frame.probe)
        return float(white.sum()), float((both - white).sum())

    assert volumes(deepening=1.5)[1] > volumes(deepening=0.5)[1]
    assert volumes(swelling=1.0)[0] > volumes(swelling=-1.0)[0]


@pytest.mark.parametrize(("white_ml", "grey_ml"), [(600, 620), (500, 650), (650, 520), (430, 480)])
def test_fit_meets_both_volumes(white_ml: float, grey_ml: float, sheet: cortex.Sheet, frame: Frame) -> None:
    fitted = cortex.fit(sheet, frame.probe, frame.free, white_ml, grey_ml)
    white, both = fitted.cover(fitted.site(frame.probe), frame.probe)
    ml = frame.probe.point_ml
    assert float(white.sum()) * ml == pytest.approx(white_ml, rel=0.01)
    assert float((both * (1 - white)).sum()) * ml == pytest.approx(grey_ml, rel=0.01)


def test_cortex_keeps_away_from_nuclei_and_ventricles(sheet: cortex.Sheet, frame: Frame) -> None:
    site = sheet.site(frame.probe)
    depth, thickness = sheet.depth(site), sheet.thickness_at(site)
    close = (site.nuclei < -0.5) & (site.wall < -6)
    assert bool((depth >= thickness * 0.85)[close].all())


def test_crowns_are_thicker_than_fundi(sheet: cortex.Sheet, frame: Frame) -> None:
    site = sheet.site(frame.probe)
    thickness = sheet.thickness_at(replace(site, share=torch.ones_like(site.share)))
    crown, fundus = thickness[site.below < 1].mean(), thickness[site.below > 14].mean()
    assert float(crown / fundus) == pytest.approx(1.03 / 0.93, rel=0.02)


def test_however_deep_sulci_end_where_there_is_no_room(sheet: cortex.Sheet, frame: Frame) -> None:
    deepest = replace(sheet, deepening=20.0)
    site = deepest.site(frame.probe)
    below = site.below + deepest.swelling
    away = (torch.stack([below, site.average, -site.wall]) > cortex.LIPS_MM).all(0)
    beyond = away & (below > site.deepest + 1)
    assert int(beyond.sum()) > 1000
    assert float(deepest.depth(site)[beyond].min()) > 0
    shallow = away & (below < site.deepest - 1) & (site.aside < deepest.gap)
    assert float((deepest.depth(site)[shallow] < 0).float().mean()) > 0.5
