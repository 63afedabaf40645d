"""A hemisphere as one number at every place: positive inside, zero on its surface."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from mindscan.anatomy.cortex import Sheet
from mindscan.anatomy.field import Field
from mindscan.anatomy.structure import Place

_DEEP = (
    "Lateral-Ventricle", "Inf-Lat-Vent", "3rd-Ventricle", "Thalamus", "Caudate", "Putamen", "Pallidum",
    "Accumbens-area", "VentralDC", "Hippocampus", "Amygdala", "Corpus-Callosum",
)  # fmt: skip
"""What lies inside both surfaces, whatever it is made of."""
_DEEP_ORIGIN_MM, _DEEP_STEP_MM, _DEEP_NODES = (-48.0, -74.0, -46.0), 2.0, (49, 75, 60)


@dataclass(frozen=True)
class Level:
    """One hemisphere of one head.

    Args:
        sheet: the cortex.
        side: -1 is left, 1 is right.
        deep: signed distance to all that is deep.
        hindbrain: signed distance to cerebellum and brainstem.
    """

    sheet: Sheet
    side: int
    deep: Field
    hindbrain: Field

    def at(self, xyz: Tensor, share: float) -> Tensor:
        """About how far inside a surface points lie; template mm, shape (n, 3) to (n,).

        Args:
            xyz: points, template mm.
            share: depth of the surface as a share of the cortex: 0 is pial, 1 is white.
        """
        pial, white, _ = self.shells(xyz)
        return torch.lerp(pial, white, share)

    def shells(self, xyz: Tensor) -> Tensor:
        """How far inside the pial and the white surface and the smooth hemisphere, shape (3, n)."""
        sheet, cut = self.sheet, self.off_cut(xyz)
        site = sheet.site(Place(xyz, 1.0, 0.0))
        depth, inner = sheet.depth(site), -self.deep.at(xyz)[0]
        layers = (torch.maximum(depth, inner), torch.maximum(depth - sheet.thickness_at(site), inner))
        return torch.stack([*layers, site.below + sheet.swelling]).minimum(cut)

    def off_cut(self, xyz: Tensor) -> Tensor:
        """Distance from where the hemisphere is cut off: midplane, brainstem, cerebellum; shape (n,)."""
        return torch.minimum(self.side * xyz[:, 0], self.hindbrain.at(xyz)[0])


def level(sheet: Sheet, side: int) -> Level:
    """The level function of one side of a head; `side` is -1 (left) or 1 (right)."""
    fields = sheet.template.fields
    lattice = Field(
        torch.zeros((1, *_DEEP_NODES), device=sheet.sulci[0].data.device), _DEEP_ORIGIN_MM, _DEEP_STEP_MM
    )
    nodes = lattice.nodes()
    deep = torch.stack([fields[name].at(nodes)[0] for name in _DEEP]).amin(0)
    below, stem = fields["cerebellum"], fields["brainstem"]
    return Level(
        sheet,
        side,
        deep=Field(deep.reshape(1, *_DEEP_NODES), _DEEP_ORIGIN_MM, _DEEP_STEP_MM),
        hindbrain=Field(torch.minimum(below.data, stem.data), below.origin_mm, below.step_mm),
    )
