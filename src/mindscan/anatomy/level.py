"""A hemisphere as one number at every place: positive inside, zero on its surface."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
_CLOSED_MM = 12.0
"""How far the average's own sulci are closed at the start."""


@dataclass(frozen=True)
class Stage:
    """A hemisphere on its way from smooth to folded.

    Args:
        reach: how deep the person's own sulci have grown, template mm.
        opened: how far the average's own sulci have opened, 0 to 1.
        share: depth of the surface as a share of the cortex: 0 is pial, 1 is white.
    """

    reach: float
    opened: float
    share: float


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

    def at(self, xyz: Tensor, stage: Stage) -> Tensor:
        """About how far inside the surface of a stage points lie; template mm, shape (n, 3) to (n,)."""
        sheet = self.sheet
        site = sheet.site(Place(xyz, 1.0, 0.0))
        site = replace(
            site,
            average=site.average + (1 - stage.opened) * _CLOSED_MM,
            deep=site.deep.clamp(max=stage.reach / sheet.deepening),
        )
        inside = sheet.depth(site) - stage.share * sheet.thickness_at(site)
        return torch.minimum(torch.maximum(inside, -self.deep.at(xyz)[0]), self.off_cut(xyz))

    def off_cut(self, xyz: Tensor) -> Tensor:
        """Distance from where the hemisphere is cut off: midplane, brainstem, cerebellum; shape (n,)."""
        return torch.minimum(self.side * xyz[:, 0], self.hindbrain.at(xyz)[0])

    def deepest(self) -> float:
        """Depth of the person's deepest sulcus on this side, template mm."""
        return self.sheet.deepening * float(self.sheet.sulci[self.side > 0].data[1].max())


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
