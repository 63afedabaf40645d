"""Whether radiographs are projections: chords of known bodies, gradients, landmarks and thickness maps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from torch import Tensor
from torch.nn.functional import avg_pool3d

from mindscan.core.key import Key
from mindscan.core.scan import Scan
from mindscan.core.volume import Grid
from mindscan.imaging.projector import line_integrals
from mindscan.imaging.view import View
from mindscan.imaging.xray import TISSUES_SHOWN, XRAY_PRESETS, XRay
from mindscan.validate.claims import Row, row
from mindscan.validate.heads import PERSON, small_head, world

Array = npt.NDArray[np.float64]

BAR = 0.02
"""Of a line integral."""

GRADIENT_BAR = 1e-6
PLACE_BAR_PX = 0.01
BODIES = {"ball": (30.0, 30.0, 30.0), "ellipsoid": (33.0, 22.0, 28.0)}
"""Semi-axes of the bodies along x, y and z, in mm."""

AZIMUTHS_DEG, TILTS_DEG = (0, 30, 45, 90, 133, 180, -90), (0, 20, -50)
_SIDE, _FINER = 72, 3
_DEEP = 0.5
"""Rays count whose chord is at least this share of the longest: where a voxel is little of the chord."""

_VOXEL_MM, _STEP_MM = 2.0, 0.5
_SMALL = 1e-5


def chords() -> list[Row]:
    """Largest relative difference from the exact chord over all rays of 21 views, by body."""
    return [
        row(f"{name}, 21 views: largest difference", _chords(axes), 0, BAR, "exact chords")
        for name, axes in BODIES.items()
    ]


def _chords(axes: tuple[float, float, float]) -> float:
    grid, semi = Grid.centred((_SIDE,) * 3, (1.0, 1.0, 1.0)), torch.tensor(axes, dtype=torch.float64)
    fine = world(Grid.centred((_SIDE * _FINER,) * 3, (1.0 / _FINER,) * 3))
    inside = ((fine / semi.reshape(3, 1, 1, 1)).square().sum(0) < 1).double()
    shares = avg_pool3d(inside[None], _FINER)
    worst = 0.0
    for azimuth in AZIMUTHS_DEG:
        for tilt in TILTS_DEG:
            view = View.towards((0, 0, 0), (azimuth, tilt, 0), (1000, 1200), (48, 48), 1.5)
            exact = _chord(view, semi)
            found = line_integrals(shares, grid.affine, view.source, view.targets())[0]
            deep = exact > _DEEP * exact.max()
            worst = max(worst, float((found / exact - 1)[deep].abs().max()))
    return worst


def _chord(view: View, semi: Tensor) -> Tensor:
    """Length of every ray inside an ellipsoid around the origin: a ball, once its axes are scaled to one."""
    ways = view.targets() - view.source
    scaled, start = ways / semi, view.source / semi
    a, b, c = scaled.square().sum(-1), (scaled * start).sum(-1), start.square().sum() - 1
    inside = (b * b - a * c).clamp_min(0)
    length: Tensor = 2 * inside.sqrt() / a * ways.norm(dim=-1)
    return length


def gradients() -> list[Row]:
    """Largest difference of gradients from central differences, relative to the largest gradient."""
    generator = Key(3).generator()
    given = {
        "volume": torch.rand((2, 5, 6, 4), generator=generator, dtype=torch.float64),
        "source": torch.tensor([7.3, 60.1, -4.2], dtype=torch.float64),
        "detector": torch.rand((3, 3), generator=generator, dtype=torch.float64) * 3
        - torch.tensor([1.2, 40.0, 1.3], dtype=torch.float64),
    }
    return [
        row(f"by {name}: largest difference", _gradient(given, name), 0, GRADIENT_BAR, "finite differences")
        for name in given
    ]


def _gradient(given: dict[str, Tensor], name: str) -> float:
    affine = Grid.centred((5, 6, 4), (1.0, 1.1, 0.9)).affine

    def depth(value: Tensor) -> Tensor:
        all_given = {**given, name: value}
        seen = line_integrals(all_given["volume"], affine, all_given["source"], all_given["detector"])
        return seen.square().sum()

    value = given[name].clone().contiguous().requires_grad_()
    (found,) = torch.autograd.grad(depth(value), value)
    steps = torch.eye(value.numel(), dtype=value.dtype).reshape(-1, *value.shape) * _SMALL
    differences = [depth(given[name] + step) - depth(given[name] - step) for step in steps]
    wanted = torch.stack(differences).reshape(value.shape) / (2 * _SMALL)
    return float((found - wanted).abs().max() / wanted.abs().max())


def truths() -> list[Row]:
    """What comes with radiographs from every side: landmarks and thickness maps, worked out another way."""
    rows = []
    for preset in XRAY_PRESETS:
        drawn = XRay.draw(preset.name, Key(1), PERSON)
        machine = XRay.parse({**drawn.model_dump(), "pixels": (96, 96), "pixel_mm": 3.0})
        seen = machine.scan(small_head(_VOXEL_MM), Key(2))
        source = machine.view().source.numpy()
        off = _places_off(seen, source)
        rows.append(row(f"{preset.name}, landmarks: largest difference in pixels", off, 0, PLACE_BAR_PX))
        name = f"{preset.name}, thickness of tissues: mean difference"
        rows.append(row(name, _thickness_off(seen, source), 0, BAR, "sums along rays"))
    return rows


def _places_off(seen: Scan, source: Array) -> float:
    """Landmarks of the head carried along straight lines onto the plane of the picture."""
    affine, worst = seen.volume.affine, 0.0
    for name, point in small_head(_VOXEL_MM).landmarks.items():
        # source + t (point - source) = corner + column right + row down
        ray = np.array(point) - source
        column, line, _ = np.linalg.solve(np.stack([*affine[:3, :2].T, -ray], 1), source - affine[:3, 3])
        worst = max(worst, float(np.abs(np.subtract(seen.places[name][:2], (column, line))).max()))
    return worst


def _thickness_off(seen: Scan, source: Array) -> float:
    """Largest over tissues of the mean difference from a sum in small steps, relative to the mean thickness.

    Rays run through every fourth pixel both ways; the steps go through the whole grid of the head.
    """
    head, affine = small_head(_VOXEL_MM), seen.volume.affine
    columns, lines = np.mgrid[0 : seen.volume.data.shape[0] : 4, 0 : seen.volume.data.shape[1] : 4].reshape(
        2, -1
    )
    ways = np.stack([columns, lines], 1) @ affine[:3, :2].T + affine[:3, 3] - source
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    grid = head.labels.grid
    middle = (grid.affine @ [*((np.array(grid.shape) - 1) / 2), 1])[:3]
    reach = np.linalg.norm(np.array(grid.shape) * grid.voxel_mm) / 2
    along = np.linalg.norm(middle - source) + np.arange(-reach, reach, _STEP_MM)
    inverse = np.linalg.inv(grid.affine)
    index = (source + ways[:, None] * along[:, None]) @ inverse[:3, :3].T + inverse[:3, 3]
    worst = 0.0
    for tissue in TISSUES_SHOWN:
        share = head.fraction(tissue).data.numpy()
        direct = ndimage.map_coordinates(share, index.reshape(-1, 3).T, order=1, mode="constant")
        wanted = direct.reshape(len(ways), -1).sum(1) * _STEP_MM
        found = seen.maps[tissue].data[::4, ::4, 0].numpy().ravel()
        worst = max(worst, float(np.abs(found - wanted).mean() / wanted.mean()))
    return worst
