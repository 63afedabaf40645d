import numpy as np
import pytest
import torch

from mindscan.anatomy import build
from mindscan.anatomy.template import load
from mindscan.anatomy.thinning import thinning
from mindscan.cohort.plan import Plan
from mindscan.cohort.recipe import draw
from mindscan.core.lesions import Load
from mindscan.core.parcels import PARCELS

LARGE_ML = 6.0


def made(severity: float):
    settings = {"pattern": "frontal-dominant"}
    wanted = {"name": "frontotemporal-dementia", "severity": severity, "settings": settings}
    plan = {"people": {"age_years": 60}, "grid": {"voxel_mm": 2}, "conditions": [wanted]}
    recipe = draw(Plan.parse(plan), 3, "0001")
    return build.painted(recipe.head(), recipe.grid.grid(), dense=False)


def test_gyri_lose_what_the_loads_say() -> None:
    well, sick = made(0), made(1)
    lost = {load.parcel: load.atrophy for load in sick.loads}
    gyri: dict[str, list[int]] = {}
    for parcel in PARCELS:
        gyri.setdefault(parcel.gyrus, []).append(parcel.id)
    asked, got = [], []
    for ids in gyri.values():
        ml = np.array([well.parcels_ml[i] for i in ids])
        if ml.sum() > LARGE_ML:
            asked.append(float(ml @ [1 - lost[i] for i in ids]) / ml.sum())
            got.append(sum(sick.parcels_ml[i] for i in ids) / ml.sum())
    assert len(asked) > 20
    assert np.ptp(asked) > 0.15
    assert np.corrcoef(asked, got)[0, 1] > 0.9
    assert np.polyfit(asked, got, 1)[0] == pytest.approx(1, abs=0.25)


def test_what_all_lose_alike_is_no_difference() -> None:
    cells = load().fields["parcels"]
    even = thinning([Load(parcel.id, 0.0, 0.0, 0.2) for parcel in PARCELS], cells)
    torch.testing.assert_close(even.data, torch.ones_like(even.data))
    right = thinning([Load(parcel.id, 0.0, 0.0, 0.1 * (parcel.side == "R")) for parcel in PARCELS], cells)
    x = right.nodes()[:, 0]
    low, high = (right.data.flatten()[part].mean() for part in (x > 10, x < -10))
    assert float(low / high) == pytest.approx(0.9, abs=0.01)
