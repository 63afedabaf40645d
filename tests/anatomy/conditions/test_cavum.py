import numpy as np
import pytest

from mindscan.anatomy import build
from mindscan.cohort.plan import Plan
from mindscan.cohort.recipe import draw
from mindscan.core.brain import Brain
from mindscan.core.labels import BY_NAME, both_sides
from mindscan.core.volume import Grid
from mindscan.validate.illnesses import shares

CAVUM = (BY_NAME["5th-Ventricle"].id,)
WHITE = both_sides("Cerebral-White-Matter")


def made(severity: float = 0.5, **settings):
    wanted = {"name": "cavum-septi-pellucidi", "severity": severity, "settings": settings}
    return draw(Plan.parse({"people": {"age_years": 60}, "conditions": [wanted]}), 3, "0001")


def painted(width_mm: float) -> Brain:
    model = made(width_mm=width_mm).head()
    x, y, z = model.landmarks()["AC"]
    grid = Grid.centred((40, 44, 44), (1.0, 1.0, 1.0), (round(x), round(y + 8), round(z + 10)))
    return build.painted(model, grid, dense=False)


def test_width_and_leaflets_are_found_on_the_voxels() -> None:
    brain = painted(7.0)
    fluid, leaflets = shares(brain, CAVUM), shares(brain, WHITE)
    y, z = np.unravel_index(fluid.sum(0).argmax(), fluid.shape[1:])
    row, white = fluid[:, y, z], leaflets[:, y, z]
    assert row.sum() == pytest.approx(7, abs=0.7)
    first, last = np.flatnonzero(row > 0.5)[[0, -1]]
    assert white[first - 3 : first + 1].max() > 0.4
    assert white[last : last + 4].max() > 0.4


def test_the_width_goes_with_the_severity() -> None:
    narrow, wide = (made(severity).conditions[0].width_mm for severity in (0.1, 0.9))
    assert 1 < narrow < 5 < wide < 14
