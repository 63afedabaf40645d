import pytest

from mindscan.anatomy import build, template
from mindscan.cohort.plan import GridPlan, Plan
from mindscan.cohort.recipe import draw
from mindscan.core.labels import both_sides
from mindscan.validate.illnesses import evans_index, ids


def test_large_ventricles_reach_the_index_on_the_labels() -> None:
    """Far beyond the shifts that the template has a table of."""
    settings = {"evans_index": 0.42, "obstructed": "communicating"}
    wanted = {"name": "hydrocephalus", "severity": 0.9, "settings": settings}
    recipe = draw(Plan.parse({"people": {"age_years": 70}, "conditions": [wanted]}), 0, "0001")
    grid = GridPlan(voxel_mm=(1.0, 4.0, 4.0)).grid()
    brain = build.painted(recipe.head(), grid, dense=False)
    assert evans_index(brain) == pytest.approx(0.42, abs=0.015)
    left, right = (int((ids(brain.labels) == side).sum()) for side in both_sides("Lateral-Ventricle"))
    assert 0.7 < left / right < 1.4


def test_shifts_go_on_beyond_the_table() -> None:
    average = template.load()
    inside = average.inside_ml["Lateral-Ventricle"][0]
    most, _ = average.shifts_for("Lateral-Ventricle", (inside[-1], 1.0))
    beyond, _ = average.shifts_for("Lateral-Ventricle", (inside[-1] + 20, 1.0))
    assert most == pytest.approx(template.SHIFTS_MM[-1])
    assert beyond > most + 2
