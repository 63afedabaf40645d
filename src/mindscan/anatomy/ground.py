"""The ground that a mesh is folded on: a hemisphere on a lattice, and the ways into its sulci.

A mesh of genus 0 can follow a surface only where that has neither handles nor cavities. So the smooth
hemisphere, a ball, is carved: what lies outside the cortex goes, the widest places first, as long as the
rest stays a ball. Bridges and tunnels are so closed where they are narrowest. Then every place that was
carved knows how far it is from the outside by the way through the sulcus, not through tissue.

Reference: Han, Xu, Braga-Neto and Prince 2002 (topology of cortical surfaces), doi:10.1109/42.993129.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from skimage.graph import MCP_Geometric
from skimage.measure import euler_number
from torch import Tensor

from mindscan.anatomy.carving import Mask, carved, filled
from mindscan.anatomy.field import Field
from mindscan.anatomy.level import Level

SHARE = 0.5
"""Depth within the cortex at which a mesh is folded first, where neither sulci nor white matter are thin."""
NEVER_MM = 99.0
"""Way to places that no way leads to."""

_STEP_MM = 1.25
_MARGIN_MM = 4.0
_SMOOTH_MM = 0.8
_BALLS_MM = (2.0, 4.0, 8.0)
_CARVINGS_MM = (-2.0, -1.0, -0.4, 0.0)
_THIN_MM = -0.2
_CLEAR_MM, _EDGE_MM = 0.3, 0.05
_POINTS = 100_000

Values = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Ground:
    """A hemisphere on a lattice.

    Args:
        level: the hemisphere itself.
        shells: how far inside the pial and the white surface, two channels, template mm.
        valley: two channels, template mm: how far inside the ball that was carved `SHARE` deep within the
            cortex, and how far the way from outside is (negative outside the smooth hemisphere).
    """

    level: Level
    shells: Field
    valley: Field

    def deepest(self) -> float:
        """The longest way into a sulcus, template mm."""
        way = self.valley.data[1]
        return float(way[way < NEVER_MM].max())

    def at(self, xyz: Tensor, share: float) -> Tensor:
        """Nearly `Level.at`, from the lattice."""
        pial, white = self.shells.at(xyz)
        return torch.lerp(pial, white, share)


def ground(level: Level) -> Ground:
    """The ground of one side of a head."""
    vertices = level.sheet.template.hemispheres[level.side > 0].vertices
    low, high = vertices.amin(0) - _MARGIN_MM, vertices.amax(0) + _MARGIN_MM
    counts = ((high - low) / _STEP_MM).ceil().int().tolist()
    x, y, z = low.tolist()
    box = Field(low.new_zeros((1, *(n + 1 for n in counts))), (x, y, z), _STEP_MM)
    shells = torch.cat([level.shells(some) for some in torch.split(box.nodes(), _POINTS)], 1)
    shells = shells.reshape(3, *box.data.shape[1:])
    inside = torch.lerp(shells[0], shells[1], SHARE).cpu().numpy()
    valley = torch.from_numpy(_valley(inside, shells[2].cpu().numpy())).to(low.device)
    return Ground(level, Field(shells[:2], box.origin_mm, _STEP_MM), Field(valley, box.origin_mm, _STEP_MM))


def _valley(inside: Values, hemisphere: Values) -> Values:
    smooth = np.minimum(ndimage.gaussian_filter(inside, _SMOOTH_MM / _STEP_MM), hemisphere)
    solid = _ball(hemisphere)
    for limit in _CARVINGS_MM:
        solid = carved(solid, smooth < limit)
    walls = ndimage.binary_dilation(solid & (smooth < _THIN_MM), np.ones((3, 3, 3), bool))
    solid = filled(solid, walls & (hemisphere > 0))
    inner = np.where(solid, np.maximum(smooth, _CLEAR_MM), np.minimum(smooth, -_EDGE_MM))
    return np.stack([inner, _way(solid, hemisphere)]).astype(np.float32)


def _ball(hemisphere: Values) -> Mask:
    """The smooth hemisphere, so much larger that it is a ball; nothing on the border."""
    inner = np.zeros(hemisphere.shape, bool)
    inner[1:-1, 1:-1, 1:-1] = True
    balls = (inner & (hemisphere > -margin) for margin in _BALLS_MM)
    return next((ball for ball in balls if euler_number(ball, 3) == 1), inner)


def _way(solid: Mask, hemisphere: Values) -> Values:
    """How far it is from outside to every place that was carved, and a little more just behind."""
    outside = ~solid & (hemisphere <= 0)
    rim = outside & (hemisphere > -_STEP_MM * 1.2)
    costs = np.where(rim | (~solid & ~outside), 1.0, -1.0)
    way, _ = MCP_Geometric(costs, sampling=(_STEP_MM,) * 3).find_costs(np.argwhere(rim))
    way = np.where(outside, hemisphere, np.where(np.isfinite(way), way, NEVER_MM))
    behind = np.minimum(ndimage.minimum_filter(way, 3) + 1.0, NEVER_MM)
    return np.where(way < NEVER_MM, way, behind).astype(np.float32)
