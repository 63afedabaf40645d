"""Whether CT shows the values of the table, and noise that falls with the root of the dose."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.labels import BY_NAME, structure_of
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.ct import CT
from mindscan.imaging.spectra import hounsfield
from mindscan.imaging.tissues import MADE_OF
from mindscan.validate.claims import Row, near
from mindscan.validate.heads import world

BAR_HU = 5.0
NOISE_BAR = 0.03
DOSES_MAS = (50.0, 150.0, 450.0)
SLICES = 10
"""Slices of 5 mm that noise is measured in, 44,000 voxels, so that its standard deviation scatters by about
half of one per cent; a single slice scatters by more than the bar."""

TIERS = ("image", "projection")
VOLTAGES_KV = (80.0, 120.0)
_BODIES: dict[str, tuple[str, float, float]] = {
    "white": ("Left-Cerebral-White-Matter", 0, 0),
    "csf": ("Left-Lateral-Ventricle", 42, 0),
    "grey": ("Left-Cerebral-Cortex", 42, 72),
    "blood": ("Vein", 42, 144),
    "muscle": ("Muscle", 42, 216),
    "compact bone": ("Outer-Table", 42, 288),
}
# Name: structure, and where its cylinder of `_BODY_MM` stands: distance from the axis in mm, angle.
_BODY_MM, _SKULL_MM, _HEAD_MM = 12.0, 68.0, 75.0
_INSIDE = 0.5
"""Share of a cylinder's radius that is measured, away from its border."""


def values() -> list[Row]:
    """Means over uniform cylinders in a skull of 7 mm, and over the air around it, in Hounsfield units."""
    return [row for tier in TIERS for kv in VOLTAGES_KV for row in _values(tier, kv)]


def _machine(**asked: Any) -> CT:
    plain = {
        "mas": 2000.0,
        "slice_mm": 5.0,
        "kernel": "smooth",
        "hardening": 0.0,
        "pixel_mm": 1.6,
        "length_mm": 5.0,
        "centre_mm": (0, 0, 0),
        "head_holder": False,
    }
    return CT.parse({**plain, **asked})


def _grid(machine: CT) -> Grid:
    return machine.grid(Grid.centred((8, 8, 8), (1.0, 1.0, 1.0)))


def phantom(grid: Grid) -> Brain:
    """Cylinders along the table: of every substance in white matter, in a skull, in air."""
    x, y, _ = world(grid)
    away = torch.hypot(x, y)
    labels = torch.zeros(grid.shape, dtype=torch.int16)
    labels[away < _HEAD_MM] = BY_NAME["Outer-Table"].id
    labels[away < _SKULL_MM] = BY_NAME["Left-Cerebral-White-Matter"].id
    for name, away_body in _bodies(x, y):
        labels[away_body < _BODY_MM] = BY_NAME[_BODIES[name][0]].id
    return Brain.from_labels(Volume(labels, grid.affine))


def _bodies(x: Tensor, y: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Distance from the middle of every cylinder."""
    for name, (_, radius, degrees) in _BODIES.items():
        turn = math.radians(degrees)
        yield name, torch.hypot(x - radius * math.cos(turn), y - radius * math.sin(turn))


def _values(tier: str, kv: float) -> list[Row]:
    machine = _machine(tier=tier, tube_kv=kv)
    grid = _grid(machine)
    image = machine.scan(phantom(grid), Key(1)).volume.data
    x, y, _ = world(grid)
    regions = {name: away < _INSIDE * _BODY_MM for name, away in _bodies(x, y)}
    regions["air"] = (torch.hypot(x, y) > _HEAD_MM + 10) & (torch.hypot(x, y) < 110)
    return [
        near(f"{tier} tier, {kv:g} kV, {name}: HU", float(image[where].mean()), _wanted(name, kv), BAR_HU)
        for name, where in regions.items()
    ]


def _wanted(name: str, kv: float) -> float:
    """What the table says of a structure, mixed of its substances."""
    if name == "air":
        return -1000.0
    shares = MADE_OF[structure_of(BY_NAME[_BODIES[name][0]])]
    return sum(share * hounsfield(substance, kv) for substance, share in shares.items())


def dose(tier: str) -> list[Row]:
    """Noise of every dose times the root of it, relative to the mean over all doses."""
    scaled = {mas: _noise(tier, mas) * math.sqrt(mas) for mas in DOSES_MAS}
    mean = sum(scaled.values()) / len(scaled)
    return [
        near(f"{tier} tier, {mas:g} mAs: noise times root of dose", one / mean, 1, NOISE_BAR, "mean of all")
        for mas, one in scaled.items()
    ]


def _noise(tier: str, mas: float) -> float:
    """Standard deviation over the inside of the skull, from the difference of two scans."""
    machine = _machine(tier=tier, mas=mas, length_mm=5.0 * SLICES)
    brain = phantom(_grid(machine))
    one, two = (machine.scan(brain, Key(n) / f"{mas:g}").volume.data for n in (1, 2))
    x, y, _ = world(brain.labels.grid)
    return float((one - two)[torch.hypot(x, y) < _SKULL_MM - 8].std()) / math.sqrt(2)
