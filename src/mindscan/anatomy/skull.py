"""The skull: inner table, diploe and outer table over the brain; bones of base, face and neck."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import torch
from pydantic import Field as Limits
from torch import Tensor

from mindscan.anatomy.distance import Point
from mindscan.anatomy.field import Field
from mindscan.anatomy.landmarks import FORAMEN, SKULL, SKULL_SIDED
from mindscan.anatomy.noise import smooth_noise
from mindscan.anatomy.outside import both_sides, grown, last_crossings, solid
from mindscan.anatomy.solids import SELLA
from mindscan.anatomy.structure import Frame, Layer, Painter, Place
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME
from mindscan.core.person import Person
from mindscan.core.prior import Rounded, truncated_normal
from mindscan.core.record import Record

_FORAMEN_MM = -66.0
"""Template height of the great foramen, below which no bone follows the canal."""
_CORTEX_MM = 2.2
"""Compact bone around the spongy core of the bones of base, face and neck (own choice)."""
_REGIONS = (((0, 72, 12), 38, 0.16), ((66, 6, -18), 30, -0.36), ((0, -104, -16), 34, 0.20))


class SkullSize(Record):
    """Thickness of the bone over the brain and how it is divided.

    Args:
        thickness_mm: mean thickness of the vault, 1 to 14 mm.
        diploe: share of the spongy middle layer, 0 to 0.8.
        unevenness: relative standard deviation of the thickness within a region, 0 to 0.4.
    """

    thickness_mm: Annotated[Rounded, Limits(ge=1, le=14)]
    diploe: Annotated[Rounded, Limits(ge=0, le=0.8)]
    unevenness: Annotated[Rounded, Limits(ge=0, le=0.4)] = 0.1


class Skull:
    """Bone around the brain, which follows the hull, and bones that are solids of the template."""

    name = "skull"
    labels = tuple(
        BY_NAME[name].id for name in ("Diploe", "Outer-Table", "Inner-Table", "Skull", "Head-ExtraCerebral")
    )
    in_skull = False

    def draw(self, key: Key, person: Person, icv_ml: float) -> SkullSize:
        """Thickness 5.97 ± 1.19 mm in adults (Antonakakis et al. 2020); the diploe's share does not depend
        on age or sex and rises with the thickness (Lynnerup et al. 2005, doi:10.1186/1746-160X-1-13). The
        share itself, and that children have thin bone with little diploe, are the project's own choice.
        """
        rng = key.rng()
        growth = grown(person.age_years, 0.35, 6)
        thickness = max(truncated_normal(rng, 5.97, 1.19), 2.8)
        share = 0.42 + 0.03 * (thickness - 5.97) + float(rng.normal(0, 0.04))
        return SkullSize(
            thickness_mm=thickness * growth,
            diploe=min(max(share * grown(person.age_years, 0.0, 4), 0.0), 0.7),
            unevenness=max(truncated_normal(rng, 0.1, 0.02), 0.02),
        )

    def move(self, params: SkullSize, key: Key, frame: Frame) -> Tensor | None:
        """It lies around the hull and pushes nothing."""
        return None

    def share(self, params: SkullSize, key: Key, frame: Frame) -> dict[str, Field]:
        """The thickness of the bone around the brain, template mm, for what lies outside."""
        return {"bone_mm": _thickness(params, key / "bone", frame)}

    def paint(self, params: SkullSize, key: Key, frame: Frame) -> Painter:
        """The pituitary fossa, then all bone as one layer with an owner per point."""
        hull, thickness = frame.template.fields["hull"], frame.shared["bone_mm"]
        table = (1 - params.diploe) / 2

        def layers(place: Place) -> Iterator[Layer]:
            index, here = place.within(frame.template.fields["cavities"])
            fossa = here.cover(solid("sella", here, frame))
            yield Layer("soft", here.all("Head-ExtraCerebral"), fossa, index)
            bones = solid("bone", place, frame)
            wall, thick = place.look(hull)[0], place.look(thickness)[0]
            vault, bone = _bone(place, bones, wall, thick)
            index = (bone < 1).nonzero()[:, 0]
            part, depth = place.pick(index), wall[index] / thick[index]
            owner = torch.where(depth > 1 - table, part.all("Outer-Table"), part.all("Diploe"))
            owner = torch.where(depth < table, part.all("Inner-Table"), owner)
            tables = (part.xyz[:, 2] > _vault_floor(part.xyz[:, 1])) & (vault[index] <= bones[index])
            core = torch.where(bone[index] < -_CORTEX_MM / frame.scale, part.all("Diploe"), part.all("Skull"))
            owner = torch.where(tables, owner, core)
            yield Layer("bone", owner, part.cover(bone[index]), index)

        return layers

    def landmarks(self, params: SkullSize, key: Key, frame: Frame) -> dict[str, Point]:
        """Cephalometric points on the very surface that is painted."""
        hull, thickness = frame.template.fields["hull"], frame.shared["bone_mm"]

        def outside(place: Place) -> Tensor:
            bones = solid("bone", place, frame)
            return _bone(place, bones, place.look(hull)[0], place.look(thickness)[0])[1]

        def inside(place: Place) -> Tensor:
            return torch.maximum(outside(place), -place.look(hull)[0])

        outer = last_crossings(outside, SKULL | both_sides(SKULL_SIDED), frame)
        return {"sella": SELLA, **outer, **last_crossings(inside, FORAMEN, frame)}


def _bone(place: Place, bones: Tensor, wall: Tensor, thick: Tensor) -> tuple[Tensor, Tensor]:
    """Signed distances to the bone that follows the hull, and to all bone."""
    vault = torch.maximum(wall - thick, _FORAMEN_MM - place.xyz[:, 2])
    return vault, torch.minimum(vault, bones)


def _vault_floor(y: Tensor) -> Tensor:
    """Template height above which the bone around the brain has two tables: lower at the back of the head."""
    return -14 + (0.5 * (y + 40)).clamp(-18, 0)


def _thickness(params: SkullSize, key: Key, frame: Frame) -> Field:
    """Thickness in template mm: thick at forehead and occiput, thin at the temples, and uneven.

    Ratios of the regions: 8.02, 4.71 and 7.98 mm at frontal, temporal and occipital bone over 6.9 mm on
    average (100 adults measured in CT, hospital series in Nepal).
    """
    lattice = frame.lattice
    nodes = lattice.nodes()
    relative = torch.full_like(nodes[:, 0], 1.0)
    for (x, y, z), width, gain in _REGIONS:
        gap = torch.stack([nodes[:, 0].abs() - x if x else nodes[:, 0], nodes[:, 1] - y, nodes[:, 2] - z])
        relative += gain * torch.exp(-gap.square().sum(0) / (2 * width**2))
    shape = lattice.data.shape[1:]
    bumps = smooth_noise(key, shape, 110 / lattice.step_mm, lattice.data.device)
    uneven = (1 + params.unevenness * bumps).clamp(0.6, 1.5)
    values = params.thickness_mm / frame.scale * relative.reshape(shape) * uneven
    return Field(values[None], lattice.origin_mm, lattice.step_mm)
