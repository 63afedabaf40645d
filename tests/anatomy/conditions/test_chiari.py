import numpy as np
import pytest
import torch

from mindscan.anatomy import build
from mindscan.cohort.plan import Plan
from mindscan.cohort.recipe import draw
from mindscan.core.brain import Brain
from mindscan.core.labels import both_sides
from mindscan.core.volume import Grid
from mindscan.validate.illnesses import shares

CEREBELLUM = (*both_sides("Cerebellum-Cortex"), *both_sides("Cerebellum-White-Matter"))


def made(severity: float = 0.5, **settings):
    wanted = {"name": "chiari", "severity": severity, "settings": settings}
    return draw(Plan.parse({"people": {"age_years": 40}, "conditions": [wanted]}), 3, "0001")


def below_foramen_mm(brain: Brain) -> float:
    """How far the lowest voxel that is mostly cerebellum lies below the line from basion to opisthion."""
    voxels = np.argwhere(shares(brain, CEREBELLUM) > 0.5)
    world = voxels @ brain.labels.affine[:3, :3].T + brain.labels.affine[:3, 3]
    (_, y, z), (_, back_y, back_z) = (brain.landmarks[name] for name in ("basion", "opisthion"))
    line = z + (world[:, 1] - y) * (back_z - z) / (back_y - y)
    return float((line - world[:, 2]).max())


def test_the_tonsils_hang_as_far_below_the_foramen_as_asked() -> None:
    model = made(descent_mm=8).head()
    x, y, z = model.landmarks()["opisthion"]
    grid = Grid.centred((40, 44, 32), (1.0, 1.0, 1.0), (round(x), round(y), round(z)))
    brain = build.painted(model, grid, dense=False)
    assert below_foramen_mm(brain) == pytest.approx(8, abs=1.3)
    rows = [torch.stack(torch.gradient(d, spacing=4.0)) for d in model.displacement.data]
    jacobian = torch.stack(rows).flatten(2).permute(2, 0, 1) + torch.eye(3)
    assert float(torch.linalg.det(jacobian).min()) > 0


def test_the_descent_goes_with_the_severity() -> None:
    mild, strong = (made(severity).conditions[0].descent_mm for severity in (0.1, 0.9))
    assert 5 <= mild < 6
    assert 7 < strong <= 8
