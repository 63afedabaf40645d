"""Heads with something between skull and brain, beside the same ones without."""

import functools

import torch

from mindscan.anatomy import build
from mindscan.anatomy.conditions import AnyIllness
from mindscan.anatomy.mass import MIDLINE_MM
from mindscan.anatomy.survey import PARENCHYMA
from mindscan.cohort.plan import GridPlan, Plan
from mindscan.cohort.recipe import Recipe, draw
from mindscan.core.brain import Brain
from mindscan.validate.illnesses import shares_ml

GRID = GridPlan(voxel_mm=(4.0, 4.0, 4.0))
_MIDLINE = torch.tensor([MIDLINE_MM], dtype=torch.float64)


def recipe(name: str, severity: float = 0.8, **settings: object) -> Recipe:
    """Of somebody of 70 years with a condition, or without when the name is ""."""
    wanted = {"name": name, "severity": severity, "settings": settings}
    people = {"people": {"age_years": 70}}
    return draw(Plan.parse(people | ({"conditions": [wanted]} if name else {})), 3, "0001")


def drawn(name: str, severity: float = 0.8, **settings: object) -> AnyIllness:
    """What the condition does to them."""
    return recipe(name, severity, **settings).conditions[0]


@functools.cache
def well() -> tuple[build.Model, Brain]:
    """The person without."""
    model = recipe("").head()
    return model, build.painted(model, GRID.grid(), dense=False)


@functools.cache
def sick(name: str, severity: float = 0.8) -> tuple[build.Model, Brain]:
    """The person with the condition on the right."""
    model = recipe(name, severity, side="R").head()
    return model, build.painted(model, GRID.grid(), dense=False)


def shift_mm(model: build.Model) -> float:
    """How far the midline has moved to the left, on the line from side to side through the septum."""
    at = well()[0].world(_MIDLINE).repeat(1201, 1)
    at[:, 0] += torch.linspace(-30, 30, 1201, dtype=torch.float64)
    matrix = torch.from_numpy(model.to_template)
    side = model.place((at @ matrix[:3, :3].T + matrix[:3, 3]).float(), 0.0).xyz[:, 0]
    return 30 - 0.05 * float((side <= 0).sum())


def taken_ml(brain: Brain) -> list[float]:
    """Volume of every lesion."""
    assert brain.lesions is not None
    return [row.volume_ml for row in brain.lesions.rows]


def lost(brain: Brain, *besides: str) -> float:
    """Share of the brain's tissue that is gone, what has become other labels apart."""
    before, after = (shares_ml(one, *PARENCHYMA) for one in (well()[1], brain))
    return 1 - (after + sum(shares_ml(brain, name) for name in besides)) / before
