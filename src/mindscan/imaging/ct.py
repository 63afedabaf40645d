"""The CT scanner: settings of a head scan, how they are drawn, and how they make it.

Two tiers of one machine. "image": what the head is made of, in Hounsfield units, blurred as the kernel does,
with the error that beam hardening leaves (worked out from projections through bone and metal, 2 mm apart)
and noise of the spectrum of filtered back-projection. "projection": every slice is projected at full
resolution, photons are counted, and the slice is made from the counts alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
import torch
from pydantic import Field, model_validator
from torch import Tensor
from torch.nn.functional import interpolate

from mindscan.core.brain import Brain
from mindscan.core.errors import SettingsError
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.prior import Prior, Rounded
from mindscan.core.record import Record
from mindscan.core.scan import Scan
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.attenuation import basis_shares
from mindscan.imaging.compose import check_grid
from mindscan.imaging.hardening import bone_in_water, in_water, passed
from mindscan.imaging.matter import basis_volumes, hounsfield_volume
from mindscan.imaging.presets import Preset
from mindscan.imaging.spectra import Voltage, hounsfield
from mindscan.imaging.tomography import filtered, shadows, smeared

KERNELS: dict[str, tuple[float, float]] = {"smooth": (3.2, 0.0), "standard": (4.2, 0.3), "sharp": (7.5, 1.5)}
"""Line pairs per cm of which a kernel passes one half, and how much it lifts the middle frequencies."""

WINDOWS: dict[str, tuple[float, float]] = {
    "brain": (40, 80),
    "stroke": (35, 40),
    "subdural": (75, 215),
    "soft tissue": (50, 350),
    "bone": (500, 2000),
}
"""Centre and width in Hounsfield units of the windows that heads are read in."""

LOWEST, HIGHEST = -1024.0, 3071.0
"""Hounsfield units that twelve bits hold."""

NOISE_HU = 2.2
"""Standard deviation of the noise in the middle of a head at 120 kV, 250 mAs, 5 mm and the smooth kernel:
own choice, so that the standard kernel has the noise of a real head scan (3.9 at 360 mAs and 4 mm)."""

_COARSE = {False: (2.0, 180), True: (1.0, 360)}
"""Pixel in mm and directions of the projections that tell of hardening, without and with metal."""
_ROOM = 1.12
"""How much wider than its picture a slice is projected, so that the holder is in every shadow."""
_HEAD_MM = 160.0
"""Water that noise is told behind."""
_HOLDER_MM = (118.0, 124.0)
_HOLDER_HU = -350.0
_PHOTONS = 5.85e6
"""Photons of an open ray for each mAs and mm of slice that give `NOISE_HU` behind `_HEAD_MM`; own choice."""
_DRAWN = {
    "mas": Prior(uniform=(180, 320)),
    "slice_mm": Prior(choice=(5.0, 2.5, 1.25)),
    "kernel": Prior(choice=("smooth", "standard")),
    "hardening": Prior(uniform=(0.05, 0.3)),
    "gantry_tilt_deg": Prior(choice=(0.0, 0.0, 0.0, -12.0, 15.0)),
}


CT_PRESETS = (
    Preset(
        "CT",
        "ct",
        "bleeding, fractures, a quick look",
        "120 kV, filtered back-projection",
        voxels="0.95 x 0.95 mm, slices of 1.25, 2.5 or 5 mm",
    ),
)


class Metal(Record):
    """A ball of metal in the head.

    Args:
        substance: "titanium", "steel" or "amalgam".
        centre_mm: its middle in the world.
        radius_mm: 0.5 to 30.
    """

    substance: Literal["titanium", "steel", "amalgam"]
    centre_mm: tuple[Rounded, Rounded, Rounded]
    radius_mm: Annotated[Rounded, Field(ge=0.5, le=30)]


class CT(Record):
    """One CT of a head in physical units.

    Args:
        preset: "CT".
        tier: "image" or "projection", as the module says.
        tube_kv: tube voltage, a multiple of 5 from 50 to 140.
        mas: tube current times time of one turn; noise falls with its square root.
        slice_mm: thickness of a slice, 0.3 to 20.
        spacing_mm: from slice to slice, at most `slice_mm`; None for slices that touch. Slices of a
            helical scan overlap, those of an axial one touch.
        pixel_mm: edge of a pixel, 0.2 to 5.
        field_mm: diameter of what is shown, 100 to 500.
        length_mm: along the table, 5 to 500.
        centre_mm: point of the world in the middle.
        gantry_tilt_deg: top of the gantry to the face, -30 to 30; the affine is then sheared.
        kernel: "smooth", "standard" or "sharp"; see `KERNELS`.
        hardening: share of the beam hardening by bone that the machine leaves, 0 to 1; that by metal stays.
        head_holder: whether the head lies in a shell of plastic.
        metal: what lies in the head besides.

    Raises:
        SettingsError: (through `CT.parse`) a value that is unknown or impossible.
    """

    presets: ClassVar[tuple[Preset, ...]] = CT_PRESETS

    scanner: Literal["ct"] = "ct"
    preset: Literal["CT"] = "CT"
    tier: Literal["image", "projection"] = "image"
    tube_kv: Voltage = 120.0
    mas: Annotated[Rounded, Field(gt=0, le=2000)]
    slice_mm: Annotated[Rounded, Field(ge=0.3, le=20)]
    spacing_mm: Annotated[Rounded, Field(ge=0.3, le=20)] | None = None
    pixel_mm: Annotated[Rounded, Field(ge=0.2, le=5)] = 0.95
    field_mm: Annotated[Rounded, Field(ge=100, le=500)] = 243.2
    length_mm: Annotated[Rounded, Field(ge=5, le=500)] = 170.0
    centre_mm: tuple[Rounded, Rounded, Rounded] = (0.0, -12.0, 12.0)
    gantry_tilt_deg: Annotated[Rounded, Field(ge=-30, le=30)] = 0.0
    kernel: Literal["smooth", "standard", "sharp"]
    hardening: Annotated[Rounded, Field(ge=0, le=1)]
    head_holder: bool = True
    metal: tuple[Metal, ...] = ()

    @model_validator(mode="after")
    def _slices_leave_no_gap(self) -> Self:
        if self.spacing_mm is not None and self.spacing_mm > self.slice_mm:
            raise ValueError("spacing_mm at most slice_mm")
        return self

    @classmethod
    def draw(
        cls, preset: str, key: Key, person: Person, run: int = 1, field_tesla: float | None = None
    ) -> CT:
        """Settings of one scan; see `mindscan.imaging.scanner.draw`. Magnets do not matter."""
        own = key / preset / run
        return cls.parse(
            {"preset": preset, **{name: prior.draw(own / name) for name, prior in _DRAWN.items()}}
        )

    def grid(self, usual: Grid) -> Grid:
        """The grid that the head is painted on: the slices of this scan, whatever the usual one holds."""
        spacing = self.spacing_mm or self.slice_mm
        side = max(1, round(self.field_mm / self.pixel_mm))
        shape = (side, side, max(1, round(self.length_mm / spacing)))
        axes = np.diag([self.pixel_mm, self.pixel_mm, spacing])
        tilt = math.radians(self.gantry_tilt_deg)
        axes[:, 1] = self.pixel_mm * np.array([0.0, math.cos(tilt), -math.sin(tilt)])
        affine = np.eye(4)
        affine[:3, :3] = axes
        affine[:3, 3] = np.asarray(self.centre_mm) - axes @ ((np.array(shape) - 1) / 2)
        return Grid(shape, affine)

    def scan(self, brain: Brain, key: Key) -> Scan:
        """The CT of one head in Hounsfield units; see `mindscan.imaging.scanner.scan`.

        Its slices are those of the brain's grid, so paint the brain on `grid`; what reaches beyond is not
        there. The brain comes along as the scan's own.

        Raises:
            SettingsError: pixels that are not square, with the tier "projection".
        """
        grid = brain.labels.grid
        check_grid(grid)
        edges = grid.voxel_mm
        if self.tier == "projection" and abs(edges[0] - edges[1]) > 1e-3 * edges[0]:
            raise SettingsError(
                f"pixels of {edges[0]:g} x {edges[1]:g} mm in a CT", "square ones", "paint on `CT.grid`"
            )
        head = hounsfield_volume(brain, self.tube_kv)
        basis = basis_volumes(brain)
        self._add_holder(head, basis, grid)
        bare = basis.clone() if self.metal else basis
        for metal in self.metal:
            self._add_metal(metal, head, basis, grid)
        if self.tier == "projection":
            image = self._reconstructed(bare, basis, grid, key)
        else:
            error, weight = self._hardened(basis, grid)
            left, _ = self._hardened(bare, grid) if self.metal else (error, weight)
            image = _by_slice(head, self._kernel(head, edges))
            image += error - (1 - self.hardening) * left
            image += self._noise(image, weight, edges, key)
        image = _thick(image, self.slice_mm / edges[2])
        return Scan(Volume(image.clamp_(LOWEST, HIGHEST), brain.labels.affine), "ct", self.metadata(), brain)

    def _add_holder(self, head: Tensor, basis: Tensor, grid: Grid) -> None:
        """A shell round the back of the head, where there is air; in place."""
        if not self.head_holder:
            return
        x, y, _ = _world(grid, head.device)
        radius = torch.hypot(x - self.centre_mm[0], y - self.centre_mm[1])
        inner, outer = _HOLDER_MM
        shell = (radius > inner) & (radius < outer) & (y < self.centre_mm[1] - 20) & (head < -900)
        head[shell] = _HOLDER_HU
        basis[0][shell] = 1 + _HOLDER_HU / 1000

    def _add_metal(self, metal: Metal, head: Tensor, basis: Tensor, grid: Grid) -> None:
        """A ball in the place of what was there; in place."""
        x, y, z = _world(grid, head.device)
        mx, my, mz = metal.centre_mm
        away = ((x - mx).square() + (y - my).square() + (z - mz).square()).sqrt()
        share = ((metal.radius_mm - away) / grid.voxel_mm[0] + 0.5).clamp(0, 1)
        head.lerp_(torch.full_like(head, hounsfield(metal.substance, self.tube_kv)), share)
        for volume, amount in zip(basis, basis_shares(metal.substance), strict=True):
            volume.lerp_(torch.full_like(volume, amount), share)

    def _hardened(self, basis: Tensor, grid: Grid) -> tuple[Tensor, Tensor]:
        """What hardening adds in Hounsfield units, and how much noisier every place is than behind water."""
        pixel_mm, angles = _COARSE[bool(self.metal)]
        # slices first and rows before columns, each slice in a square, so that all are worked on at once
        slices = basis.permute(0, 3, 2, 1)
        edges = (max(pixel_mm, grid.voxel_mm[2]), pixel_mm, pixel_mm)
        sizes = [
            max(1, round(count * fine / coarse))
            for count, fine, coarse in zip(slices.shape[1:], grid.voxel_mm[::-1], edges, strict=True)
        ]
        coarse = slices.new_zeros((2, sizes[0], max(sizes[1:]), max(sizes[1:])))
        inner = _middle(coarse, sizes[:0:-1])
        inner.copy_(interpolate(slices[None], size=sizes, mode="area")[0])
        paths = torch.stack([shadows(part, pixel_mm, angles) for part in coarse])
        share = passed(paths, self.tube_kv).clamp_min(1e-7)
        wanted = paths[0] + bone_in_water(self.tube_kv) * paths[1]
        error = 1000 * smeared(filtered(in_water(share, self.tube_kv) - wanted, pixel_mm))
        behind = passed(torch.tensor([[_HEAD_MM], [0.0]], device=share.device), self.tube_kv)
        weight = smeared(behind / share).div_(math.pi).clamp_min(0).sqrt()
        both = _middle(torch.stack([error, weight]), sizes[:0:-1])
        fine = interpolate(both[None], size=slices.shape[1:], mode="trilinear")[0]
        error, weight = fine.permute(0, 3, 2, 1)
        return error, weight

    def _noise(self, image: Tensor, weight: Tensor, edges: tuple[float, ...], key: Key) -> Tensor:
        """Noise of filtered back-projection: Riederer et al. 1978, doi:10.1088/0031-9155/23/3/008."""
        generator = (key / "noise").generator(image.device)
        white = torch.randn(image.shape, generator=generator, device=image.device)
        shape = self._kernel(image, edges) * _frequencies(image, edges).sqrt()
        # the whole spectrum, of which real transforms keep one half
        power = float(torch.cat([shape, shape[:, 1:-1]], 1).square().mean())
        return _by_slice(white, shape / math.sqrt(power)) * weight * self.noise_hu(edges)

    def noise_hu(self, edges: tuple[float, ...]) -> float:
        """Standard deviation of the noise of unmixed slices behind 160 mm of water.

        Args:
            edges: of a voxel, in mm.
        """
        sharper = math.pow(KERNELS[self.kernel][0] / KERNELS["smooth"][0], 1.5)
        photons = (self.mas / 250) * (edges[2] / 5) * math.pow(self.tube_kv / 120, 2.6)
        return NOISE_HU * sharper / math.sqrt(photons)

    def _kernel(self, image: Tensor, edges: Sequence[float]) -> Tensor:
        """What the kernel passes by frequency in the plane of the slices."""
        half, lift = KERNELS[self.kernel]
        return _passes(_frequencies(image, edges), half, lift)

    def _reconstructed(self, bare: Tensor, basis: Tensor, grid: Grid, key: Key) -> Tensor:
        """Slices made from counted photons alone, as the head is without metal and with it."""
        pixel_mm = grid.voxel_mm[0]
        side = round(_ROOM * max(grid.shape[:2]))
        half, lift = KERNELS[self.kernel]
        frequency = torch.fft.rfftfreq(2 * side, pixel_mm / 10, device=basis.device)
        gain, angles = _passes(frequency, half, lift), round(1.5 * side)
        generator = (key / "noise").generator(basis.device)
        photons = _PHOTONS * (self.mas / 250) * (grid.voxel_mm[2] / 5)
        made = torch.empty(grid.shape, device=basis.device)
        for n in range(grid.shape[2]):
            paths = _slice_shadows(basis, n, side, pixel_mm, angles)
            without = paths if bare is basis else _slice_shadows(bare, n, side, pixel_mm, angles)
            share = passed(paths, self.tube_kv)
            counts = torch.poisson(share * photons, generator=generator).clamp_min(1)
            known = passed(without, self.tube_kv)
            corrected = without[0] + bone_in_water(self.tube_kv) * without[1] - in_water(known, self.tube_kv)
            seen = in_water(counts / photons, self.tube_kv) + (1 - self.hardening) * corrected
            made[:, :, n] = _middle(smeared(filtered(seen, pixel_mm, gain))[0], grid.shape[:2]).T
        return made.sub_(1).mul_(1000)

    def metadata(self) -> dict[str, Any]:
        """What the sidecar JSON says: names of DICOM, millimetres, and all settings."""
        return {
            "Modality": "CT",
            "Manufacturer": "mindscan",
            "ManufacturersModelName": "simulated CT scanner",
            "KVP": self.tube_kv,
            "Exposure": self.mas,
            "SliceThickness": self.slice_mm,
            "SpacingBetweenSlices": self.spacing_mm or self.slice_mm,
            "GantryDetectorTilt": self.gantry_tilt_deg,
            "ConvolutionKernel": self.kernel,
            "Units": "HU",
            "Synthetic": True,
            "MindscanSettings": self.model_dump(mode="json"),
        }


def windowed(image: Tensor, window: str) -> Tensor:
    """Hounsfield units as grey levels from 0 to 255, uint8.

    Args:
        image: in Hounsfield units, any shape.
        window: a name in `WINDOWS`.

    Raises:
        SettingsError: no such window.

    Example:
        >>> windowed(torch.tensor([-1000.0, 40.0, 1000.0]), "brain").tolist()
        [0, 128, 255]
    """
    if window not in WINDOWS:
        raise SettingsError(f"window '{window}'", f"one of {', '.join(WINDOWS)}", "choose one of these")
    centre, width = WINDOWS[window]
    return ((image - centre) / width + 0.5).clamp(0, 1).mul(255).round().to(torch.uint8)


def _slice_shadows(basis: Tensor, n: int, side: int, pixel_mm: float, angles: int) -> Tensor:
    """Shadows of one slice of water and bone, in a square with room around it; shape (2, 1, angles, side)."""
    square = basis.new_zeros((2, side, side))
    _middle(square, basis.shape[1:3]).copy_(basis[:, :, :, n].transpose(1, 2))
    return shadows(square, pixel_mm, angles)[:, None]


def _middle(square: Tensor, shape: Sequence[int]) -> Tensor:
    """The middle of a square of rows and columns, `shape` (columns, rows) large."""
    across, down = ((square.shape[-1] - n) // 2 for n in shape)
    return square[..., down : down + shape[1], across : across + shape[0]]


def _passes(per_cm: Tensor, half: float, lift: float) -> Tensor:
    """Modulation transfer: 1 at frequency 0, one half at `half`, lifted in between."""
    relative = (per_cm / half).square()
    return (1 + lift * relative) * torch.exp(-relative * math.log(2 * (1 + lift)))


def _frequencies(image: Tensor, edges: Sequence[float]) -> Tensor:
    """Line pairs per cm of the transform of slices of a volume (i, j, k) over i and j."""
    i = torch.fft.fftfreq(image.shape[0], edges[0] / 10, device=image.device)
    j = torch.fft.rfftfreq(image.shape[1], edges[1] / 10, device=image.device)
    return torch.hypot(i[:, None], j[None, :])


def _by_slice(image: Tensor, gain: Tensor) -> Tensor:
    """Every slice of a volume (i, j, k) with its frequencies multiplied."""
    filtered_slices = torch.empty_like(image)
    for k in range(image.shape[2]):
        spectrum = torch.fft.rfft2(image[:, :, k].contiguous()) * gain
        filtered_slices[:, :, k] = torch.fft.irfft2(spectrum, s=image.shape[:2])
    return filtered_slices


def _thick(image: Tensor, slices: float) -> Tensor:
    """Slices as thick as several, by the mean of their neighbours; the outermost go on."""
    if slices <= 1 + 1e-6:
        return image
    reach = math.ceil((slices - 1) / 2)
    weights = [min(1.0, max(0.0, slices / 2 + 0.5 - abs(step))) for step in range(-reach, reach + 1)]
    count, total = image.shape[2], torch.zeros_like(image)
    for step, weight in zip(range(-reach, reach + 1), weights, strict=True):
        index = (torch.arange(count, device=image.device) + step).clamp(0, count - 1)
        total.add_(image[:, :, index], alpha=weight / sum(weights))
    return total


def _world(grid: Grid, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """World coordinates of all voxels, float32, each of a shape that broadcasts to (i, j, k)."""
    affine = torch.from_numpy(grid.affine).float().to(device)
    i, j, k = (
        torch.arange(n, device=device, dtype=torch.float32).reshape(shape)
        for n, shape in zip(grid.shape, ((-1, 1, 1), (1, -1, 1), (1, 1, -1)), strict=True)
    )
    x, y, z = (
        affine[row, 0] * i + affine[row, 1] * j + affine[row, 2] * k + affine[row, 3] for row in range(3)
    )
    return x, y, z
