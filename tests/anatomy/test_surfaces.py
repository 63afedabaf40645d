import numpy as np
import numpy.typing as npt
import pytest
import torch
from scipy import ndimage
from scipy.spatial import cKDTree
from skimage.measure import marching_cubes

from mindscan.anatomy import relief, sphere
from mindscan.anatomy.build import Model
from mindscan.anatomy.cerebrum import SheetPainter
from mindscan.anatomy.crossing import crossing_faces
from mindscan.anatomy.ground import ground
from mindscan.anatomy.level import Level, level
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


CELL_MM = 3.0


def cells(boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """(cell, index) of every cell that every box, shape (n, 2, 3), touches, sorted by cell."""
    low, high = np.moveaxis(np.floor((boxes + 500) / CELL_MM).astype(np.int64), 1, 0)
    rows = []
    for step in np.ndindex(*(high - low).max(0) + 1):
        at = low + step
        fits = np.flatnonzero((at <= high).all(1))
        rows.append(np.stack([at[fits] @ [10**6, 10**3, 1], fits], 1))
    pairs = np.concatenate(rows)
    return pairs[np.argsort(pairs[:, 0], kind="stable")]


def edges_of(faces: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.unique(
        np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), 1), axis=0
    )


def pierced(
    vertices: npt.NDArray[np.float64], faces: npt.NDArray[np.int64], edges: npt.NDArray[np.int64]
) -> int:
    """How often an edge pierces a triangle that it has no corner in common with, cell by cell."""
    corners, ends = vertices[faces], vertices[edges]
    triangles, segments = (cells(np.stack([p.min(1), p.max(1)], 1)) for p in (corners, ends))
    start, stop = (np.searchsorted(triangles[:, 0], segments[:, 0], side) for side in ("left", "right"))
    found = 0
    for nth in range(int((stop - start).max())):
        some = segments[start + nth < stop, 1]
        other = triangles[(start + nth)[start + nth < stop], 1]
        apart = ~(edges[some][:, :, None] == faces[other][:, None]).any((1, 2))
        near = apart & (ends[some].min(1) <= corners[other].max(1)).all(1)
        near &= (ends[some].max(1) >= corners[other].min(1)).all(1)
        p, q = np.moveaxis(ends[some[near]], 1, 0)
        a, b, c = np.moveaxis(corners[other[near]], 1, 0)
        system = np.stack([b - a, c - a, p - q], 2)
        solid = np.abs(np.linalg.det(system)) > 1e-12
        u, v, t = np.linalg.solve(system[solid], (p - a)[solid, :, None])[:, :, 0].T
        found += int(((u > 0) & (v > 0) & (u + v < 1) & (t > 0) & (t < 1)).sum())
    return found


def test_no_edge_pierces_a_triangle_by_another_way_of_looking(both) -> None:
    surface = both["left"]
    vertices, faces = surface.white.astype(np.float64), surface.faces.astype(np.int64)
    assert pierced(vertices, faces, edges_of(faces)) == 0
    bent = vertices.copy()
    bent[5000] += 40 * (vertices.mean(0) - vertices[5000]) / np.linalg.norm(vertices.mean(0) - vertices[5000])
    assert pierced(bent, faces, edges_of(faces[(faces == 5000).any(1)])) > 0


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


def on_template(model: Model, points: npt.NDArray[np.float32]) -> torch.Tensor:
    matrix = torch.from_numpy(model.to_template).float()
    return model.place(torch.from_numpy(points) @ matrix[:3, :3].T + matrix[:3, 3], 0.0).xyz


def levels(model: Model) -> dict[str, Level]:
    sheet = next(p.sheet for p in model.inner if isinstance(p, SheetPainter))
    return {"left": level(sheet, -1), "right": level(sheet, 1)}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("layer", "share", "most"), [("pial", 0.0, 0.92), ("white", 1.0, 0.82)])
def test_the_vertices_lie_on_the_level_sets(
    both, model: Model, side: str, layer: str, share: float, most: float
) -> None:
    there = on_template(model, getattr(both[side], layer))
    off = levels(model)[side].at(there, share).abs().numpy() * model.scale
    assert np.median(off) < 0.1
    assert (off < 0.6).mean() > most
    assert (off < 0.3).mean() > most - 0.1


@pytest.mark.parametrize("side", SIDES)
def test_white_vertices_are_off_mostly_where_there_is_no_white_matter(both, model: Model, side: str) -> None:
    there = on_template(model, both[side].white)
    normals = relief.mesh(sphere.FINE, -1 if side == "left" else 1).normals(there)
    inside = levels(model)[side]
    off = (inside.at(there, 1.0) * model.scale).numpy()
    ways = [inside.at(there + way * normals, 1.0).numpy() for way in np.arange(-3, 3.1, 0.5)]
    bare = np.max(ways, axis=0) < 0
    assert (np.abs(off) < 0.6)[~bare].mean() > 0.88
    assert bare.mean() < 0.16


@pytest.mark.parametrize(("layer", "share", "most"), [("pial", 0.0, 0.75), ("white", 1.0, 0.68)])
def test_the_surfaces_go_where_the_level_sets_go(
    both, model: Model, layer: str, share: float, most: float
) -> None:
    """Other than the distance of vertices, this sees a mesh that passes over a sulcus or a thin blade."""
    ground_ = ground(levels(model)["right"])
    field = torch.lerp(*ground_.shells.data, share).numpy()
    pieces = ndimage.label(field > 0)[0]
    solid = pieces == np.bincount(pieces[field > 0]).argmax()
    field = np.where(ndimage.binary_fill_holes(solid), np.maximum(field, 0.01), np.minimum(field, -0.01))
    points = marching_cubes(field, 0)[0] * ground_.shells.step_mm + np.array(ground_.shells.origin_mm)
    mesh = on_template(model, getattr(both["right"], layer)).numpy()
    tree = cKDTree(np.concatenate([mesh, mesh[both["right"].faces].mean(1)]))
    near = (tree.query(points[::5])[0] * model.scale < 1.5).mean()
    assert near > most


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
    right = levels(model)["right"]
    mantle = right.sheet.template.hemispheres[1].vertices
    once, again = (relief.folded(ground(right), mantle) for _ in range(2))
    assert (once == again).all()
