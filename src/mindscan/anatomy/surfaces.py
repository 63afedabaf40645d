"""White and pial surfaces of a head, vertex by vertex the same in all people."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from scipy.spatial import cKDTree
from torch import Tensor

from mindscan.anatomy import relief, sphere
from mindscan.anatomy.build import Model
from mindscan.anatomy.cerebrum import SheetPainter
from mindscan.anatomy.ground import ground
from mindscan.anatomy.level import Level, level
from mindscan.anatomy.structure import Place
from mindscan.core.surface import CorticalSurface, Vertices

_SIDES = {"left": -1, "right": 1}
_CUT_MM = 1.0
"""White matter nearer to midplane or brainstem than this has no cortex over it."""
_BARE_MM = 0.5
"""Cortex is thicker than this."""

Points = npt.NDArray[np.float64]


def surfaces(head: Model) -> dict[str, CorticalSurface]:
    """The cortical surfaces of a head, by "left" and "right".

    Both hemispheres are closed meshes of genus 0 that do not run through themselves; deep structures and
    ventricles count as inside. Where the cortex has bridges or holes that a sphere cannot follow, the
    surface passes over them.

    Reference: Dale, Fischl and Sereno 1999, doi:10.1006/nimg.1998.0395.
    """
    sheet = next(painter.sheet for painter in head.inner if isinstance(painter, SheetPainter))
    return {name: _one_side(head, level(sheet, side)) for name, side in _SIDES.items()}


def _one_side(head: Model, side: Level) -> CorticalSurface:
    mantle = side.sheet.template.hemispheres[side.side > 0].vertices
    outward = relief.mesh(sphere.FINE, side.side)
    below = ground(side)
    start = relief.folded(below, mantle)
    white, pial = (
        relief.untangled(outward, _to_world(head, relief.moved(below, start, share))).numpy()
        for share in (1.0, 0.0)
    )
    faces = outward.faces.numpy()
    thickness = (_distance(white, pial, faces) + _distance(pial, white, faces)) / 2
    depth = _distance(pial, _to_world(head, mantle).numpy(), faces)
    sunk, cortex = _judged(head, side, white, pial)
    return CorticalSurface(
        faces=faces.astype(np.int32),
        white=white,
        pial=pial,
        thickness_mm=thickness.astype(np.float32),
        sulc_mm=np.where(sunk, depth, -depth).astype(np.float32),
        cortex=_evened(cortex & (thickness > _BARE_MM)),
    )


def _to_world(head: Model, points: Tensor) -> Tensor:
    """World millimetres of points in the template millimetres in which the painters paint, float32."""
    return head.world(points.cpu().double()).float()


def _distance(points: Vertices, others: Vertices, faces: npt.NDArray[np.int64]) -> Points:
    """Distance in mm from points to the nearest vertex or middle of a triangle of a mesh."""
    targets = np.concatenate([others, others[faces].mean(1)])
    return np.asarray(cKDTree(targets, balanced_tree=False, compact_nodes=False).query(points)[0])


def _judged(
    head: Model, side: Level, white: Vertices, pial: Vertices
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Whether each pial vertex lies below the smooth hemisphere, and whether cortex lies on the white one."""
    matrix = torch.from_numpy(head.to_template).float()
    unwarped = [torch.from_numpy(v) @ matrix[:3, :3].T + matrix[:3, 3] for v in (white, pial)]
    inner, outer = (head.place(head.first(v.to(head.hull.data.device)), 0.0).xyz for v in unwarped)
    below = side.sheet.site(Place(outer, 1.0, 0.0)).below > 0
    share = side.sheet.site(Place(inner, 1.0, 0.0)).share
    cortex = (share > 0.5) & (side.off_cut(inner) > _CUT_MM)
    return below.cpu().numpy(), cortex.cpu().numpy()


def _evened(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """A mask without specks: every vertex goes with most of its neighbours, three times."""
    around = sphere.neighbours(sphere.FINE)
    for _ in range(3):
        mask = (mask[around].sum(1) + mask) > 3
    return mask
