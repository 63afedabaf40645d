"""A look at a finished head on a coarse lattice, for what must find its place in it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage, spatial
from torch import Tensor
from torch.nn import functional

from mindscan.anatomy.distance import Point
from mindscan.anatomy.field import Field
from mindscan.anatomy.noise import smooth_noise
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME, both_sides

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
STEP_MM = 2.0
_PAD_MM = 3.0
_CLOSER = 2
"""Into how many a closer look divides every step."""
_FINEST_MM, _COARSEST_MM = 0.7, 2.0
"""Steps of the lattices of lumps: a fifth of their radius within these."""
_SMOOTH_MM = 2.5
"""Bumps on smaller lumps would not be seen."""


@dataclass(frozen=True, eq=False)
class Survey:
    """What lies at the nodes of a lattice around the brain.

    Args:
        labels: owner of the largest share, int16, shape (i, j, k).
        template: where the nodes lie once the warp has carried them, template mm, shape (i, j, k, 3).
        origin_mm: first node, template mm that no warp has moved.
        scale: world millimetres per template millimetre.
        rooms: by condition: the level of the room that it has made between skull and brain.
        named: label ids of points in template mm that no warp has moved, shape (n, 3), for a closer look.
    """

    labels: npt.NDArray[np.int16]
    template: Array
    origin_mm: Point
    scale: float
    rooms: Mapping[str, Field] = dataclass_field(default_factory=dict)
    named: Callable[[Tensor], Tensor] | None = None

    def mask(self, *names: str) -> Mask:
        """Where structures lie; a name without side means both."""
        found: Mask = np.isin(self.labels, ids_of(*names))
        return found

    @functools.cached_property
    def nodes(self) -> Array:
        """Places of the nodes, template mm that no warp has moved, shape (i, j, k, 3)."""
        axes = [o + STEP_MM * np.arange(n) for o, n in zip(self.origin_mm, self.labels.shape, strict=True)]
        found: Array = np.stack(np.meshgrid(*axes, indexing="ij"), -1)
        return found

    def distance(self, mask: Mask) -> Array:
        """Millimetres in the world to the surface of a mask, negative inside."""
        step = STEP_MM * self.scale
        outside = ndimage.distance_transform_edt(~mask) * step
        inside = _depth(mask) * step
        found: Array = outside - inside + step / 2 * np.where(mask, 1, -1)
        return found

    @functools.cached_property
    def points(self) -> Tensor:
        """The nodes one after the other, float32, shape (n, 3)."""
        return torch.from_numpy(self.nodes.reshape(-1, 3)).float()

    @functools.cached_property
    def to_ventricle(self) -> Array:
        """Millimetres to the bodies of the lateral ventricles."""
        return self.distance(self.mask("Lateral-Ventricle", "choroid-plexus"))

    @functools.cached_property
    def to_cortex(self) -> Array:
        """Millimetres to the cerebral cortex."""
        return self.distance(self.mask("Cerebral-Cortex"))

    def field(self, level: Array, parts: int = 1) -> Field:
        """A level on the lattice of the survey, cut to where it may be below `_PAD_MM`.

        Args:
            level: shape (i, j, k).
            parts: into how many every step is divided; what lies in thin layers is measured the better.
        """
        box, low = _around(level < _PAD_MM)
        cut = level[box] if parts == 1 else _divided(level[box], parts)
        data = torch.from_numpy(np.ascontiguousarray(cut)).float()[None]
        x, y, z = (float(o + STEP_MM * a) for o, a in zip(self.origin_mm, low, strict=True))
        return Field(data, (x, y, z), STEP_MM / parts)

    def closer(self, near: Mask) -> Closer:
        """The same head on a lattice twice as fine.

        Args:
            near: where to look, shape (i, j, k), somewhere at least.
        """
        box, low = _around(near)
        wanted = _between(near[box]) > 0
        first = np.array(self.origin_mm) + STEP_MM * low
        nodes = torch.from_numpy(first + np.argwhere(wanted) * (STEP_MM / _CLOSER)).float()
        assert self.named is not None
        labels = np.full(wanted.shape, -1, np.int16)
        labels[wanted] = self.named(nodes).cpu().numpy()
        return Closer(labels, box, (float(first[0]), float(first[1]), float(first[2])), self.scale)

    def noise(self, key: Key, wavelength_mm: float) -> Array:
        """A smooth random field of standard deviation 1 on the lattice."""
        found = smooth_noise(key, self.labels.shape, wavelength_mm / STEP_MM)
        return found.numpy().astype(np.float64)

    def pick(self, weight: Array, number: int, key: Key) -> Array:
        """Places drawn with a weight at every node, anywhere in the cell around it; shape (number, 3)."""
        rng = key.rng()
        total = np.cumsum(weight.ravel())
        if total[-1] <= 0:
            return np.zeros((0, 3))
        chosen = np.searchsorted(total, rng.random(number) * total[-1])
        jitter: Array = (rng.random((number, 3)) - 0.5) * STEP_MM
        found: Array = self.nodes.reshape(-1, 3)[chosen] + jitter
        return found

    @functools.cached_property
    def slope(self) -> Array:
        """Direction away from the lateral ventricles, shape (i, j, k, 3)."""
        found: Array = np.stack([np.gradient(self.to_ventricle, axis=axis) for axis in range(3)], -1)
        return found

    def away(self, place: Array) -> Array:
        """Millimetres in the world from a place in template mm that no warp has moved, shape (i, j, k)."""
        x, y, z = (
            (o + STEP_MM * np.arange(n) - at) ** 2
            for o, n, at in zip(self.origin_mm, self.labels.shape, place, strict=True)
        )
        found: Array = np.sqrt(x[:, None, None] + y[:, None] + z) * self.scale
        return found

    def scattered(self, weight: Array, key: Key) -> Scatter:
        """Places drawn one after the other, each where no earlier one is, with a weight at every node."""
        some = weight > 0
        return Scatter(self.nodes[some], weight[some].astype(np.float64), self.scale, key.rng())

    def find(self, template_mm: Iterable[float]) -> Array:
        """The node that the warp carries nearest to a place of the template; shape (3,)."""
        gap = ((self.template - np.array(tuple(template_mm))) ** 2).sum(-1)
        found: Array = self.nodes.reshape(-1, 3)[int(gap.argmin())]
        return found

    def index(self, places: Array) -> tuple[npt.NDArray[np.int64], ...]:
        """Nearest node of places, one index array an axis."""
        found = np.rint((places - np.array(self.origin_mm)) / STEP_MM).astype(np.int64)
        return tuple(np.clip(found[:, a], 0, self.labels.shape[a] - 1) for a in range(3))


@dataclass(frozen=True, eq=False)
class Closer:
    """What lies at the nodes of a lattice twice as fine as that of a survey, in a part of it.

    Args:
        labels: owner of the largest share, int16, shape (i, j, k); -1 where nobody has looked.
        box: the part of the survey.
        origin_mm: first node, template mm that no warp has moved.
        scale: world millimetres per template millimetre.
    """

    labels: npt.NDArray[np.int16]
    box: tuple[slice, ...]
    origin_mm: Point
    scale: float

    @property
    def step_mm(self) -> float:
        """World millimetres between nodes."""
        return STEP_MM / _CLOSER * self.scale

    def mask(self, *names: str) -> Mask:
        """Where structures lie; a name without side means both."""
        found: Mask = np.isin(self.labels, ids_of(*names))
        return found

    def seen(self, values: Array) -> Array:
        """Values on the lattice of the survey as they are on this one, shape (i, j, k)."""
        return _between(values[self.box])

    def places(self, nodes: npt.NDArray[np.int64]) -> Array:
        """Where nodes lie, template mm that no warp has moved, from indices of shape (n, 3)."""
        found: Array = np.array(self.origin_mm) + nodes * (STEP_MM / _CLOSER)
        return found

    def field(self, level: Array) -> Field:
        """A level on this lattice."""
        return Field(torch.from_numpy(level).float()[None], self.origin_mm, STEP_MM / _CLOSER)


def _around(mask: Mask) -> tuple[tuple[slice, ...], npt.NDArray[np.int64]]:
    """The box two nodes around a mask, and its first node."""
    near = np.argwhere(mask)
    low = np.maximum(near.min(0) - 2, 0)
    return tuple(slice(a, b) for a, b in zip(low, near.max(0) + 3, strict=True)), low


def _depth(mask: Mask) -> Array:
    """How many steps deep every node lies in a mask, 0 outside."""
    depth = np.zeros(mask.shape)
    if mask.any():
        box, _ = _around(mask)
        depth[box] = ndimage.distance_transform_edt(mask[box])
    return depth


def _between(values: Array | Mask) -> Array:
    """Values on the lattice of a closer look, trilinear in between."""
    size = [(n - 1) * _CLOSER + 1 for n in values.shape]
    data = torch.from_numpy(np.ascontiguousarray(values, np.float32))[None, None]
    found = functional.interpolate(data, size, mode="trilinear", align_corners=True)
    return found[0, 0].numpy().astype(np.float64)


def _divided(level: Array, parts: int) -> Array:
    """The same trilinear level on a finer lattice."""
    fine = [(n - 1) * parts + 1 for n in level.shape]
    found: Array = ndimage.zoom(level, [f / n for f, n in zip(fine, level.shape, strict=True)], order=1)
    return found


class Scatter:
    """Places that keep off each other.

    Args:
        nodes: where they may lie, template mm that no warp has moved, shape (n, 3).
        weight: chance of each, shape (n,).
        scale: world millimetres per template millimetre.
        rng: what draws.
    """

    def __init__(self, nodes: Array, weight: Array, scale: float, rng: np.random.Generator) -> None:
        self._nodes, self._weight, self._scale, self._rng = nodes, weight.copy(), scale, rng
        self._tree = spatial.cKDTree(nodes, balanced_tree=False)

    def take(self, radius_mm: float) -> Array | None:
        """The next place, shape (3,), around which a ball of this radius is then taken; None when full."""
        total = np.cumsum(self._weight)
        if not len(total) or total[-1] <= 0:
            return None
        chosen = int(np.searchsorted(total, self._rng.random() * total[-1]))
        place: Array = self._nodes[chosen] + (self._rng.random(3) - 0.5) * STEP_MM
        self._weight[self._tree.query_ball_point(place, radius_mm / self._scale + STEP_MM)] = 0
        return place


def widened(mask: Mask) -> Mask:
    """A mask and the nodes beside it, so that a surface passes through its border."""
    wide = mask.copy()
    for axis in range(3):
        wide |= np.roll(mask, 1, axis) | np.roll(mask, -1, axis)
    return wide


PARENCHYMA = (
    "Cerebral-White-Matter", "Cerebral-Cortex", "Thalamus", "Caudate", "Putamen", "Pallidum", "Hippocampus",
    "Amygdala", "Accumbens-area", "VentralDC", "Brain-Stem", "Cerebellum-White-Matter", "Cerebellum-Cortex",
    "CC_Posterior", "CC_Mid_Posterior", "CC_Central", "CC_Mid_Anterior", "CC_Anterior",
)  # fmt: skip
"""All brain tissue."""


def ids_of(*names: str) -> tuple[int, ...]:
    """Label ids of structures; a name without side means both sides.

    Example:
        >>> ids_of("Hippocampus", "Brain-Stem")
        (17, 53, 16)
    """
    return tuple(i for name in names for i in ((BY_NAME[name].id,) if name in BY_NAME else both_sides(name)))


def blob(
    centre: Array,
    radii_mm: Iterable[float],
    axis: Array,
    scale: float,
    key: Key,
    rough: float = 0.15,
    reach_mm: float = 0.0,
) -> Field:
    """The level of a small lump in world mm: an ellipsoid with bumps, if it is not a speck.

    Args:
        centre: template mm.
        radii_mm: along `axis` and across it, world mm.
        axis: direction of the first radius, of any length.
        scale: world millimetres per template millimetre.
        key: stream of the bumps.
        rough: height of the bumps as a share of the radius.
        reach_mm: how far the level is known from the centre; somewhat beyond the surface when 0.
    """
    along, across = radii_mm
    mean = (along * across**2) ** (1 / 3)
    reach = max(reach_mm, 1.5 * max(along, across) + _PAD_MM / 2) / scale
    count = 1 + int(np.ceil(2 * reach / np.clip(mean / 5, _FINEST_MM, _COARSEST_MM)))
    step = 2 * reach / (count - 1)
    line = -reach + step * np.arange(count)
    gap = np.stack(np.meshgrid(line, line, line, indexing="ij"), -1) * scale
    unit = axis / max(float(np.linalg.norm(axis)), 1e-9)
    on = gap @ unit
    off = np.sqrt(np.maximum((gap**2).sum(-1) - on**2, 0))
    radius = np.sqrt((on / along) ** 2 + (off / across) ** 2)
    level = (radius - 1) * mean
    if mean > _SMOOTH_MM:
        bumps = smooth_noise(key, (count,) * 3, max(1.2 * mean / (step * scale), 2.0))
        level += rough * bumps.numpy() * mean
    x, y, z = (float(c - reach) for c in centre)
    return Field(torch.from_numpy(level).float()[None], (x, y, z), step)
