"""The template's structures lie, reach and measure what was measured in real people.

Centroid (x, y, z), extent between the 2.5th and 97.5th percentile, both in mm of MNI152, and volume in mL:
means over both sides of twenty label maps carried to the template (SynthSeg's training maps,
doi:10.1016/j.media.2023.102789). Volumes are those of the people's own
heads, whose brains are 0.71 of the template's.
"""

from typing import NamedTuple

import pytest
import torch

from mindscan.anatomy import template

NATIVE_OVER_TEMPLATE = 0.71
MIDDLE = ("3rd-Ventricle", "4th-Ventricle", "Optic-Chiasm")
CAVITIES = ("Lateral-Ventricle", "3rd-Ventricle")
"""Wider in these maps than in the healthy (some people had atrophy), so grown to their volume first."""


class Shape(NamedTuple):
    """What was measured."""

    centre: tuple[float, float, float]
    extent: tuple[float, float, float]
    native_ml: float


FRONT_TO_BACK = {
    "Lateral-Ventricle": Shape((15.0, -13.0, 15.4), (32, 85, 32), 18.0),
    "Inf-Lat-Vent": Shape((33.5, -16.1, -17.9), (16, 28, 23), 1.05),
    "3rd-Ventricle": Shape((0, -8.4, -4.0), (7, 27, 20), 1.66),
    "4th-Ventricle": Shape((0, -45.1, -34.0), (17, 20, 37), 1.73),
    "Accumbens-area": Shape((10.3, 12.6, -9.4), (10, 14, 10), 0.51),
    "Pallidum": Shape((22.3, -2.0, -3.0), (14, 21, 12), 1.40),
    "Amygdala": Shape((25.3, -2.9, -21.6), (16, 11, 18), 1.46),
    "Hippocampus": Shape((26.7, -20.9, -15.5), (21, 33, 30), 3.62),
    "Caudate": Shape((16.6, 10.4, 8.6), (14, 43, 33), 3.65),
    "Putamen": Shape((28.0, 2.0, -1.6), (19, 35, 24), 5.08),
    "Thalamus": Shape((13.5, -16.9, 5.8), (21, 31, 20), 7.15),
    "VentralDC": Shape((11.7, -14.4, -10.4), (26, 28, 15), 4.0),
    "Optic-Chiasm": Shape((0, 4.1, -19.6), (14, 7, 6), 0.22),
}


@pytest.fixture(scope="module")
def visible() -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Of each structure: the points that nothing in front of it holds, and their signed distances."""
    axes = [torch.arange(low, high).float() for low, high in ((-50, 51), (-90, 51), (-70, 51))]
    xyz = torch.stack([a.flatten() for a in torch.meshgrid(*axes, indexing="ij")], 1)
    free = torch.ones(len(xyz), dtype=torch.bool)
    seen = {}
    for name in FRONT_TO_BACK:
        field = template.load().fields[name]
        index = field.near(xyz)
        index = index[free[index] & ((xyz[index, 0] > 0) | (name in MIDDLE))]
        seen[name] = xyz[index], field.at(xyz[index])[0]
        inside = field.near(xyz)
        free[inside[field.at(xyz[inside])[0] < 0]] = False
    return seen


@pytest.mark.parametrize("name", FRONT_TO_BACK)
def test_place_extent_and_volume(name: str, visible: dict[str, tuple[torch.Tensor, torch.Tensor]]) -> None:
    points, distance = visible[name]
    shape = FRONT_TO_BACK[name]
    asked = shape.native_ml * 1000 / NATIVE_OVER_TEMPLATE
    if name not in CAVITIES:
        assert int((distance < 0).sum()) == pytest.approx(asked, rel=0.2 if name in MIDDLE else 0.15)
    inside = points[distance <= distance.sort().values[int(asked)]]
    assert float(torch.dist(inside.mean(0), torch.tensor(shape.centre))) < 2
    low, high = torch.quantile(inside, torch.tensor([0.025, 0.975]), dim=0)
    for found, expected in zip((high - low).tolist(), shape.extent, strict=True):
        assert found == pytest.approx(expected, rel=0.15, abs=1.01)
