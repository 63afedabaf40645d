import numpy as np
import pytest

from mindscan.anatomy import build
from mindscan.cohort.plan import Plan
from mindscan.cohort.recipe import draw
from mindscan.core.labels import BY_NAME, LABELS, both_sides
from mindscan.core.volume import Grid
from mindscan.validate.illnesses import shares

CALLOSUM = tuple(label.id for label in LABELS if label.name.startswith("CC_"))
LATERAL, CORTEX = both_sides("Lateral-Ventricle"), both_sides("Cerebral-Cortex")
FLUID = (BY_NAME["CSF"].id, BY_NAME["3rd-Ventricle"].id)


def made(severity: float, **settings):
    wanted = {"name": "callosal-agenesis", "severity": severity, "settings": settings}
    return draw(Plan.parse({"people": {"age_years": 30}, "conditions": [wanted]}), 3, "0001")


@pytest.fixture(scope="module")
def middle():
    """By severity: the middle of the brain on voxels of 1 mm."""
    found = {}
    for severity in (0, 0.4, 1):
        model = made(severity).head()
        x, y, z = model.landmarks()["AC"]
        grid = Grid.centred((48, 110, 64), (1.0, 1.0, 1.0), (round(x), round(y - 12), round(z + 14)))
        found[severity] = build.painted(model, grid, dense=False)
    return found


def test_of_the_callosum_only_the_front_has_formed(middle) -> None:
    whole, part = (shares(middle[severity], CALLOSUM).sum((0, 2)) for severity in (0, 0.4))
    ends = [np.flatnonzero(row > 2)[[0, -1]] for row in (whole, part)]
    missing = made(0.4).conditions[0].missing
    assert ends[1][1] == pytest.approx(ends[0][1], abs=3)
    assert np.ptp(ends[1]) / np.ptp(ends[0]) == pytest.approx(1 - missing, abs=0.1)
    assert shares(middle[1], CALLOSUM).sum() == 0


def test_a_cleft_lined_by_cortex_lies_between_the_ventricles(middle) -> None:
    brain = middle[1]
    lateral, fluid, cortex = (shares(brain, ids) for ids in (LATERAL, FLUID, CORTEX))
    for y in (45, 60):
        slit = fluid[20:28, y].max(0)
        assert (slit[34:45] > 0.3).all()
        bare = shares(middle[0], FLUID)[20:28, y, 34:45].max(0)
        assert (bare < 0.3).any()
        assert (cortex[16:32, y, 42:52].max(0) > 0.5).all()
    gap = [np.flatnonzero(shares(middle[n], LATERAL)[:, 60].max(1) > 0.5) for n in (0, 1)]
    assert np.diff(gap[1]).max() > np.diff(gap[0]).max() + 4
    assert lateral.sum() > shares(middle[0], LATERAL).sum()


def test_the_share_rises_with_the_severity() -> None:
    lacking = [made(severity).conditions[0].missing for severity in (0.1, 0.5, 0.9)]
    assert lacking[0] < lacking[1] < lacking[2] == 1
