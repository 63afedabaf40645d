"""The X-ray machine: settings of a skull radiograph, how they are drawn, and how they make it."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.labels import TISSUES
from mindscan.core.person import Person
from mindscan.core.prior import Prior, Rounded
from mindscan.core.record import Record
from mindscan.core.scan import Scan
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.attenuation import BASIS, energies_kev, linear_attenuation
from mindscan.imaging.blur import FWHM_PER_SD
from mindscan.imaging.compose import check_grid
from mindscan.imaging.matter import basis_volumes
from mindscan.imaging.presets import Preset, find
from mindscan.imaging.projector import line_integrals
from mindscan.imaging.spectra import Voltage, absorbed, spectrum
from mindscan.imaging.view import View

UNITS = 1000.0
"""Image units of an optical depth of 1: the image is this times the logarithm of open over covered signal."""

TISSUES_SHOWN = TISSUES[1:]
"""Tissues whose thickness along every ray comes with the image."""

_CSI_MM = 0.4
"""Caesium iodide in a flat panel, as far as it is dense."""
_SCATTER_FWHM_MM = 80.0
_SHIELD = 1e-3
"""What a collimator lets through."""
_RAYS_AT_ONCE = 1 << 15
_VOXEL_MM = 1.05
_HEAD_VOXELS = (190, 244, 267)
_AZIMUTH = {"XR-AP": 0.0, "XR-lateral": 90.0, "XR-oblique": 45.0}
_DRAWN = {
    "azimuth_deg": Prior(normal=(0, 1.5)),
    "tilt_deg": Prior(normal=(0, 1.5)),
    "roll_deg": Prior(normal=(0, 1)),
    "source_detector_mm": Prior(uniform=(1000, 1500)),
    "object_detector_mm": Prior(uniform=(130, 200)),
    "tube_kv": Prior(choice=(65, 70, 75, 80)),
    "aluminium_mm": Prior(uniform=(2.5, 4.0)),
    "mas": Prior(uniform=(10, 32)),
    "scatter_fraction": Prior(uniform=(0.15, 0.35)),
    "mtf50_per_mm": Prior(uniform=(1.0, 1.8)),
    "focus_mm": Prior(choice=(0.6, 1.0, 1.2)),
}


_SEEN_FROM = {"XR-AP": "the front", "XR-lateral": "the right", "XR-oblique": "the front right"}
XRAY_PRESETS = tuple(
    Preset(name, "xr", f"the skull from {side}", "Radiograph, 65 to 80 kV", voxels="0.57 mm on the detector")
    for name, side in _SEEN_FROM.items()
)


Count = Annotated[int, Field(ge=8, le=4096)]
Length = Annotated[Rounded, Field(gt=0, le=2000)]


class XRay(Record):
    """One skull radiograph in physical units.

    Args:
        preset: "XR-AP", "XR-lateral" or "XR-oblique".
        azimuth_deg: where the tube stands: 0 in front, 90 at the right of the head, 180 behind.
        tilt_deg: of the beam towards the feet, -60 to 60.
        roll_deg: turn of the detector about the central ray, clockwise, -180 to 180.
        centre_mm: point of the world that the central ray goes through.
        source_detector_mm: from the focus to the detector, 500 to 5000.
        object_detector_mm: from `centre_mm` to the detector, 50 to 2000.
        pixels: columns and rows.
        pixel_mm: edge of a pixel.
        field_mm: width and height that the collimator leaves open, in the plane of the detector.
        tube_kv: tube voltage, a multiple of 5 from 50 to 140.
        aluminium_mm: filter, 1 to 20.
        copper_mm: filter, 0 to 2.
        mas: tube current times time; noise falls with its square root.
        scatter_fraction: usual share of scatter in the signal behind the head, after the grid, 0 to 0.9.
        mtf50_per_mm: line pairs per mm of which the detector passes one half.
        focus_mm: width of the focus, 0 to 3.

    Raises:
        SettingsError: (through `XRay.parse`) a value that is unknown or impossible.
    """

    presets: ClassVar[tuple[Preset, ...]] = XRAY_PRESETS

    scanner: Literal["xray"] = "xray"
    preset: Literal["XR-AP", "XR-lateral", "XR-oblique"]
    azimuth_deg: Annotated[Rounded, Field(ge=-180, le=180)]
    tilt_deg: Annotated[Rounded, Field(ge=-60, le=60)] = 0.0
    roll_deg: Annotated[Rounded, Field(ge=-180, le=180)] = 0.0
    centre_mm: tuple[Rounded, Rounded, Rounded] = (0.0, -10.0, -28.0)
    source_detector_mm: Annotated[Rounded, Field(ge=500, le=5000)]
    object_detector_mm: Annotated[Rounded, Field(ge=50, le=2000)]
    pixels: tuple[Count, Count] = (512, 512)
    pixel_mm: Annotated[Rounded, Field(ge=0.05, le=10)] = 0.57
    field_mm: tuple[Length, Length] = (270.0, 285.0)
    tube_kv: Voltage
    aluminium_mm: Annotated[Rounded, Field(ge=1, le=20)]
    copper_mm: Annotated[Rounded, Field(ge=0, le=2)] = 0.0
    mas: Annotated[Rounded, Field(gt=0, le=1000)]
    scatter_fraction: Annotated[Rounded, Field(ge=0, le=0.9)]
    mtf50_per_mm: Annotated[Rounded, Field(gt=0, le=20)]
    focus_mm: Annotated[Rounded, Field(ge=0, le=3)]

    @model_validator(mode="after")
    def _head_fits_between(self) -> Self:
        if self.source_detector_mm - self.object_detector_mm < 300:
            raise ValueError("a focus at least 300 mm from the middle of the head")
        return self

    @classmethod
    def draw(
        cls, preset: str, key: Key, person: Person, run: int = 1, field_tesla: float | None = None
    ) -> XRay:
        """Settings of one radiograph; see `mindscan.imaging.scanner.draw`. Magnets do not matter."""
        own = key / preset / run
        drawn: dict[str, Any] = {name: prior.draw(own / name) for name, prior in _DRAWN.items()}
        drawn["azimuth_deg"] += _AZIMUTH[preset]
        return cls.parse({"preset": preset, **drawn})

    def view(self) -> View:
        """Focus and detector in world millimetres."""
        return View.towards(
            self.centre_mm,
            (self.azimuth_deg, self.tilt_deg, self.roll_deg),
            (self.source_detector_mm - self.object_detector_mm, self.source_detector_mm),
            self.pixels,
            self.pixel_mm,
        )

    def grid(self, usual: Grid) -> Grid:
        """The grid that the head is painted on: from crown to chin, whatever the usual one holds."""
        return Grid.centred(_HEAD_VOXELS, (_VOXEL_MM,) * 3, self.centre_mm)

    def scan(self, brain: Brain, key: Key) -> Scan:
        """The radiograph of one head; see `mindscan.imaging.scanner.scan`.

        Returns:
            Optical depth times 1000, so that bone is bright, shape (columns, rows, 1), on the plane of the
            detector in the world; 0 where the collimator is shut, as machines blacken it. With it
            come the thickness of every tissue in mm along the rays, without blur, and the places of the
            landmarks on the detector.
        """
        check_grid(brain.labels.grid)
        view, affine, device = self.view(), brain.labels.affine, brain.labels.data.device
        source, targets = view.source.to(device), view.targets().to(device)
        with torch.no_grad():
            paths = line_integrals(basis_volumes(brain), affine, source, targets)
            shares = (
                torch.stack([brain.fraction(tissue).data for tissue in TISSUES_SHOWN])
                if brain.fractions is None
                else brain.fractions[1:]
            )
            thickness = line_integrals(shares, affine, source, targets)
            image = self.radiograph(paths, key)
        plane = view.affine()
        return Scan(
            Volume(image[..., None], plane),
            "xr",
            self.metadata(),
            acq=find(self.preset, self.presets).acq,
            maps={
                name: Volume(mm[..., None], plane) for name, mm in zip(TISSUES_SHOWN, thickness, strict=True)
            },
            places=_places(brain, view),
        )

    def radiograph(self, paths_mm: Tensor, key: Key) -> Tensor:
        """The image of a head of which the ways through it are known.

        Args:
            paths_mm: mm of water and of compact bone along every ray, shape (2, columns, rows).
            key: noise is the stream "noise" below it.
        """
        open_field, _ = self._detected(torch.zeros_like(paths_mm[:, :1, :1]))
        signal, variance = self._detected(paths_mm)
        shutter = self._shutter(signal)
        scatter = self._scatter(signal * shutter, open_field)
        mean_kev = float(variance.sum() / signal.sum())
        noise = torch.randn(
            signal.shape, generator=(key / "noise").generator(signal.device), device=signal.device
        )
        signal = signal * shutter + scatter
        signal = signal + noise * (variance * shutter + scatter * mean_kev).sqrt()
        signal = _blurred(signal, self.blur_sd_mm / self.pixel_mm)
        depth = -torch.log((signal / open_field).clamp_min(1e-6))
        return (UNITS * depth).clamp_min(0) * (shutter == 1)

    def _detected(self, paths_mm: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and variance of the energy (keV) that a pixel takes up, without scatter."""
        tube = spectrum(self.tube_kv, {"aluminium": self.aluminium_mm, "copper": self.copper_mm})
        area = self.mas * (self.pixel_mm * 1000 / self.source_detector_mm) ** 2
        photons = tube * absorbed("caesium iodide", _CSI_MM) * area
        used = photons > 1e-9 * photons.max()
        moments = torch.stack([photons * energies_kev(), photons * energies_kev() ** 2], 1)[used].to(paths_mm)
        steps = torch.stack([linear_attenuation(name) for name in BASIS])[:, used].to(paths_mm)
        rays = paths_mm.reshape(2, -1).T
        through = [torch.exp(-(part @ steps)) @ moments for part in torch.split(rays, _RAYS_AT_ONCE)]
        signal, variance = torch.cat(through).T.reshape(2, *paths_mm.shape[1:])
        return signal, variance

    def _shutter(self, image: Tensor) -> Tensor:
        """1 where the collimator is open, almost 0 elsewhere."""
        inside = []
        for count, open_mm in zip(self.pixels, self.field_mm, strict=True):
            off = (torch.arange(count, device=image.device) - (count - 1) / 2).abs() * self.pixel_mm
            inside.append((off <= open_mm / 2).to(image))
        return (inside[0][:, None] * inside[1]).clamp_min(_SHIELD)

    def _scatter(self, primary: Tensor, open_field: Tensor) -> Tensor:
        """Scatter, made where the beam is weakened and spread wide.

        Reference: Ohnesorge, Flohr and Klingenbeck-Regn 1999, doi:10.1007/s003300050710.
        """
        weakened = -torch.log((primary / open_field).clamp(1e-6, 1)) * primary
        spread = _blurred(weakened, _SCATTER_FWHM_MM / FWHM_PER_SD / self.pixel_mm)
        behind = (weakened > 0.5 * primary) & (primary > 2 * _SHIELD * open_field)
        if self.scatter_fraction == 0 or not bool(behind.any()):
            return torch.zeros_like(primary)
        wanted = self.scatter_fraction / (1 - self.scatter_fraction)
        return spread * wanted * torch.exp((primary[behind] / spread[behind]).log().mean())

    @property
    def blur_sd_mm(self) -> float:
        """Standard deviation of the blur of detector and focus, in the plane of the detector."""
        detector = math.sqrt(math.log(2) / 2) / (math.pi * self.mtf50_per_mm)
        enlarged = self.object_detector_mm / (self.source_detector_mm - self.object_detector_mm)
        return math.hypot(detector, self.focus_mm * enlarged / FWHM_PER_SD)

    def metadata(self) -> dict[str, Any]:
        """What the sidecar JSON says: names of DICOM, millimetres, and all settings."""
        to_head = self.source_detector_mm - self.object_detector_mm
        return {
            "Modality": "DX",
            "Manufacturer": "mindscan",
            "ManufacturersModelName": "simulated X-ray machine",
            "KVP": self.tube_kv,
            "Exposure": self.mas,
            "DistanceSourceToDetector": self.source_detector_mm,
            "DistanceSourceToPatient": to_head,
            "EstimatedRadiographicMagnificationFactor": self.source_detector_mm / to_head,
            "ImagerPixelSpacing": [self.pixel_mm, self.pixel_mm],
            "Units": f"{UNITS:g} times the natural logarithm of open over covered signal",
            "Synthetic": True,
            "MindscanSettings": self.model_dump(mode="json"),
        }


def _blurred(image: Tensor, sd_pixels: float) -> Tensor:
    """A picture blurred by a Gaussian; beyond its border it goes on as its mirror image."""
    for axis in (0, 1):
        count = image.shape[axis]
        doubled = torch.cat([image, image.flip(axis)], axis)
        frequency = torch.fft.rfftfreq(2 * count, device=image.device)
        gain = torch.exp(-2 * (math.pi * sd_pixels * frequency) ** 2)
        gain = gain[:, None] if axis == 0 else gain
        blurred = torch.fft.irfft(torch.fft.rfft(doubled, dim=axis) * gain, n=2 * count, dim=axis)
        image = blurred.narrow(axis, 0, count)
    return image


def _places(brain: Brain, view: View) -> dict[str, tuple[float, float, float]]:
    points = torch.tensor([*brain.landmarks.values()], dtype=torch.float64, device="cpu").reshape(-1, 3)
    found = view.project(points).tolist()
    return {name: (x, y, m) for name, (x, y, m) in zip(brain.landmarks, found, strict=True)}
