import numpy as np
import numpy.typing as npt
import pytest
import torch

from mindscan.anatomy import relief, sphere
from mindscan.anatomy.build import Model
from mindscan.anatomy.cerebrum import SheetPainter
from mindscan.anatomy.crossing import crossing_faces
from mindscan.anatomy.level import Stage, level
from mindscan.anatomy.surfaces import surfaces
from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.labels import BY_ID, both_sides
from mindscan.core.surface import CorticalSurface

SIDES = ("left", "right")


@pytest.fixture(scope="module")
def both(model: Model) -> dict[str, CorticalSurface]:
    return surfaces(model)


def area_mm2(vertices: npt.NDArray[np.float32], faces: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    a, b, c = np.moveaxis(vertices.astype(np.float64)[faces], 1, 0)
    return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2


def volume_ml(vertices: npt.NDArray[np.float32], faces: npt.NDArray[np.int32]) -> float:
    a, b, c = np.moveaxis(vertices.astype(np.float64)[faces], 1, 0)
    return float((a * np.cross(b, c)).sum() / 6000)


def labels_at(brain: Brain, points: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    back = np.linalg.inv(brain.labels.affine)
    i, j, k = np.round(points @ back[:3, :3].T + back[:3, 3]).astype(int).T
    return brain.labels.data.numpy()[i, j, k].astype(np.int64)


@pytest.mark.parametrize("side", SIDES)
def test_a_surface_is_closed_of_genus_zero_and_faces_outwards(both, side: str) -> None:
    surface = both[side]
    edges = np.concatenate([surface.faces[:, [0, 1]], surface.faces[:, [1, 2]], surface.faces[:, [2, 0]]])
    there, back = ({tuple(e) for e in way.tolist()} for way in (edges, edges[:, ::-1]))
    assert there == back
    assert len(there) == len(edges)
    assert len(surface.white) - len(edges) // 2 + len(surface.faces) == 2
    assert 150 < volume_ml(surface.white, surface.faces) < volume_ml(surface.pial, surface.faces) < 800


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("layer", ["white", "pial"])
def test_a_surface_does_not_run_through_itself(both, side: str, layer: str) -> None:
    assert len(crossing_faces(getattr(both[side], layer), both[side].faces)) == 0


def test_the_triangles_are_those_of_the_icosphere_in_everybody(both) -> None:
    _, faces = sphere.icosphere(sphere.FINE)
    assert (both["right"].faces == faces).all()
    assert (both["left"].faces == faces[:, ::-1]).all()


def test_a_vertex_stays_near_the_place_that_it_stands_for(both, model: Model) -> None:
    sheet = next(p.sheet for p in model.inner if isinstance(p, SheetPainter))
    matrix = torch.from_numpy(model.to_template).float()
    for surface, hemisphere in zip(both.values(), sheet.template.hemispheres, strict=True):
        unwarped = torch.from_numpy(surface.pial) @ matrix[:3, :3].T + matrix[:3, 3]
        stray = (model.place(unwarped, 0.0).xyz - hemisphere.vertices).norm(dim=1)
        assert float(stray.median()) < 10
        assert float(stray.quantile(0.99)) < 32


@pytest.mark.parametrize("side", SIDES)
def test_area_thickness_and_depth_are_those_of_a_cortex(both, drawn, side: str) -> None:
    surface = both[side]
    for layer in (surface.white, surface.pial):
        assert 60_000 < area_mm2(layer, surface.faces).sum() < 110_000
    assert 0.6 < surface.cortex.mean() < 0.97
    thick = surface.thickness_mm[surface.cortex]
    assert thick.mean() == pytest.approx(drawn.cerebrum.thickness_mm, rel=0.25)
    assert (surface.thickness_mm >= 0).all()
    assert np.median(surface.thickness_mm[~surface.cortex]) < 1
    deep = surface.sulc_mm[surface.cortex]
    assert np.median(deep) > 0.5
    assert 5 < np.quantile(deep, 0.99) < 35


def test_the_vertices_lie_on_the_level_sets(both, model: Model) -> None:
    sheet = next(p.sheet for p in model.inner if isinstance(p, SheetPainter))
    matrix = torch.from_numpy(model.to_template).float()
    for name, side in (("left", -1), ("right", 1)):
        for layer, share, median, most in (("pial", 0.0, 0.1, 0.5), ("white", 1.0, 0.3, 1.5)):
            unwarped = torch.from_numpy(getattr(both[name], layer)) @ matrix[:3, :3].T + matrix[:3, 3]
            there = model.place(unwarped, 0.0).xyz
            off = level(sheet, side).at(there, Stage(99.0, 1.0, share)).abs().numpy()[both[name].cortex]
            assert np.median(off) < median
            assert np.quantile(off, 0.8) < most


@pytest.mark.parametrize("side", SIDES)
def test_the_labels_say_the_same(both, whole: Brain, side: str) -> None:
    surface = both[side]
    pick = np.flatnonzero(surface.cortex & (surface.thickness_mm > 1.5))
    pick = pick[Key(3).rng().integers(0, len(pick), 600)]
    white, pial = surface.white[pick], surface.pial[pick]
    outward = (pial - white) / np.linalg.norm(pial - white, axis=1, keepdims=True)
    cortex = both_sides("Cerebral-Cortex")[side == "right"]
    assert (labels_at(whole, (white + pial) / 2) == cortex).mean() > 0.9
    inside = labels_at(whole, white - outward)
    assert np.mean([BY_ID[i].tissue == "WM" or i not in (0, cortex, 24) for i in inside.tolist()]) > 0.6
    assert (labels_at(whole, pial + outward) != cortex).mean() > 0.6


def test_the_same_head_folds_in_the_same_way(model: Model) -> None:
    sheet = next(p.sheet for p in model.inner if isinstance(p, SheetPainter))
    mantle = sheet.template.hemispheres[1].vertices
    faces = torch.from_numpy(sphere.icosphere(sphere.FINE)[1])
    once, again = (relief.moved(level(sheet, 1), mantle, faces, 0.0) for _ in range(2))
    assert (once == again).all()
    assert float((once - mantle).norm(dim=1).mean()) > 0.3
