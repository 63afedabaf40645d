import numpy as np
import pytest
import torch

from mindscan.anatomy import build
from mindscan.cohort.plan import GridPlan, Plan
from mindscan.cohort.recipe import draw
from mindscan.imaging.tissues import MADE_OF
from mindscan.validate.illnesses import shares_ml

NAME = "arachnoid-cyst"
GRID = GridPlan(voxel_mm=(2.0, 2.0, 2.0)).grid()
BRAIN = ("Cerebral-Cortex", "Cerebral-White-Matter", "Cerebellum-Cortex", "Cerebellum-White-Matter")


def recipe(severity: float = 0.6, **settings):
    wanted = {"name": NAME, "severity": severity, "settings": settings}
    return draw(Plan.parse({"people": {"age_years": 40}, "conditions": [wanted]}), 3, "0001")


def test_it_holds_what_is_asked_and_the_brain_gives_way_without_a_loss() -> None:
    wanted = recipe(site="middle-fossa", side="L", volume_ml=40)
    model = wanted.head()
    sick = build.painted(model, GRID, dense=False)
    assert shares_ml(sick, "Arachnoid-Cyst") == pytest.approx(40, rel=0.03)
    well = sum(
        size.cortex_ml + size.white_ml for size in (wanted.anatomy.cerebrum, wanted.anatomy.cerebellum)
    )
    assert sum(shares_ml(sick, name) for name in BRAIN) == pytest.approx(well, rel=0.02)
    assert sick.lesions is not None
    assert sick.lesions.rows[0].centre_mm[0] < -20
    rows = [torch.stack(torch.gradient(d, spacing=4.0)) for d in model.displacement.data]
    jacobian = torch.stack(rows).flatten(2).permute(2, 0, 1) + torch.eye(3)
    assert float(torch.linalg.det(jacobian).min()) > 0


@pytest.mark.parametrize(("ml", "grade"), [(5, 1), (25, 2), (80, 3)])
def test_the_larger_the_higher_the_type_and_the_further_back(ml: float, grade: int) -> None:
    params = recipe(site="middle-fossa", side="R", volume_ml=ml).conditions[0]
    assert params.centre_mm[1] == {1: 22, 2: 18, 3: -2}[grade]
    assert params.centre_mm[0] > 0


def test_a_third_lies_in_the_middle_fossa_most_of_them_on_the_left() -> None:
    plan = Plan.parse({"conditions": [{"name": NAME, "severity": 0.5}]})
    drawn = [draw(plan, seed, "0001").conditions[0] for seed in range(100)]
    sides = np.array([each.side == "L" for each in drawn if each.site == "middle-fossa"])
    assert 0.2 < len(sides) / len(drawn) < 0.48
    assert sides.mean() > 0.5


def test_its_fluid_is_that_of_the_brain() -> None:
    assert MADE_OF["Arachnoid-Cyst"] == {"csf": 1.0}
